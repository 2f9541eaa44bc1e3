"""Whom a search means: what has to be said by whom, and how it is compared. Every child is invented."""

from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.protocol import protocols
from services.screening.domain.searching import Said, sought
from services.screening.errors import InvalidNumber, SayMore
from shared.contracts.events.screening import IdentifierKind

PROTOCOL = protocols().in_force(date(2026, 3, 2))
NUMBER, BORN = "379999202103150019", date(2021, 3, 15)
CHILD = {"name": "童小·一", "resident_number": NUMBER}
LATIN = {"name": "Tóng Xiǎoyī", "resident_number": None}


def asked(*, authority: bool = False, **said):
    return sought(Said(**said), PROTOCOL, by_authority=authority)


@pytest.mark.parametrize("said", [{}, {"name": ""}])
@pytest.mark.parametrize("authority", [True, False])
def test_something_has_to_be_said(said, authority):
    with pytest.raises(SayMore):
        asked(authority=authority, **said)


@pytest.mark.parametrize("said", [{"name": "童"}, {"number": "0019"}, {"born": BORN}])
def test_an_institution_finds_by_anything_and_an_authority_only_whom_it_names(said):
    assert asked(**said)
    with pytest.raises(SayMore):
        asked(authority=True, **said)


@pytest.mark.parametrize("said", [{"name": "童小一", "born": BORN}, {"number": NUMBER}, {"case": "0a1b2c3d"}])
def test_an_authority_names_one_by_number_or_name_and_birth_date_or_case(said):
    assert asked(authority=True, **said)


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (" 3799 9920 2103 1500 19", (IdentifierKind.RESIDENT_NUMBER, NUMBER)),
        ("３７９９９９２０２１０３１５００１９", (IdentifierKind.RESIDENT_NUMBER, NUMBER)),
        ("t123456789", (IdentifierKind.BIRTH_CERTIFICATE, "T123456789")),
    ],
)
def test_a_whole_number_is_read_as_people_write_it(number, read):
    found = asked(number=number)
    assert (found.number, found.ending, found.opens) == (read, "", False)


@pytest.mark.parametrize("number", ["379999202103150018", "019", "T12345678", "99999999999999999999", "X019"])
def test_what_is_no_number_is_refused_without_repeating_it(number):
    with pytest.raises(InvalidNumber) as refused:
        asked(number=number)
    assert refused.value.details["field"] == "number"
    assert number not in repr(refused.value) + str(refused.value.details)


@pytest.mark.parametrize(
    ("said", "child", "meant"),
    [
        ({"name": "小一"}, CHILD, True),
        ({"name": " 童　小一 "}, CHILD, True),
        ({"name": "小二"}, CHILD, False),
        ({"name": "xiaoyi"}, LATIN, True),
        ({"name": "TONG XIAOYI"}, LATIN, True),
        ({"number": "0019"}, CHILD, True),
        ({"number": "0018"}, CHILD, False),
        ({"number": "0019"}, LATIN, False),
        ({"name": "童", "number": "0019"}, CHILD, True),
        ({"name": "童", "number": "0018"}, CHILD, False),
    ],
)
def test_names_are_compared_as_duplicates_are_and_numbers_by_their_end(said, child, meant):
    assert asked(**said).means(child) is meant


@pytest.mark.parametrize(("name", "meant"), [("童小一", True), ("小一", False), ("童小一一", False)])
def test_to_an_authority_a_part_of_a_name_is_none(name, meant):
    assert asked(authority=True, name=name, born=BORN).means(CHILD) is meant


def test_the_whole_name_is_told_from_a_part():
    assert asked(name="童小一").names(CHILD)
    assert not asked(name="童小").names(CHILD)


def test_a_case_is_found_by_how_its_id_begins():
    first, last = asked(case="0A1B2C3D-4E").cases
    assert (first, last) == (UUID("0a1b2c3d4e" + "0" * 22), UUID("0a1b2c3d4e" + "f" * 22))


def test_nothing_that_was_said_shows_in_a_representation():
    said = Said("童小一", NUMBER, BORN, "0a1b2c3d")
    told = repr(said) + repr(sought(said, PROTOCOL, by_authority=False))
    assert [part for part in ("童", NUMBER, "2021", "0a1b") if part in told] == []
