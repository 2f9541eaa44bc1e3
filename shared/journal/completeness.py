"""Completeness: a consumer compares what it applied with what producers say they have, and repairs the difference.

Equal roots mean complete up to the checkpoint's time. A bucket that differs is descended: the producer's heads name the
streams that lag, and their missing facts are pulled from its feed through the same inbox. Kafka is thereby a cache.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import httpx

from shared.access.clients import ServiceTokens
from shared.contracts.envelope import Event, timestamp
from shared.db import Database, Driver
from shared.journal.bundle import SignedHeads
from shared.journal.checkpoint import PAGE, Checkpoint, Head, read_cloudevent, roots, verified
from shared.journal.inbox import TRANSIENT, Inbox, Record

log = logging.getLogger(__name__)

PULL = 2000
"""Facts in one request to a feed, so that a repair of a million needs no memory for them."""

PATIENCE = 4
"""How many times `repair_after` a comparison waits for facts that keep coming; other producers wait with it."""

NOTED = 10_000
"""Streams that one comparison remembers; what lies beyond is counted, and repaired by the next."""

_LEAVES = """
SELECT uuid_send(case_id) || int4send(epoch) || int8send(last_seq) || head_hash FROM stream_position
WHERE producer = $1 AND last_seq > 0 ORDER BY case_id, epoch
"""
_POSITIONS = """
SELECT case_id, epoch, last_seq, head_hash FROM stream_position
WHERE producer = $1 AND last_seq > 0 AND get_byte(uuid_send(case_id), 15) = ANY($2::int[]) ORDER BY case_id, epoch
"""
# What a poisoned fact blocks is here, and waits for a person.
_STILL_MISSING = """
SELECT m.case_id, m.epoch, coalesce(p.last_seq, 0) + 1, m.last, EXISTS (
  SELECT 1 FROM parked_event b WHERE b.producer = $1 AND b.case_id = m.case_id AND b.epoch = m.epoch
  AND b.seq = coalesce(p.last_seq, 0) + 1 AND b.reason = 'poison')
FROM unnest($2::uuid[], $3::int[], $4::bigint[]) AS m (case_id, epoch, last)
LEFT JOIN stream_position p ON p.producer = $1 AND p.case_id = m.case_id AND p.epoch = m.epoch
WHERE coalesce(p.last_seq, 0) < m.last ORDER BY m.case_id, m.epoch
"""
_SAVE = """
INSERT INTO completeness AS c (producer, complete_to, checkpoint_at, behind) VALUES ($1, $2, $3, $4)
ON CONFLICT (producer) DO UPDATE SET checkpoint_at = greatest(c.checkpoint_at, excluded.checkpoint_at),
  behind = excluded.behind, complete_to = greatest(c.complete_to, excluded.complete_to)
"""
# Each attempt doubles the wait: what the producer itself has not got must not be asked for every few seconds.
_GAPS = """
SELECT p.producer, p.case_id, p.epoch, s.last_seq + 1 AS first, min(p.seq) - 1 AS last
FROM parked_event p JOIN stream_position s USING (producer, case_id, epoch)
WHERE p.reason = 'gap' AND p.seq > s.last_seq
GROUP BY p.producer, p.case_id, p.epoch, s.last_seq
HAVING min(p.seq) > s.last_seq + 1
   AND min(p.first_seen) + make_interval(secs => $1 * 2 ^ least(max(p.tries), 10)) < now()
   AND NOT EXISTS (SELECT 1 FROM parked_event b WHERE b.producer = p.producer AND b.case_id = p.case_id
                   AND b.epoch = p.epoch AND b.seq = s.last_seq + 1 AND b.reason = 'poison')
LIMIT 1000
"""
_TRIED = """
UPDATE parked_event p SET tries = tries + 1 FROM unnest($2::uuid[], $3::int[], $4::bigint[]) AS g (case_id, epoch, last)
WHERE p.producer = $1 AND p.case_id = g.case_id AND p.epoch = g.epoch AND p.seq = g.last + 1 AND p.reason = 'gap'
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """Facts of one stream that this consumer has not applied."""

    case: UUID
    epoch: int
    first: int
    last: int
    blocked: bool = False
    """They are here, but the first of them cannot be applied."""


@dataclass(slots=True)
class Difference:
    """How a consumer's positions differ from a producer's heads."""

    missing: list[Missing] = field(default_factory=list)
    ahead: list[Head] = field(default_factory=list)
    """Positions beyond the producer's heads of then: facts of just now, or facts that the producer has lost."""
    beyond: int = 0
    diverged: int = 0
    """Same number, other hash: an incident."""

    @property
    def behind(self) -> int:
        """Streams that are not as their producer has them."""
        return len(self.missing) + self.beyond + self.diverged

    @property
    def owed(self) -> int:
        """Facts that are missing."""
        return sum(missing.last - missing.first + 1 for missing in self.missing)

    def note(self, here: Head | None, there: Head | None) -> None:
        """Take a stream as it stands here and there."""
        applied = here.last if here else 0
        if there is None or applied > there.last:
            self.ahead += [here] if here and len(self.ahead) < NOTED else []
        elif applied < there.last and len(self.missing) < NOTED:
            self.missing.append(Missing(there.case, there.epoch, applied + 1, there.last))
        elif applied < there.last:
            self.beyond += 1
        elif here and here.hash != there.hash:
            self.diverged += 1


@dataclass(slots=True)
class Peer:
    """A producer's internal feed."""

    producer: str
    url: str
    tokens: ServiceTokens
    http: httpx.AsyncClient
    _key: str | None = None

    async def key(self, *, anew: bool = False) -> str:
        """Return the public key of the producer's checkpoints."""
        if self._key is None or anew:
            answer = await self.http.get(f"{self.url}/internal/journal/keys")
            answer.raise_for_status()
            self._key = str(answer.json()["ed25519"])
        return self._key

    async def heads(self, buckets: Sequence[int], as_of: datetime) -> AsyncGenerator[Head]:
        """Yield the producer's heads in some buckets, as of a checkpoint, in the order of case and epoch."""
        body = {"buckets": list(buckets), "as_of": timestamp(as_of)}
        headers = await self.tokens.headers()
        url = f"{self.url}/internal/journal/heads"
        async with self.http.stream("POST", url, json=body, headers=headers, timeout=60) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                yield Head.read(line)

    async def signed_heads(self, cases: Sequence[UUID]) -> SignedHeads:
        """Return what the producer says, signed, of the last facts about some cases."""
        url, body = f"{self.url}/internal/journal/signed-heads", {"cases": [str(case) for case in cases]}
        answer = await self.http.post(url, json=body, headers=await self.tokens.headers(), timeout=20)
        answer.raise_for_status()
        return SignedHeads.model_validate_json(answer.content)

    async def facts(self, missing: Sequence[Missing]) -> list[bytes]:
        """Return the stored bytes of missing facts."""
        wanted = [{"case": str(m.case), "epoch": m.epoch, "first": m.first, "last": m.last} for m in missing]
        url = f"{self.url}/internal/journal/ranges"
        answer = await self.http.post(url, json={"ranges": wanted}, headers=await self.tokens.headers(), timeout=60)
        answer.raise_for_status()
        return answer.content.splitlines()

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
    held: bool = False
    """Whether it rests: a rebuild pulls everything anyway, and would be doubled by it."""
    _latest: dict[str, Checkpoint] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _summing: asyncio.Lock = field(default_factory=asyncio.Lock)

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
            self._news.clear()
            if not self.held:
                comparing = (self._settle(checkpoint) for checkpoint in list(self._latest.values()))
                await asyncio.gather(*comparing, self.repair_gaps())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(1.0, self.repair_after))

    async def _settle(self, checkpoint: Checkpoint) -> None:
        if await self._guarded(self.compare(checkpoint)) and self._latest.get(checkpoint.producer) is checkpoint:
            del self._latest[checkpoint.producer]

    async def _guarded(self, work: Awaitable[bool]) -> bool:
        """Let trouble with one producer stay with that producer; return whether its work is done."""
        try:
            return await work
        except (httpx.HTTPError, *TRANSIENT) as error:
            log.warning("completeness waits for a peer", extra={"error": type(error).__name__})
        except Exception:  # the edge: whatever a peer answers, the others are still compared
            log.exception("completeness cannot use a peer's answer")
        return False

    async def compare(self, checkpoint: Checkpoint) -> bool:
        """Compare a checkpoint with what was applied; return whether there is nothing more to do about it.

        Facts on their way are waited for; when none came for `repair_after` seconds, the rest is pulled from the
        producer.
        `complete_to` moves only when every fact that was recorded before the checkpoint's `as_of` is applied.
        """
        producer = checkpoint.producer
        if not await self._signed(checkpoint):
            log.error("checkpoint with a wrong signature", extra={"producer": producer})
            return True
        found = await self._differences(checkpoint)
        if found.missing and not await self._arrives(producer, found):
            await self._save(checkpoint, behind=found.behind)
            await self.pull(producer, [missing for missing in found.missing if not missing.blocked])
            await self._look_again(producer, found)
        if found.diverged:
            log.error("streams differ from their producer's", extra={"producer": producer, "streams": found.diverged})
        await self._save(checkpoint, behind=found.behind)
        return found.beyond == 0

    async def _signed(self, checkpoint: Checkpoint) -> bool:
        peer = self.peers[checkpoint.producer]
        return verified(checkpoint, await peer.key()) or verified(checkpoint, await peer.key(anew=True))

    async def _differences(self, checkpoint: Checkpoint) -> Difference:
        """Compare the roots, and where they differ stream by stream."""
        producer, found = checkpoint.producer, Difference()
        # One sum at a time: several at once would take several of the service's few connections.
        async with self._summing, self.database.transaction(isolation="repeatable_read", readonly=True) as session:
            ours = await roots(session.driver, _LEAVES, producer)
            differing = [b for b in sorted(ours | checkpoint.roots) if ours.get(b) != checkpoint.roots.get(b)]
            if differing:
                here = _positions(session.driver, producer, differing)
                async with aclosing(self.peers[producer].heads(differing, checkpoint.as_of)) as there:
                    async for pair in side_by_side(here, there):
                        found.note(*pair)
        found.diverged += await self._lost_by(producer, found.ahead)
        return found

    async def _lost_by(self, producer: str, ahead: Sequence[Head]) -> int:
        """Count the streams whose last applied fact their producer does not have, or has otherwise.

        We are ahead of a checkpoint by what was recorded just now. What the producer does not know it has lost (it was
        set back to an older state), or it was never its own.
        """
        lost = 0
        for start in range(0, len(ahead), PULL // 2):
            some = ahead[start : start + PULL // 2]
            lines = await self.peers[producer].facts([Missing(h.case, h.epoch, h.last, h.last) for h in some])
            known = {event.hash for event in map(Event.read, lines)}
            lost += sum(head.hash not in known for head in some)
        return lost

    async def _arrives(self, producer: str, found: Difference) -> bool:
        """Wait for what is on its way; return whether there is nothing to pull.

        Where some of it keeps coming, Kafka is only behind: pulling the rest would add to the load. It is given more
        time, and after that the next checkpoint.
        """
        clock, owed = asyncio.get_running_loop().time, math.inf
        begun = moved = clock()
        while True:
            await self._look_again(producer, found)
            if found.owed < owed:
                owed, moved = found.owed, clock()
            if not owed or clock() > begun + PATIENCE * self.repair_after:
                return True
            if clock() > moved + self.repair_after:
                return False
            await asyncio.sleep(min(0.5, self.repair_after / 4))

    async def _look_again(self, producer: str, found: Difference) -> None:
        columns = zip(*((m.case, m.epoch, m.last) for m in found.missing), strict=True)
        async with self.database.session() as session:
            rows = await session.driver.fetch(_STILL_MISSING, producer, *columns)
        found.missing = [Missing(*row) for row in rows]

    async def _save(self, checkpoint: Checkpoint, *, behind: int) -> None:
        complete_to: datetime | None = None if behind else checkpoint.as_of
        async with self.database.session() as session:
            await session.driver.execute(_SAVE, checkpoint.producer, complete_to, checkpoint.as_of, behind)

    async def repair_gaps(self) -> bool:
        """Pull what parked facts wait for, when it did not come by itself; return whether anything was pulled."""
        gaps: dict[str, list[Missing]] = defaultdict(list)
        with suppress(*TRANSIENT):
            async with self.database.session() as session:
                for producer, *gap in await session.driver.fetch(_GAPS, self.repair_after):
                    gaps[producer].append(Missing(*gap))
        mine = [(producer, gaps[producer]) for producer in sorted(gaps.keys() & self.peers.keys())]
        return any([await self._guarded(self._repair(*one)) for one in mine])

    async def _repair(self, producer: str, gaps: Sequence[Missing]) -> bool:
        columns = zip(*((gap.case, gap.epoch, gap.last) for gap in gaps), strict=True)
        async with self.database.session() as session:
            await session.driver.execute(_TRIED, producer, *columns)
        await self.pull(producer, gaps)
        return True

    async def pull(self, producer: str, missing: Sequence[Missing]) -> None:
        """Pull missing facts from their producer and apply them like any others."""
        if missing:
            log.info("repairing from the producer's feed", extra={"producer": producer, "streams": len(missing)})
        for some in portions(missing):
            await self.take(await self.peers[producer].facts(some), producer=producer)

    async def take(self, facts: Collection[bytes], size: int = 1000, *, producer: str | None = None) -> None:
        """Apply facts that did not come by Kafka, batch by batch; `producer` is whose feed they came from."""
        records = [Record(value, feed=producer) for value in facts]
        for start in range(0, len(records), size):
            await self.inbox.take(records[start : start + size])


async def _positions(driver: Driver, producer: str, buckets: Sequence[int]) -> AsyncIterator[Head]:
    async for row in driver.cursor(_POSITIONS, producer, buckets, prefetch=PAGE):
        yield Head(*row)


async def side_by_side(
    here: AsyncIterator[Head], there: AsyncIterator[Head]
) -> AsyncIterator[tuple[Head | None, Head | None]]:
    """Pair two runs of heads, each in the order of case and epoch, stream by stream; None where one has it not."""
    ours, theirs = await anext(here, None), await anext(there, None)
    while ours or theirs:
        if theirs is None or (ours and ours.stream < theirs.stream):
            yield ours, None
            ours = await anext(here, None)
        elif ours is None or theirs.stream < ours.stream:
            yield None, theirs
            theirs = await anext(there, None)
        else:
            yield ours, theirs
            ours, theirs = await anext(here, None), await anext(there, None)


def portions(missing: Iterable[Missing], most: int = PULL) -> Iterator[list[Missing]]:
    """Cut ranges into requests of at most `most` facts (and ranges), in order; a long range is cut itself."""
    some: list[Missing] = []
    room = most
    for m in missing:
        first = m.first
        while first <= m.last:
            last = min(m.last, first + room - 1)
            some.append(Missing(m.case, m.epoch, first, last))
            room -= last - first + 1
            first = last + 1
            if room == 0:
                yield some
                some, room = [], most
    if some:
        yield some
