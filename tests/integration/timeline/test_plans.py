"""How a page and the lists are found among many rows: by their indexes, whoever reads, row-level security included."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from services.timeline.domain.sight import sight_of
from services.timeline.repository import cases, duties, entries
from services.timeline.repository.duties import FIRST, Narrowed
from services.timeline.repository.entries import END, LAST_ID, Reader, Wanted
from services.timeline.repository.readable import readable_by
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from tests.integration.timeline.snapshot import emptied

CASES, ENTRIES_EACH = 10_000, 11
LONG = UUID(int=0)
FILL = (
    f"""
    INSERT INTO case_file (case_id, county, states, stage, last_at)
    SELECT lpad(to_hex(n), 32, '0')::uuid, (370100 + n % 100)::text, '{{}}', 1,
           '2024-01-01'::timestamptz + n * interval '1 min'
    FROM generate_series(0, {CASES - 1}) AS n
    """,
    f"""
    INSERT INTO entry
    SELECT lpad(to_hex(n % {CASES}), 32, '0')::uuid, '2024-01-01'::timestamptz + n * interval '1 s',
           gen_random_uuid(), now(), 'rehab', 'any', 1, n, gen_random_uuid(), NULL, '', ''
    FROM generate_series(1, {CASES * ENTRIES_EACH}) AS n
    """,
    """
    INSERT INTO case_participant (case_id, basis, reference, organisation, since, known_at)
    SELECT case_id, 'registered', case_id, lpad(to_hex(row_number() OVER () % 200), 32, '0')::uuid, '2024-01-01', now()
    FROM case_file
    """,
    f"""
    INSERT INTO duty (case_id, duty, rule, owner, owner_kind, county, opened_by, opened_at, due_at, epoch, seq)
    SELECT lpad(to_hex(n % {CASES}), 32, '0')::uuid, gen_random_uuid(), 'silence',
           lpad(to_hex(n % 200), 32, '0')::uuid, 'rehab_centre', (370100 + n % {CASES} % 100)::text, gen_random_uuid(),
           now(), '2026-01-01'::timestamptz + n * interval '1 min', 1, n
    FROM generate_series(1, {CASES * 3}) AS n
    """,
    "INSERT INTO county SELECT DISTINCT county FROM case_file",
    "ANALYZE case_file", "ANALYZE entry", "ANALYZE case_participant", "ANALYZE county", "ANALYZE duty",
)  # fmt: skip


@pytest.fixture(scope="module")
async def many(timeline):
    await emptied(timeline)
    owner = await asyncpg.connect(timeline.servers.dsn("timeline", superuser=True))
    for statement in FILL:
        await owner.execute(statement)
    yield timeline
    await emptied(timeline)
    await owner.close()


class Explaining:
    """A connection that, instead of running a statement, says how it would be run."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self.driver = driver

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        return await self.driver.fetch(f"EXPLAIN (COSTS OFF) {statement}", *arguments)


def reader(actor: Actor) -> Reader:
    return Reader(readable_by(actor, 90), sight_of(actor), actor, Act.READ_TIMELINE, uuid4())


READERS = {
    "county": (OrgType.FEDERATION, "370102", uuid4()),
    "city": (OrgType.FEDERATION, "3701", uuid4()),
    "province": (OrgType.FEDERATION, "37", uuid4()),
    "clinic": (OrgType.CLINIC, "370102", UUID(int=1)),
}
LIST_INDEX = {
    "county": "ix_case_file_county",
    "city": "ix_case_file_county",
    "province": "ix_case_file_last_at",
    "clinic": "ix_case_participant_organisation",
}
WALKED = ("Seq Scan on case_file", "Seq Scan on entry", "Seq Scan on case_participant", "Seq Scan on duty")


NARROWED = cases.Narrowed(stage=1, category="autism", region="3701", overdue_at=clock.now())


@pytest.mark.parametrize("narrowed", [cases.EVERYTHING, NARROWED], ids=["whole", "narrowed"])
@pytest.mark.parametrize("who", READERS)
async def test_no_page_and_no_list_walks_a_table(many, who, narrowed):
    org_type, region, organisation = READERS[who]
    actor = Actor(uuid4(), organisation, org_type, region, frozenset({"staff"}))
    async with many.service.database.transaction() as session:
        driver = Explaining(session.driver)
        found = await entries.page(driver, reader(actor), LONG, Wanted(limit=51))
        listed = await cases.list_cases(driver, reader(actor), (END, LAST_ID), 50, narrowed)
    page_plan, list_plan = ("\n".join(row[0] for row in rows) for rows in (found, listed))
    assert "Index Scan Backward using pk_entry" in page_plan, page_plan
    assert LIST_INDEX[who] in list_plan, list_plan
    assert [walk for walk in WALKED if walk in page_plan + list_plan] == [], page_plan + list_plan


DUTY_INDEX = dict.fromkeys(READERS, "ix_duty_county") | {"clinic": "ix_duty_owner"}


@pytest.mark.parametrize("who", READERS)
async def test_no_working_list_walks_the_duties(many, who):
    org_type, region, organisation = READERS[who]
    actor = Actor(uuid4(), organisation, org_type, region, frozenset({"staff"}))
    async with many.service.database.transaction() as session:
        driver = Explaining(session.driver)
        listed = await duties.listed(driver, reader(actor), Narrowed(rule="silence", county="370102"), FIRST, 50)
        of_case = await duties.of_case(driver, reader(actor), LONG, FIRST, 50)
    list_plan, case_plan = ("\n".join(row[0] for row in rows) for rows in (listed, of_case))
    assert DUTY_INDEX[who] in list_plan, list_plan
    assert "pk_duty" in case_plan, case_plan
    assert [walk for walk in WALKED if walk in list_plan + case_plan] == [], list_plan + case_plan
