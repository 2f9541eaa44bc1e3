"""Parked events, and the waivers by which two persons step over one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.timeline.repository.entries import Reader
from shared.access.policy import Actor
from shared.contracts.envelope import Event
from shared.contracts.events.timeline import WaiverReason
from shared.db import Driver

# Who runs the installation sees that something is parked, but of which child only where it may see that child.
_LIST = """
WITH page AS MATERIALIZED (
  SELECT p.id, p.producer, p.case_id, p.epoch, p.seq, p.reason, p.detail, p.first_seen, p.tries,
         ({where}) IS TRUE AS readable
  FROM parked_event p LEFT JOIN case_file f USING (case_id)
  WHERE p.id > $3 AND ($4 OR ({where})) ORDER BY p.id LIMIT $5
), logged AS (
  INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
  SELECT $6, $7, $8, $9, $10, 'shown', $11, case_id FROM page WHERE readable
)
SELECT * FROM page ORDER BY id
"""
_FIND = """
SELECT p.producer, p.case_id, p.epoch, p.seq, p.reason, p.envelope, p.key, p.topic, coalesce(s.last_seq, 0) AS last_seq
FROM parked_event p LEFT JOIN stream_position s USING (producer, case_id, epoch) WHERE p.id = $1
"""
_AUDIT = """
INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_HOLD = """
SELECT last_seq FROM stream_position WHERE producer = $1 AND case_id = $2 AND epoch = $3 FOR UPDATE
"""
# It leaves the desk; its bytes stay with the waiver.
_STEP = """
WITH cleared AS (
  DELETE FROM parked_event WHERE producer = $1 AND case_id = $2 AND epoch = $3 AND seq = $4 AND hash = $5
)
UPDATE stream_position SET last_seq = $4, head_hash = $5
WHERE producer = $1 AND case_id = $2 AND epoch = $3 AND last_seq = $4 - 1
"""
_WAIVER = """
SELECT reason, asked_by FROM waiver
WHERE producer = $1 AND case_id = $2 AND epoch = $3 AND seq = $4 AND hash = $5 AND agreed_at IS NULL FOR UPDATE
"""
_ASK = """
INSERT INTO waiver (producer, case_id, epoch, seq, hash, envelope, reason, asked_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_AGREE = """
UPDATE waiver SET agreed_by = $5, agreed_at = now() WHERE producer = $1 AND case_id = $2 AND epoch = $3 AND seq = $4
"""
_AGREED = """
SELECT envelope FROM waiver WHERE agreed_at IS NOT NULL ORDER BY producer, case_id, epoch, seq
"""


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A parked record, and how far its stream is applied."""

    reason: str
    envelope: bytes
    key: bytes | None
    topic: str | None
    case: UUID | None
    last_applied: int


async def list_parked(
    driver: Driver, reader: Reader, *, everything: bool, after: int, limit: int
) -> list[asyncpg.Record]:
    """Return parked events, oldest first, and log those whose case is shown; inside a transaction."""
    await reader.readable.wall.tell(driver)
    statement = _LIST.format(where=reader.readable.where)
    rows: list[asyncpg.Record] = await driver.fetch(
        statement, *reader.readable.arguments, after, everything, limit, *reader.log
    )
    return rows


async def find(driver: Driver, parked_id: int) -> ParkedEvent | None:
    """Return a parked event."""
    row = await driver.fetchrow(_FIND, parked_id)
    if row is None:
        return None
    return ParkedEvent(row["reason"], row["envelope"] or b"", row["key"], row["topic"], row["case_id"], row["last_seq"])


async def audit(driver: Driver, actor: Actor, act: str, request_id: UUID, outcome: str, case: UUID | None) -> None:
    """Keep who did what to the desk of parked events, or to the timeline as a whole."""
    await driver.execute(
        _AUDIT, actor.person, actor.organisation, actor.acting_as, actor.purpose, act, outcome, request_id, case
    )


async def hold_stream(driver: Driver, event: Event) -> int:
    """Lock a stream's position and return the number of its last applied fact."""
    return int(await driver.fetchval(_HOLD, *event.stream) or 0)


async def step_over(driver: Driver, event: Event) -> bool:
    """Move a stream's position over a parked fact without applying it; return whether it was the next one."""
    status: str = await driver.execute(_STEP, *event.stream, event.seq, event.hash)
    return status.endswith(" 1")


async def asked_waiver(driver: Driver, event: Event) -> tuple[str, UUID] | None:
    """Return reason and person of a waiver that was asked for and not agreed to yet."""
    row = await driver.fetchrow(_WAIVER, *event.stream, event.seq, event.hash)
    return (row["reason"], row["asked_by"]) if row else None


async def ask_waiver(driver: Driver, event: Event, reason: WaiverReason, person: UUID) -> None:
    """Keep that somebody asks to step over a fact."""
    await driver.execute(_ASK, *event.stream, event.seq, event.hash, event.envelope, reason, person)


async def agree_waiver(driver: Driver, event: Event, person: UUID) -> None:
    """Keep that a second person agrees."""
    await driver.execute(_AGREE, *event.stream, event.seq, person)


async def agreed_waivers(driver: Driver) -> Sequence[bytes]:
    """Return the facts that are stepped over, in the order of their streams."""
    return [row["envelope"] for row in await driver.fetch(_AGREED)]
