"""An application as it is typed, the number on its slip, amounts in yuan."""

from uuid import UUID

import pytest

from services.portal.domain.applying import number_of, read
from services.portal.domain.typed import fen_of, slip_number

TYPED = {"what": "training/centralised", "category": "autism", "basis": "diagnosis", "submitted_on": "2026-03-02"}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("A1B2-C3D4-E5F6", "A1B2-C3D4-E5F6"),
        ("a1b2c3d4e5f6", "A1B2-C3D4-E5F6"),
        (" a1b2 c3d4 e5f6 ", "A1B2-C3D4-E5F6"),
        ("A1B2\u2013C3D4\u2013E5F6", "A1B2-C3D4-E5F6"),
        ("\uff21\uff11\uff22\uff12C3D4E5F6", "A1B2-C3D4-E5F6"),
        ("OIL0-0000-0000", "0110-0000-0000"),
        ("A1B2-C3D4-E5F", ""),
        ("A1B2-C3D4-E5FG", ""),
        ("", ""),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, number):
    assert slip_number(typed) == number


def test_the_number_is_the_end_of_the_id():
    assert number_of(str(UUID("01a20a69-d47e-76a3-bb21-76b2eb885ca6"))) == "76B2-EB88-5CA6"


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("4,800.50", 480050),
        ("0", 0),
        ("0.29", 29),
        ("\uff11\uff12", 1200),
        ("much", "much"),
        ("", ""),
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("1.005", "1.005"),
    ],
)
def test_yuan_become_fen_and_what_is_no_amount_goes_as_it_is(typed, fen):
    assert fen_of(typed) == fen


def test_training_has_its_mode_and_what_is_given_once_its_kind():
    body, wrong = read(TYPED, ["identity"], [])
    assert wrong == {}
    assert (body["item"], body["mode"], body["materials"]) == ("training", "centralised", ["identity"])
    assert body["residence"] == {"kind": "household", "proofs": []}
    assert body.keys().isdisjoint({"agent", "hardship", "guardian", "device"})
    body, _ = read(TYPED | {"what": "device/hearing_aid"}, [], [])
    assert (body["item"], body["mode"], body["device"]) == ("device", "once", "hearing_aid")


def test_what_is_missing_is_named_and_an_agent_needs_the_day_of_the_authority():
    assert read({}, [], [])[1] == dict.fromkeys(("what", "category", "basis", "submitted_on"), "missing")
    agent = TYPED | {"agent": "organisation"}
    assert read(agent, [], [])[1] == {"authorised_on": "missing"}
    body, wrong = read(agent | {"authorised_on": "2026-03-01"}, [], [])
    assert (wrong, body["agent"]) == ({}, {"kind": "organisation", "authorised_on": "2026-03-01"})
