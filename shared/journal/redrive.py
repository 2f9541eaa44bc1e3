"""Redrive: send parked records through the inbox again, when what kept them back is mended (README.md, parked facts).

A gap is not redriven: it closes by itself when the missing fact comes, or is repaired from the producer's feed.
"""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.envelope import ActorRef
from shared.db import Database
from shared.journal.inbox import Inbox, Item, Outcome, Record
from shared.journal.reason import Reason

log = logging.getLogger(__name__)

BATCH = 500
REDRIVEN = (Reason.POISON, Reason.BROKEN_CHAIN, Reason.UNREADABLE)
LEAVES_PARKING = frozenset({Outcome.APPLIED, Outcome.DUPLICATE})

_CHOSEN = """
SELECT id FROM parked_event WHERE reason = ANY($1::text[]) AND ($2::bigint[] IS NULL OR id = ANY($2))
ORDER BY producer, case_id, epoch, seq, id
"""
_RECORDS = "SELECT id, envelope, key, topic FROM parked_event WHERE id = ANY($1::bigint[])"
_STRAYS = "DELETE FROM parked_event WHERE id = ANY($1::bigint[]) AND producer IS NULL"


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of a parked record, or would become of it."""

    id: int
    outcome: Outcome | None
    reason: Reason | None
    detail: str | None


async def redrive(
    inbox: Inbox, who: ActorRef, ids: Collection[int] | None = None, *, dry_run: bool = False
) -> list[Redriven]:
    """Redrive the named parked records, or all of them; what waits behind an applied one follows by itself.

    With `dry_run` nothing is kept. Facts that would be parked again are left as they are. The act is logged with who
    did it.
    """
    database = inbox.ledger.database
    chosen, redriven = await _chosen(database, ids), []
    for start in range(0, len(chosen), BATCH):
        redriven += await _some(inbox, database, chosen[start : start + BATCH], dry_run=dry_run)
    outcomes = Counter(str(one.outcome) for one in redriven)
    log.warning("parked facts redriven", extra={**_words(who), "dry_run": dry_run, "outcomes": dict(outcomes)})
    return redriven


async def _chosen(database: Database, ids: Collection[int] | None) -> list[int]:
    async with database.session() as session:
        rows = await session.driver.fetch(_CHOSEN, REDRIVEN, None if ids is None else list(ids))
    return [row[0] for row in rows]


async def _some(inbox: Inbox, database: Database, ids: Sequence[int], *, dry_run: bool) -> list[Redriven]:
    async with database.session() as session:
        rows = {row[0]: Record(row[1], row[2], row[3]) for row in await session.driver.fetch(_RECORDS, ids)}
    # In the order of `ids`; what is no longer there was drained behind an earlier one.
    records = [(parked, rows[parked]) for parked in ids if parked in rows]
    items = await inbox.rehearse([record for _, record in records])
    if not dry_run:
        await _send(inbox, database, list(zip(records, items, strict=True)))
    return [
        Redriven(parked, item.outcome, item.reason, item.detail)
        for (parked, _), item in zip(records, items, strict=True)
    ]


async def _send(inbox: Inbox, database: Database, rehearsed: Sequence[tuple[tuple[int, Record], Item]]) -> None:
    going = [record for record, item in rehearsed if item.outcome in LEAVES_PARKING]
    if not going:
        return
    await inbox.take([record for _, record in going])
    async with database.session() as session:
        await session.driver.execute(_STRAYS, [parked for parked, _ in going])


def _words(who: ActorRef) -> dict[str, str | UUID]:
    return {"person": str(who.person), "organisation": str(who.organisation), "role": who.role}
