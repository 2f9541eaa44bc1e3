"""Checkpoints: how a missing tail is seen (README.md, completeness).

A hole in the middle of a stream shows itself; facts missing at its end do not. So each producer says regularly, signed,
what it has: per bucket the Merkle root (RFC 6962 shape) over its sorted (case, epoch, last_seq, head_hash).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

import asyncpg
import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, Field

from shared import clock, ids
from shared.contracts.envelope import b64, timestamp, unb64
from shared.db import Database, Driver
from shared.journal.relay import BrokerAway, Send

log = logging.getLogger(__name__)

BUCKETS = 256
TOPIC = "tongkang.checkpoints"

PAGE = 5000

_LEAVES = """
SELECT uuid_send(case_id) || int4send(epoch) || int8send(last_seq) || head_hash FROM case_stream
WHERE last_seq > 0 ORDER BY case_id, epoch
"""
_HEADS = """
SELECT s.case_id, s.epoch, h.seq, h.hash FROM case_stream s CROSS JOIN LATERAL (
  SELECT e.seq, e.hash FROM event_log e
  WHERE e.case_id = s.case_id AND e.epoch = s.epoch AND e.recorded_at < $2 ORDER BY e.seq DESC LIMIT 1
) h WHERE get_byte(uuid_send(s.case_id), 15) = ANY($1::int[]) ORDER BY s.case_id, s.epoch
"""
# A transaction that is still open may hold facts that were recorded before now; what was recorded before the oldest one
# began is all there.
_SETTLED_TO = """
SELECT least(now(), (SELECT min(xact_start) FROM pg_stat_activity
                     WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()))
"""


class Head(NamedTuple):
    """Number and hash of the last fact of one stream."""

    case: UUID
    epoch: int
    last: int
    hash: bytes

    @property
    def stream(self) -> tuple[UUID, int]:
        """The stream among those of its producer."""
        return (self.case, self.epoch)

    def line(self) -> bytes:
        """Return the head as a line of the producer's feed."""
        document = {"case": str(self.case), "epoch": self.epoch, "last": self.last, "hash": b64(self.hash)}
        return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def read(cls, line: str) -> Self:
        """Read a line of a feed. Raises ValueError."""
        row = orjson.loads(line)
        return cls(UUID(row["case"]), row["epoch"], row["last"], unb64(row["hash"]))


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
        return checkpoint.model_copy(update={"signature": b64(self.signature(checkpoint.signed_bytes()))})

    def signature(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)


def verified(checkpoint: Checkpoint, public: str) -> bool:
    """Tell whether a checkpoint was signed with the producer's key."""
    try:
        return signed_by(public, unb64(checkpoint.signature), checkpoint.signed_bytes())
    except ValueError:
        return False


def signed_by(public: str, signature: bytes, message: bytes) -> bool:
    """Tell whether a message was signed with the key of which this is the public half, base64url."""
    try:
        Ed25519PublicKey.from_public_bytes(unb64(public)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class MerkleTree:
    """RFC 6962 tree hash, leaf by leaf: it keeps one node per level, so that a million leaves need no memory."""

    __slots__ = ("_nodes",)

    def __init__(self) -> None:
        self._nodes: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Append a leaf; two complete trees of one size become one of twice the size."""
        size, node = 1, sha256(b"\x00" + leaf).digest()
        while self._nodes and self._nodes[-1][0] == size:
            size, node = 2 * size, sha256(b"\x01" + self._nodes.pop()[1] + node).digest()
        self._nodes.append((size, node))

    def root(self) -> bytes:
        """Return the tree hash of the leaves so far (at least one)."""
        node = self._nodes[-1][1]
        for _, left in reversed(self._nodes[:-1]):
            node = sha256(b"\x01" + left + node).digest()
        return node


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """Return the RFC 6962 Merkle tree hash of leaves (at least one)."""
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


BUCKET_BYTE = 15
"""A stream falls into the bucket of its case's last byte, which is random in every kind of id in use."""


async def roots(driver: Driver, leaves: str, *arguments: object) -> dict[int, str]:
    """Return the root of every bucket that holds a stream, from a statement that gives the leaves in their order.

    A leaf is case, epoch, number and hash of the head. It is hashed beside the requests of the process, page by page.
    """
    trees: dict[int, MerkleTree] = defaultdict(MerkleTree)
    cursor = await driver.cursor(leaves, *arguments)
    while rows := await cursor.fetch(PAGE):
        await asyncio.to_thread(_add, trees, rows)
    return {bucket: b64(tree.root()) for bucket, tree in sorted(trees.items())}


def _add(trees: dict[int, MerkleTree], rows: Iterable[asyncpg.Record]) -> None:
    for (leaf,) in rows:
        trees[leaf[BUCKET_BYTE]].add(leaf)


async def heads(database: Database, buckets: Sequence[int], as_of: datetime) -> AsyncIterator[Head]:
    """Yield, in order, the heads that the streams of some buckets had at a moment up to which all is settled."""
    async with database.transaction(readonly=True) as session:
        async for row in session.driver.cursor(_HEADS, buckets, as_of, prefetch=PAGE):
            yield Head(*row)


async def take_checkpoint(database: Database, producer: str) -> Checkpoint:
    """Sum up, from one snapshot, all that this service has recorded.

    The time is read before the snapshot is taken: what commits in between is covered without being promised, while the
    other way round it would be promised without being covered.
    """
    async with database.session() as session:
        as_of = await session.driver.fetchval(_SETTLED_TO)
    async with database.transaction(isolation="repeatable_read", readonly=True) as session:
        sums = await roots(session.driver, _LEAVES)
    return Checkpoint(producer=producer, as_of=as_of, roots=sums)


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
        try:
            await self.send_all([(TOPIC, self.producer.encode(), as_cloudevent(checkpoint))])
        except BrokerAway:
            log.warning("checkpoint not published: the broker is away")
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
