"""Loading all that is known of some children: one statement for their facts and those of the institutions they met."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from services.timeline.domain.casebook import CaseBook, casebook
from services.timeline.domain.institutionbook import InstitutionBook, institutionbook
from services.timeline.domain.noted import Noted, read_id
from services.timeline.domain.touched import OWN
from shared.contracts.envelope import Event
from shared.db import Driver

# Each of two cases says by its own stream that they are one; whichever came first is enough.
_KIN = """
WITH RECURSIVE kin (root, case_id) AS (
  SELECT case_id, case_id FROM unnest($1::uuid[]) AS t (case_id)
  UNION
  SELECT k.root, CASE WHEN s.case_id = k.case_id THEN s.other ELSE s.case_id END
  FROM kin k JOIN same_child s ON s.case_id = k.case_id OR s.other = k.case_id
)
SELECT k.root, k.case_id, EXISTS (
  SELECT FROM same_child s
  WHERE (s.case_id = k.case_id AND NOT s.survives) OR (s.other = k.case_id AND s.survives)) AS merged
FROM kin k
"""
_ALONE = "SELECT NOT EXISTS (SELECT FROM same_child)"
# One at a time per child, always in the same order; whoever comes second sees what the first concluded.
_HOLD = """
SELECT count(pg_advisory_xact_lock(hashtextextended(case_id::text, 0)))
FROM (SELECT case_id FROM unnest($1::uuid[]) AS t (case_id) ORDER BY case_id) t
"""
_FACTS = """
SELECT case_id, event_id, type, producer, epoch, seq, occurred_at, recorded_at, organisation, envelope
FROM entry WHERE producer <> $2 AND case_id = ANY($1::uuid[] || ARRAY(
  SELECT DISTINCT organisation FROM case_participant WHERE case_id = ANY($1::uuid[])))
"""
_CONCLUDED = """
SELECT case_id, event_id, epoch, seq, recorded_at, envelope FROM event_log WHERE case_id = ANY($1::uuid[])
ORDER BY case_id, epoch, seq
"""
_RECORDED = """
SELECT envelope FROM event_log WHERE case_id = ANY($1::uuid[]) AND event_id = ANY($2::uuid[])
ORDER BY case_id, epoch, seq
"""


Rows = Mapping[UUID, list[asyncpg.Record]]
"""Rows by case, or by institution."""


@dataclass(slots=True)
class Child:
    """Cases that are one child, and the one under which conclusions are recorded."""

    survivor: UUID
    cases: set[UUID] = field(default_factory=set)


async def children_of(driver: Driver, cases: Collection[UUID]) -> list[Child]:
    """Return the children of some cases, each once."""
    if await driver.fetchval(_ALONE):
        return [Child(case, {case}) for case in sorted(cases)]
    members: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for root, case, merged in await driver.fetch(_KIN, list(cases)):
        members[root][case] = merged
    found = {frozenset(kin): min(kin, key=lambda case: (kin[case], case)) for kin in members.values()}
    return [Child(survivor, set(kin)) for kin, survivor in found.items()]


async def hold(driver: Driver, children: Iterable[Child]) -> None:
    """Wait until nobody else assesses these children, to the end of the transaction."""
    await driver.execute(_HOLD, sorted(case for child in children for case in child.cases))


async def load(driver: Driver, children: Collection[Child]) -> list[CaseBook]:
    """Return the book of each child; others come to their turn between one book and the next."""
    cases = sorted(case for child in children for case in child.cases)
    facts = _by_case(await driver.fetch(_FACTS, cases, OWN))
    own = _by_case(await driver.fetch(_CONCLUDED, cases))
    met = {
        subject: institutionbook(subject, map(_noted, rows)) for subject, rows in facts.items() if subject not in cases
    }
    told: list[CaseBook] = []
    for child in children:
        told.append(_book(child, facts, own, met))
        await asyncio.sleep(0)
    return told


def _book(child: Child, facts: Rows, own: Rows, institutions: Mapping[UUID, InstitutionBook]) -> CaseBook:
    return casebook(
        child.survivor,
        (_noted(row) for case in child.cases for row in facts.get(case, ())),
        own=(_own(row) for case in child.cases for row in own.get(case, ())),
        institutions=institutions,
        cases=child.cases,
    )


async def concluded(driver: Driver, cases: Collection[UUID]) -> list[Noted]:
    """Return what the timeline itself recorded about cases, in its order."""
    return [_own(row) for row in await driver.fetch(_CONCLUDED, list(cases))]


async def recorded(driver: Driver, cases: Collection[UUID], facts: Collection[UUID]) -> list[Event]:
    """Return facts as this service has recorded them."""
    return [Event.read(row[0]) for row in await driver.fetch(_RECORDED, list(cases), list(facts))]


def _by_case(rows: Iterable[asyncpg.Record]) -> Rows:
    found: dict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return found


def _noted(row: asyncpg.Record) -> Noted:
    case, fact, kind, producer, epoch, seq, occurred_at, recorded_at, organisation, envelope = row
    data = orjson.loads(envelope)["data"]
    return Noted(fact, kind, producer, case, epoch, seq, occurred_at, recorded_at, organisation, data)


def _own(row: asyncpg.Record) -> Noted:
    """Read an own fact: nobody but this service wrote it, so it is not checked again."""
    case, fact, epoch, seq, recorded_at, envelope = row
    told = orjson.loads(envelope)
    occurred_at, actor = datetime.fromisoformat(told["time"]), read_id(told["data"]["actor"]["organisation"])
    return Noted(fact, told["type"], OWN, case, epoch, seq, occurred_at, recorded_at, actor, told["data"])
