"""What cannot be applied: seen in plain words, tried again, stepped over by two persons."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import Event, chain
from shared.journal.inbox import Record
from shared.testing.eventually import eventually
from tests.integration.timeline.snapshot import emptied, snapshot
from tests.support.children import COUNTY, Child, event_of
from tests.support.stages import code_of

CENTRE = uuid4()
WAIVER = {"reason": "content_invalid"}


@pytest.fixture(autouse=True)
async def clean_desk(timeline) -> None:
    await emptied(timeline)
    await timeline.fetch("DELETE FROM parked_event")


@pytest.fixture
def operator(timeline) -> Actor:
    return timeline.organisation(OrgType.FEDERATION, COUNTY, "administrator")


@pytest.fixture
def second(timeline) -> Actor:
    return timeline.organisation(OrgType.FEDERATION, COUNTY, "administrator")


def poisoned(record: Record, child: Child) -> Record:
    """Return the fact as a broken producer would have written it: a session that says when in no way anybody knows."""
    document = orjson.loads(record.value or b"")
    document["data"]["starts_at"] = "on Monday"
    value = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    stream = child.streams["rehab"]
    stream.head = chain(Event.read(value).prev_hash, value)
    return Record(value, record.key, record.topic, record.partition, record.offset)


async def a_stuck_child(timeline) -> tuple[Child, Record, list[Record]]:
    """Return a child whose second session is poison, with two good ones behind it, all delivered."""
    child, enrolment = Child(), uuid4()
    child.registered()
    child.trained(date(2024, 3, 4), CENTRE, enrolment)
    child.trained(date(2024, 3, 5), CENTRE, enrolment)
    bad = poisoned(child.records[-1], child)
    child.trained(date(2024, 3, 6), CENTRE, enrolment)
    child.trained(date(2024, 3, 7), CENTRE, enrolment)
    records = [*child.records[:2], bad, *child.records[3:]]
    await timeline.deliver(*records)
    return child, bad, records


async def desk(timeline, actor: Actor, **query: Any) -> list[dict[str, Any]]:
    async with timeline.client(actor) as client:
        answer = await client.get("/v1/parked", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def post(timeline, actor: Actor, path: str, body: Any = None, **query: Any):
    async with timeline.client(actor) as client:
        return await client.post(path, json=body, params=query or None)


async def days_of(timeline, case: UUID) -> list[int]:
    rows = await timeline.fetch("SELECT day FROM attended_session WHERE case_id = $1 ORDER BY day", case)
    return [row["day"].day for row in rows]


async def test_poison_stops_its_own_stream_and_says_so_in_both_languages(timeline, operator):
    child, _, _ = await a_stuck_child(timeline)
    other = Child()
    other.registered()
    other.trained(date(2024, 3, 5), CENTRE, uuid4())
    await timeline.deliver(*other.records)
    assert (await days_of(timeline, child.case), await days_of(timeline, other.case)) == ([4], [5])
    rows = await desk(timeline, operator)
    assert [(row["owner"], row["sequence"], row["reason"]) for row in rows] == [
        ("rehab", 2, "poison"),
        ("rehab", 3, "gap"),
        ("rehab", 4, "gap"),
    ]
    assert rows[0]["detail"] == "ValueError"
    for row in rows:
        assert row["words"]["zh"]
        assert row["words"]["en"]
        assert row["age_seconds"] >= 0


async def test_answers_about_the_case_count_what_is_parked(timeline):
    child, _, _ = await a_stuck_child(timeline)
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, COUNTY)) as client:
        for path in ("", "/entries"):
            answer = (await client.get(f"/v1/cases/{child.case}{path}")).json()
            assert answer["completeness"]["parked"] == 3


async def test_the_desk_of_a_region_shows_its_own_and_names_the_case_to_who_may_see_it(timeline, operator):
    child, _, _ = await a_stuck_child(timeline)
    county, elsewhere = (timeline.organisation(OrgType.FEDERATION, region, "reviewer") for region in (COUNTY, "371621"))
    assert {row["case"] for row in await desk(timeline, county)} == {str(child.case)}
    assert await desk(timeline, elsewhere) == []
    assert {row["case"] for row in await desk(timeline, operator)} == {None}
    logged = await timeline.fetch("SELECT case_id FROM access_log WHERE person = $1", county.person)
    assert {row["case_id"] for row in logged} == {child.case}
    assert await timeline.fetch("SELECT 1 FROM access_log WHERE person = $1", operator.person) == []


async def test_the_desk_pages(timeline, operator):
    await a_stuck_child(timeline)
    async with timeline.client(operator) as client:
        first = (await client.get("/v1/parked", params={"limit": 2})).json()
        rest = (await client.get("/v1/parked", params={"limit": 2, "after": first["next"]})).json()
    assert [row["sequence"] for row in first["items"] + rest["items"]] == [2, 3, 4]
    assert rest["next"] is None


async def test_a_redrive_of_what_still_fails_changes_nothing(timeline, operator):
    await a_stuck_child(timeline)
    poison = (await desk(timeline, operator))[0]
    before = await snapshot(timeline)
    for dry_run in (True, False):
        answer = await post(timeline, operator, f"/v1/parked/{poison['id']}/redrive", dry_run=dry_run)
        assert answer.json() == {"dry_run": dry_run, "outcome": "parked", "reason": "poison", "detail": "ValueError"}
    assert await snapshot(timeline) == before
    audited = await timeline.fetch("SELECT outcome FROM access_log WHERE person = $1 ORDER BY id", operator.person)
    assert [row["outcome"] for row in audited] == ["rehearsed:parked", "redrive:parked"]


async def test_a_redrive_of_what_works_now_applies_it_and_what_waits_behind(timeline, operator, monkeypatch):
    child, enrolment = Child(), uuid4()
    child.registered()
    for day in (4, 5, 6):
        child.trained(date(2024, 3, day), CENTRE, enrolment)
    with monkeypatch.context() as broken:
        broken.setattr("services.timeline.domain.projection.stages.local_date", None)
        await timeline.deliver(*child.streams["rehab"].records)
    assert await days_of(timeline, child.case) == []
    parked = (await desk(timeline, operator))[0]
    rehearsed = await post(timeline, operator, f"/v1/parked/{parked['id']}/redrive", dry_run=True)
    assert (rehearsed.json()["outcome"], await days_of(timeline, child.case)) == ("applied", [])
    done = await post(timeline, operator, f"/v1/parked/{parked['id']}/redrive")
    assert (done.json()["outcome"], await days_of(timeline, child.case)) == ("applied", [4, 5, 6])
    assert await desk(timeline, operator) == []


async def on_the_timeline(timeline, case: UUID) -> None:
    """Wait until the waiver came by Kafka like every other fact."""
    sql = "SELECT 1 FROM entry WHERE case_id = $1 AND type = 'tongkang.timeline.event_waived.v1'"
    await eventually(lambda: timeline.fetch(sql, case))


async def waived(timeline, operator, second) -> tuple[Child, Record, list[Record]]:
    """Step over the poison of a stuck child, as two persons."""
    child, bad, records = await a_stuck_child(timeline)
    parked = (await desk(timeline, operator))[0]
    asked = await post(timeline, operator, f"/v1/parked/{parked['id']}/waive", WAIVER)
    assert (asked.status_code, asked.json()) == (200, {"state": "asked"})
    assert await days_of(timeline, child.case) == [4]
    agreed = await post(timeline, second, f"/v1/parked/{parked['id']}/waive", WAIVER)
    assert (agreed.status_code, agreed.json()) == (200, {"state": "agreed"})
    await on_the_timeline(timeline, child.case)
    return child, bad, records


async def test_two_persons_step_over_an_event_and_that_is_a_fact_on_the_timeline(timeline, operator, second):
    child, bad, _ = await waived(timeline, operator, second)
    assert await days_of(timeline, child.case) == [4, 6, 7]
    assert await desk(timeline, operator) == []
    (fact,) = await timeline.facts(child.case)
    event = event_of(bad)
    told = {key: value for key, value in fact["data"].items() if key != "actor"}
    assert (fact["type"], told) == (
        "tongkang.timeline.event_waived.v1",
        {
            "waived_producer": "rehab", "waived_epoch": 1, "waived_sequence": 2, "waived_event": str(event.id),
            "waived_hash": event.hash.hex(), "parked_for": "poison", "reason": "content_invalid",
            "asked_by": str(operator.person), "agreed_by": str(second.person),
        },
    )  # fmt: skip


async def test_what_was_stepped_over_comes_again_as_a_duplicate_and_no_incident(timeline, operator, second):
    _, _, records = await waived(timeline, operator, second)
    assert await timeline.deliver(*records) == {"duplicate": len(records)}


async def test_one_person_alone_steps_over_nothing(timeline, operator):
    child, _, _ = await a_stuck_child(timeline)
    path = f"/v1/parked/{(await desk(timeline, operator))[0]['id']}/waive"
    assert (await post(timeline, operator, path, WAIVER)).json() == {"state": "asked"}
    before = await timeline.counts()
    assert code_of(await post(timeline, operator, path, WAIVER)) == (403, "timeline.second-person-needed")
    assert await timeline.counts() == before
    assert await timeline.facts(child.case) == []


async def test_the_second_person_agrees_to_what_was_asked(timeline, operator, second):
    await a_stuck_child(timeline)
    path = f"/v1/parked/{(await desk(timeline, operator))[0]['id']}/waive"
    await post(timeline, operator, path, WAIVER)
    refused = await post(timeline, second, path, {"reason": "recorded_anew"})
    assert code_of(refused) == (409, "timeline.waiver-not-asked")


async def test_what_only_waits_for_an_earlier_fact_cannot_be_stepped_over(timeline, operator):
    await a_stuck_child(timeline)
    gap = (await desk(timeline, operator))[1]
    refused = await post(timeline, operator, f"/v1/parked/{gap['id']}/waive", WAIVER)
    assert code_of(refused) == (409, "timeline.nothing-to-step-over")


async def test_what_is_no_fact_at_all_can_neither_be_redriven_nor_stepped_over(timeline, operator):
    await timeline.deliver(Record(b"not a fact", b"key", "tongkang.rehab", 0, 999_999))
    (stray,) = await desk(timeline, operator)
    assert (stray["reason"], stray["owner"], stray["case"]) == ("unreadable", None, None)
    tried = await post(timeline, operator, f"/v1/parked/{stray['id']}/redrive")
    assert tried.json()["outcome"] == "rejected"
    refused = await post(timeline, operator, f"/v1/parked/{stray['id']}/waive", WAIVER)
    assert code_of(refused) == (409, "timeline.nothing-to-step-over")
    assert len(await desk(timeline, operator)) == 1


async def test_a_broken_chain_can_be_stepped_over_after_the_incident_was_looked_into(timeline, operator, second):
    child, forged = Child(), Child()
    child.registered()
    child.trained(date(2024, 3, 4), CENTRE, uuid4())
    forged.case = child.case
    forged.__post_init__()
    forged.trained(date(2024, 3, 9), CENTRE, uuid4())
    forged.trained(date(2024, 3, 10), CENTRE, uuid4())
    await timeline.deliver(*child.records, forged.records[1])
    (parked,) = await desk(timeline, operator)
    assert parked["reason"] == "broken-chain"
    reason = {"reason": "chain_broken"}
    for person in (operator, second):
        await post(timeline, person, f"/v1/parked/{parked['id']}/waive", reason)
    await on_the_timeline(timeline, child.case)
    assert await desk(timeline, operator) == []
    forged.trained(date(2024, 3, 11), CENTRE, uuid4())
    assert await timeline.deliver(forged.records[2]) == {"applied": 1}
    assert await days_of(timeline, child.case) == [4, 11]


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("/v1/parked/999999999/redrive", None, (404, "not-found")),
        ("/v1/parked/999999999/waive", WAIVER, (404, "not-found")),
        ("/v1/parked/99999999999999999999/redrive", None, (422, "invalid-request")),
        ("/v1/parked/first/redrive", None, (422, "invalid-request")),
        ("/v1/parked/1/redrive?dry_run=perhaps", None, (422, "invalid-request")),
        ("/v1/parked/1/waive", {"reason": "because"}, (422, "invalid-request")),
        ("/v1/parked/1/waive", {"reason": "content_invalid", "note": "words"}, (422, "invalid-request")),
        ("/v1/parked/1/waive", None, (422, "invalid-request")),
    ],
)
async def test_a_command_of_the_wrong_form_is_refused_and_leaves_nothing(timeline, operator, path, body, refusal):
    before = await timeline.counts()
    assert code_of(await post(timeline, operator, path, body)) == refusal
    assert await timeline.counts() == before


async def test_a_command_needs_a_key_and_a_key_serves_one_command(timeline, operator):
    await a_stuck_child(timeline)
    poison, gap, _ = await desk(timeline, operator)
    async with timeline.client(operator) as client:
        short = {"Idempotency-Key": "short"}
        answer = await client.post(f"/v1/parked/{poison['id']}/redrive", headers=short)
        assert code_of(answer) == (400, "idempotency-key-missing")
        key = {"Idempotency-Key": str(uuid4())}
        once = await client.post(f"/v1/parked/{poison['id']}/waive", json=WAIVER, headers=key)
        again = await client.post(f"/v1/parked/{poison['id']}/waive", json=WAIVER, headers=key)
        assert (once.json(), again.json()) == ({"state": "asked"},) * 2
        other = await client.post(f"/v1/parked/{gap['id']}/waive", json=WAIVER, headers=key)
        assert code_of(other) == (409, "idempotency-key-reused")
