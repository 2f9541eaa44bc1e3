"""The envelope: CloudEvents 1.0, structured, canonical JSON (RFC 8785); design of `docs/events.md`.

The stored bytes are the published bytes, and the hash covers exactly them.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any, ClassVar, Literal, Self, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shared.ids import of_service

GENESIS = bytes(32)
"""Hash "before" the first fact of a stream."""

CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z

About = Literal["case", "institution"]


FACTS: dict[str, type["Fact"]] = {}
"""Every fact of the catalogue by its type; filled by importing `shared.contracts.catalogue`."""


F = TypeVar("F", bound="Fact")


class Strict(BaseModel):
    """A value inside a fact: strict, frozen, nothing unknown."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ActorRef(Strict):
    """Who caused the fact, as opaque ids (access, actors); never a name."""

    person: UUID = Field(description="Opaque id of the person or API client that acted.")
    organisation: UUID = Field(description="Organisation on whose behalf it acted.")
    role: str = Field(description="Role it acted in.", max_length=40, examples=["staff"])


def service_actor(name: str) -> ActorRef:
    """Return the actor of facts that a service records by itself: a reaction, a clock that ran out."""
    return ActorRef(person=of_service(name), organisation=of_service(name), role="service")


class Fact(Strict):
    """Something that happened, in the past tense. Ids, codes, dates and amounts only; no floats; nobody's name.

    Subclasses are declared with `type="tongkang.<producer>.<noun>_<past verb>.v<N>"`; facts about an institution
    add `about="institution"` and travel on `tongkang.institutions` with the institution's id as their subject.
    """

    type: ClassVar[str]
    producer: ClassVar[str]
    about: ClassVar[About]
    topic: ClassVar[str]
    schema_uri: ClassVar[str]

    correction_of: UUID | None = Field(default=None, description="Id of the fact that this one corrects.")
    policy: str | None = Field(
        default=None, description="Policy version applied, where one was.", max_length=40, examples=["SD-2026"]
    )

    def __init_subclass__(cls, *, type: str = "", about: About = "case", **kwargs: Any) -> None:  # noqa: A002
        """Take the type into the catalogue and derive producer and topic from it."""
        super().__init_subclass__(**kwargs)
        if not type:
            return
        cls.type, cls.about = type, about
        cls.producer, cls.schema_uri = type.split(".")[1], schema_uri(type)
        cls.topic = "tongkang.institutions" if about == "institution" else f"tongkang.{cls.producer}"
        if type in FACTS:
            raise TypeError(f"fact type {type!r} is declared twice")
        FACTS[type] = cls


@dataclass(frozen=True, slots=True)
class Sealed:
    """A fact in its final form: position, bytes and hash."""

    id: UUID
    seq: int
    prev_hash: bytes
    hash: bytes
    envelope: bytes


@dataclass(frozen=True)
class Context:
    """What all facts of one unit of work share."""

    producer: str
    actor: ActorRef
    recorded_at: datetime
    traceparent: str | None = None

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """The attributes that are the same in all of them, written once."""
        shared = {
            "specversion": "1.0",
            "source": f"/tongkang/{self.producer}",
            "recordedtime": timestamp(self.recorded_at),
            "datacontenttype": "application/json",
        }
        return shared if self.traceparent is None else {**shared, "traceparent": self.traceparent}

    @cached_property
    def actor_data(self) -> dict[str, str]:
        """The actor as every fact's data holds it."""
        return self.actor.model_dump(mode="json")


@dataclass(slots=True)
class Recorded:
    """A fact on its way into the journal: not yet numbered."""

    id: UUID
    subject: UUID
    fact: Fact
    occurred_at: datetime
    correlation: UUID
    causation: UUID | None = None


def seal(recorded: Recorded, context: Context, *, epoch: int, seq: int, prev_hash: bytes) -> Sealed:
    """Give a fact its place in its stream: return the canonical bytes and the hash that chains them.

    The facts hold no floats and only ASCII keys, so sorted keys give exactly RFC 8785; a property test holds this
    equal to the package `rfc8785`.
    """
    fact, subject = recorded.fact, recorded.subject
    # Ids, dates and codes stay what they are: orjson writes them as pydantic would, in a third of the time.
    data = fact.__pydantic_serializer__.to_python(fact, exclude_none=True)
    data["actor"] = context.actor_data
    attributes: dict[str, Any] = {
        **context.attributes,
        "id": recorded.id,
        "type": fact.type,
        "subject": subject,
        "partitionkey": subject,
        "time": timestamp(recorded.occurred_at),
        # CloudEvents defines `sequence` as a string; integers of the envelope are 32 bit.
        "sequence": str(seq),
        "epoch": epoch,
        "correlationid": recorded.correlation,
        "prevhash": b64(prev_hash),
        "dataschema": fact.schema_uri,
        "data": data,
    }
    if recorded.causation is not None:
        attributes["causationid"] = recorded.causation
    envelope = orjson.dumps(attributes, _written, CANONICAL)
    return Sealed(recorded.id, seq, prev_hash, chain(prev_hash, envelope), envelope)


def _written(value: object) -> str:
    """Write an id that came from the database: the driver's class of it is not the one that orjson knows."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def chain(prev_hash: bytes, envelope: bytes) -> bytes:
    """Return SHA-256(prev_hash || envelope): the hash of a fact in its stream (reliability, tamper evidence)."""
    return sha256(prev_hash + envelope).digest()


def schema_uri(fact_type: str) -> str:
    """Return the URI that names the committed JSON Schema of a fact type."""
    return f"urn:tongkang:schema:{fact_type}"


def timestamp(moment: datetime) -> str:
    """Return an RFC 3339 time in UTC with microseconds, always of the same length, so that text order is time order."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"


def b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url without padding; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Unreadable(Exception):  # noqa: N818 - a verdict about a record
    """A record that is no envelope of ours: the reason is a code for the parked-event desk."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Event:
    """A fact as its reader gets it: attributes checked, data still as it came (read tolerantly where needed)."""

    id: UUID
    type: str
    producer: str
    subject: UUID
    epoch: int
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    correlation: UUID
    prev_hash: bytes
    hash: bytes
    data: dict[str, Any]
    envelope: bytes

    @property
    def case(self) -> UUID:
        """The case that the fact is about (an institution's id for facts about institutions)."""
        return self.subject

    @property
    def stream(self) -> tuple[str, UUID, int]:
        """The stream in which the fact has its number: producer, subject, epoch."""
        return (self.producer, self.subject, self.epoch)

    @classmethod
    def read(cls, envelope: bytes) -> Self:
        """Read and check published bytes. Raises Unreadable; the hash is computed here, compared by the inbox.

        Everything that becomes a key or a column is checked for its form here: one record that no column takes would
        stop its whole partition, not only its case.
        """
        try:
            a = orjson.loads(envelope)
            prev_hash = unb64(a["prevhash"])
            event = cls(
                _read_id(a["id"]),
                a["type"],
                a["source"].removeprefix("/tongkang/"),
                _read_id(a["subject"]),
                a["epoch"],
                int(a["sequence"]),
                datetime.fromisoformat(a["time"]),
                datetime.fromisoformat(a["recordedtime"]),
                _read_id(a["correlationid"]),
                prev_hash,
                chain(prev_hash, envelope),
                a["data"],
                envelope,
            )
            well_formed = _well_formed(a, event)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable("unreadable") from error
        if not well_formed:
            raise Unreadable("unreadable")
        return event


_read_id = TypeAdapter(UUID).validate_python
"""Python's own reading of an id takes three times as long, and every record has three of them."""
_TYPE = re.compile(r"tongkang\.[a-z_]{1,40}\.[a-z0-9_]{1,80}\.v[0-9]{1,4}")
_PRODUCER = re.compile(r"/tongkang/[a-z_]{1,40}")
_SEQUENCE = re.compile(r"[1-9][0-9]{0,17}")
LARGEST_EPOCH = 2**31 - 1


@lru_cache(maxsize=1024)
def _well_named(fact_type: str, source: str) -> bool:
    """Tell whether type and source have the form of ours; there are few of them, so each is looked at once."""
    return _TYPE.fullmatch(fact_type) is not None and _PRODUCER.fullmatch(source) is not None


def _well_formed(attributes: dict[str, Any], event: Event) -> bool:
    """Tell whether the attributes that a reader stands on have the form that `seal` gives them."""
    return (
        attributes["specversion"] == "1.0"
        and _well_named(event.type, attributes["source"])
        and _SEQUENCE.fullmatch(attributes["sequence"]) is not None
        and type(event.epoch) is int
        and 1 <= event.epoch <= LARGEST_EPOCH
        and event.occurred_at.tzinfo is not None
        and event.recorded_at.tzinfo is not None
        and len(event.prev_hash) == len(GENESIS)
        and isinstance(event.data, dict)
    )


def read(fact: type[F], event: Event) -> F:
    """Read an event's data as a consumer does: unknown fields ignored, text read into dates and ids."""
    return fact.model_validate(event.data, strict=False, extra="ignore")
