"""Assessing: every child of the town judged anew, beside reading the same facts and judging nothing."""

import time
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson

from benchmarks.figures import Figure, figure
from benchmarks.machine import Cost, said
from benchmarks.town import QUIET_WITHIN_S, Town, until
from deploy.cli.counting import TO_BE_ASSESSED

_CHILDREN = "SELECT case_id FROM case_file ORDER BY case_id"
_FACTS = "SELECT envelope FROM entry WHERE case_id = ANY($1::uuid[])"
_MARK = """
INSERT INTO dirty_case (case_id, mark, since, touched_at)
SELECT case_id, 1, now(), '-infinity' FROM unnest($1::uuid[]) AS n (case_id)
ON CONFLICT (case_id) DO UPDATE SET mark = dirty_case.mark + 1
"""
PORTION = 20
"""Children whose facts are read at a time, as the assessment does."""


async def assessment(town: Town) -> list[Figure]:
    """Let all children be looked at once more, though nothing has happened: whatever a look costs, is the same then."""
    await town.diary()
    await town.quiet()
    async with town.database("timeline") as database:
        children = [row[0] for row in await database.fetch(_CHILDREN)]
        raw, facts = await _read(database, children)
        cost = Cost(town.pids())
        seconds = await _judged(database, children)
    costs = cost.microseconds(len(children))
    note = (
        f"{len(children):,} children with {facts:,} facts, {len(children) / seconds:,.0f} children/s, the rests of the "
        f"assessment included, duties and all rules; processor us per child: {said(costs)}; ceiling: the same facts "
        "are read and parsed, and nothing is judged"
    )
    return [figure("assessment", facts / seconds, note, ceiling=raw)]


async def _judged(database: asyncpg.Connection, children: Sequence[UUID]) -> float:
    """Ask for a look at these children and return how many seconds it took until nobody waits."""

    async def nobody_waits() -> bool:
        return not await database.fetchval(TO_BE_ASSESSED)

    await database.execute(_MARK, children)
    begin = time.perf_counter()
    await until(nobody_waits, within=QUIET_WITHIN_S)
    return time.perf_counter() - begin


async def _read(database: asyncpg.Connection, children: Sequence[UUID]) -> tuple[float, int]:
    """Read and parse all facts of these children; return how many a second, and how many there are."""
    begin, facts = time.perf_counter(), 0
    for start in range(0, len(children), PORTION):
        rows = await database.fetch(_FACTS, children[start : start + PORTION])
        facts += len([orjson.loads(row[0]) for row in rows])
    return facts / (time.perf_counter() - begin), facts
