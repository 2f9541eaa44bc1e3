"""Registering a child: numbers, birth date and sex must agree (handbook §1.4, §2.3). Every child is invented."""

from dataclasses import replace
from datetime import date

import pytest

from services.screening.domain.registry import Identity, NewChild, register
from services.screening.errors import ChildTooOld, InvalidNumber, NumberDisagrees, NumberNeeded
from shared.contracts.codes import Sex
from shared.contracts.events.screening import IdentifierKind
from shared.errors import InTheFuture

TODAY = date(2024, 6, 1)
NUMBER = "379999202103150019"
IDENTITY = Identity(
    name="童一一",
    guardian_name="童大一",
    guardian_phone="00000000000",
    address="虚构路一号",
    resident_number=NUMBER,
)


def a_child(sex: Sex = Sex.MALE, birth_date: date = date(2021, 3, 15), **identity) -> NewChild:
    return NewChild(replace(IDENTITY, **identity), sex, birth_date, "371602")


def test_a_child_is_known_by_its_resident_number(protocol):
    registered = register(a_child(resident_number=f" {NUMBER} "), TODAY, protocol)
    assert registered.identity.resident_number == NUMBER
    assert registered.fact.identifier_kind is IdentifierKind.RESIDENT_NUMBER
    assert (registered.fact.sex, registered.fact.birth_date) == (Sex.MALE, date(2021, 3, 15))
    assert registered.fact.region == "371602"


def test_a_newborn_is_known_by_its_birth_certificate(protocol):
    registered = register(a_child(resident_number=None, birth_certificate="t370000001"), TODAY, protocol)
    assert registered.identity.birth_certificate == "T370000001"
    assert registered.fact.identifier_kind is IdentifierKind.BIRTH_CERTIFICATE


def test_with_both_the_resident_number_is_the_stronger(protocol):
    registered = register(a_child(birth_certificate="T370000001"), TODAY, protocol)
    assert registered.fact.identifier_kind is IdentifierKind.RESIDENT_NUMBER
    assert list(registered.identity.numbers) == [IdentifierKind.RESIDENT_NUMBER, IdentifierKind.BIRTH_CERTIFICATE]


def test_without_a_number_nobody_can_be_found_again(protocol):
    with pytest.raises(NumberNeeded):
        register(a_child(resident_number=None), TODAY, protocol)


@pytest.mark.parametrize(
    ("child", "field"),
    [(a_child(birth_date=date(2021, 3, 16)), "birth_date"), (a_child(sex=Sex.FEMALE), "sex")],
)
def test_the_number_must_agree_with_what_is_said(protocol, child, field):
    with pytest.raises(NumberDisagrees) as refusal:
        register(child, TODAY, protocol)
    assert refusal.value.details == {"field": field}


@pytest.mark.parametrize(
    ("identity", "details"),
    [
        ({"resident_number": "379999202103150018"}, {"field": "resident_number", "flaw": "check_character"}),
        ({"resident_number": "379999202113150019"}, {"field": "resident_number", "flaw": "birth_date"}),
        ({"resident_number": ""}, {"field": "resident_number", "flaw": "form"}),
        ({"guardian_resident_number": "x"}, {"field": "guardian_resident_number", "flaw": "form"}),
        ({"birth_certificate": "370000001"}, {"field": "birth_certificate", "flaw": "form"}),
        ({"birth_certificate": "T370000001\n9"}, {"field": "birth_certificate", "flaw": "form"}),
    ],
)
def test_an_invalid_number_is_named_by_its_flaw_only(protocol, identity, details):
    with pytest.raises(InvalidNumber) as refusal:
        register(a_child(**identity), TODAY, protocol)
    assert refusal.value.details == details


@pytest.mark.parametrize(
    ("born", "today", "refusal"),
    [
        (date(2024, 6, 1), date(2024, 6, 1), None),
        (date(2024, 6, 2), date(2024, 6, 1), InTheFuture),
        (date(2006, 6, 2), date(2024, 6, 1), None),
        (date(2006, 6, 1), date(2024, 6, 1), ChildTooOld),
        (date(2008, 2, 29), date(2026, 2, 28), None),
        (date(2008, 2, 29), date(2026, 3, 1), ChildTooOld),
    ],
)
def test_a_child_is_registered_from_birth_to_before_the_eighteenth_birthday(protocol, born, today, refusal):
    child = a_child(birth_date=born, resident_number=None, birth_certificate="T370000001")
    if refusal is None:
        assert register(child, today, protocol).fact.birth_date == born
    else:
        with pytest.raises(refusal):
            register(child, today, protocol)


def test_identity_shows_in_no_representation(protocol):
    registered = register(a_child(guardian_resident_number=NUMBER), TODAY, protocol)
    for secret in (NUMBER, "童一一", "童大一", "虚构路", "00000000000"):
        assert secret not in repr(registered)
        assert secret not in repr(a_child())
