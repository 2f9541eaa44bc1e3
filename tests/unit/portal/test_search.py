"""What people type to find a child, read. Every name and number is invented."""

import pytest

from services.portal.domain.report import Report
from services.portal.domain.search import said_in
from shared.clock import today

NUMBER = "379999202103150019"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", {}),
        (" 　，", {}),
        ("童小一", {"name": "童小一"}),
        ("Tong Xiaoyi", {"name": "Tong Xiaoyi"}),
        ("童小一 2022-03-15", {"name": "童小一", "birth_date": "2022-03-15"}),
        ("20220315，童小一", {"name": "童小一", "birth_date": "2022-03-15"}),
        ("2022年3月15日", {"birth_date": "2022-03-15"}),
        (NUMBER, {"number": NUMBER}),
        (f"{NUMBER[:17]}x", {"number": f"{NUMBER[:17]}X"}),
        ("３７９９９９２０２１０３１５００１９", {"number": NUMBER}),
        (f"{NUMBER}11B1", {"number": NUMBER}),
        ("t123456789", {"number": "T123456789"}),
        ("e379999001", {"number": "E379999001"}),
        ("MZ1234567890", {"number": "MZ1234567890"}),
        ("0019", {"number": "0019"}),
        ("001x 童", {"name": "童", "number": "001X"}),
        ("个案 0a1b2c3d", {"case": "0a1b2c3d"}),
        ("Case 0A1B2C3D", {"case": "0a1b2c3d"}),
        ("0a1b2c3d-4e5f-4a6b-8c7d-0e1f2a3b4c5d", {"case": "0a1b2c3d-4e5f-4a6b-8c7d-0e1f2a3b4c5d"}),
        ("99999999", {"case": "99999999"}),
        ("20229999", {"case": "20229999"}),
        ("decadefa", {"name": "decadefa"}),
        ("123", {"name": "123"}),
        ("0019 0020", {"number": "0019", "name": "0020"}),
    ],
)
def test_each_word_is_taken_for_what_it_is(words, said):
    assert said_in(words) == said


def test_the_field_for_the_birth_date_counts_before_what_stands_among_the_words():
    assert said_in("童 2022-03-15", "20220316") == {"name": "童", "birth_date": "2022-03-16"}


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ({"name": "童小一", "birth_date": "2022-03-15"}, {"name": "童小一", "birth_date": "2022-03-15"}),
        ({"number": NUMBER}, {"resident_number": NUMBER, "birth_date": "2021-03-15", "sex": "male"}),
        ({"number": "T123456789"}, {"birth_certificate": "T123456789"}),
        ({"number": "0019", "form": "x", "address": "x"}, {}),
    ],
)
def test_a_report_about_who_was_looked_for_takes_over_what_was_typed(said, filled):
    fresh = Report.fresh("371602", today())
    told = {name: value for name, value in fresh.about(said).values.items() if value != fresh[name]}
    assert told == filled
