"""What clerks type: days as they write them, the number that tells birth date and sex, the corrected age."""

from datetime import date

import pytest

from services.portal.domain.report import Report
from services.portal.domain.typed import corrected, told_by, typed_day
from tests.support.screening import a_resident_number

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20240506", "2024-05-06"),
        ("2024-5-6", "2024-05-06"),
        ("2024.05.06", "2024-05-06"),
        ("2024/5/6", "2024-05-06"),
        ("2024年5月6日", "2024-05-06"),
        ("２０２４０５０６", "2024-05-06"),
        ("2024-02-30", "2024-02-30"),
        ("0506", "0506"),
        ("", ""),
    ],
)
def test_a_day_is_read_as_people_write_it_and_what_is_none_stays(typed: str, day: str):
    assert typed_day(typed) == day


def test_a_resident_number_tells_birth_date_and_sex():
    number = a_resident_number(date(2022, 3, 15), male=False)
    assert told_by(f" {number.lower()} ") == {"birth_date": "2022-03-15", "sex": "female"}
    assert told_by(number[:-1]) == {}


@pytest.mark.parametrize(
    ("weeks", "on", "counts_from"),
    [
        ("30", date(2024, 3, 20), date(2023, 5, 24)),
        ("36", date(2024, 3, 20), date(2023, 4, 12)),
        ("37", date(2024, 3, 20), None),
        ("19", date(2024, 3, 20), None),
        ("", date(2024, 3, 20), None),
        ("3x", date(2024, 3, 20), None),
        ("30", date(2025, 3, 14), date(2023, 5, 24)),
        ("30", date(2025, 3, 15), None),
    ],
)
def test_the_corrected_age_counts_from_the_day_the_child_was_due_until_two_years(weeks, on, counts_from):
    assert corrected(date(2023, 3, 15), weeks, on) == counts_from


def test_what_the_clerk_typed_goes_before_what_the_number_tells():
    number = a_resident_number(date(2022, 3, 15))
    report = Report.typed({"resident_number": number, "birth_date": "20220316"})
    assert (report["birth_date"], report["sex"]) == ("2022-03-16", "male")


def test_what_is_empty_is_not_sent_and_an_examination_carries_its_finding_alone():
    report = Report.typed({
        "name": "童一", "birth_certificate": " ", "on": "20240320", "instrument": "vision_test", "category": "vision",
        "finding": "normal", "sign.M24-1": "yes", "regression": "none",
    })  # fmt: skip
    assert report.child == {"identity": {"name": "童一"}}
    assert report.screening == {
        "category": "vision", "on": "2024-03-20", "instrument": "vision_test", "finding": "normal",
    }  # fmt: skip


def test_a_draft_is_read_as_it_was_typed():
    report = Report.typed({"name": "童一", "weeks": "30", "sign.M24-1": "yes", "form": "secret", "once": "x"})
    assert Report.kept(report.text()) == report
    assert not {"form", "once", "do"} & report.values.keys()


def test_a_fresh_page_holds_nothing_worth_keeping():
    fresh = Report.fresh("371602", TODAY)
    assert not Report.typed({**fresh.values, "name": " "}).typed_into(fresh)
    assert Report.typed({**fresh.values, "name": "童"}).typed_into(fresh)


def test_of_whom_the_clerk_said_that_it_is_another_child_nobody_is_asked_again():
    assert Report.typed({"seen": "a"}).apart_from("b a").seen == {"a", "b"}
