"""What an operator does when something was lost or stuck: replay, redrive, verify."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from rich.table import Table

from deploy.cli.operator import NotAnswered, Operator
from deploy.local.home import Home
from deploy.local.stack import Installation
from deploy.postgres.databases import role_of
from shared.db import Database
from shared.journal.checkpoint import Signer
from shared.journal.replay import replay as put_back
from shared.journal.sealing import LogVerdict, verify_access_log
from shared.journal.unit_of_work import Ledger, UnitOfWork
from shared.journal.verify import Verdict
from shared.journal.verify import verify as walk
from shared.settings import ServiceSettings
from shared.telemetry import JsonLines

LEAVES_PARKING = frozenset({"applied", "duplicate"})
SHARDS: int = ServiceSettings.model_fields["relay_shards"].default
PAGE = 2000

_POSITIONS = """
SELECT case_id, epoch, last_seq, head_hash FROM stream_position WHERE producer = $1 AND last_seq > 0
"""
# The timeline may be behind the log for a moment, but never beside it.
_STRANGERS = """
SELECT count(*) FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::bytea[]) AS p (case_id, epoch, seq, hash)
LEFT JOIN event_log e USING (case_id, epoch, seq) WHERE e.hash IS DISTINCT FROM p.hash
"""


def replay(installation: Installation, service: str, case: UUID | None, since: datetime | None) -> int:
    """Put a service's facts back into its outbox, and return how many. The act is kept in the operator's log."""
    who = Operator.of(installation).ref

    async def work() -> int:
        async with _database(installation, service) as database:
            ledger = Ledger(database, service, UnitOfWork, SHARDS, lambda: None)
            return await put_back(ledger, who, case=case, since=since)

    with operators_log(installation.home):
        return asyncio.run(work())


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of a parked event of the timeline, or would become of it."""

    id: int
    owner: str
    reason: str
    outcome: str

    @property
    def left(self) -> bool:
        """Whether it lies in parking no longer."""
        return self.outcome in LEAVES_PARKING


def redrive(installation: Installation, ids: Sequence[int], *, dry_run: bool) -> list[Redriven]:
    """Redrive the named parked events of the timeline, or all. Raises NotAnswered for an id that is not parked."""
    operator = Operator.of(installation)
    parked = {one["id"]: one for one in operator.items("timeline", "/v1/parked", limit=200)}
    unknown = sorted(set(ids) - parked.keys())
    if unknown:
        raise NotAnswered(f"Not parked at the timeline: {', '.join(map(str, unknown))}.")
    return [_redriven(operator, parked[one], dry_run=dry_run) for one in ids or parked]


def redriven_table(done: Sequence[Redriven], *, dry_run: bool) -> Table:
    """Return a line for each parked event."""
    table = Table("parked", "recorded by", "reason", "would be" if dry_run else "outcome")
    for one in done:
        table.add_row(str(one.id), one.owner, one.reason, one.outcome)
    return table


def _redriven(operator: Operator, parked: dict[str, Any], *, dry_run: bool) -> Redriven:
    what = parked["id"], parked["owner"] or "unknown", parked["reason"]
    try:
        answer = operator.post("timeline", f"/v1/parked/{parked['id']}/redrive", dry_run=dry_run)
    except NotAnswered:
        still_there = {one["id"] for one in operator.items("timeline", "/v1/parked", limit=200)}
        if parked["id"] in still_there:
            raise
        return Redriven(*what, "applied")  # behind an earlier one, meanwhile
    return Redriven(*what, answer["outcome"])


@dataclass(frozen=True, slots=True)
class Checked:
    """A service's record: what a walk through its log found, and where the timeline stands beside it."""

    service: str
    verdict: Verdict
    strangers: int
    """Streams whose last fact on the timeline is not in the log of the service."""
    reading: LogVerdict
    """What a walk through its log of reading found."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.verdict.sound and self.strangers == 0 and self.reading.sound


def verify(installation: Installation, services: Sequence[str]) -> Iterator[Checked]:
    """Walk the logs of each service, and compare the one of facts with what the timeline applied."""
    for service in services:
        yield asyncio.run(_checked(installation, service))


def verified_table(done: Sequence[Checked]) -> Table:
    """Return a line for each service."""
    table = Table("service", "streams", "facts", "faults", "differ on the timeline", "looks sealed", "first fault", "")
    for one in done:
        found, reading = one.verdict, one.reading
        looks = f"{reading.rows} of {reading.rows + reading.unsealed} in {reading.blocks} blocks"
        told = (str(found.streams), str(found.facts), str(found.faults), str(one.strangers), looks, _first_fault(one))
        table.add_row(one.service, *told, "sound" if one.sound else "BROKEN", style="" if one.sound else "red")
    return table


def _first_fault(checked: Checked) -> str:
    """Say where something is wrong first: in the log of facts and in the blocks of the log of reading."""
    place, block = checked.verdict.first, checked.reading.first
    said = [f"{place.fault} at {place.case} epoch {place.epoch} number {place.seq}"] if place else []
    said += [f"{block[1]} in block {block[0]} of the log of reading"] if block else []
    return "; ".join(said)


async def _checked(installation: Installation, service: str) -> Checked:
    key = Signer(installation.home.secret_file(f"{service}.pem")).public
    async with _database(installation, service) as own, _database(installation, "timeline") as timeline:
        strangers = await _strangers(own, timeline, service)
        return Checked(service, await walk(own), strangers, await verify_access_log(own, service, key))


async def _strangers(own: Database, timeline: Database, producer: str) -> int:
    """Count the streams whose position on the timeline is no fact of the producer's log."""
    found = 0
    async with timeline.transaction(isolation="repeatable_read", readonly=True) as there, own.session() as here:
        cursor = await there.driver.cursor(_POSITIONS, producer)
        while rows := await cursor.fetch(PAGE):
            found += await here.driver.fetchval(_STRANGERS, *_columns(rows))
    return found


def _columns(rows: Sequence[asyncpg.Record]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@asynccontextmanager
async def _database(installation: Installation, service: str) -> AsyncIterator[Database]:
    """Open a service's database in the role of the service itself."""
    role = role_of(service)
    database = Database(installation.address(role), installation.home.secret(role), size=2)
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def operators_log(home: Home) -> Iterator[None]:
    """Keep what the journal says of an operator's acts in `logs/operator.log`."""
    handler = logging.FileHandler(home.folder("logs") / "operator.log", encoding="utf-8")
    handler.setFormatter(JsonLines())
    journal = logging.getLogger("shared.journal")
    journal.addHandler(handler)
    propagated, journal.propagate = journal.propagate, False
    try:
        yield
    finally:
        journal.propagate = propagated
        journal.removeHandler(handler)
        handler.close()
