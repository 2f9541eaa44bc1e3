"""The producer's internal feed: what a consumer asks when Kafka lost something (README.md, repair).

Only services come in. Facts leave as the stored bytes, one canonical JSON document a line, so that hashes still hold.
"""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.envelope import b64
from shared.db import Database
from shared.http.doors import may, open_door, service_of
from shared.journal import checkpoint
from shared.journal.bundle import LastFact, SignedHeads
from shared.journal.checkpoint import BUCKETS

router = APIRouter(prefix="/internal/journal", tags=["journal"])
Peer = Annotated[Actor, may(Act.READ_JOURNAL_FEED)]

FIRST = UUID(int=0)
LINES = "application/x-ndjson"
CHUNK = 64 * 1024


class Range(BaseModel):
    """Facts of one case that a consumer misses."""

    case: UUID
    epoch: int = Field(ge=1)
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class Wanted(BaseModel):
    """Up to 1,000 ranges in one request."""

    ranges: list[Range] = Field(max_length=1000)


class Cases(BaseModel):
    """Cases of whose last facts a signed word is wanted."""

    cases: list[UUID] = Field(min_length=1, max_length=100)


class Buckets(BaseModel):
    """Buckets whose heads a consumer wants to compare, as they were at the time of a checkpoint."""

    buckets: list[Annotated[int, Field(ge=0, lt=BUCKETS)]] = Field(max_length=BUCKETS)
    as_of: AwareDatetime = Field(description="`as_of` of the checkpoint: later facts are on their way, not missing.")


_BY_RANGE = """
SELECT e.envelope FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::bigint[]) AS w (case_id, epoch, first, last)
JOIN event_log e ON e.case_id = w.case_id AND e.epoch = w.epoch AND e.seq BETWEEN w.first AND w.last
ORDER BY e.case_id, e.epoch, e.seq
"""
# Of the log itself, not of the heads that are kept beside it: what is signed is what is there.
_LAST_FACTS = """
SELECT DISTINCT ON (case_id, epoch) case_id, epoch, seq, hash FROM event_log WHERE case_id = ANY($1::uuid[])
ORDER BY case_id, epoch, seq DESC
"""
_AFTER = """
SELECT case_id, epoch, seq, envelope FROM event_log WHERE (case_id, epoch, seq) > ($1, $2, $3)
ORDER BY case_id, epoch, seq LIMIT $4
"""


@router.get("/keys", dependencies=[open_door("public keys with which this producer's checkpoints are checked")])
async def keys(request: Request) -> dict[str, str]:
    """Return the public key of this producer's checkpoints (Ed25519, base64url)."""
    return {"producer": service_of(request).name, "ed25519": service_of(request).signer.public}


@router.post("/heads", response_class=StreamingResponse)
async def heads(request: Request, wanted: Buckets, actor: Peer) -> StreamingResponse:
    """Return number and hash of the last fact of every stream in these buckets, in the order of case and epoch."""
    del actor
    return StreamingResponse(_heads(service_of(request).database, wanted), media_type=LINES)


@router.post("/signed-heads")
async def signed_heads(request: Request, wanted: Cases, actor: Peer) -> SignedHeads:
    """Say, signed, up to which facts this producer has recorded about some cases."""
    del actor
    service = service_of(request)
    async with service.database.session() as session:
        rows = await session.driver.fetch(_LAST_FACTS, wanted.cases)
    heads = [LastFact(case=case, epoch=epoch, last=last, hash=b64(head)) for case, epoch, last, head in rows]
    said = SignedHeads(producer=service.name, as_of=clock.now(), cases=wanted.cases, heads=heads)
    return said.signed_with(service.signer)


@router.post("/ranges", response_class=StreamingResponse)
async def ranges(request: Request, wanted: Wanted, actor: Peer) -> StreamingResponse:
    """Return the facts of the wanted ranges, in the order of each stream."""
    del actor
    return StreamingResponse(_ranges(service_of(request).database, wanted.ranges), media_type=LINES)


@router.get("/facts", response_class=StreamingResponse)
async def facts(
    request: Request,
    actor: Peer,
    case: UUID = FIRST,
    epoch: int = 0,
    seq: int = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 5000,
) -> StreamingResponse:
    """Return all facts of this producer after (case, epoch, seq), for a rebuild; stop when fewer than `limit` come."""
    del actor
    return StreamingResponse(_after(service_of(request).database, case, epoch, seq, limit), media_type=LINES)


async def _heads(database: Database, wanted: Buckets) -> AsyncIterator[bytes]:
    async for chunk in _chunks(head.line() async for head in checkpoint.heads(database, wanted.buckets, wanted.as_of)):
        yield chunk


async def _ranges(database: Database, wanted: list[Range]) -> AsyncIterator[bytes]:
    columns = [w.case for w in wanted], [w.epoch for w in wanted], [w.first for w in wanted], [w.last for w in wanted]
    async with database.transaction(readonly=True) as session:
        rows = session.driver.cursor(_BY_RANGE, *columns, prefetch=1000)
        async for chunk in _chunks(row[0] + b"\n" async for row in rows):
            yield chunk


async def _chunks(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join lines, since each piece that an answer is sent in costs more than a line."""
    chunk = bytearray()
    async for line in lines:
        chunk += line
        if len(chunk) > CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


async def _after(database: Database, case: UUID, epoch: int, seq: int, limit: int) -> AsyncIterator[bytes]:
    async with database.session() as session:
        rows = await session.driver.fetch(_AFTER, case, epoch, seq, limit)
    yield b"".join(row[3] + b"\n" for row in rows)
