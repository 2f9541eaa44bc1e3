"""Sealing the log of reading: what is final in it is summed up in blocks, each chained to the one before and signed.

Rows are written by the answers that they belong to, and nothing is added to those: a task seals them later. A block
covers the rows of a range of transaction numbers, all of which had ended when the block was made, so no row comes into
a sealed range later and none is left out. Ids would not do: a session takes 64 at a time and may use the last tomorrow.

The hash is that of the hash before and one line per row, in the order of transaction and id: a JSON array of its
columns as Python's `json.dumps(row, ensure_ascii=False)` writes it, with the time in microseconds since 1970.
"""

import asyncio
import logging
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import asyncpg
import orjson

from shared.contracts.envelope import GENESIS, b64, timestamp
from shared.db import Database, Driver
from shared.journal.checkpoint import Signer, signed_by

log = logging.getLogger(__name__)

PAGE = 500

_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtext('tongkang.access-block'))"
_LAST = "SELECT number, until, hash FROM access_block ORDER BY number DESC LIMIT 1"
# Every transaction before the oldest one that still runs has ended. What one transaction wrote is not divided.
_FINAL = """
SELECT h.horizon, coalesce((
    SELECT greatest(l.txid, (SELECT min(txid) + 1 FROM access_log WHERE txid >= $1)) FROM access_log l
    WHERE l.txid >= $1 AND l.txid < h.horizon ORDER BY l.txid, l.id OFFSET $2 LIMIT 1
), h.horizon) AS until, now() AS sealed_at
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h
"""
_SUM = """
SELECT count(*)::int AS rows, min(l.id) AS first_id, max(l.id) AS last_id,
       sha256({prev_hash} || convert_to(coalesce(string_agg(json_build_array(
           l.txid, l.id, l.person, l.organisation, l.role, l.purpose, l.case_id, l.act, l.outcome, l.request_id,
           (extract(epoch FROM l.at) * 1000000)::bigint
       )::text || E'\\n', '' ORDER BY l.txid, l.id), ''), 'UTF8')) AS hash
FROM access_log l WHERE l.txid >= {since} AND l.txid < {until}
"""
_SUM_UP = _SUM.format(prev_hash="$1::bytea", since="$2", until="$3")
_KEEP = """
INSERT INTO access_block (number, since, until, first_id, last_id, rows, prev_hash, hash, sealed_at, signature)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_BLOCKS = f"""
SELECT b.*, s.rows AS found_rows, s.first_id AS found_first, s.last_id AS found_last, s.hash AS found_hash
FROM access_block b CROSS JOIN LATERAL ({_SUM.format(prev_hash="b.prev_hash", since="b.since", until="b.until")}) s
ORDER BY b.number
"""
_UNSEALED = "SELECT count(*) FROM access_log WHERE txid >= $1"


class CounterSetBackError(RuntimeError):
    """Transactions are numbered from before the last block on: the database was restored from a dump elsewhere.

    Rows written now would lie in ranges that are sealed (docs/operations.md, backup).
    """


@dataclass(frozen=True, slots=True)
class Block:
    """What is signed of a block."""

    number: int
    since: int
    until: int
    first_id: int
    last_id: int
    rows: int
    prev_hash: bytes
    hash: bytes
    sealed_at: datetime

    def signed_bytes(self, service: str) -> bytes:
        """Return what the signature covers: the block and whose it is, as canonical JSON."""
        hashes = {"prev_hash": b64(self.prev_hash), "hash": b64(self.hash)}
        document = asdict(self) | hashes | {"sealed_at": timestamp(self.sealed_at), "service": service}
        return orjson.dumps(document | {"type": "access_block.v1"}, option=orjson.OPT_SORT_KEYS)


BEFORE_THE_FIRST = Block(0, 0, 0, 0, 0, 0, GENESIS, GENESIS, datetime.min.replace(tzinfo=UTC))


@dataclass(slots=True)
class Sealer:
    """Seals what is final in a service's log of reading, every few seconds."""

    database: Database
    service: str
    signer: Signer
    every: float = 5.0
    most: int = 2000

    async def run(self) -> None:
        """Seal until cancelled; go on at once after a full block."""
        while True:
            try:
                block = await self.seal()
            except CounterSetBackError:
                log.exception("the log of reading cannot be sealed")
                block = None
            if block is None or block.rows < self.most:
                await asyncio.sleep(self.every)

    async def seal(self) -> Block | None:
        """Seal the rows that are final, up to a full block; None when there are none, or another process seals.

        Raises CounterSetBackError.
        """
        async with self.database.transaction() as session:
            if not await session.driver.fetchval(_ONE_AT_A_TIME):
                return None
            block = await self._next(session.driver)
            if block is not None:
                await self._keep(session.driver, block)
            return block

    async def _next(self, driver: Driver) -> Block | None:
        last = await driver.fetchrow(_LAST)
        number, since, prev_hash = last or (0, 0, GENESIS)
        ((horizon, until, sealed_at),) = await driver.fetch(_FINAL, since, self.most)
        if horizon < since:
            raise CounterSetBackError
        ((rows, first_id, last_id, summed),) = await driver.fetch(_SUM_UP, prev_hash, since, until)
        if not rows:
            return None
        return Block(number + 1, since, until, first_id, last_id, rows, prev_hash, summed, sealed_at)

    async def _keep(self, driver: Driver, block: Block) -> None:
        signature = self.signer.signature(block.signed_bytes(self.service))
        one = block
        ids = (one.number, one.since, one.until, one.first_id, one.last_id, one.rows)
        await driver.execute(_KEEP, *ids, one.prev_hash, one.hash, one.sealed_at, signature)


class BlockFault(StrEnum):
    """What is wrong with a block."""

    NUMBER = "number"
    """A block before it is missing."""
    CHAIN = "chain"
    """It does not begin where the block before ends, or does not name its hash."""
    SIGNATURE = "signature"
    """The block itself was changed, or another key signed it."""
    ROWS = "rows"
    """Rows were removed from its range or added to it."""
    HASH = "hash"
    """Rows were changed."""


@dataclass(slots=True)
class LogVerdict:
    """What a walk through the blocks of a log of reading found."""

    blocks: int = 0
    rows: int = 0
    unsealed: int = 0
    """Rows after the last block: nothing vouches for them yet."""
    broken: int = 0
    first: tuple[int, BlockFault] | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken == 0

    def note(self, number: int, fault: BlockFault) -> None:
        """Count a broken block; the first one is told."""
        self.broken += 1
        self.first = self.first or (number, fault)


async def verify_access_log(database: Database, service: str, public: str) -> LogVerdict:
    """Sum up every block of a service's log of reading anew, in one snapshot, and return what was found."""
    verdict, before = LogVerdict(), BEFORE_THE_FIRST
    async with database.transaction(isolation="repeatable_read", readonly=True) as session:
        async for row in session.driver.cursor(_BLOCKS, prefetch=PAGE):
            block = _block(row)
            if fault := _chained(before, block) or _signed(row, block, service, public) or _unlike(row, block):
                verdict.note(block.number, fault)
            verdict.blocks += 1
            verdict.rows += row["found_rows"]
            before = block
        verdict.unsealed = await session.driver.fetchval(_UNSEALED, before.until)
    return verdict


def _block(row: asyncpg.Record) -> Block:
    values: dict[str, Any] = {name: row[name] for name in Block.__dataclass_fields__}
    return Block(**values)


def _chained(before: Block, block: Block) -> BlockFault | None:
    if block.number != before.number + 1:
        return BlockFault.NUMBER
    fits = (block.since, block.prev_hash) == (before.until, before.hash)
    return None if fits else BlockFault.CHAIN


def _signed(row: asyncpg.Record, block: Block, service: str, public: str) -> BlockFault | None:
    fits = signed_by(public, row["signature"], block.signed_bytes(service))
    return None if fits else BlockFault.SIGNATURE


def _unlike(row: asyncpg.Record, block: Block) -> BlockFault | None:
    found = (row["found_rows"], row["found_first"], row["found_last"])
    if found != (block.rows, block.first_id, block.last_id):
        return BlockFault.ROWS
    return None if row["found_hash"] == block.hash else BlockFault.HASH
