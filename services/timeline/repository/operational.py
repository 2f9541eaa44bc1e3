"""How the operational figures are counted: one query per figure that gives a child, its county and an amount.

The first four arguments are those of `indicators.Question`: from ($1) to ($2), inside a region ($3), as known at $4.
"""

from uuid import UUID

import asyncpg

from services.timeline.domain.operational import OperationalKey
from services.timeline.repository.entries import Reader
from services.timeline.repository.indicators import NOT_VOID, ONE_CHILD, Question, lasts, stands
from shared.db import Driver


def _counted(kind: str, amount: str) -> str:
    return f"""
SELECT f.case_id AS id, f.county, {amount} AS amount FROM case_file f JOIN counted_fact k USING (case_id)
WHERE starts_with(f.county, $3) AND k.kind = '{kind}' AND k.day BETWEEN $1 AND $2 AND {stands("k")}
GROUP BY f.case_id, f.county
"""


def _taking_part(basis: str) -> str:
    return f"""
SELECT DISTINCT f.case_id AS id, f.county, 1 AS amount FROM case_file f JOIN case_participant p USING (case_id)
WHERE starts_with(f.county, $3) AND p.basis = '{basis}' AND $1::date <= $2::date AND {lasts("p", "$2")}
"""


_CONFIRMED = f"""
SELECT DISTINCT ON (s.case_id) s.case_id, s.category, s.day, s.epoch, s.seq FROM suspicion_step s
WHERE s.state = 'confirmed' AND s.recorded_at <= $4 AND {NOT_VOID} ORDER BY s.case_id, s.day, s.epoch, s.seq
"""
_TO_DIAGNOSIS = f"""
SELECT f.case_id AS id, f.county, d.day - min(x.day) AS amount
FROM case_file f JOIN ({_CONFIRMED}) d USING (case_id) JOIN suspicion_step x
  ON x.case_id = d.case_id AND x.category = d.category AND (x.epoch, x.seq) < (d.epoch, d.seq) AND x.day <= d.day
WHERE starts_with(f.county, $3) AND d.day BETWEEN $1 AND $2
GROUP BY f.case_id, f.county, d.day
"""
_TO_FIRST_SESSION = f"""
SELECT f.case_id AS id, f.county, t.day - d.day AS amount
FROM case_file f JOIN ({_CONFIRMED}) d USING (case_id) CROSS JOIN LATERAL (
  SELECT s.day FROM attended_session s WHERE s.case_id = f.case_id AND {stands("s")} ORDER BY s.day LIMIT 1) t
WHERE starts_with(f.county, $3) AND t.day BETWEEN $1 AND $2 AND t.day >= d.day
"""
_TO_PAYMENT = f"""
SELECT id, county, max(days) AS amount FROM (
  SELECT f.case_id AS id, f.county, max(p.day) - min(c.day) AS days
  FROM case_file f JOIN counted_fact p USING (case_id)
  JOIN counted_fact c ON c.case_id = p.case_id AND c.kind = 'claim' AND c.reference = p.reference AND {stands("c")}
  WHERE starts_with(f.county, $3) AND p.kind = 'payment' AND p.day BETWEEN $1 AND $2 AND {stands("p")}
  GROUP BY f.case_id, f.county, p.reference) q
GROUP BY id, county
"""

_QUERIES = {
    OperationalKey.DEVICES: _counted("device", "1"),
    OperationalKey.OPERATED: _counted("surgery", "1"),
    OperationalKey.PAID: _counted("payment", "1"),
    OperationalKey.IN_TRAINING: _taking_part("enrolled"),
    OperationalKey.IN_CUSTODY: _taking_part("admitted"),
    OperationalKey.TO_DIAGNOSIS: _TO_DIAGNOSIS,
    OperationalKey.TO_FIRST_SESSION: _TO_FIRST_SESSION,
    OperationalKey.TO_PAYMENT: _TO_PAYMENT,
    OperationalKey.HOME_TEACHING: _counted("home_teaching", "sum(k.amount)"),
}
_FIGURES = """
SELECT county, count(*) AS children, coalesce(sum(amount), 0)::bigint AS total,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY amount)::bigint AS median
FROM ({query}) q GROUP BY GROUPING SETS ((county), ()) ORDER BY county NULLS FIRST
"""
_BEHIND = """
WITH page AS MATERIALIZED (SELECT id, county, amount FROM ({query}) q WHERE id > $5 ORDER BY id LIMIT $6), logged AS (
  INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
  SELECT $7, $8, $9, $10, $11, 'shown', $12, id FROM page
)
SELECT id, county, amount FROM page ORDER BY id
"""


async def figures(driver: Driver, key: OperationalKey, question: Question) -> list[asyncpg.Record]:
    """Return children, sum and median: of all first (county is empty), then by county."""
    query = ONE_CHILD.format(query=_QUERIES[key], columns=", q.amount")
    rows: list[asyncpg.Record] = await driver.fetch(_FIGURES.format(query=query), *question.arguments)
    return rows


async def behind(
    driver: Driver, key: OperationalKey, question: Question, reader: Reader, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """Return the children behind a figure with their amounts, and log each of them."""
    query = ONE_CHILD.format(query=_QUERIES[key], columns=", q.amount")
    statement = _BEHIND.format(query=query)
    rows: list[asyncpg.Record] = await driver.fetch(statement, *question.arguments, after, limit, *reader.log)
    return rows
