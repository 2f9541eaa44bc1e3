"""Findings: raised from the facts of every stage, whatever their order; one verdict for all who hang together."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from services.timeline.assessment import Assessment
from services.timeline.domain.findings.assessor import findings_by
from services.timeline.domain.findings.limits import Limits
from shared.contracts.codes import DisabilityCategory, OrgType
from shared.contracts.events import custody, rehab, screening
from shared.journal.inbox import Record
from shared.testing.streams import Stream
from tests.integration.timeline.snapshot import emptied, until_all_are_back
from tests.support.findings import COUNTY, FROM, MONDAY, THERAPIST, Centre, Way, a_centre, at
from tests.support.findings import a_child_in_training as a_newcomer
from tests.support.stages import code_of

WORDING = "q83vEjRWeJCrze8SNFZ4kA"
OPEN = """
SELECT case_id, finding, rule, institution, first_day, last_day, evidence FROM finding WHERE state = 'open'
ORDER BY finding
"""


@pytest.fixture
async def assessment(timeline) -> AsyncIterator[Assessment]:
    """The findings' own assessor, on a timeline that holds nothing else."""
    await emptied(timeline)
    async with until_all_are_back(timeline):
        yield replace(timeline.app.state.assessment, assessors=(findings_by(Limits()),))


def a_child_in_training(centre: Centre, **changed: date) -> tuple[Way, UUID]:
    """A child that nothing is the matter with: it was assessed at the beginning, too."""
    way, enrolment = a_newcomer(centre, **changed)
    way.assessed(enrolment, centre.id)
    return way, enrolment


async def deliver(timeline, *told: Way | Centre) -> None:
    await timeline.deliver(*(record for one in told for record in one.records))


async def rules_of(timeline, way: Way, state: str = "open") -> set[str]:
    rows = await timeline.fetch("SELECT rule FROM finding WHERE case_id = $1 AND state = $2", way.case, state)
    return {row[0] for row in rows}


async def told(timeline, way: Way) -> list[str]:
    """What the timeline has recorded about a case, in words."""
    return [
        f"{fact['type'].split('.')[2].removeprefix('finding_')} {fact['data']['rule']}"
        for fact in await timeline.facts(way.case)
    ]


def two_at_once() -> tuple[Centre, Centre, Way, Way]:
    """Two children whose therapist gave both a session at the same time, at two institutions."""
    here, there = a_centre(), a_centre()
    one, first = a_child_in_training(here)
    other, second = a_child_in_training(there)
    one.trained(first, here.id, clock="09:00")
    other.trained(second, there.id, clock="09:30")
    return here, there, one, other


async def test_a_death_that_arrives_weeks_late_raises_a_finding_that_names_the_line(timeline, assessment):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    session = way.trained(enrolment, centre.id, MONDAY + timedelta(days=1))
    await deliver(timeline, centre, way)
    await assessment.settle()
    assert "F05" not in await rules_of(timeline, way)
    death = way.told(screening.DeathRegistered(died_on=MONDAY), MONDAY)
    await timeline.deliver(way.records[-1])
    await assessment.settle()
    raised = [fact["data"] for fact in await timeline.facts(way.case) if fact["data"]["rule"] == "F05"]
    assert [(one["severity"], one["institution"], one["first_day"]) for one in raised] == [
        ("hold", str(centre.id), "2026-03-03")
    ]
    assert raised[0]["evidence"] == sorted((str(session.id), str(death.id)))


async def test_a_death_that_is_taken_back_closes_its_finding(timeline, assessment):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=1))
    death = way.told(screening.DeathRegistered(died_on=MONDAY), MONDAY)
    await deliver(timeline, centre, way)
    await assessment.settle()
    assert "F05" in await rules_of(timeline, way)
    alive = screening.DeathRetracted(
        reason=screening.RetractionReason.ANOTHER_CHILD, retracted_on=MONDAY + timedelta(days=9), correction_of=death.id
    )
    way.told(alive, MONDAY + timedelta(days=9))
    await timeline.deliver(way.records[-1])
    await assessment.settle()
    assert await rules_of(timeline, way, "facts_changed") == {"F05"}


@pytest.mark.parametrize("seed", range(6))
async def test_whichever_of_two_sessions_came_first_both_children_get_the_finding(timeline, assessment, seed):
    here, there, one, other = two_at_once()
    await deliver(timeline, here, there)
    order = [one, other]
    Random(seed).shuffle(order)
    for way in order:
        await deliver(timeline, way)
        await assessment.settle()
    assert await rules_of(timeline, one) == await rules_of(timeline, other) == {"F03"}


async def test_a_correction_of_one_closes_the_finding_of_both(timeline, assessment):
    here, there, one, other = two_at_once()
    await deliver(timeline, here, there, one, other)
    await assessment.settle()
    assert "F03" in await rules_of(timeline, other)
    one.voided(one.streams["rehab"].events[-1])
    await timeline.deliver(one.records[-1])
    await assessment.settle()
    assert await rules_of(timeline, one, "facts_changed") == await rules_of(timeline, other, "facts_changed") == {"F03"}


async def test_a_correction_of_one_of_three_leaves_the_other_two_with_each_other_as_evidence(timeline, assessment):
    centre = a_centre()
    ways = [a_child_in_training(centre) for _ in range(3)]
    sessions = [way.trained(enrolment, centre.id, clock=f"09:{10 * n:02}") for n, (way, enrolment) in enumerate(ways)]
    await deliver(timeline, centre, *(way for way, _ in ways))
    await assessment.settle()
    ways[2][0].voided(sessions[2])
    await timeline.deliver(ways[2][0].records[-1])
    await assessment.settle()
    for way, _ in ways[:2]:
        (row,) = await timeline.fetch("SELECT evidence FROM finding WHERE case_id = $1 AND rule = 'F03'", way.case)
        assert set(row[0]) == {session.id for session in sessions[:2]}
    assert await rules_of(timeline, ways[2][0], "facts_changed") == {"F03"}


async def test_sessions_that_meet_after_midnight_clash(timeline, assessment):
    centre = a_centre()
    (late, one), (early, other) = a_child_in_training(centre), a_child_in_training(centre)
    late.trained(one, centre.id, MONDAY, clock="23:50")
    early.trained(other, centre.id, MONDAY + timedelta(days=1), clock="00:10")
    await deliver(timeline, centre, late, early)
    await assessment.settle()
    assert "F03" in await rules_of(timeline, late)
    assert "F03" in await rules_of(timeline, early)


async def test_of_many_sessions_at_once_a_finding_names_no_more_than_a_few(timeline, assessment):
    centre = a_centre()
    ways = [a_child_in_training(centre) for _ in range(12)]
    for way, enrolment in ways:
        way.trained(enrolment, centre.id)
    await deliver(timeline, centre, *(way for way, _ in ways))
    await assessment.settle()
    named = "SELECT cardinality(evidence) FROM finding WHERE rule = 'F03' AND case_id = ANY($1::uuid[])"
    rows = await timeline.fetch(named, [way.case for way, _ in ways])
    assert [row[0] for row in rows] == [1 + Limits().clashes_named] * len(ways)


async def test_back_to_back_sessions_and_one_group_session_are_no_clash(timeline, assessment):
    centre, group = a_centre(), uuid4()
    ways = []
    for _ in range(4):
        way, enrolment = a_child_in_training(centre)
        way.trained(enrolment, centre.id, clock="09:00", mode=rehab.SessionMode.GROUP, group=group)
        way.trained(enrolment, centre.id, clock="09:45", mode=rehab.SessionMode.GROUP)
        ways.append((way, enrolment))
    await deliver(timeline, centre, *(way for way, _ in ways))
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [set()] * 4
    ways[0][0].trained(ways[0][1], centre.id, MONDAY + timedelta(days=1))
    ways[1][0].trained(ways[1][1], centre.id, MONDAY + timedelta(days=1), clock="09:44")
    await deliver(timeline, *(way for way, _ in ways[:2]))
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [{"F03"}, {"F03"}, set(), set()]


async def test_a_therapists_day_beyond_eight_hours_is_flagged_with_every_child_of_it(timeline, assessment):
    centre = a_centre()
    ways = [a_child_in_training(centre) for _ in range(3)]
    for n, (way, enrolment) in enumerate(ways):
        way.trained(enrolment, centre.id, clock=f"{8 + 3 * n:02}:00", minutes=160)
    await deliver(timeline, centre, *(way for way, _ in ways))
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [set()] * 3
    way, enrolment = ways[1]
    late = way.trained(enrolment, centre.id, clock="20:00", minutes=1)
    await timeline.deliver(way.records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [{"F08"}] * 3
    way.voided(late)
    await timeline.deliver(way.records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [set()] * 3


async def test_a_wording_under_five_sessions_is_cloned_and_a_group_session_counts_once(timeline, assessment):
    centre, group = a_centre(), uuid4()
    ways = [a_child_in_training(centre) for _ in range(5)]
    for way, enrolment in ways:
        way.trained(enrolment, centre.id, mode=rehab.SessionMode.GROUP, group=group, wording=WORDING)
    for n, (way, enrolment) in enumerate(ways[:3]):
        way.trained(enrolment, centre.id, MONDAY + timedelta(days=1 + n), wording=WORDING)
    await deliver(timeline, centre, *(way for way, _ in ways))
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [set()] * 5
    way, enrolment = ways[4]
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=7), wording=WORDING)
    await timeline.deliver(way.records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [{"F14"}] * 5


async def test_a_device_that_confirms_for_a_fourth_family_is_flagged_with_all_of_them(timeline, assessment):
    centre = a_centre()
    by_app = rehab.Confirmation(method=rehab.ConfirmationMethod.APP, device=uuid4())
    ways = [a_child_in_training(centre) for _ in range(4)]
    for n, (way, enrolment) in enumerate(ways):
        way.trained(enrolment, centre.id, clock=f"{9 + n:02}:00", confirmation=by_app)
        await deliver(timeline, centre, way)
        await assessment.settle()
        expected = {"F20"} if n == 3 else set()
        assert [await rules_of(timeline, told) for told, _ in ways[: n + 1]] == [expected] * (n + 1)


async def four_families_of_one_device(timeline, assessment) -> list[Way]:
    centre, app = a_centre(), rehab.ConfirmationMethod.APP
    by_app, ways = rehab.Confirmation(method=app, device=uuid4()), []
    for n in range(4):
        way, enrolment = a_child_in_training(centre)
        way.trained(enrolment, centre.id, clock=f"{9 + n:02}:00", confirmation=by_app)
        ways.append(way)
    await deliver(timeline, centre, *ways)
    await assessment.settle()
    assert [await rules_of(timeline, way) for way in ways] == [{"F20"}] * 4
    return ways


async def test_a_correction_that_takes_the_device_of_one_session_away_clears_all_four_families(timeline, assessment):
    ways = await four_families_of_one_device(timeline, assessment)
    session = ways[2].streams["rehab"].events[-1]
    ways[2].moved(session, session.occurred_at)
    await timeline.deliver(ways[2].records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way in ways] == [set()] * 4
    assert [await rules_of(timeline, way, "facts_changed") for way in ways] == [{"F20"}] * 4


async def test_two_cases_that_turn_out_to_be_one_child_are_one_family_of_a_device(timeline, assessment):
    ways = await four_families_of_one_device(timeline, assessment)
    ids = {"survivor": ways[0].case, "merged": ways[1].case}
    for way in ways[:2]:
        way.told(screening.IdentityMerged(**ids, merged_on=MONDAY), MONDAY)
    await timeline.deliver(*(way.records[-1] for way in ways[:2]))
    await assessment.settle()
    assert ["F20" in await rules_of(timeline, way) for way in ways] == [False] * 4
    for way in ways[:2]:
        way.told(screening.IdentityUnmerged(**ids, unmerged_on=MONDAY), MONDAY, recorded=timedelta(days=3))
    await timeline.deliver(*(way.records[-1] for way in ways[:2]))
    await assessment.settle()
    assert ["F20" in await rules_of(timeline, way) for way in ways] == [True] * 4


async def test_who_came_beyond_the_places_is_flagged_and_an_end_told_late_clears_the_last(timeline, assessment):
    centre = Centre()
    centre.designated(capacity=2)
    ways = [a_child_in_training(centre, started_on=FROM + timedelta(days=n)) for n in range(3)]
    await deliver(timeline, centre, *(way for way, _ in reversed(ways)))
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [set(), set(), {"F22"}]
    first, enrolment = ways[0]
    end = rehab.EnrolmentEnded(
        enrolment=enrolment, institution=centre.id, ended_on=FROM + timedelta(days=2),
        reason=rehab.EnrolmentEndReason.WITHDRAWN,
    )  # fmt: skip
    first.told(end, end.ended_on)
    await timeline.deliver(first.records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [set()] * 3


async def test_a_severe_grade_told_late_takes_the_carer_of_whoever_came_last_and_a_milder_one_gives_it_back(
    timeline, assessment
):
    house, ways = Centre(), [Way() for _ in range(4)]
    house.told(custody.CarersDeclared(by_day=1, by_night=1, since=FROM))
    for n, way in enumerate(ways):
        way.registered()
        way.admitted(house.id, custody.CustodyMode.DAY, FROM + timedelta(days=n))
    await deliver(timeline, house, *ways)
    await assessment.settle()
    assert [await rules_of(timeline, way) for way in ways] == [set()] * 4
    grading = ways[0].certified(1, FROM, recorded=timedelta(days=60))
    await timeline.deliver(ways[0].records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way in ways] == [set(), set(), set(), {"F22"}]
    milder = screening.CertificateRegraded(
        grading=grading, category=DisabilityCategory.PHYSICAL, grade=3, regraded_on=FROM
    )
    ways[0].told(milder, FROM, recorded=timedelta(days=90))
    await timeline.deliver(ways[0].records[-1])
    await assessment.settle()
    assert [await rules_of(timeline, way) for way in ways] == [set()] * 4


async def test_who_lacks_a_carer_already_is_judged_again_when_another_childs_grade_counts_earlier(timeline, assessment):
    house, ways = Centre(), [Way() for _ in range(5)]
    house.told(custody.CarersDeclared(by_day=1, by_night=1, since=FROM))
    for way in ways:
        way.registered()
        way.admitted(house.id, custody.CustodyMode.DAY, FROM)
    last = max(ways, key=lambda way: way.streams["custody"].events[-1].data["stay"])
    first = min(ways, key=lambda way: way.streams["custody"].events[-1].data["stay"])
    await deliver(timeline, house, *ways)
    await assessment.settle()
    assert "5 children by day on 2026-01-01, 0 of a severe grade" in await said(timeline, last)
    first.certified(2, FROM, recorded=timedelta(days=60))
    await timeline.deliver(first.records[-1])
    await assessment.settle()
    assert "5 children by day on 2026-01-01, 1 of a severe grade" in await said(timeline, last)


async def said(timeline, way: Way) -> str:
    """What was compared in the findings of a case."""
    rows = await timeline.fetch("SELECT steps::text FROM finding_ground WHERE case_id = $1", way.case)
    return " ".join(row[0] for row in rows)


async def test_a_suspension_told_late_changes_the_verdict_on_all_children_of_the_institution(timeline, assessment):
    centre = Centre()
    agreement = centre.designated()
    ways = [a_child_in_training(centre) for _ in range(3)]
    for n, (way, enrolment) in enumerate(ways):
        way.trained(enrolment, centre.id, clock=f"{9 + n:02}:00")
    await deliver(timeline, centre, *(way for way, _ in ways))
    await assessment.settle()
    reason = rehab.SuspensionReason.SAFETY
    record = centre.told(rehab.DesignationSuspended(designation=agreement, suspended_on=MONDAY, reason=reason))
    await timeline.deliver(record)
    await assessment.settle()
    assert [await rules_of(timeline, way) for way, _ in ways] == [{"F13"}] * 3


async def test_sessions_of_two_cases_clash_while_they_are_one_child(timeline, assessment):
    here, there = a_centre(), a_centre()
    there.employs(UUID(int=501))
    one, first = a_child_in_training(here)
    other, second = a_child_in_training(there)
    one.trained(first, here.id)
    other.trained(second, there.id, therapist=UUID(int=501))
    await deliver(timeline, here, there, one, other)
    await assessment.settle()
    ids = {"survivor": one.case, "merged": other.case}
    for way in (one, other):
        way.told(screening.IdentityMerged(**ids, merged_on=MONDAY), MONDAY)
    await timeline.deliver(one.records[-1], other.records[-1])
    await assessment.settle()
    assert await rules_of(timeline, one) == await rules_of(timeline, other) == {"F01", "F02", "F23"}
    for way in (one, other):
        way.told(screening.IdentityUnmerged(**ids, unmerged_on=MONDAY), MONDAY, recorded=timedelta(days=3))
    await timeline.deliver(one.records[-1], other.records[-1])
    await assessment.settle()
    assert await rules_of(timeline, one) == await rules_of(timeline, other) == set()


def a_tangled_world() -> list[Record]:
    """Children that share a therapist, a wording, a device and the places of a small house; two of them are one."""
    centre, by_app = Centre(), rehab.Confirmation(method=rehab.ConfirmationMethod.APP, device=UUID(int=8))
    agreement = centre.designated(capacity=3)
    centre.employs()
    ways = [a_child_in_training(centre, started_on=FROM + timedelta(days=n)) for n in range(5)]
    for n, (way, enrolment) in enumerate(ways):
        for day in range(2):
            when = MONDAY + timedelta(days=day)
            way.trained(enrolment, centre.id, when, f"{9 + n // 2:02}:00", 70, wording=WORDING, confirmation=by_app)
        way.trained(enrolment, centre.id, MONDAY, f"{13 + n:02}:00", 160)
    ways[0][0].voided(ways[0][0].streams["rehab"].events[-1])
    ways[1][0].told(screening.DeathRegistered(died_on=MONDAY), MONDAY)
    ids = {"survivor": ways[2][0].case, "merged": ways[3][0].case}
    for way, _ in ways[2:4]:
        way.told(screening.IdentityMerged(**ids, merged_on=MONDAY), MONDAY)
    reason = rehab.SuspensionReason.SAFETY
    centre.told(rehab.DesignationSuspended(designation=agreement, suspended_on=MONDAY, reason=reason))
    return [record for told in (centre, *(way for way, _ in ways)) for record in told.records]


async def open_findings(timeline) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await timeline.fetch(OPEN)]


async def own_facts(timeline, world: Sequence[Record]) -> list[Record]:
    """What the timeline itself has recorded about the cases of a world."""
    cases = list({UUID((record.key or b"").decode()) for record in world})
    statement = "SELECT envelope FROM event_log WHERE case_id = ANY($1::uuid[]) ORDER BY case_id, epoch, seq"
    return [Record(row[0]) for row in await timeline.fetch(statement, cases)]


def parts(records: Sequence[Record], dice: Random) -> list[Sequence[Record]]:
    """Shuffle records and their repeats, and cut them into batches."""
    order = [*records, *dice.sample(list(records), len(records) // 3)]
    dice.shuffle(order)
    cuts = sorted(dice.sample(range(1, len(order)), 6))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_and_any_repeats_of_the_facts_give_the_same_open_findings(timeline, assessment, seed):
    world, dice = a_tangled_world(), Random(seed)
    await timeline.deliver(*world)
    await assessment.settle()
    expected = await open_findings(timeline)
    assert {row[2] for row in expected} == {"F02", "F03", "F05", "F08", "F13", "F14", "F20", "F22", "F23"}
    own = await own_facts(timeline, world)
    await emptied(timeline)
    await timeline.deliver(*own)
    for batch in parts(world, dice):
        await timeline.deliver(*batch)
        if dice.random() < 0.7:
            await assessment.settle()
    await assessment.settle()
    assert await open_findings(timeline) == expected
    assert await timeline.fetch("SELECT FROM dirty_case UNION ALL SELECT FROM dirty_institution") == []


@pytest.mark.parametrize("seed", range(8))
async def test_what_was_concluded_while_facts_came_in_any_order_is_what_all_of_them_at_once_say(
    timeline, assessment, seed
):
    world, dice = a_tangled_world(), Random(seed)
    for batch in parts(world, dice):
        await timeline.deliver(*batch)
        if dice.random() < 0.7:
            await assessment.settle()
    await assessment.settle()
    found, own = await open_findings(timeline), await own_facts(timeline, world)
    await emptied(timeline)
    await timeline.deliver(*world, *own)
    await assessment.settle()
    assert await open_findings(timeline) == found
    assert await own_facts(timeline, world) == own


async def test_findings_made_anew_from_the_facts_are_the_same_and_nothing_is_said_again(timeline, assessment):
    world = a_tangled_world()
    await timeline.deliver(*world)
    await assessment.settle()
    expected = await open_findings(timeline)
    own = await own_facts(timeline, world)
    await emptied(timeline)
    await timeline.deliver(*world, *own)
    await assessment.settle()
    assert await open_findings(timeline) == expected
    assert await own_facts(timeline, world) == own


async def test_what_an_assessment_of_two_thousand_sessions_costs(timeline, assessment):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    for n in range(2000):
        way.trained(
            enrolment, centre.id, FROM + timedelta(days=n % 300), f"{8 + n // 300:02}:00", 45, wording=f"{n:022}"
        )
    await deliver(timeline, centre, way)
    begun = time.perf_counter()
    await assessment.settle()
    print(f"assessment of one case with 2,000 sessions: {(time.perf_counter() - begun) * 1000:.0f} ms")  # noqa: T201
    assert "F08" in await rules_of(timeline, way)


async def flagged_child(timeline, assessment, *, approver: UUID | None = None) -> tuple[Way, Centre, str]:
    """A child with an open finding of F05, and the finding's id."""
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=1))
    way.told(screening.DeathRegistered(died_on=MONDAY), MONDAY)
    await deliver(timeline, centre, way)
    await assessment.settle()
    (row,) = await timeline.fetch("SELECT finding FROM finding WHERE case_id = $1 AND rule = 'F05'", way.case)
    return way, centre, str(row[0])


def an_auditor(timeline, region: str = COUNTY, *roles: str):
    return timeline.organisation(OrgType.AUDITOR, region, *(roles or ("auditor",)))


async def test_an_auditor_lists_counts_and_opens_findings_and_each_look_is_logged(timeline, assessment):
    way, centre, finding = await flagged_child(timeline, assessment)
    auditor = an_auditor(timeline)
    async with timeline.client(auditor) as client:
        listed = (await client.get("/v1/findings", params={"rule": "F05", "institution": str(centre.id)})).json()
        counted = (await client.get("/v1/findings/counts", params={"severity": "hold", "state": "open"})).json()
        one = (await client.get(f"/v1/findings/{finding}")).json()
        of_case = (await client.get(f"/v1/cases/{way.case}/findings")).json()
    assert [row["finding"] for row in listed["items"]] == [finding]
    assert {row["rule"]: row["findings"] for row in counted["items"]} == {"F05": 1}
    assert finding in {row["finding"] for row in of_case["items"]}
    assert one["explanation"]["rule"] == "timeline.f05-after-death"
    assert "the child had died on 2026-03-02" in one["explanation"]["steps"][0]["en"]
    assert {entry["type"].split(".")[2] for entry in one["entries"]} == {"session_recorded", "death_registered"}
    logged = await timeline.fetch(
        "SELECT act FROM access_log WHERE person = $1 AND case_id = $2", auditor.person, way.case
    )
    assert [row[0] for row in logged] == ["finding.read"] * 3


async def test_the_facts_about_an_institution_are_shown_with_the_finding_that_stands_on_them(timeline, assessment):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    centre.told(rehab.StaffLapsed(therapist=THERAPIST, lapsed_on=MONDAY, reason=rehab.LapseReason.STRUCK_OFF))
    await deliver(timeline, centre, way)
    await assessment.settle()
    (row,) = await timeline.fetch("SELECT finding FROM finding WHERE case_id = $1 AND rule = 'F12'", way.case)
    async with timeline.client(an_auditor(timeline)) as client:
        one = (await client.get(f"/v1/findings/{row[0]}")).json()
    kinds = [entry["type"].split(".")[2] for entry in one["entries"]]
    assert kinds == ["session_recorded", "staff_qualified", "staff_lapsed"]


async def test_a_list_goes_on_where_the_page_before_ended(timeline, assessment):
    for _ in range(3):
        await flagged_child(timeline, assessment)
    seen: list[str] = []
    async with timeline.client(an_auditor(timeline)) as client:
        page = (await client.get("/v1/findings", params={"limit": 2, "rule": "F05"})).json()
        seen += [row["finding"] for row in page["items"]]
        page = (await client.get("/v1/findings", params={"limit": 2, "rule": "F05", "after": page["next"]})).json()
        seen += [row["finding"] for row in page["items"]]
    assert (len(seen), len(set(seen)), page["next"]) == (3, 3, None)


async def review(timeline, finding: str, actor, decision: str = "explained", key: str | None = None):
    headers = {"Idempotency-Key": key} if key else {}
    async with timeline.client(actor) as client:
        body = {"decision": decision, "reason": "the register had the wrong day"}
        return await client.post(f"/v1/findings/{finding}/reviews", json=body, headers=headers)


async def test_a_review_is_a_fact_without_words_and_the_words_stay_here(timeline, assessment):
    way, _, finding = await flagged_child(timeline, assessment)
    auditor, key = an_auditor(timeline), str(uuid4())
    answer = await review(timeline, finding, auditor, key=key)
    assert (answer.status_code, answer.json()["record"]) == (201, finding)
    assert (await review(timeline, finding, auditor, key=key)).json() == answer.json()
    assert (await told(timeline, way))[-2:] == ["reviewed F05", "closed F05"]
    assert "wrong day" not in str(await timeline.facts(way.case))
    assert await rules_of(timeline, way, "explained") == {"F05"}
    async with timeline.client(auditor) as client:
        one = (await client.get(f"/v1/findings/{finding}")).json()
    assert [(row["decision"], row["reason"]) for row in one["reviews"]] == [
        ("explained", "the register had the wrong day")
    ]
    assert code_of(await review(timeline, finding, auditor)) == (409, "timeline.finding-settled")


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"reason": "x" * 2001}, {"decision": "forgotten"}, {"decision": None}, {"more": 1}]
)
async def test_a_review_needs_one_of_three_decisions_and_a_reason(timeline, assessment, wrong):
    way, _, finding = await flagged_child(timeline, assessment)
    body = {"decision": "confirmed", "reason": "the centre has no answer"} | wrong
    async with timeline.client(an_auditor(timeline)) as client:
        answer = await client.post(f"/v1/findings/{finding}/reviews", json=body)
    assert code_of(answer) == (422, "invalid-request")
    assert await rules_of(timeline, way) == {"F05"}


async def test_more_evidence_opens_a_reviewed_finding_again(timeline, assessment):
    way, centre, finding = await flagged_child(timeline, assessment)
    await review(timeline, finding, an_auditor(timeline))
    enrolment = UUID(way.streams["rehab"].events[1].data["enrolment"])
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=2))
    await timeline.deliver(way.records[-1])
    await assessment.settle()
    assert "F05" in await rules_of(timeline, way)


async def test_who_approved_does_not_review_and_a_stranger_cannot_tell_that_it_exists(timeline, assessment):
    way, _, finding = await flagged_child(timeline, assessment)
    stream = Stream("rehab", way.case, last=way.streams["rehab"].last, head=way.streams["rehab"].head)
    approver = timeline.organisation(OrgType.FEDERATION, COUNTY, "auditor", "approver")
    approved = way.approved()
    way.records.pop()
    await timeline.deliver(stream.append(approved.model_copy(update={"approval": uuid4()}), actor=approver.ref))
    before = await told(timeline, way)
    assert code_of(await review(timeline, finding, approver)) == (403, "timeline.own-decision")
    stranger = an_auditor(timeline, "371621")
    assert code_of(await review(timeline, finding, stranger)) == (404, "not-found")
    assert code_of(await review(timeline, finding, timeline.organisation(OrgType.FEDERATION, COUNTY, "approver"))) == (
        403,
        "not-allowed",
    )
    assert await told(timeline, way) == before
    assert await timeline.fetch("SELECT 1 FROM finding_review WHERE finding = $1", UUID(finding)) == []


async def test_an_erased_child_leaves_no_reviewers_words(timeline, assessment):
    way, _, finding = await flagged_child(timeline, assessment)
    await review(timeline, finding, an_auditor(timeline), "confirmed")
    erased = screening.ChildErased(basis=screening.ErasureBasis.GUARDIAN_REQUEST, erased_on=MONDAY)
    way.told(erased, at(date(2026, 7, 1)))
    await timeline.deliver(way.records[-1])
    (row,) = await timeline.fetch("SELECT decision, reason FROM finding_review WHERE finding = $1", UUID(finding))
    assert tuple(row) == ("confirmed", None)
