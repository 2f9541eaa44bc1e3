"""A bundle: what somebody else needs to check the facts about a case, away from the installation (README.md).

A ZIP with the facts in their published bytes, what each producer says, signed, of the last fact of its streams, and the
keys with which that was signed. Whoever has other grounds to trust a key gives it to `check` instead of the one inside.
"""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from io import BytesIO
from typing import Any, ClassVar, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, Field, TypeAdapter

from shared.contracts.envelope import GENESIS, Event, Unreadable, b64, timestamp, unb64
from shared.journal.checkpoint import Signer, signed_by

UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, ValueError)
"""What a ZIP of anybody may raise: broken, cut off, encrypted or packed otherwise (RuntimeError), without our parts."""
README, HEADS, KEYS, FACTS = "README.txt", "heads.json", "keys.json", "facts/{}.jsonl"


class NotABundle(Exception):  # noqa: N818 - a verdict about a file
    """A file that is no bundle of ours."""


class LastFact(BaseModel):
    """Number and hash of the last fact of one stream."""

    case: UUID
    epoch: int
    last: int
    hash: str = Field(description="SHA-256, base64url.")


class SignedHeads(BaseModel):
    """What a producer says it has recorded about some cases: these streams up to these facts, and no others."""

    type: ClassVar[str] = "heads_signed.v1"

    producer: str
    as_of: datetime
    cases: list[UUID]
    heads: list[LastFact]
    signature: str = Field(default="", description="Ed25519 over the canonical document without this field, base64url.")

    def signed_bytes(self) -> bytes:
        """Return what the signature covers."""
        document = self.model_dump(mode="json", exclude={"signature"})
        document |= {"as_of": timestamp(self.as_of), "type": self.type}
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)

    def signed_with(self, signer: Signer) -> Self:
        """Return the same with its signature."""
        return self.model_copy(update={"signature": b64(signer.signature(self.signed_bytes()))})


@dataclass(frozen=True, slots=True)
class Bundle:
    """Facts by producer, each in its published bytes; what the producers signed; their keys."""

    facts: Mapping[str, Sequence[bytes]]
    heads: Sequence[SignedHeads]
    keys: Mapping[str, str]

    def packed(self) -> bytes:
        """Return the bundle as a ZIP."""
        told = files("shared.journal").joinpath("bundle_readme.md").read_bytes()
        heads = [one.model_dump(mode="json") for one in self.heads]
        contents = {README: told, HEADS: _readable(heads), KEYS: _readable(dict(self.keys))}
        contents |= {FACTS.format(name): b"".join(fact + b"\n" for fact in facts) for name, facts in self.facts.items()}
        file = BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packing:
            for name, content in contents.items():
                packing.writestr(name, content)
        return file.getvalue()

    @classmethod
    def unpacked(cls, content: bytes) -> Self:
        """Read a ZIP. Raises NotABundle."""
        try:
            with zipfile.ZipFile(BytesIO(content)) as packed:
                heads = TypeAdapter(list[SignedHeads]).validate_json(packed.read(HEADS))
                keys = TypeAdapter(dict[str, str]).validate_json(packed.read(KEYS))
                return cls({one.producer: _lines(packed, one.producer) for one in heads}, heads, keys)
        except UNREADABLE as error:
            raise NotABundle from error


def _readable(document: Any) -> bytes:  # noqa: ANN401 - JSON
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _lines(packed: zipfile.ZipFile, producer: str) -> list[bytes]:
    return packed.read(FACTS.format(producer)).split(b"\n")[:-1]


class Wrong(StrEnum):
    """What does not hold at a place of a bundle."""

    ENVELOPE = "envelope"
    """The bytes are no fact of this producer about these cases."""
    NUMBER = "number"
    """A fact before it is missing, or is there twice."""
    CHAIN = "chain"
    """Its prev_hash is not the hash of the fact before it: the one before was changed."""
    HEAD = "head"
    """The fact of this number is not the one that its producer signed."""
    TAIL = "tail"
    """Its producer signed later facts, which are missing."""
    SIGNATURE = "signature"
    """What is said of the last facts was not signed with the key of its producer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Where something does not hold, and what."""

    producer: str
    wrong: Wrong
    case: UUID | None = None
    epoch: int = 0
    seq: int = 0


@dataclass(slots=True)
class Verdict:
    """What a check of one producer's part found."""

    producer: str
    as_of: datetime
    facts: int = 0
    newer: int = 0
    """Facts after the one that was signed: chained to it, and covered by the next signature only."""
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Stream:
    """How far a stream has been walked, and the hash at each of its numbers that was signed."""

    last: int = 0
    head: bytes = GENESIS
    hashes: dict[int, bytes] = field(default_factory=dict)


def check(bundle: Bundle, keys: Mapping[str, str] | None = None) -> list[Verdict]:
    """Recompute every hash of a bundle and compare with what was signed; by the keys inside unless others are given."""
    trusted = bundle.keys if keys is None else keys
    return [_checked(bundle.facts[one.producer], one, trusted.get(one.producer, "")) for one in bundle.heads]


def _checked(facts: Sequence[bytes], said: SignedHeads, key: str) -> Verdict:
    verdict = Verdict(said.producer, said.as_of, len(facts))
    if not _is_signed(said, key):
        verdict.faults.append(Fault(said.producer, Wrong.SIGNATURE))
    streams: dict[tuple[UUID, int], _Stream] = {}
    verdict.faults += _walked(facts, said, streams)
    verdict.faults += _compared(said, streams)
    signed = {(head.case, head.epoch): head.last for head in said.heads}
    verdict.newer = sum(max(0, stream.last - signed.get(which, 0)) for which, stream in streams.items())
    return verdict


def _is_signed(said: SignedHeads, key: str) -> bool:
    try:
        return signed_by(key, unb64(said.signature), said.signed_bytes())
    except ValueError:
        return False


def _walked(facts: Iterable[bytes], said: SignedHeads, streams: dict[tuple[UUID, int], _Stream]) -> Iterator[Fault]:
    for number, fact in enumerate(facts, start=1):
        event = _read(fact, said)
        if event is None:
            yield Fault(said.producer, Wrong.ENVELOPE, seq=number)
            continue
        stream = streams.setdefault((event.subject, event.epoch), _Stream())
        wrong = _out_of_place(event, stream)
        if wrong:
            yield Fault(said.producer, wrong, event.subject, event.epoch, event.seq)
        stream.last, stream.head = event.seq, event.hash
        stream.hashes[event.seq] = event.hash


def _read(fact: bytes, said: SignedHeads) -> Event | None:
    try:
        event = Event.read(fact)
    except Unreadable:
        return None
    return event if event.producer == said.producer and event.subject in said.cases else None


def _out_of_place(event: Event, stream: _Stream) -> Wrong | None:
    if event.seq != stream.last + 1:
        return Wrong.NUMBER
    return Wrong.CHAIN if event.prev_hash != stream.head else None


def _compared(said: SignedHeads, streams: Mapping[tuple[UUID, int], _Stream]) -> Iterator[Fault]:
    for head in said.heads:
        stream = streams.get((head.case, head.epoch), _Stream())
        found = stream.hashes.get(head.last)
        if found is None:
            yield Fault(said.producer, Wrong.TAIL, head.case, head.epoch, stream.last + 1)
        elif b64(found) != head.hash:
            yield Fault(said.producer, Wrong.HEAD, head.case, head.epoch, head.last)
