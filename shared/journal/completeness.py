"""Completeness: a consumer compares what it applied with what producers say they have, and repairs the difference.

Equal roots mean complete up to the checkpoint's time. A bucket that differs is descended: the producer's heads name the
streams that lag, and their missing facts are pulled from its feed through the same inbox. Kafka is thereby a cache.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from pydantic import TypeAdapter

from shared.access.clients import ServiceTokens
from shared.contracts.envelope import Event, unb64
from shared.db import Database
from shared.journal.checkpoint import Checkpoint, Head, read_cloudevent, roots_of, verified
from shared.journal.inbox import TRANSIENT, Inbox, Record

log = logging.getLogger(__name__)

HEADS = TypeAdapter(list[Head])
PULL = 500

_POSITIONS = "SELECT case_id, epoch, last_seq, head_hash FROM stream_position WHERE producer = $1"
_SAVE = """
INSERT INTO completeness AS c (producer, complete_to, checkpoint_at, behind) VALUES ($1, $2, $3, $4)
ON CONFLICT (producer) DO UPDATE SET checkpoint_at = excluded.checkpoint_at, behind = excluded.behind,
  complete_to = greatest(c.complete_to, excluded.complete_to)
"""
# What blocks a gap may be parked itself (poison): that is not missing, it waits for a person.
_GAPS = """
SELECT p.producer, p.case_id, p.epoch, s.last_seq + 1 AS first, min(p.seq) - 1 AS last
FROM parked_event p JOIN stream_position s USING (producer, case_id, epoch)
WHERE p.reason = 'gap' AND p.seq > s.last_seq
GROUP BY p.producer, p.case_id, p.epoch, s.last_seq
HAVING min(p.first_seen) < now() - make_interval(secs => $1) AND min(p.seq) > s.last_seq + 1
   AND NOT EXISTS (SELECT 1 FROM parked_event b WHERE b.producer = p.producer AND b.case_id = p.case_id
                   AND b.epoch = p.epoch AND b.seq = s.last_seq + 1 AND b.reason IN ('poison', 'broken-chain'))
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """Facts of one stream that this consumer has not applied."""

    case: UUID
    epoch: int
    first: int
    last: int


@dataclass(slots=True)
class Peer:
    """A producer's internal feed."""

    producer: str
    url: str
    tokens: ServiceTokens
    http: httpx.AsyncClient
    _key: str | None = None

    async def key(self) -> str:
        """Return the public key of the producer's checkpoints."""
        if self._key is None:
            answer = await self.http.get(f"{self.url}/internal/journal/keys")
            answer.raise_for_status()
            self._key = str(answer.json()["ed25519"])
        return self._key

    async def heads(self, buckets: Iterable[int]) -> list[Head]:
        """Return the producer's heads in some buckets."""
        answer = await self._post("heads", {"buckets": list(buckets)})
        return HEADS.validate_json(answer)

    async def facts(self, missing: Sequence[Missing]) -> list[bytes]:
        """Return the stored bytes of missing facts."""
        wanted = [{"case": str(m.case), "epoch": m.epoch, "first": m.first, "last": m.last} for m in missing]
        answer = await self._post("ranges", {"ranges": wanted})
        return answer.splitlines()

    async def all_facts(self, page: int = 5000) -> AsyncIterator[list[bytes]]:
        """Yield all facts of the producer, page by page, in the order of case and number."""
        after: dict[str, str | int] = {}
        while True:
            answer = await self.http.get(
                f"{self.url}/internal/journal/facts",
                params={**after, "limit": page},
                headers=await self.tokens.headers(),
                timeout=60,
            )
            answer.raise_for_status()
            lines = answer.content.splitlines()
            if lines:
                yield lines
            if len(lines) < page:
                return
            after = _place_of(lines[-1])

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        answer = await self.http.post(
            f"{self.url}/internal/journal/{path}", json=body, headers=await self.tokens.headers(), timeout=60
        )
        answer.raise_for_status()
        return answer.content


def _place_of(envelope: bytes) -> dict[str, str | int]:
    event = Event.read(envelope)
    return {"case": str(event.subject), "epoch": event.epoch, "seq": event.seq}


@dataclass(slots=True)
class Completeness:
    """One consumer's watch over its producers. Checkpoints come in by `note`; `run` compares and repairs."""

    database: Database
    inbox: Inbox
    peers: Mapping[str, Peer]
    repair_after: float = 5.0
    _latest: dict[str, Checkpoint] = field(default_factory=dict)
    _behind_since: dict[str, float] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def note(self, values: Iterable[bytes]) -> None:
        """Take checkpoints as they were published; one that is unreadable, unknown or not signed is only logged."""
        for value in values:
            try:
                checkpoint = read_cloudevent(value)
            except ValueError:
                log.warning("unreadable checkpoint")
                continue
            known = self._latest.get(checkpoint.producer)
            if checkpoint.producer in self.peers and (known is None or known.as_of < checkpoint.as_of):
                self._latest[checkpoint.producer] = checkpoint
                self._news.set()

    async def run(self) -> None:
        """Compare at every new checkpoint and repair gaps in between, until cancelled."""
        while True:
            for producer, checkpoint in list(self._latest.items()):
                if await self._guarded(self.compare(checkpoint)) and self._latest.get(producer) is checkpoint:
                    del self._latest[producer]
            await self._guarded(self.repair_gaps())
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(1.0, self.repair_after))

    async def _guarded(self, work: Awaitable[bool]) -> bool:
        try:
            return await work
        except (httpx.HTTPError, *TRANSIENT) as error:
            log.warning("completeness waits for a peer", extra={"error": type(error).__name__})
            return False

    async def compare(self, checkpoint: Checkpoint) -> bool:
        """Compare a checkpoint with what was applied; return whether it is settled.

        Facts on their way get `repair_after` seconds; after that the missing ones are pulled from the producer.
        """
        producer, peer = checkpoint.producer, self.peers[checkpoint.producer]
        if not verified(checkpoint, await peer.key()):
            log.error("checkpoint with a wrong signature", extra={"producer": producer})
            return True
        async with self.database.session() as session:
            rows = [tuple(row) for row in await session.driver.fetch(_POSITIONS, producer)]
        ours = await asyncio.to_thread(roots_of, rows)
        differing = [bucket for bucket, root in checkpoint.roots.items() if ours.get(bucket) != root]
        heads = await peer.heads(differing) if differing else []
        missing, diverged = _missing(heads, rows), _diverged(heads, rows)
        if diverged:
            log.error("streams differ from their producer's", extra={"producer": producer, "streams": diverged})
        await self._save(checkpoint, behind=len(missing) + diverged)
        await self._repair_in_time(producer, missing)
        return not missing

    async def _repair_in_time(self, producer: str, missing: Sequence[Missing]) -> None:
        if not missing:
            self._behind_since.pop(producer, None)
            return
        now = asyncio.get_running_loop().time()
        if now - self._behind_since.setdefault(producer, now) >= self.repair_after:
            self._behind_since[producer] = now
            await self.pull(producer, missing)

    async def _save(self, checkpoint: Checkpoint, *, behind: int) -> None:
        complete_to: datetime | None = None if behind else checkpoint.as_of
        async with self.database.session() as session:
            await session.driver.execute(_SAVE, checkpoint.producer, complete_to, checkpoint.as_of, behind)

    async def repair_gaps(self) -> bool:
        """Pull what parked facts wait for, when it did not come by itself; return whether anything was pulled."""
        async with self.database.session() as session:
            rows = await session.driver.fetch(_GAPS, self.repair_after)
        for producer in {row["producer"] for row in rows} & self.peers.keys():
            gaps = [Missing(r["case_id"], r["epoch"], r["first"], r["last"]) for r in rows if r["producer"] == producer]
            await self.pull(producer, gaps)
        return bool(rows)

    async def pull(self, producer: str, missing: Sequence[Missing]) -> None:
        """Pull missing facts from their producer and apply them like any others."""
        log.info("repairing from the producer's feed", extra={"producer": producer, "streams": len(missing)})
        for start in range(0, len(missing), PULL):
            facts = await self.peers[producer].facts(missing[start : start + PULL])
            await self.take(facts)

    async def take(self, facts: Collection[bytes], size: int = 1000) -> None:
        """Apply facts that did not come by Kafka, batch by batch."""
        records = [Record(value) for value in facts]
        for start in range(0, len(records), size):
            await self.inbox.take(records[start : start + size])


def _missing(heads: Iterable[Head], positions: Iterable[Sequence[Any]]) -> list[Missing]:
    """Return what lies between our positions and the producer's heads.

    A stream in which we are ahead of these heads needs nothing: its chain was checked fact by fact.
    """
    applied = {(row[0], row[1]): row[2] for row in positions}
    return [
        Missing(head.case, head.epoch, applied.get((head.case, head.epoch), 0) + 1, head.last)
        for head in heads
        if applied.get((head.case, head.epoch), 0) < head.last
    ]


def _diverged(heads: Iterable[Head], positions: Iterable[Sequence[Any]]) -> int:
    """Return how many streams have the same number here and there, but another hash: an incident."""
    applied = {(row[0], row[1], row[2]): row[3] for row in positions}
    return sum(applied.get((head.case, head.epoch, head.last), unb64(head.hash)) != unb64(head.hash) for head in heads)
