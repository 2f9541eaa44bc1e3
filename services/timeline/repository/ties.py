"""What stands on the facts as they are now: grounds of findings, and the ties by which they hang together.

Writing them is one short section that no two assessments are in at a time. Whoever comes later sees the ties of who was
there before; and whoever judged by sessions that have changed meanwhile notices here and is judged again. So a verdict
is never left standing on what another child's facts no longer say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import orjson

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.crossing import out_of_step
from services.timeline.domain.findings.grounds import Flag
from services.timeline.domain.findings.limits import Limits
from services.timeline.repository.crossings import crossed
from shared.db import Driver

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('tongkang.timeline.ties'))"
_NO_GROUND = """
DELETE FROM finding_ground g USING unnest($1::uuid[]) AS c (case_id)
WHERE g.case_id = c.case_id AND g.finding <> ALL($2::uuid[])
"""
_GROUNDS = """
INSERT INTO finding_ground AS g (case_id, finding, steps)
SELECT case_id, finding, steps::jsonb FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS n (case_id, finding, steps)
ON CONFLICT (case_id, finding) DO UPDATE SET steps = excluded.steps WHERE g.steps <> excluded.steps
"""
_NO_TIE = """
DELETE FROM finding_tie t USING unnest($1::uuid[]) AS c (case_id)
WHERE t.case_id = c.case_id
  AND NOT EXISTS (SELECT FROM unnest($2::uuid[], $3::uuid[]) AS n (case_id, tie)
                  WHERE n.case_id = t.case_id AND n.tie = t.tie)
"""
_TIES = """
INSERT INTO finding_tie (case_id, tie) SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT DO NOTHING
"""
_HELD = "SELECT case_id, tie FROM finding_tie WHERE tie = ANY($1::uuid[])"


async def keep(driver: Driver, judged: Mapping[UUID, tuple[CaseBook, Collection[Flag]]], limits: Limits) -> set[UUID]:
    """Keep grounds and ties of these books, by their cases; return the cases that are to be judged again."""
    books = [book for book, _ in judged.values()]
    flags = [flag for _, found in judged.values() for flag in found]
    cases = sorted(case for book in books for case in book.cases)
    await driver.execute(_ONE_AT_A_TIME)
    await _keep_grounds(driver, cases, flags)
    await _keep_ties(driver, cases, flags)
    stale = await _stale(driver, books, limits)
    return stale | await _others(driver, books)


async def _keep_grounds(driver: Driver, cases: Collection[UUID], flags: Collection[Flag]) -> None:
    await driver.execute(_NO_GROUND, cases, [flag.finding for flag in flags])
    if flags:
        steps = [orjson.dumps([step.model_dump() for step in flag.steps]).decode() for flag in flags]
        await driver.execute(_GROUNDS, [flag.case for flag in flags], [flag.finding for flag in flags], steps)


async def _keep_ties(driver: Driver, cases: Collection[UUID], flags: Iterable[Flag]) -> None:
    ties = {(flag.case, tie) for flag in flags for tie in flag.ties}
    of, names = [case for case, _ in ties], [name for _, name in ties]
    await driver.execute(_NO_TIE, cases, of, names)
    if ties:
        await driver.execute(_TIES, of, names)


async def _stale(driver: Driver, books: Collection[CaseBook], limits: Limits) -> set[UUID]:
    """Return whose crossings are others by now than those by which it was judged."""
    crossing = [book for book in books if book.crossing.expected()]
    again = {book.case: book.crossing for book in await crossed(driver, crossing, limits)}
    return {book.case for book in crossing if book.crossing.expected() != again[book.case].expected()}


async def _others(driver: Driver, books: Collection[CaseBook]) -> set[UUID]:
    """Return which other cases hold ties that they should not, or lack those that they should hold."""
    names = {book.case: book.crossing.touched | book.crossing.expected().keys() for book in books}
    holders: dict[UUID, set[UUID]] = defaultdict(set)
    for case, tie in await driver.fetch(_HELD, list(frozenset[UUID]().union(*names.values()))):
        holders[tie].add(case)
    found: set[UUID] = set()
    for book in books:
        holding = [(case, tie) for tie in names[book.case] & holders.keys() for case in holders[tie]]
        found |= out_of_step(book.crossing, holding, book.cases)
    return found
