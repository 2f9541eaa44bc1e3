"""Parked events in plain words, and which of them two persons may step over."""

from functools import cache
from importlib.resources import files
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from services.timeline.errors import NothingToStepOver, SecondPersonNeeded, WaiverNotAsked
from shared.contracts.envelope import Event
from shared.contracts.events.timeline import EventWaived, ParkedReason, WaivedProducer, WaiverReason
from shared.journal.reason import Reason


class Words(BaseModel):
    """A reason as a person reads it."""

    zh: str
    en: str


@cache
def reasons() -> dict[Reason, Words]:
    """Return the words for every reason."""
    raw = files(__package__).joinpath("parked_reasons.json").read_bytes()
    return TypeAdapter(dict[Reason, Words]).validate_json(raw)


def blocking_reason(reason: str, number: int, last_applied: int) -> ParkedReason:
    """Return why a parked fact blocks its stream. Raises NothingToStepOver where it does not.

    Only the next fact of a stream can block it: what comes later waits for facts that can still be fetched.
    """
    if reason not in set(ParkedReason) or number != last_applied + 1:
        raise NothingToStepOver(reason=reason)
    return ParkedReason(reason)


def check_second_person(asked_by: UUID, agrees: UUID, asked_for: str, reason: WaiverReason) -> None:
    """Raise unless somebody else agrees to what was asked for."""
    if agrees == asked_by:
        raise SecondPersonNeeded
    if asked_for != reason:
        raise WaiverNotAsked(reason=asked_for)


def waived(
    event: Event, parked_for: ParkedReason, reason: WaiverReason, asked_by: UUID, agreed_by: UUID
) -> EventWaived:
    """Return the fact that an event is stepped over."""
    return EventWaived(
        waived_producer=WaivedProducer(event.producer),
        waived_epoch=event.epoch,
        waived_sequence=event.seq,
        waived_event=event.id,
        waived_hash=event.hash.hex(),
        parked_for=parked_for,
        reason=reason,
        asked_by=asked_by,
        agreed_by=agreed_by,
    )
