"""Duties on real servers: as facts, as rows, in working lists; the same whatever the order, and after a rebuild."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.timeline.assessment import Assessment
from services.timeline.rebuild import Rebuild
from shared import clock
from shared.clock import moment_of
from shared.contracts.codes import OrgType
from shared.contracts.events import rehab, screening
from shared.contracts.specimen import specimen
from shared.journal.inbox import Record
from shared.testing.streams import Stream
from tests.integration.timeline.snapshot import snapshot, until_all_are_back
from tests.support.children import COUNTY, Child, Institution, a_whole_way, event_of
from tests.support.feeds import feeds, keep
from tests.support.stages import code_of

CENTRE, SCHOOL, HOME = UUID(int=21), UUID(int=22), UUID(int=23)
NOW = datetime(2024, 6, 20, 4, 0, tzinfo=UTC)
STATE = (
    "case_id, duty, rule, owner, owner_kind, county, opened_by, opened_at, due_at, from_day, from_moment, "
    "at_least_from, outcome, met_by, met_at, fell_away, level"
)


@pytest.fixture
async def assessment(timeline) -> AsyncIterator[Assessment]:
    """The task as the app builds it, in the middle of 2024; nothing waits or stands in lists from other tests."""
    for table in ("dirty_case", "dirty_institution", "case_clock", "duty"):
        await timeline.fetch(f"DELETE FROM {table}")
    task: Assessment = timeline.app.state.assessment
    async with until_all_are_back(timeline):
        yield replace(task, now=lambda: NOW)


async def duties(timeline, *cases: UUID) -> list[dict[str, Any]]:
    rows = await timeline.fetch(
        f"SELECT {STATE} FROM duty WHERE case_id = ANY($1::uuid[]) ORDER BY due_at, rule, duty", list(cases)
    )
    return [dict(row) for row in rows]


async def by_rule(timeline, case: UUID) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for row in await duties(timeline, case):
        found.setdefault(row["rule"], []).append(row["outcome"] or row["level"])
    return found


async def test_a_child_s_whole_way_leaves_its_duties_each_with_what_came_of_it(timeline, assessment):
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    await assessment.settle()
    assert await by_rule(timeline, child.case) == {
        "referral-due": ["in_time"],
        "referral-again": ["in_time"],
        "referral-answer": ["in_time", "province"],
        "rescreening-trace": ["void", "late"],
        "federation-report": ["province"],
        "approved-not-enrolled": ["in_time"],
        "stage-evaluation": ["province", "city"],
        "silence": ["province"],
        "iep-due": ["province"],
    }


async def test_duties_are_facts_of_the_child_and_stand_on_its_timeline(timeline, assessment):
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    await assessment.settle()
    facts = [fact for fact in await timeline.facts(child.case) if ".duty_" in fact["type"]]
    assert {fact["type"].rpartition("_")[2] for fact in facts} == {"opened.v1", "met.v1", "missed.v1"}
    by_id = {fact["data"]["duty"] for fact in facts}
    assert by_id == {str(row["duty"]) for row in await duties(timeline, child.case)}


async def test_assessed_again_nothing_is_said_twice(timeline, assessment):
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    await assessment.settle()
    before = await timeline.facts(child.case)
    child.registered()
    await timeline.deliver(child.records[-1])
    assert await assessment.settle() == 1
    assert await timeline.facts(child.case) == before


async def test_a_clock_that_runs_out_is_said_when_it_does_and_one_level_higher_later(timeline, assessment):
    child = Child()
    child.registered()
    child.referred(date(2024, 6, 10), uuid4())
    await timeline.deliver(*child.records)
    assert await assessment.settle() == 1
    assert (await by_rule(timeline, child.case))["referral-answer"] == [None]
    for day, level in ((25, "county"), (2, "city"), (25, "province")):
        month = 6 if level == "county" else 7
        assessment.now = lambda month=month, day=day: moment_of(date(2024, month, day))
        assert await assessment.settle() == 1
        assert (await by_rule(timeline, child.case))["referral-answer"] == [level]


async def test_a_late_record_takes_a_silence_away_and_its_correction_brings_it_back(timeline, assessment):
    child = Child()
    child.registered()
    enrolment = child.enrolled(date(2024, 5, 1), CENTRE, uuid4())
    child.trained(date(2024, 5, 2), CENTRE, enrolment)
    child.trained(date(2024, 6, 12), CENTRE, enrolment)
    await timeline.deliver(*child.records)
    await assessment.settle()
    assert (await by_rule(timeline, child.case))["silence"] == ["late"]
    filling = [child.trained(date(2024, 5, day), CENTRE, enrolment) for day in (15, 28)]
    await timeline.deliver(*child.records[-2:])
    await assessment.settle()
    assert (await by_rule(timeline, child.case))["silence"] == ["void"]
    for session in filling:
        child.corrected(session)
    await timeline.deliver(*child.records[-2:])
    await assessment.settle()
    assert (await by_rule(timeline, child.case))["silence"] == ["late"]


async def test_with_its_residence_a_child_s_open_duties_move(timeline, assessment):
    child = Child()
    child.registered()
    child.referred(date(2024, 6, 10), uuid4())
    await timeline.deliver(*child.records)
    await assessment.settle()
    child.add(screening.ResidenceMoved(previous=COUNTY, region="371621", moved_on=date(2024, 6, 15)), date(2024, 6, 15))
    await timeline.deliver(child.records[-1])
    await assessment.settle()
    assert {row["county"] for row in await duties(timeline, child.case)} == {"371621"}


async def test_what_is_open_when_a_child_dies_is_void_from_that_day(timeline, assessment):
    child = Child()
    child.registered()
    child.referred(date(2024, 6, 10), uuid4())
    await timeline.deliver(*child.records)
    await assessment.settle()
    died = child.add(screening.DeathRegistered(died_on=date(2024, 6, 15)), date(2024, 6, 15))
    await timeline.deliver(died)
    await assessment.settle()
    assert {(row["outcome"], row["met_at"]) for row in await duties(timeline, child.case)} == {
        ("void", moment_of(date(2024, 6, 15)))
    }


async def test_what_a_wrongly_registered_death_made_void_is_owed_again(timeline, assessment):
    child = Child()
    child.registered()
    child.referred(date(2024, 6, 10), uuid4())
    await timeline.deliver(*child.records)
    await assessment.settle()
    owed = await owed_by_rule(timeline, child.case)
    died = child.add(screening.DeathRegistered(died_on=date(2024, 6, 15)), date(2024, 6, 15))
    await timeline.deliver(died)
    await assessment.settle()
    assert [outcome for *_, outcome in await owed_by_rule(timeline, child.case)] == ["void"] * len(owed)
    alive = specimen(screening.DeathRetracted).model_copy(update={"correction_of": event_of(died).id})
    await timeline.deliver(child.add(alive, date(2024, 6, 20)))
    await assessment.settle()
    assert await owed_by_rule(timeline, child.case) == owed
    assert {outcome for *_, outcome in owed} == {None}


async def owed_by_rule(timeline, case: UUID) -> list[tuple[Any, ...]]:
    rows = [(row["rule"], row["due_at"], row["outcome"]) for row in await duties(timeline, case)]
    return sorted(rows, key=str)


async def test_when_a_designation_is_removed_every_sitting_child_is_to_be_transferred(timeline, assessment):
    children, centre, stream = [Child() for _ in range(12)], uuid4(), None
    for child in children:
        child.registered()
        child.enrolled(date(2024, 5, 1), centre, uuid4())
    await timeline.deliver(*(record for child in children for record in child.records))
    await assessment.settle()
    stream = Stream("rehab", centre)
    removed = specimen(rehab.DesignationRemoved).model_copy(update={"removed_on": date(2024, 6, 1)})
    await timeline.deliver(stream.append(removed, occurred_at=date(2024, 6, 1)))
    assert await assessment.settle() == 12
    found = await duties(timeline, *(child.case for child in children))
    owed = [row for row in found if row["rule"] == "transfer-children"]
    assert {(row["owner"], row["due_at"]) for row in owed} == {(centre, moment_of(date(2024, 7, 2)))}
    assert len(owed) == 12


@dataclass
class World:
    """Two children that went through every stage, a third that died, and the institution where they were."""

    centre: UUID = field(default_factory=uuid4)
    children: list[Child] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.children = [a_whole_way(self.centre, SCHOOL, HOME) for _ in range(3)]
        _, second, third = self.children
        second.placed(date(2024, 9, 1), school=SCHOOL)
        moved = screening.ResidenceMoved(previous=COUNTY, region="371621", moved_on=date(2024, 5, 1))
        second.add(moved, date(2024, 5, 1))
        third.add(screening.DeathRegistered(died_on=date(2024, 3, 20)), date(2024, 3, 20))
        centre, designation = Institution(self.centre), Stream("rehab", self.centre)
        centre.licensed(date(2024, 1, 1), date(2024, 12, 31))
        removed = specimen(rehab.DesignationRemoved).model_copy(update={"removed_on": date(2024, 4, 1)})
        designation.append(removed, occurred_at=date(2024, 4, 1))
        told = [record for child in self.children for record in child.records]
        self.records = [*told, *centre.stream.records, *designation.records]

    async def duties(self, timeline) -> list[tuple[Any, ...]]:
        """Return its duties, facts named by their place in it; but not what never was one by what is known now."""
        place = {event_of(record).id: number for number, record in enumerate(self.records)}
        cases = [child.case for child in self.children]
        rows = [row for row in await duties(timeline, *cases) if not row["fell_away"]]
        return sorted(
            (
                cases.index(row["case_id"]),
                row["rule"],
                place[row["opened_by"]],
                place.get(row["met_by"], -1),
                *(str(row[name]) for name in AS_IT_IS),
            )
            for row in rows
        )


AS_IT_IS = (
    *("due_at", "county", "outcome", "met_at", "level"),
    *("opened_at", "from_day", "from_moment", "at_least_from", "owner_kind"),
)
PLACES = range(len(World().records))


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[int]]:
    """Draw an order of all records of a world with repeats, cut into batches."""
    order = draw(st.permutations(PLACES))
    for place in draw(st.lists(st.sampled_from(PLACES), max_size=12)):
        order.insert(draw(st.integers(0, len(order))), place)
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=4)))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


async def assessed(timeline, assessment: Assessment, batches: Sequence[Sequence[int]]) -> list[tuple[Any, ...]]:
    """Deliver a new world in batches, assessing after each; return its duties."""
    world = World()
    for batch in batches:
        await timeline.deliver(*(world.records[place] for place in batch))
        await assessment.settle()
    return await world.duties(timeline)


@settings(settings.get_profile("on-servers"), max_examples=12)
@given(batches=deliveries())
async def test_any_order_and_any_repeats_leave_the_same_duties(timeline, assessment, batches):
    whole = await assessed(timeline, assessment, [PLACES])
    assert await assessed(timeline, assessment, batches) == whole


async def test_a_silence_that_a_death_made_void_never_was_one_once_its_sessions_are_heard_of(timeline, assessment):
    world = World()
    third, late = world.children[2], range(9, 13)
    early = [record for number, record in enumerate(third.records) if number not in late]
    await timeline.deliver(*early)
    await assessment.settle()
    (before,) = [row for row in await duties(timeline, third.case) if row["rule"] == "silence"]
    died = event_of(third.records[-1])
    assert (before["outcome"], before["met_by"], before["fell_away"]) == ("void", died.id, False)
    await timeline.deliver(*third.records)
    await assessment.settle()
    (after,) = [row for row in await duties(timeline, third.case) if row["rule"] == "silence"]
    assert (after["outcome"], after["met_by"], after["fell_away"]) == ("void", died.id, True)


async def test_a_rebuild_gives_the_same_duties_and_records_nothing_anew(timeline, assessment):
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    async with feeds(timeline, "screening", "rehab", "education", "custody", "timeline") as apps:
        for app in apps.values():
            await keep(app, child.records)
        await timeline.deliver(*child.records)
        await assessment.settle()
        own = [Record(row[0]) for row in await timeline.fetch(LOGGED, child.case)]
        await keep(apps["timeline"], own)
        before, facts = (await snapshot(timeline))["duty"], await timeline.facts(child.case)
        await Rebuild(timeline.service, 7).run()
        assert (await snapshot(timeline))["duty"] == before
        assert await assessment.settle() == 1
        assert (await snapshot(timeline))["duty"] == before
        assert await timeline.facts(child.case) == facts


LOGGED = "SELECT envelope FROM event_log WHERE case_id = $1 ORDER BY seq"


async def overdue_and_due(timeline, assessment: Assessment, county: str = COUNTY) -> tuple[Child, UUID]:
    """A child of a county with one duty long overdue and one that is due next week, of one receiver."""
    child, receiver, today = Child(), uuid4(), clock.today()
    child.registered(county)
    for days in (60, 11):
        child.referred(today - timedelta(days=days), receiver)
    await timeline.deliver(*child.records)
    await replace(assessment, now=clock.now).settle()
    return child, receiver


async def answer(timeline, actor, path: str, **asked: Any) -> dict[str, Any]:
    async with timeline.client(actor) as client:
        found = await client.get(path, params=asked)
    assert found.status_code == 200, found.text
    body: dict[str, Any] = found.json()
    return body


@pytest.mark.parametrize("region", [COUNTY, COUNTY[:4], COUNTY[:2]])
async def test_an_authority_reads_the_open_duties_of_its_region_first_due_first(timeline, assessment, region):
    child, receiver = await overdue_and_due(timeline, assessment)
    await overdue_and_due(timeline, assessment, "110101")
    federation = timeline.organisation(OrgType.FEDERATION, region)
    listed = await answer(timeline, federation, "/v1/duties")
    assert {item["case"] for item in listed["items"]} == {str(child.case)}
    assert [item["due_at"] for item in listed["items"]] == sorted(item["due_at"] for item in listed["items"])
    answers = [item for item in listed["items"] if item["rule"] == "referral-answer"]
    assert [(item["standing"], item["level"]) for item in answers] == [("overdue", "province"), ("due_soon", None)]
    assert {item["owner"] for item in answers} == {str(receiver)}


async def test_an_institution_reads_what_it_owes_itself(timeline, assessment):
    child, receiver = await overdue_and_due(timeline, assessment)
    owing = replace(timeline.organisation(OrgType.MCH, COUNTY), organisation=receiver)
    listed = await answer(timeline, owing, "/v1/duties")
    assert [(item["case"], item["rule"]) for item in listed["items"]] == [(str(child.case), "referral-answer")] * 2
    assert (await answer(timeline, timeline.organisation(OrgType.MCH, COUNTY), "/v1/duties"))["items"] == []
    of_case = await answer(timeline, owing, f"/v1/cases/{child.case}/duties")
    assert {item["rule"] for item in of_case["items"]} == {"referral-answer"}


async def test_a_list_is_narrowed_by_standing_rule_and_level_and_paged(timeline, assessment):
    await overdue_and_due(timeline, assessment)
    federation = timeline.organisation(OrgType.FEDERATION, COUNTY)
    for asked, number in (
        ({"standing": "overdue"}, 2),
        ({"standing": "due_soon"}, 2),
        ({"standing": "later"}, 0),
        ({"rule": "referral-answer"}, 2),
        ({"level": "province"}, 2),
        ({"level": "city"}, 2),
        ({"level": "county", "standing": "due_soon"}, 0),
        ({"owner_kind": "clinic"}, 2),
        ({"owner_kind": "federation"}, 0),
    ):
        assert len((await answer(timeline, federation, "/v1/duties", **asked))["items"]) == number, asked
    seen, after = [], None
    while True:
        page = await answer(timeline, federation, "/v1/duties", limit=1, **({"after": after} if after else {}))
        seen += [item["duty"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 4


async def test_a_duty_that_the_table_does_not_know_is_refused_by_naming_those_it_knows(timeline):
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, COUNTY)) as client:
        refused = await client.get("/v1/duties", params={"rule": "recheck"})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["place"] == ["query", "rule"]
    assert "recheck-due" in error["text"]


async def test_counts_say_how_many_of_each_kind_are_open_due_soon_and_overdue(timeline, assessment):
    await overdue_and_due(timeline, assessment)
    counted = await answer(timeline, timeline.organisation(OrgType.FEDERATION, COUNTY), "/v1/duties/counts")
    numbers = {item["rule"]: (item["open"], item["due_soon"], item["overdue"]) for item in counted["items"]}
    assert numbers == {"referral-answer": (2, 1, 1), "rescreening-trace": (2, 1, 1)}
    shown = {item["rule"]: (item["city"], item["province"]) for item in counted["items"]}
    assert shown == {"referral-answer": (1, 1), "rescreening-trace": (1, 1)}
    nobody = await answer(timeline, timeline.organisation(OrgType.CLINIC, COUNTY), "/v1/duties/counts")
    assert nobody["items"] == []


async def counted(timeline, actor, **asked: Any) -> list[dict[str, Any]]:
    return [*(await answer(timeline, actor, "/v1/duties/counts", **asked))["items"]]


async def test_counts_by_county_and_by_owner_hold_what_the_narrowed_lists_hold(timeline, assessment):
    _, one = await overdue_and_due(timeline, assessment)
    _, other = await overdue_and_due(timeline, assessment, "371603")
    await overdue_and_due(timeline, assessment, "110101")
    city = timeline.organisation(OrgType.FEDERATION, COUNTY[:4])
    by_county = await counted(timeline, city, by="county")
    assert [(row["county"], row["open"], row["overdue"]) for row in by_county] == [(COUNTY, 4, 2), ("371603", 4, 2)]
    by_owner = await counted(timeline, city, by="owner")
    owed = {row["owner"]: (row["owner_kind"], row["open"], row["overdue"]) for row in by_owner}
    assert {owed[str(one)], owed[str(other)]} == {("mch", 2, 1)}
    assert [row["overdue"] for row in by_owner] == sorted((row["overdue"] for row in by_owner), reverse=True)
    here = await counted(timeline, city, by="owner", county="371603")
    assert str(other) in {row["owner"] for row in here}
    assert str(one) not in {row["owner"] for row in here}
    for asked, number in (
        ({"county": COUNTY}, 4), ({"county": COUNTY[:4]}, 8), ({"county": "371699"}, 0),
        ({"owner": str(one)}, 2), ({"owner": str(one), "county": "371603"}, 0),
        ({"owner": str(one), "standing": "overdue"}, 1),
    ):  # fmt: skip
        assert len((await answer(timeline, city, "/v1/duties", **asked))["items"]) == number, asked


async def test_a_narrowed_list_goes_on_page_by_page(timeline, assessment):
    await overdue_and_due(timeline, assessment)
    await overdue_and_due(timeline, assessment, "371603")
    city, seen, after = timeline.organisation(OrgType.FEDERATION, COUNTY[:4]), [], {}
    while True:
        page = await answer(timeline, city, "/v1/duties", county="371603", limit=1, **after)
        seen += [item["county"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == ["371603"] * 4


@pytest.mark.parametrize("path", ["/v1/duties", "/v1/duties/counts", "/v1/cases"])
async def test_a_county_outside_of_ones_region_is_refused_and_an_institution_sees_no_more_than_its_own(
    timeline, assessment, path
):
    await overdue_and_due(timeline, assessment, "110101")
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, COUNTY)) as client:
        assert code_of(await client.get(path, params={"county": "110101"})) == (403, "timeline.outside-region")
        assert code_of(await client.get(path, params={"county": "1"})) == (422, "invalid-request")
    stranger = timeline.organisation(OrgType.CLINIC, "110101")
    assert (await answer(timeline, stranger, path, county="110101"))["items"] == []


async def test_an_institution_counts_what_it_owes_itself_by_county(timeline, assessment):
    _, receiver = await overdue_and_due(timeline, assessment)
    owing = replace(timeline.organisation(OrgType.MCH, COUNTY), organisation=receiver)
    assert [(row["county"], row["open"]) for row in await counted(timeline, owing, by="county")] == [(COUNTY, 2)]
    assert await counted(timeline, owing, by="county", county="371603") == []


async def test_cases_are_narrowed_to_those_with_something_overdue_in_the_reader_s_own_list(timeline, assessment):
    child, receiver = await overdue_and_due(timeline, assessment)
    federation = timeline.organisation(OrgType.FEDERATION, COUNTY)
    listed = await answer(timeline, federation, "/v1/cases", overdue=True, limit=200)
    assert [item["case"] for item in listed["items"]] == [str(child.case)]
    owing = replace(timeline.organisation(OrgType.MCH, COUNTY), organisation=receiver)
    assert len((await answer(timeline, owing, "/v1/cases", overdue=True))["items"]) == 1
    school = timeline.organisation(OrgType.SCHOOL, COUNTY)
    child.placed(date(2024, 3, 1), school=school.organisation)
    await timeline.deliver(child.records[-1])
    assert len((await answer(timeline, school, "/v1/cases"))["items"]) == 1
    assert (await answer(timeline, school, "/v1/cases", overdue=True))["items"] == []


async def test_every_duty_says_how_its_due_time_was_counted(timeline, assessment):
    child, _ = await overdue_and_due(timeline, assessment)
    federation = timeline.organisation(OrgType.FEDERATION, COUNTY)
    listed = await answer(timeline, federation, f"/v1/cases/{child.case}/duties")
    assert {item["rule"] for item in listed["items"]} == {"referral-answer", "rescreening-trace"}
    for item in listed["items"]:
        said = item["explanation"]
        assert said["rule"] == "timeline.duty-due"
        assert datetime.fromisoformat(said["outcome"]) == datetime.fromisoformat(item["due_at"])
        assert [step["code"] for step in said["steps"]] == ["duty", "counted", "due"]


async def test_each_child_in_a_list_stands_in_the_log_of_reading(timeline, assessment):
    child, _ = await overdue_and_due(timeline, assessment)
    federation = timeline.organisation(OrgType.FEDERATION, COUNTY)
    await answer(timeline, federation, "/v1/duties")
    await answer(timeline, federation, f"/v1/cases/{child.case}/duties")
    logged = await timeline.fetch("SELECT case_id, act FROM access_log WHERE person = $1", federation.person)
    assert [tuple(row) for row in logged] == [(child.case, "duty.read")] * 2


async def test_the_duties_of_another_region_s_child_are_not_found(timeline, assessment):
    child, _ = await overdue_and_due(timeline, assessment, "110101")
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, COUNTY)) as client:
        assert code_of(await client.get(f"/v1/cases/{child.case}/duties")) == (404, "case-not-found")


async def test_who_runs_the_installation_sees_nobody_s_duties(timeline, assessment):
    await overdue_and_due(timeline, assessment)
    operator = timeline.organisation(OrgType.FEDERATION, COUNTY, "administrator")
    assert (await answer(timeline, operator, "/v1/duties"))["items"] == []
    assert (await answer(timeline, operator, "/v1/duties/counts"))["items"] == []
