"""Who sees how much of an entry: the table of docs/access.md, row by row."""

from datetime import date

import orjson
import pytest

from services.timeline.domain.chain import LANE_OF, PRODUCERS
from services.timeline.domain.entry import shown
from services.timeline.domain.sight import SIGHTS, Detail, Sight
from shared.contracts.catalogue import FACTS
from shared.contracts.codes import OrgType
from shared.contracts.events.education import AttendanceRecorded, PlacementDecided
from shared.contracts.events.rehab import AssistanceApproved, SessionRecorded
from shared.contracts.events.screening import DiagnosisRecorded, ScreeningRecorded
from tests.support.children import Child, event_of

ABOUT_CASES = [fact for fact in FACTS.values() if fact.about == "case"]
HEALTH = (OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL)


def test_every_kind_of_organisation_has_a_sight():
    assert set(SIGHTS) == set(OrgType)


def test_a_service_sees_nothing_even_of_what_it_recorded():
    for fact in ABOUT_CASES:
        assert SIGHTS[OrgType.SERVICE].detail(fact.producer, fact.type, own=True) is Detail.HIDDEN


@pytest.mark.parametrize("kind", [OrgType.FEDERATION, OrgType.AUDITOR])
def test_federation_and_auditor_see_everything_in_full(kind):
    for fact in ABOUT_CASES:
        assert SIGHTS[kind].detail(fact.producer, fact.type, own=False) is Detail.FULL


@pytest.mark.parametrize("kind", HEALTH)
def test_health_institutions_see_screening_in_full_and_of_later_stages_kind_and_day(kind):
    for fact in ABOUT_CASES:
        expected = {"screening": Detail.FULL, "timeline": Detail.HIDDEN}.get(fact.producer, Detail.REDUCED)
        assert SIGHTS[kind].detail(fact.producer, fact.type, own=False) is expected


@pytest.mark.parametrize(
    ("kind", "own_stage"), [(OrgType.HEALTH_AUTHORITY, "screening"), (OrgType.EDUCATION_AUTHORITY, "education")]
)
def test_an_authority_sees_its_own_stage_in_full_and_the_states_of_the_others(kind, own_stage):
    for fact in ABOUT_CASES:
        expected = Detail.FULL if fact.producer == own_stage else Detail.REDUCED
        assert SIGHTS[kind].detail(fact.producer, fact.type, own=False) is expected


@pytest.mark.parametrize(
    ("kind", "fact", "own", "expected"),
    [
        (OrgType.REHAB_CENTRE, SessionRecorded, True, Detail.FULL),
        (OrgType.REHAB_CENTRE, SessionRecorded, False, Detail.BUSY),
        (OrgType.REHAB_CENTRE, DiagnosisRecorded, False, Detail.CATEGORY),
        (OrgType.REHAB_CENTRE, DiagnosisRecorded, True, Detail.CATEGORY),
        (OrgType.REHAB_CENTRE, AssistanceApproved, False, Detail.REDUCED),
        (OrgType.REHAB_CENTRE, ScreeningRecorded, False, Detail.HIDDEN),
        (OrgType.REHAB_CENTRE, PlacementDecided, False, Detail.HIDDEN),
        (OrgType.SCHOOL, PlacementDecided, False, Detail.FULL),
        (OrgType.SCHOOL, AttendanceRecorded, True, Detail.FULL),
        (OrgType.SCHOOL, AttendanceRecorded, False, Detail.HIDDEN),
        (OrgType.SCHOOL, DiagnosisRecorded, True, Detail.HIDDEN),
        (OrgType.CARE_HOME, DiagnosisRecorded, True, Detail.HIDDEN),
        (OrgType.CARE_HOME, SessionRecorded, False, Detail.HIDDEN),
    ],
)
def test_what_institutions_see(kind, fact, own, expected):
    assert SIGHTS[kind].detail(fact.producer, fact.type, own=own) is expected


@pytest.mark.parametrize("kind", [OrgType.SCHOOL, OrgType.CARE_HOME, OrgType.REHAB_CENTRE])
def test_no_institution_of_a_later_stage_sees_states_or_who_else_takes_part(kind):
    assert (SIGHTS[kind].states, SIGHTS[kind].everyone) == (False, False)


def row_of(record, **more):
    event = event_of(record)
    return {
        "event_id": event.id, "occurred_at": event.occurred_at, "recorded_at": event.recorded_at,
        "producer": event.producer, "type": event.type, "own": None,
        "hash": event.hash, "envelope": event.envelope, "corrected_by": None, "corrected_at": None,
        "masked": None, "erased": False,
    } | more  # fmt: skip


def test_a_reduced_entry_tells_the_state_that_followed_and_nothing_of_how():
    row = row_of(Child().confirmed(date(2024, 2, 1)))
    entry = shown(row, Sight(producers={"screening": Detail.REDUCED}))
    assert entry is not None
    assert {key: str(value) for key, value in entry.items() if key not in {"id", "type"}} == {
        "lane": "screening", "detail": "reduced", "day": "2024-02-01", "corrected_by": "None", "state": "confirmed",
    }  # fmt: skip


def test_a_full_entry_carries_the_published_bytes_untouched():
    record = Child().registered()
    entry = shown(row_of(record), SIGHTS[OrgType.AUDITOR])
    assert record.value in orjson.dumps(entry, default=str)


def test_a_hidden_entry_is_none_even_when_a_page_brought_it():
    assert shown(row_of(Child().registered()), SIGHTS[OrgType.SCHOOL]) is None


def test_every_producer_has_a_lane():
    assert {fact.producer for fact in ABOUT_CASES} <= set(PRODUCERS) == set(LANE_OF)


@pytest.mark.parametrize(
    ("org_type", "own", "mask", "detail"),
    [
        (OrgType.FEDERATION, False, {"masked": True}, "reduced"),
        (OrgType.FEDERATION, False, {"masked": False}, "full"),
        (OrgType.AUDITOR, False, {"masked": True}, "full"),
        (OrgType.AUDITOR, False, {"erased": True}, "reduced"),
        (OrgType.CLINIC, True, {"masked": True}, "full"),
        (OrgType.CLINIC, True, {"erased": True}, "reduced"),
        (OrgType.REHAB_CENTRE, False, {"masked": True}, None),
    ],
)
def test_behind_a_mask_stands_that_something_happened_and_when(org_type, own, mask, detail):
    row = row_of(Child().confirmed(date(2024, 2, 1)), own=own, **mask)
    entry = shown(row, SIGHTS[org_type])
    assert (entry and str(entry["detail"])) == detail
