"""What regions are called, as whoever runs the portal says. Most names here are invented."""

import pytest

from deploy.local.stack import REGIONS
from deploy.simulator.sources import source
from services.portal.domain.regions import Regions

TEXT = "code,zh,en\n37,样例省,Sample Province\n371699,样例甲县,Sample County A\n371698,样例乙县, Sample County B \n"
KNOWN = Regions.read(TEXT)


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("371699", "样例甲县（371699）", "Sample County A (371699)"),
        ("371698", "样例乙县（371698）", "Sample County B (371698)"),
        ("371602", "371602", "371602"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_a_region_is_called_by_its_name_with_its_code_or_by_the_code_alone(code, zh, en):
    assert (KNOWN.called(code, "zh"), KNOWN.called(code, "en")) == (zh, en)


def test_without_a_file_every_region_is_called_by_its_code():
    assert (Regions().called("371602", "zh"), Regions().within("", (6,), "zh")) == ("371602", [])


@pytest.mark.parametrize(
    ("prefix", "digits", "codes"),
    [("37", (2, 4, 6), ["37", "371698", "371699"]), ("37", (6,), ["371698", "371699"]), ("36", (6,), [])],
)
def test_the_regions_inside_of_another_stand_in_the_order_of_codes(prefix, digits, codes):
    assert [code for code, _ in KNOWN.within(prefix, digits, "en")] == codes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "first line"),
        ("code,name\n37,样例省\n", "first line"),
        ("code,zh,en\n371,样例,Sample\n", "line 2"),
        ("code,zh,en\n37,样例省\n", "line 2"),
        ("code,zh,en\n37,样例省,Sample\n37,样例省,Sample\n", "line 3"),
    ],
)
def test_a_file_that_holds_something_else_stops_the_portal_and_names_the_line(text, told):
    with pytest.raises(ValueError, match=told):
        Regions.read(text)


def test_the_names_of_the_demo_are_those_of_its_cohort():
    carried = Regions.read(REGIONS.read_text("utf-8-sig"))
    places = [source().city, *source().counties]
    assert {place.region: carried.names[place.region]["zh"] for place in places} == {
        place.region: place.name for place in places
    }
