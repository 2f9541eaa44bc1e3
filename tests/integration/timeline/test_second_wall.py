"""The second wall: what a statement sees that forgot to ask whose case it is (docs/access.md)."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.postgres.databases import role_of
from services.timeline.domain.sight import sight_of
from services.timeline.repository.entries import Reader, Wanted, entries_since, page, positions
from services.timeline.repository.readable import readable_by
from services.timeline.tables import metadata
from shared import clock
from shared.access.policy import Act, Actor
from shared.access.second_wall import Told, projector_of
from shared.contracts.codes import OrgType
from shared.contracts.events.timeline import DutyOpened, FindingRaised, Severity
from shared.db import Session
from shared.journal.inbox import Record
from shared.testing.streams import Stream
from tests.integration.timeline.snapshot import emptied
from tests.support.children import COUNTY, a_whole_way

CENTRE, SCHOOL, HOME = uuid4(), uuid4(), uuid4()
OTHER_COUNTY = "371603"
AFTERWARDS = 90
WALLED = (
    "case_file", "case_participant", "entry", "correction", "suspicion_step", "approval", "attended_session",
    "school_day", "duty", "session_log", "place_taken", "finding",
)  # fmt: skip
FEW_HAVE = ("residence_move", "counted_fact", "finding_review", "finding_ground", "finding_tie", "certificate_grade")
"""Of these not every child has a row; test_child_facts.py and test_findings.py look at them."""
OPEN = f"SELECT set_config('{Told.CASE}', $1, true)"


@pytest.fixture
async def children(timeline) -> dict[str, UUID]:
    """A child in one county and one in another, each with a whole way, a corrected session and a duty."""
    await emptied(timeline)
    here = a_whole_way(CENTRE, SCHOOL, HOME)
    there = a_whole_way(uuid4(), uuid4(), uuid4(), county=OTHER_COUNTY)
    for child in (here, there):
        await timeline.deliver(*child.records, *concluded(child.case))
    return {COUNTY: here.case, OTHER_COUNTY: there.case}


def concluded(case: UUID) -> list[Record]:
    opened = DutyOpened(duty=uuid4(), rule="recheck-due", owner_kind=OrgType.MCH, due_at=clock.now(), opened_by=uuid4())
    day, severity = clock.today(), Severity.REVIEW
    raised = FindingRaised(
        finding=uuid4(), rule="F08", rule_version=1, severity=severity, first_day=day, last_day=day, evidence=(uuid4(),)
    )
    return Stream("timeline", case).extend([opened, raised])


@asynccontextmanager
async def told(timeline, actor: Actor | None, case: UUID | None = None):
    """Open a transaction that says who reads and which file is open, and forgets all else."""
    async with timeline.service.database.transaction() as session:
        if actor is not None:
            await readable_by(actor, AFTERWARDS).wall.tell(session.driver)
        if case is not None:
            await session.driver.execute(OPEN, str(case))
        yield session


async def seen(session: Session) -> dict[str, set[UUID]]:
    """Return whose rows each table gives without any filter."""
    return {
        table: {row[0] for row in await session.driver.fetch(f"SELECT DISTINCT case_id FROM {table}")}
        for table in WALLED
    }


def everywhere(*cases: UUID) -> dict[str, set[UUID]]:
    return {table: set(cases) for table in WALLED}


def part(actor: Actor, organisation: UUID) -> Actor:
    return replace(actor, organisation=organisation)


async def test_every_table_that_names_a_case_is_behind_the_wall(timeline):
    """Those of the journal hold no more than its feed; a waiver is a fact's number, a pair of cases two opaque ids."""
    naming = {table.name for table in metadata.tables.values() if "case_id" in table.columns}
    journal = {
        "case_stream",
        "event_log",
        "outbox",
        "stream_position",
        "parked_event",
        "access_log",
        "waiver",
        "same_child",
        "same_child_told",
    }
    queue = {"dirty_case", "case_clock"}
    behind = await timeline.fetch("SELECT relname FROM pg_class WHERE relrowsecurity")
    assert {row[0] for row in behind} == {*WALLED, *FEW_HAVE} == naming - journal - queue


async def test_an_authority_sees_the_children_of_its_region_and_no_other(timeline, children):
    for region, cases in {
        COUNTY: [children[COUNTY]], OTHER_COUNTY: [children[OTHER_COUNTY]], "3716": [*children.values()],
        "37": [*children.values()], "371621": [], "36": [],
    }.items():  # fmt: skip
        async with told(timeline, timeline.organisation(OrgType.FEDERATION, region), children[COUNTY]) as session:
            found = await seen(session)
        open_file = {children[COUNTY]} & set(cases)
        assert found == everywhere(*cases) | {"entry": open_file}, region


@pytest.mark.parametrize("org_type", [OrgType.REHAB_CENTRE, OrgType.SCHOOL])
async def test_an_institution_sees_the_cases_in_which_it_takes_part(timeline, children, org_type):
    own = CENTRE if org_type is OrgType.REHAB_CENTRE else SCHOOL
    stranger = timeline.organisation(org_type, COUNTY)
    async with told(timeline, part(stranger, own), children[COUNTY]) as session:
        assert await seen(session) == everywhere(children[COUNTY])
    async with told(timeline, part(stranger, own), children[OTHER_COUNTY]) as session:
        assert (await seen(session))["entry"] == set()
    async with told(timeline, stranger, children[COUNTY]) as session:
        assert await seen(session) == everywhere()


async def test_a_part_that_ended_gives_sight_for_some_days_more(timeline, children):
    centre = part(timeline.organisation(OrgType.REHAB_CENTRE), CENTRE)
    for days, visible in {AFTERWARDS - 1: True, AFTERWARDS: False}.items():
        until = clock.today() - timedelta(days=days)
        await timeline.fetch("UPDATE case_participant SET until = $1 WHERE organisation = $2", until, CENTRE)
        async with told(timeline, centre, children[COUNTY]) as session:
            found = await seen(session)
        assert (found["case_file"], found["entry"]) == (({children[COUNTY]},) * 2 if visible else (set(), set()))


async def test_whoever_left_sees_that_it_took_part_and_no_more(timeline, children):
    home = part(timeline.organisation(OrgType.CARE_HOME), HOME)
    async with told(timeline, home, children[COUNTY]) as session:
        assert await seen(session) == everywhere() | {"case_participant": {children[COUNTY]}}


async def test_who_says_nothing_or_has_no_region_or_only_operates_sees_nothing(timeline, children):
    nobodies = (
        None,
        timeline.organisation(OrgType.FEDERATION, ""),
        timeline.organisation(OrgType.FEDERATION, COUNTY, "administrator"),
        timeline.organisation(OrgType.SERVICE, ""),
    )
    for actor in nobodies:
        async with told(timeline, actor, children[COUNTY]) as session:
            assert await seen(session) == everywhere()


async def test_what_was_told_is_forgotten_by_the_connection(timeline, children):
    """A setting that was local to a transaction is '' afterwards, not NULL."""
    connection = await asyncpg.connect(timeline.servers.dsn("timeline"))
    actor = timeline.organisation(OrgType.AUDITOR, "37")
    async with connection.transaction():
        await readable_by(actor, AFTERWARDS).wall.tell(connection)
        assert await connection.fetchval("SELECT count(*) FROM case_file") == 2
    assert await connection.fetchval(f"SELECT current_setting('{Told.REGION}', true)") == ""
    assert await connection.fetchval("SELECT count(*) FROM case_file") == 0
    reader = Reader(readable_by(actor, AFTERWARDS), sight_of(actor), actor, Act.READ_TIMELINE, uuid4())
    assert len(await page(connection, reader, children[COUNTY], Wanted(limit=5))) == 5
    assert await connection.fetchval("SELECT count(*) FROM entry") == 0
    await connection.close()


async def test_the_application_role_writes_no_projection_and_owns_no_table(timeline, children):
    role = role_of("timeline")
    async with timeline.service.database.session() as session:
        assert await session.driver.fetchval("SELECT count(*) FROM pg_tables WHERE tableowner = $1", role) == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await session.driver.execute(
                "INSERT INTO correction VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now())"
            )
        assert await session.driver.execute("UPDATE case_file SET county = '371603'") == "UPDATE 0"
        assert await session.driver.execute("DELETE FROM entry") == "DELETE 0"


async def test_nobody_logs_in_as_the_projector(timeline):
    (row,) = await timeline.fetch(
        "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1", projector_of(role_of("timeline"))
    )
    assert tuple(row) == (False, False, True)


async def test_a_live_view_tells_too_who_reads(timeline, children):
    centre = part(timeline.organisation(OrgType.REHAB_CENTRE), CENTRE)
    for actor, empty in ((centre, False), (timeline.organisation(OrgType.REHAB_CENTRE), True)):
        reader = Reader(readable_by(actor, AFTERWARDS), sight_of(actor), actor, Act.READ_TIMELINE, uuid4())
        async with timeline.service.database.transaction() as session:
            upto = await positions(session.driver, children[COUNTY])
            rows = await entries_since(session.driver, reader, children[COUNTY], {}, upto)
        assert (rows == []) is empty
