"""Custody over HTTP, on a real database: stays, what is refused, and what a refusal leaves behind."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType, RehabCategory, Sex
from shared.contracts.events.rehab import (
    AssistanceItem,
    EnrolmentEnded,
    EnrolmentEndReason,
    EnrolmentStarted,
    TrainingMode,
)
from shared.contracts.events.screening import ChildRegistered, IdentifierKind
from shared.journal.inbox import Outcome
from shared.testing.streams import Stream
from tests.support.stages import UNKNOWN, a_child, code_of

SUPERVISOR = Role.INSTITUTION_SUPERVISOR.value
PAPERS = ["guardian_contract", "health_check", "allergy_and_medication_list", "emergency_contacts", "pick_up_list"]


def an_admission(**changes):
    return {"mode": "weekday_boarding", "admitted_on": "2024-03-01", "papers": PAPERS} | changes


async def a_house(custody, kind=OrgType.CARE_HOME, places=50, region="371602"):
    """A house with licensed places, by day and by night."""
    house, federation = custody.organisation(kind, region), custody.organisation(OrgType.FEDERATION, region, SUPERVISOR)
    body = {"day_places": places, "boarding_places": places, "valid_from": "2019-01-01", "valid_until": "2099-12-31"}
    async with custody.client(federation) as client:
        path = f"/v1/institutions/{house.organisation}/custody-licences"
        assert (await client.post(path, json=body)).status_code == 201
    return house


async def admit(custody, home, case, **changes):
    async with custody.client(home) as client:
        return await client.post(f"/v1/cases/{case}/stays", json=an_admission(**changes))


async def leave(custody, home, stay, **changes):
    body = {"ended_on": "2024-05-01", "reason": "returned_home"} | changes
    async with custody.client(home) as client:
        return await client.post(f"/v1/stays/{stay}/end", json=body)


async def get(custody, actor, path):
    async with custody.client(actor) as client:
        return await client.get(path)


@pytest.fixture
async def home(custody):
    return await a_house(custody)


async def test_a_child_is_admitted_and_leaves_and_both_are_facts(custody, home):
    case = await a_child(custody)
    admitted = await admit(custody, home, case, until="2024-07-06")
    assert admitted.status_code == 201
    stay = admitted.json()["record"]
    ended = await leave(custody, home, stay)
    assert ended.status_code == 201
    first, second = await custody.facts(case)
    assert first["type"] == "tongkang.custody.custody_admitted.v1"
    assert first["time"] == "2024-02-29T16:00:00.000000Z"
    assert first["data"]["actor"]["organisation"] == str(home.organisation)
    expected = {"stay": stay, "institution": str(home.organisation), "mode": "weekday_boarding"}
    expected |= {"admitted_on": "2024-03-01", "until": "2024-07-06"}
    assert {key: first["data"][key] for key in expected} == expected
    assert second["type"] == "tongkang.custody.custody_ended.v1"
    assert (second["data"]["stay"], second["data"]["ended_on"]) == (stay, "2024-05-01")
    assert [fact["sequence"] for fact in (first, second)] == ["1", "2"]


async def test_the_stay_is_shown_to_its_institution_and_that_is_logged(custody, home):
    case = await a_child(custody)
    await admit(custody, home, case)
    answer = await get(custody, home, f"/v1/cases/{case}/stays")
    assert [(stay["admitted_on"], stay["ended_on"]) for stay in answer.json()] == [("2024-03-01", None)]
    rows = await custody.fetch("SELECT person, act FROM access_log WHERE case_id = $1", case)
    assert [tuple(row) for row in rows] == [(home.person, "custody.read")]


async def test_the_list_of_children_in_care_pages_by_key_and_logs_each_child(custody, home):
    cases = [await a_child(custody) for _ in range(5)]
    for case in cases:
        await admit(custody, home, case)
    seen, after = [], ""
    while after is not None:
        page = (await get(custody, home, f"/v1/stays?limit=2{after}")).json()
        assert len(page["items"]) <= 2
        seen += [item["case_id"] for item in page["items"]]
        after = page["next"] and f"&after={page['next']}"
    assert seen == [str(case) for case in cases]
    assert len(await custody.fetch("SELECT FROM access_log WHERE case_id = ANY ($1::uuid[])", cases)) == 5


async def test_a_transfer_on_one_day_is_possible_and_a_second_stay_beside_the_first_is_not(custody, home):
    case, other = await a_child(custody), await a_house(custody, OrgType.REHAB_CENTRE)
    stay = (await admit(custody, home, case)).json()["record"]
    assert code_of(await admit(custody, other, case)) == (409, "custody.stay-overlaps")
    await leave(custody, home, stay, ended_on="2024-05-01", reason="transferred")
    assert code_of(await admit(custody, other, case, admitted_on="2024-04-30")) == (409, "custody.stay-overlaps")
    assert (await admit(custody, other, case, admitted_on="2024-05-01")).status_code == 201
    assert len(await custody.facts(case)) == 3


async def test_two_institutions_at_the_same_moment_get_one_stay(custody, home):
    case, other = await a_child(custody), await a_house(custody)
    answers = await asyncio.gather(*(admit(custody, who, case) for who in (home, other, home, other)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await custody.facts(case)) == 1


async def test_a_child_is_known_once_however_often_it_is_announced(custody):
    stream = Stream("screening")
    kind = IdentifierKind.BIRTH_CERTIFICATE
    record = stream.append(
        ChildRegistered(sex=Sex.MALE, birth_date=clock.today(), region="371681", identifier_kind=kind)
    )
    again = record._replace(offset=1)
    assert await custody.deliver(record, again) == {Outcome.APPLIED: 1, Outcome.DUPLICATE: 1}
    assert await custody.deliver(record._replace(offset=2)) == {Outcome.DUPLICATE: 1}
    rows = await custody.fetch("SELECT birth_date, county FROM child WHERE case_id = $1", stream.subject)
    assert [tuple(row) for row in rows] == [(clock.today(), "371681")]


async def test_the_same_request_is_answered_the_same_way_and_its_key_serves_no_other(custody, home):
    case, key = await a_child(custody), {"Idempotency-Key": f"once-{uuid4()}"}
    async with custody.client(home) as client:
        path = f"/v1/cases/{case}/stays"
        first = await client.post(path, json=an_admission(), headers=key)
        again = await client.post(path, json=an_admission(), headers=key)
        other = await client.post(path, json=an_admission(mode="day"), headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert code_of(other) == (409, "idempotency-key-reused")
    assert len(await custody.facts(case)) == 1


def an_enrolment(centre, **changes):
    fact = {
        "enrolment": uuid4(),
        "approval": uuid4(),
        "institution": centre.organisation,
        "item": AssistanceItem.TRAINING,
        "category": RehabCategory.AUTISM,
        "mode": TrainingMode.CENTRALISED,
        "started_on": date(2024, 1, 22),
        "expected_until": date(2024, 12, 31),
    }
    return EnrolmentStarted(**(fact | changes))


async def an_enrolled_child(custody, centre):
    """Let custody hear of an enrolment first, and of the child only then: two producers keep no order between them."""
    stream = Stream("rehab")
    await custody.deliver(stream.append(an_enrolment(centre)))
    kind = IdentifierKind.RESIDENT_NUMBER
    known = ChildRegistered(sex=Sex.MALE, birth_date=date(2019, 2, 1), region="371602", identifier_kind=kind)
    await custody.deliver(Stream("screening", stream.subject).append(known))
    return stream


async def candidates(custody, actor):
    return [item["case_id"] for item in (await get(custody, actor, "/v1/care-candidates")).json()["items"]]


async def test_a_child_in_rehabilitation_is_shown_to_its_centre_until_it_is_in_care(custody):
    centre = await a_house(custody, OrgType.REHAB_CENTRE)
    case = (await an_enrolled_child(custody, centre)).subject
    assert await candidates(custody, centre) == [str(case)]
    stay = (await admit(custody, centre, case)).json()["record"]
    assert await candidates(custody, centre) == []
    await leave(custody, centre, stay)
    assert await candidates(custody, centre) == [str(case)]
    assert len(await custody.fetch("SELECT FROM access_log WHERE case_id = $1", case)) == 2


async def test_a_child_whose_rehabilitation_ended_is_shown_no_more(custody):
    centre = await a_house(custody, OrgType.REHAB_CENTRE)
    stream = await an_enrolled_child(custody, centre)
    (row,) = await custody.fetch("SELECT id FROM enrolment WHERE case_id = $1", stream.subject)
    over = EnrolmentEnded(
        enrolment=row[0],
        institution=centre.organisation,
        ended_on=date(2024, 6, 1),
        reason=EnrolmentEndReason.FINISHED,
    )
    await custody.deliver(stream.append(over))
    assert await candidates(custody, centre) == []


TOMORROW = (clock.today() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"mode": "cellar"}, "invalid-request"),
        ({"mode": 3}, "invalid-request"),
        ({"admitted_on": "2024-02-30"}, "invalid-request"),
        ({"admitted_on": None}, "invalid-request"),
        ({"papers": ["a_bribe"]}, "invalid-request"),
        ({"name": "样例"}, "invalid-request"),
        ({"admitted_on": TOMORROW}, "in-the-future"),
        ({"until": "2024-02-29"}, "custody.leaves-before-entry"),
        ({"papers": PAPERS[:4]}, "custody.admission-incomplete"),
        ({"admitted_on": "2022-01-31"}, "custody.too-young-to-board"),
        ({"admitted_on": "2019-01-31", "mode": "day"}, "custody.outside-childhood"),
    ],
)
async def test_a_bad_admission_is_refused_and_leaves_no_trace(custody, home, changes, refusal):
    case = await a_child(custody)
    before = await custody.counts()
    assert code_of(await admit(custody, home, case, **changes)) == (422, refusal)
    assert await custody.counts() == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": "bored"}, (422, "invalid-request")),
        ({"ended_on": "tomorrow"}, (422, "invalid-request")),
        ({"ended_on": TOMORROW}, (422, "in-the-future")),
        ({"ended_on": "2024-02-29"}, (422, "custody.leaves-before-entry")),
    ],
)
async def test_a_bad_end_is_refused_and_leaves_no_trace(custody, home, changes, refusal):
    stay = (await admit(custody, home, await a_child(custody))).json()["record"]
    before = await custody.counts()
    assert code_of(await leave(custody, home, stay, **changes)) == refusal
    assert await custody.counts() == before


async def test_a_stay_ends_once(custody, home):
    stay = (await admit(custody, home, await a_child(custody))).json()["record"]
    assert (await leave(custody, home, stay)).status_code == 201
    before = await custody.counts()
    assert code_of(await leave(custody, home, stay, ended_on="2024-06-01")) == (409, "custody.stay-ended-before")
    assert await custody.counts() == before


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("POST", f"/v1/cases/{UNKNOWN}/stays", (404, "case-not-found")),
        ("POST", "/v1/cases/not-an-id/stays", (422, "invalid-request")),
        ("POST", f"/v1/stays/{UNKNOWN}/end", (404, "not-found")),
        ("POST", "/v1/stays/17/end", (422, "invalid-request")),
        ("GET", f"/v1/cases/{UNKNOWN}/stays", (404, "case-not-found")),
        ("GET", "/v1/stays?limit=0", (422, "invalid-request")),
        ("GET", "/v1/stays?limit=201", (422, "invalid-request")),
        ("GET", "/v1/stays?after=nonsense", (400, "bad-cursor")),
    ],
)
async def test_unknown_and_malformed_ids_are_refused(custody, home, method, path, refusal):
    before = await custody.counts()
    body = an_admission() if path.endswith("stays") else {"ended_on": "2024-05-01", "reason": "returned_home"}
    async with custody.client(home) as client:
        answer = await client.request(method, path, json=body if method == "POST" else None)
    assert code_of(answer) == refusal
    assert await custody.counts() == before


async def test_a_write_without_an_idempotency_key_is_refused(custody, home):
    case = await a_child(custody)
    before = await custody.counts()
    async with custody.client(home) as client:
        answer = await client.post(f"/v1/cases/{case}/stays", json=an_admission(), headers={"Idempotency-Key": "short"})
    assert code_of(answer) == (400, "idempotency-key-missing")
    assert await custody.counts() == before
