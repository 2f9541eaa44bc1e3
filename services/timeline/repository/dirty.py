"""Which cases are to be assessed: marked by the projection, claimed by one process at a time, looked at by the clock.

A mark costs the projection one statement a batch. A process claims a case under its mark and removes it only if the
mark is still the same, so what comes meanwhile is never overlooked; nobody waits for anybody's work.

What is about an institution is a row of its own, and its children are marked by whoever assesses: not before that fact
is committed. Who was there by then is marked, and whoever comes later has a mark of its own and finds the fact.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.timeline.domain.touched import Touched
from shared.db import Driver

CLAIM = timedelta(seconds=60)
"""How long a claim holds when its process dies."""

_MARK = """
INSERT INTO dirty_case AS d (case_id, mark, since, touched_at)
SELECT case_id, 1, now(), now() FROM unnest($1::uuid[]) AS t (case_id) ORDER BY case_id
ON CONFLICT (case_id) DO UPDATE SET mark = d.mark + 1, touched_at = excluded.touched_at
"""
# Rows are only added: one that was there already would say nothing of a fact that is not committed yet.
_MARK_INSTITUTIONS = "INSERT INTO dirty_institution (institution) SELECT unnest($1::uuid[])"
_CLAIM = """
UPDATE dirty_case d SET claimed_mark = d.mark, claimed_until = now() + $4
FROM (
  SELECT case_id FROM dirty_case
  WHERE (touched_at <= now() - $1::interval OR since <= now() - $2::interval)
    AND (claimed_mark IS DISTINCT FROM mark OR claimed_until <= now())
  ORDER BY since LIMIT $3 FOR UPDATE SKIP LOCKED
) ripe
WHERE d.case_id = ripe.case_id RETURNING d.case_id, d.mark
"""
# Who is locked is being marked anew, and stays.
_DONE = """
DELETE FROM dirty_case WHERE case_id IN (
  SELECT d.case_id FROM dirty_case d JOIN unnest($1::uuid[], $2::bigint[]) AS n (case_id, mark) USING (case_id, mark)
  ORDER BY d.case_id FOR UPDATE OF d SKIP LOCKED
)
"""
# What falls due is ripe at once: nothing more is awaited. Both in one statement, so that cases are locked in one order.
_DUE = """
WITH due AS (
  DELETE FROM case_clock WHERE case_id IN (
    SELECT case_id FROM case_clock WHERE next_look_at <= $1 ORDER BY next_look_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ) RETURNING case_id
), told AS (
  DELETE FROM dirty_institution WHERE id IN (SELECT id FROM dirty_institution FOR UPDATE SKIP LOCKED)
  RETURNING institution
)
INSERT INTO dirty_case AS d (case_id, mark, since, touched_at)
SELECT case_id, 1, now(), max(touched_at) FROM (
  SELECT case_id, timestamptz '-infinity' AS touched_at FROM due UNION ALL
  SELECT p.case_id, now() FROM told JOIN case_participant p ON p.organisation = told.institution
) t GROUP BY case_id ORDER BY case_id
ON CONFLICT (case_id) DO UPDATE SET mark = d.mark + 1, touched_at = greatest(d.touched_at, excluded.touched_at)
"""
_LOOK_AGAIN = """
INSERT INTO case_clock AS c (case_id, next_look_at)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS n (case_id, next_look_at)
WHERE next_look_at IS NOT NULL ORDER BY case_id
ON CONFLICT (case_id) DO UPDATE SET next_look_at = excluded.next_look_at
"""
_NO_LOOK = "DELETE FROM case_clock WHERE case_id = ANY($1::uuid[])"


async def mark(driver: Driver, touched: Touched) -> None:
    """Mark what a batch touched, as the last of its statements."""
    if touched.institutions:
        await driver.execute(_MARK_INSTITUTIONS, list(touched.institutions))
    if touched.cases:
        await driver.execute(_MARK, list(touched.cases))


async def claim(driver: Driver, untouched: timedelta, waiting: timedelta, most: int) -> dict[UUID, int]:
    """Take cases that nobody touched for a while, or that wait for long; return each with its mark."""
    return {row[0]: row[1] for row in await driver.fetch(_CLAIM, untouched, waiting, most, CLAIM)}


async def done(driver: Driver, claimed: Mapping[UUID, int]) -> None:
    """Remove what was assessed, as far as it was not marked again."""
    await driver.execute(_DONE, list(claimed), list(claimed.values()))


async def mark_due(driver: Driver, now: datetime, most: int) -> None:
    """Mark cases whose next moment has come, and the children of institutions about which facts came."""
    await driver.execute(_DUE, now, most)


async def look_again(driver: Driver, moments: Mapping[UUID, datetime | None]) -> None:
    """Keep when each of these cases is to be looked at again, or that it is not."""
    never: Sequence[UUID] = [case for case, moment in moments.items() if moment is None]
    if never:
        await driver.execute(_NO_LOOK, never)
    if len(never) < len(moments):
        await driver.execute(_LOOK_AGAIN, list(moments), list(moments.values()))
