"""Reading findings, and what a reviewer wrote. Whose they are is decided by the case, as for all that is a child's."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import asyncpg

from services.timeline.domain.findings.standing import Standing
from services.timeline.domain.noted import Noted
from services.timeline.repository import books
from services.timeline.repository.entries import Reader
from shared.access.second_wall import PROJECT, Told
from shared.contracts.events.rehab import AssistanceApproved, PaymentMade
from shared.db import Driver

_COLUMNS = """n.finding, n.case_id, f.county, n.rule, n.rule_version, n.severity, n.institution, n.first_day,
  n.last_day, n.state, n.first_seen, n.changed_at, n.evidence"""
_WANTED = """
  ($3::text IS NULL OR f.county = $3) AND ($4::uuid IS NULL OR n.institution = $4)
  AND ($5::text IS NULL OR n.rule = $5) AND ($6::text IS NULL OR n.severity = $6)
  AND ($7::text IS NULL OR n.state = $7) AND ($8::uuid IS NULL OR n.case_id = $8)
"""
_LIST = f"""
SELECT {_COLUMNS} FROM finding n JOIN case_file f USING (case_id)
WHERE {{where}} AND {_WANTED} AND (n.first_seen, n.finding) < ($9, $10)
ORDER BY n.first_seen DESC, n.finding DESC LIMIT $11
"""
_COUNTS = f"""
SELECT n.rule, n.severity, n.state, count(*) AS findings, count(DISTINCT n.case_id) AS children
FROM finding n JOIN case_file f USING (case_id) WHERE {{where}} AND {_WANTED}
GROUP BY n.rule, n.severity, n.state ORDER BY n.rule, n.state
"""
_ONE = f"""
SELECT {_COLUMNS}, g.steps, coalesce(f.masked, false) AS masked, f.erased
FROM finding n JOIN case_file f USING (case_id) LEFT JOIN finding_ground g USING (case_id, finding)
WHERE {{where}} AND n.finding = $3
"""
_READABLE = "SELECT 1 FROM case_file f WHERE f.case_id = $3 AND {where}"
_REVIEWS = """
SELECT decision, reason, reviewer, organisation, reviewed_at FROM finding_review
WHERE case_id = $1 AND finding = $2 ORDER BY reviewed_at, event_id
"""
_OPEN_FILE = f"SELECT set_config('{Told.CASE}', $1, true)"
_ENTRY = """event_id, occurred_at, recorded_at, producer, type, hash, envelope, false AS own,
  NULL::uuid AS corrected_by, NULL::timestamptz AS corrected_at"""
_ENTRIES = (
    f"SELECT {_ENTRY} FROM entry WHERE case_id = $1 AND event_id = ANY($2::uuid[]) ORDER BY occurred_at, event_id"
)
_WROTE = """
INSERT INTO finding_review (case_id, finding, event_id, decision, reason, reviewer, organisation)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_DECIDED = "SELECT envelope FROM entry WHERE case_id = $1 AND type = ANY($2::text[])"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for."""

    county: str | None = None
    institution: UUID | None = None
    rule: str | None = None
    severity: str | None = None
    state: str | None = None
    case: UUID | None = None

    @property
    def arguments(self) -> tuple[object, ...]:
        """Its values, in the order of the statement."""
        return tuple(getattr(self, one.name) for one in fields(self))


async def page(
    driver: Driver, reader: Reader, wanted: Wanted, before: tuple[datetime, UUID], limit: int
) -> list[asyncpg.Record]:
    """Return findings, those first seen last at the top; inside a transaction."""
    await reader.readable.wall.tell(driver)
    statement = _LIST.format(where=reader.readable.where)
    rows: list[asyncpg.Record] = await driver.fetch(
        statement, *reader.readable.arguments, *wanted.arguments, *before, limit
    )
    return rows


async def is_readable(driver: Driver, reader: Reader, case: UUID) -> bool:
    """Tell whether this reader may see a case at all."""
    await reader.readable.wall.tell(driver)
    statement = _READABLE.format(where=reader.readable.where)
    return bool(await driver.fetchval(statement, *reader.readable.arguments, case))


async def counts(driver: Driver, reader: Reader, wanted: Wanted) -> list[asyncpg.Record]:
    """Return how many findings there are by rule and state."""
    await reader.readable.wall.tell(driver)
    statement = _COUNTS.format(where=reader.readable.where)
    rows: list[asyncpg.Record] = await driver.fetch(statement, *reader.readable.arguments, *wanted.arguments)
    return rows


async def one(driver: Driver, reader: Reader, finding: UUID) -> asyncpg.Record | None:
    """Return a finding with its grounds; None when it is not for this reader."""
    await reader.readable.wall.tell(driver)
    return await driver.fetchrow(_ONE.format(where=reader.readable.where), *reader.readable.arguments, finding)


async def reviews(driver: Driver, case: UUID, finding: UUID) -> list[asyncpg.Record]:
    """Return what was decided about a finding, oldest first."""
    rows: list[asyncpg.Record] = await driver.fetch(_REVIEWS, case, finding)
    return rows


async def evidence(driver: Driver, case: UUID, institution: UUID | None, facts: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return the facts of the case's own file, then those about the institution; the last reading of a transaction.

    No other child's: whoever may see that one finds the finding in its file too. A fact about an institution is in no
    child's file, so behind the second wall nobody sees it: it is read as the projector does.
    """
    await driver.execute(_OPEN_FILE, str(case))
    rows: list[asyncpg.Record] = await driver.fetch(_ENTRIES, case, facts)
    if institution is not None:
        await driver.execute(PROJECT)
        rows += await driver.fetch(_ENTRIES, institution, facts)
    return rows


async def held(driver: Driver, case: UUID) -> list[Noted]:
    """Wait until nobody assesses a case, and return what the timeline concluded about it."""
    child = books.Child(case, {case})
    await books.hold(driver, [child])
    return await books.concluded(driver, [case])


async def deciders(driver: Driver, case: UUID) -> list[bytes]:
    """Return the facts by which assistance was approved and claims were paid."""
    decided = [AssistanceApproved.type, PaymentMade.type]
    await driver.execute(_OPEN_FILE, str(case))
    return [row[0] for row in await driver.fetch(_DECIDED, case, decided)]


async def keep_words(
    driver: Driver, standing: Standing, fact: UUID, decision: str, reason: str, by: tuple[UUID, UUID]
) -> None:
    """Keep a reviewer's words; as the projector, because nobody else writes to what is a child's."""
    await driver.execute(PROJECT)
    await driver.execute(_WROTE, standing.case, standing.finding, fact, decision, reason, *by)
