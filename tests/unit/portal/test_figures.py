"""Figures of two kinds of answers become one shape, and charts of them."""

from services.portal.domain.figures import Amount, Indicator, bars

WORDS = {"name": {"zh": "数", "en": "Figure"}, "definition": {"zh": "义", "en": "What it is"}}
COUNTED = WORDS | {
    "key": "newly_found", "counts": "children", "value": 3, "by_county": {"371602": 2, "371603": 1},
    "confirmed": {"value": 1, "by_county": {}},
}  # fmt: skip
SHARE = {"children": 2, "value": None, "numerator": 108, "denominator": 432, "percent": "25.0"}


def test_a_count_of_the_programme_has_its_second_reading_beside_it():
    figure = Indicator.of_programme(COUNTED)
    assert (figure.amount, figure.beside) == (Amount(3, "children"), Amount(1, "children"))
    assert Indicator.of_programme(COUNTED | {"confirmed": None}).beside is None


def test_a_share_tells_its_fraction_and_a_median_its_days():
    share = Indicator.operational(WORDS | SHARE | {"key": "hours", "kind": "share", "by_county": {"371602": SHARE}})
    assert share.amount == share.by_county["371602"] == Amount(25.0, "percent", 108, 432, 2)
    assert Amount.measured({"children": 4, "value": 31}, "median") == Amount(31, "days", children=4)


def test_a_share_of_nobody_is_no_number():
    nobody = {"children": 0, "value": None, "numerator": 0, "denominator": 0, "percent": None}
    assert Amount.measured(nobody, "share").number is None


def test_counts_are_drawn_of_the_greatest_and_shares_of_a_hundred():
    counts = bars([("371602", Amount(2, "children")), ("371603", Amount(1, "children"))])
    assert [bar.width for bar in counts] == [100, 50]
    assert [bar.width for bar in bars([("2026-03", Amount(25.0, "percent", 1, 4))])] == [25]
    assert bars([]) == []
