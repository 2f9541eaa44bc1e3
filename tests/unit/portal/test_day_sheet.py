"""What is typed into the sheet of a centre's day, and what becomes of it."""

from datetime import date, time
from uuid import uuid4

import pytest

from services.portal.domain.day_sheet import Row, Sheet, clock_of, clock_time, minute_of

DAY, CENTRE = date(2026, 3, 2), uuid4()


def a_row(**typed) -> Row:
    return Row(**{"enrolment": "e1", "case": "c1", "start": "0930", "end": "1010", "therapist": "t1"} | typed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0930", time(9, 30)), ("930", time(9, 30)), ("9:30", time(9, 30)), ("09.30", time(9, 30)), ("9", time(9)),
        ("14", time(14)), ("１４：０５", time(14, 5)), (" 1600 ", time(16)), ("0000", time(0)),
        ("2400", None), ("0960", None), ("", None), ("half past", None), ("9:3", None), ("12345", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_type_them(text, expected):
    assert clock_time(text) == expected


def test_a_row_becomes_a_line_with_times_of_the_day_in_shanghai():
    row = a_row(mode="individual", discipline="st", attended="no", words="拼图", proof="signed", visit="v1")
    assert row.line(DAY, CENTRE) == {
        "case": "c1", "enrolment": "e1", "therapist": "t1", "discipline": "st", "mode": "individual",
        "starts_at": "2026-03-02T09:30:00+08:00", "ends_at": "2026-03-02T10:10:00+08:00", "attended": False,
        "words": "拼图", "confirmation": {"method": "signed"},
    }  # fmt: skip


def test_training_at_home_names_its_visit():
    assert a_row(mode="home", visit="v1").line(DAY, CENTRE)["visit"] == "v1"
    assert "visit" not in a_row(mode="home").line(DAY, CENTRE)


def test_children_with_one_therapist_at_one_time_are_one_group():
    first, second = (a_row(enrolment=key, mode="group").line(DAY, CENTRE)["group"] for key in ("e1", "e2"))
    assert first == second
    assert first != a_row(mode="group", end="1020").line(DAY, CENTRE)["group"]
    assert first != a_row(mode="group").line(DAY, uuid4())["group"]


def test_a_form_becomes_rows_and_only_what_was_typed_is_sent():
    first = {"0.enrolment": "e1", "0.case": "c1", "0.start": "0930", "0.end": "1010", "0.therapist": "t1"}
    second = {"1.enrolment": "e2", "1.case": "c2", "1.therapist": "t1"}
    third = {"2.enrolment": "e3", "2.case": "c3", "2.words": " only words "}
    sheet = Sheet.sent({"form": "x"} | first | second | third)
    assert [row.enrolment for row in sheet.to_send] == ["e1"]
    assert sheet.mistakes == {"e3": "start"}


@pytest.mark.parametrize(
    ("typed", "column"), [({"start": "25"}, "start"), ({"end": ""}, "end"), ({"therapist": ""}, "therapist"), ({}, "")]
)
def test_a_mistake_names_its_column(typed, column):
    assert a_row(**typed).mistake == column


def test_a_draft_keeps_what_was_typed_and_gives_it_back():
    sheet = Sheet({"e1": a_row(words="拼图"), "e2": Row("e2", "c2", therapist="t1")})
    assert Sheet.kept(sheet.text()).rows == {"e1": a_row(words="拼图")}
    assert Sheet.kept(None).rows == {}


def test_a_page_of_the_sheet_replaces_its_own_rows_only():
    first = Sheet({"e1": a_row(), "e2": a_row(enrolment="e2")})
    both = first.under(Sheet({"e2": a_row(enrolment="e2", start="")}))
    assert (both.rows["e1"].start, both.rows["e2"].start) == ("0930", "")
    assert both.without(["e1"]).rows.keys() == {"e2"}


def test_moments_are_told_by_the_clock_on_the_wall():
    assert clock_of("2026-03-02T01:30:00Z") == "09:30"
    assert minute_of("2026-03-02T01:30:00Z", DAY) == 570
    assert minute_of("2026-03-01T15:00:00Z", DAY) == -60
