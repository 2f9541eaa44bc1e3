"""Bars stand in the proportion of their numbers, and none that counts is invisible."""

import pytest

from services.portal.domain.bars import widths


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([5, 10, None], [50, 100, 0]),
        ([1, 1000], [1, 100]),
        ([0, 3], [0, 100]),
    ],
)
def test_the_greatest_is_whole_and_the_least_is_seen(values, drawn):
    assert widths(values) == drawn


def test_a_share_is_drawn_of_its_whole_and_never_beyond():
    assert widths([86.4, 120.0], whole=100) == [86.4, 100]
