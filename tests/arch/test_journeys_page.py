"""The page on journeys names each journey's test, and each test of a journey stands on the page."""

import re

from shared.blueprint import ROOT

PAGE = (ROOT / "docs" / "journeys.md").read_text()


def test_every_journey_of_the_page_is_a_test_that_says_which_journey_it_is():
    named = re.findall(r"^\| (\d+) \|.*tests/journey/(test_\w+\.py)\)", PAGE, re.MULTILINE)
    assert [int(number) for number, _ in named] == list(range(1, 11))
    for number, file in named:
        said = (ROOT / "tests" / "journey" / file).read_text()
        assert said.startswith(f'"""Journey {number}:'), file


def test_every_journey_of_the_table_is_told():
    assert re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE) == [str(number) for number in range(1, 11)]
