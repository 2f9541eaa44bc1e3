"""Reading: the first page of a long file among many, and the list of cases of a county and of the province."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from uuid import UUID, uuid5

import asyncpg

from benchmarks.figures import Figure, figure, middle
from benchmarks.load import Result, closed_loop, request
from benchmarks.machine import Cost, said
from benchmarks.town import COUNTY, FEDERATION, PROVINCE, Town
from deploy.simulator.sending import PEOPLE
from shared.contracts.envelope import GENESIS, ActorRef, Context, Recorded, seal
from shared.contracts.events.rehab import Discipline, SessionMode, SessionRecorded

SMALL, LARGE, STEP = 100_000, 1_000_000, 100_000
LONG_FILE, ENTRIES_PER_CASE = 2000, 40
COUNTIES = 136
"""As many as the province has."""

ROUNDS, ROUND_S, LIST_ROUND_S = 3, 4.0, 2.0
WARM = 50
CLIENTS = 8
LONG, CENTRE = uuid5(PEOPLE, "the child with the long file"), uuid5(PEOPLE, "a centre with many children")
BEGAN, ENDED = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, 0, 15, tzinfo=UTC)

_CASES = """
INSERT INTO case_file (case_id, county, birth_date, sex, states, stage, last_at)
SELECT md5('case ' || n)::uuid, (370102 + 100 * (n % 17) + (n / 17) % 8)::text, date '2018-01-01' + n % 1500,
       CASE WHEN n % 3 = 0 THEN 'female' ELSE 'male' END, '{"autism": "confirmed"}', 5,
       $3::timestamptz + n * interval '7 minutes'
FROM generate_series($1::int, $2::int - 1) AS n
"""
_LONG_CASE = """
INSERT INTO case_file (case_id, county, birth_date, sex, states, stage, last_at)
VALUES ($1, $2, date '2018-01-01', 'male', '{"autism": "confirmed"}', 5, $3)
"""
_COUNTIES = "INSERT INTO county SELECT DISTINCT county FROM case_file ON CONFLICT DO NOTHING"
# Rows lie in the order of time, as they would have come: every case's entries are spread over its part of the table.
_ENTRIES = """
INSERT INTO entry (case_id, occurred_at, event_id, recorded_at, producer, type, epoch, seq, organisation, institution,
                   hash, envelope)
SELECT CASE WHEN n % $3 = 0 THEN $4 ELSE md5('case ' || $5 + (n * 7919::bigint) % $6)::uuid END,
       $7::timestamptz + n * interval '1 minute', gen_random_uuid(), $7::timestamptz + n * interval '1 minute',
       'rehab', $8, 1, n + 1, $9, $9, sha256(n::text::bytea), $10
FROM generate_series($1::bigint, $2::bigint - 1) AS n
"""
NEVER = 2**31
"""No row has this number: there is one long file."""


@dataclass
class Pages:
    """Some rounds of reading the long file, and what the access log says of them."""

    results: list[Result] = field(default_factory=list)
    costs: list[dict[str, float]] = field(default_factory=list)

    @property
    def answers(self) -> int:
        """Answers of all rounds."""
        return sum(result.answers for result in self.results)

    def note(self, entries: int) -> str:
        """Return what was measured, in words."""
        cost = said({name: middle([cost[name] for cost in self.costs]) for name in self.costs[0]})
        return (
            f"page of 50 of a file of {LONG_FILE:,} among {entries:,} entries, read by its county; {self.answers:,} "
            f"answers and as many new rows of the access log, each committed first; processor us per request: {cost}"
        )


async def first_page_100k(town: Town) -> list[Figure]:
    """Read the first page with one client among 100,000 entries."""
    entries = await grown(town, town.part(SMALL))
    pages = await _read(town, clients=1)
    return [figure("first_page_p95_100k", _p95(pages), pages.note(entries))]


async def first_page_1m(town: Town) -> list[Figure]:
    """Read the first page among a million entries: with one client, then with eight."""
    entries = await grown(town, town.part(LARGE))
    one, eight = await _read(town, clients=1), await _read(town, clients=CLIENTS)
    per_second = middle([result.per_second for result in eight.results])
    return [
        figure("first_page_p95_1m", _p95(one), one.note(entries)),
        figure("first_page_rps_8", per_second, eight.note(entries)),
    ]


async def list_restricted_ratio(town: Town) -> list[Figure]:
    """Read the first page of cases as a county and as the province, in turns."""
    entries = await grown(town, town.part(LARGE))
    county, province = [], []
    for _ in range(2 * ROUNDS):
        county.append(await _list(town, FEDERATION))
        province.append(await _list(town, PROVINCE))
    note = (
        f"{entries // ENTRIES_PER_CASE:,} cases in {COUNTIES} counties, page of 50, one client, medians of rounds in "
        f"turns: a county {middle(county):.2f} ms, the province {middle(province):.2f} ms"
    )
    return [figure("list_restricted_ratio", middle(county) / middle(province), note)]


def _p95(pages: Pages) -> float:
    return middle([result.milliseconds(0.95) for result in pages.results])


async def _read(town: Town, clients: int) -> Pages:
    url = f"{town.stack.urls['timeline']}/v1/cases/{LONG}/entries"
    one = request("GET", url, town.token(FEDERATION))
    await closed_loop(url, repeat(one, WARM), clients=1)
    before, pages = await _logged(town), Pages()
    for _ in range(ROUNDS):
        cost = Cost(town.pids())
        result = await closed_loop(url, repeat(one), clients=clients, seconds=town.seconds(ROUND_S))
        pages.results.append(result.checked())
        pages.costs.append(cost.microseconds(result.answers))
    rows = await _logged(town) - before
    if rows != pages.answers:
        raise RuntimeError(f"{pages.answers} answers, but {rows} rows in the access log")
    return pages


async def _logged(town: Town) -> int:
    return await town.count("timeline", "SELECT count(*) FROM access_log WHERE case_id = $1", LONG)


async def _list(town: Town, who: str) -> float:
    """Return the median of one round, in milliseconds."""
    url = f"{town.stack.urls['timeline']}/v1/cases"
    source = repeat(request("GET", url, town.token(who)))
    result = await closed_loop(url, source, clients=1, seconds=town.seconds(LIST_ROUND_S))
    return result.checked().milliseconds(0.5)


async def grown(town: Town, entries: int) -> int:
    """Let the timeline hold so many entries of invented files, set by set; return how many it holds in all."""
    async with town.database("timeline") as timeline:
        small = town.part(SMALL)
        if not await timeline.fetchval("SELECT EXISTS (SELECT 1 FROM case_file WHERE case_id = $1)", LONG):
            await timeline.execute(_LONG_CASE, LONG, COUNTY, BEGAN)
            await _add(town, timeline, 0, small, every=small // LONG_FILE)
        if entries > small and not await _has(timeline, small // ENTRIES_PER_CASE):
            await _add(town, timeline, small, entries, every=NEVER)
        return int(await timeline.fetchval("SELECT count(*) FROM entry"))


async def _has(timeline: asyncpg.Connection, case: int) -> bool:
    return bool(await timeline.fetchval("SELECT 1 FROM case_file WHERE case_id = md5($1)::uuid", f"case {case}"))


async def _add(town: Town, timeline: asyncpg.Connection, since: int, until: int, *, every: int) -> None:
    """Add entries from one number up to another; every n-th of them is the long file's."""
    first, cases = since // ENTRIES_PER_CASE, (until - since) // ENTRIES_PER_CASE
    bar = town.progress.add_task("filling the timeline", total=until - since)
    await timeline.execute(_CASES, first, first + cases, BEGAN)
    await timeline.execute(_COUNTIES)
    for start in range(since, until, STEP):
        end = min(start + STEP, until)
        values = (every, LONG, first, cases, BEGAN, SessionRecorded.type, CENTRE, _envelope())
        await timeline.execute(_ENTRIES, start, end, *values)
        town.progress.advance(bar, end - start)
    # What autovacuum would do a little later, in the middle of a round.
    await timeline.execute("VACUUM (ANALYZE) entry")
    await timeline.execute("VACUUM (ANALYZE) case_file")
    town.progress.remove_task(bar)


def _envelope() -> bytes:
    """Return the bytes of a session as they would have been published."""
    fact = SessionRecorded(
        session=LONG, enrolment=LONG, institution=CENTRE, therapist=CENTRE, discipline=Discipline.ST,
        mode=SessionMode.INDIVIDUAL, starts_at=BEGAN, ends_at=ENDED, attended=True,
    )  # fmt: skip
    recorded = Recorded(LONG, LONG, fact, BEGAN, LONG)
    context = Context("rehab", ActorRef(person=UUID(int=1), organisation=CENTRE, role="staff"), BEGAN)
    return seal(recorded, context, epoch=1, seq=1, prev_hash=GENESIS).envelope
