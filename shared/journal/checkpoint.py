"""Checkpoints: how a missing tail is seen (README.md, completeness).

A hole in the middle of a stream shows itself; facts missing at its end do not. So each producer says regularly, signed,
what it has: per bucket the Merkle root (RFC 6962 shape) over its sorted (case, epoch, last_seq, head_hash).
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, Field

from shared import clock, ids
from shared.contracts.envelope import b64, timestamp, unb64
from shared.db import Database, Driver
from shared.journal.relay import Send

BUCKETS = 256
TOPIC = "tongkang.checkpoints"

_SNAPSHOT = "SELECT case_id, epoch, last_seq, head_hash FROM case_stream"
_HEADS = "SELECT case_id, epoch, last_seq, head_hash FROM case_stream WHERE last_seq > 0"
# A transaction that is still open may hold facts recorded before now; what was recorded before the oldest of them is all there.
_SETTLED_TO = """
SELECT least(now(), (SELECT min(xact_start) FROM pg_stat_activity
                     WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()))
"""


class Head(BaseModel):
    """Number and hash of the last fact of one stream."""

    case: UUID
    epoch: int
    last: int
    hash: str = Field(description="base64url")


class Checkpoint(BaseModel):
    """What a producer says it has: all that it recorded before `as_of`, summed up per bucket."""

    type: ClassVar[str] = "checkpoint_published.v1"

    producer: str
    as_of: datetime = Field(description="Everything recorded before this moment is covered.")
    roots: dict[int, str] = Field(description="Merkle root per bucket that is not empty, base64url.")
    signature: str = Field(default="", description="Ed25519 over the canonical document without this field, base64url.")

    def signed_bytes(self) -> bytes:
        """Return what the signature covers."""
        roots = {str(bucket): root for bucket, root in self.roots.items()}
        document = {"producer": self.producer, "as_of": timestamp(self.as_of), "roots": roots}
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


class Signer:
    """A producer's Ed25519 key, from a PEM file that deploy makes."""

    def __init__(self, path: Path) -> None:
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("the checkpoint key must be Ed25519")
        self._key = key
        self.public = b64(key.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> Checkpoint:
        """Return the checkpoint with its signature."""
        return checkpoint.model_copy(update={"signature": b64(self._key.sign(checkpoint.signed_bytes()))})


def verified(checkpoint: Checkpoint, public: str) -> bool:
    """Tell whether a checkpoint was signed with the producer's key."""
    try:
        Ed25519PublicKey.from_public_bytes(unb64(public)).verify(unb64(checkpoint.signature), checkpoint.signed_bytes())
    except (InvalidSignature, ValueError):
        return False
    return True


def bucket_of(case: UUID) -> int:
    """Return the bucket of a case: its last byte, random in every kind of id in use."""
    return case.bytes[-1]


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 Merkle tree hash of leaves (at least one)."""
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        paired = [sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        # An odd last node moves up unhashed: that gives the largest-power-of-two split of RFC 6962.
        level = paired + level[len(paired) * 2 :]
    return level[0]


def roots_of(heads: Iterable[tuple[UUID, int, int, bytes]]) -> dict[int, str]:
    """Return the root of every bucket that holds a stream."""
    buckets: dict[int, list[bytes]] = defaultdict(list)
    for case, epoch, last, head in heads:
        if last > 0:
            buckets[bucket_of(case)].append(case.bytes + epoch.to_bytes(4) + last.to_bytes(8) + head)
    return {bucket: b64(merkle_root(sorted(leaves))) for bucket, leaves in sorted(buckets.items())}


async def bucket_heads(driver: Driver, buckets: Iterable[int]) -> list[Head]:
    """Return the heads of all streams in some buckets."""
    wanted = [bytes([bucket]) for bucket in buckets]
    rows = await driver.fetch(f"{_HEADS} AND substring(uuid_send(case_id) FROM 16 FOR 1) = ANY($1::bytea[])", wanted)
    return [Head(case=row[0], epoch=row[1], last=row[2], hash=b64(row[3])) for row in rows]


async def take_checkpoint(database: Database, producer: str) -> Checkpoint:
    """Sum up, from one snapshot, all that this service has recorded."""
    async with database.transaction(isolation="repeatable_read", readonly=True) as session:
        as_of = await session.driver.fetchval(_SETTLED_TO)
        rows = await session.driver.fetch(_SNAPSHOT)
    roots = await asyncio.to_thread(roots_of, map(tuple, rows))
    return Checkpoint(producer=producer, as_of=as_of, roots=roots)


@dataclass(slots=True)
class CheckpointPublisher:
    """Publishes a signed checkpoint on a topic of its own, every so many seconds."""

    database: Database
    producer: str
    signer: Signer
    send_all: Send
    every: float = 60.0

    async def run(self) -> None:
        """Publish until cancelled; a checkpoint that the broker did not take is made up for by the next."""
        while True:
            await self.publish()
            await asyncio.sleep(self.every)

    async def publish(self) -> Checkpoint:
        """Take, sign and send one checkpoint."""
        checkpoint = self.signer.sign(await take_checkpoint(self.database, self.producer))
        await self.send_all([(TOPIC, self.producer.encode(), as_cloudevent(checkpoint))])
        return checkpoint


def as_cloudevent(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint as CloudEvents JSON, like every record that we publish."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(ids.new_fact()),
        "source": f"/tongkang/{checkpoint.producer}",
        "type": f"tongkang.{checkpoint.producer}.{Checkpoint.type}",
        "subject": checkpoint.producer,
        "partitionkey": checkpoint.producer,
        "time": timestamp(clock.now()),
        "datacontenttype": "application/json",
        "data": checkpoint.model_dump(mode="json"),
    }
    return orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def read_cloudevent(value: bytes) -> Checkpoint:
    """Read a published checkpoint. Raises ValueError."""
    document: Mapping[str, Any] = orjson.loads(value)
    return Checkpoint.model_validate(document.get("data"))
