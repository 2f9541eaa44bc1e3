"""Who is in the house: signing out, only with a person of the child's list, and in (handbook §5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.custody import errors
from shared.contracts.events.custody import CustodyMode, SignedIn, SignedOut, SignOutKind
from shared.errors import InTheFuture
from shared.rulebook.registry import rule


class Confirmation(StrEnum):
    """How the house made sure who stood at the door; stays with the house."""

    SIGNATURE = "signature"
    IDENTITY_CARD = "identity_card"
    CODE = "code"
    KNOWN_PERSON = "known_person"


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a child in care is: inside or out since a moment, or on leave."""

    stay: UUID
    institution: UUID
    inside: bool
    since: datetime
    on_leave: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class WayOut:
    """A child is to leave the house for some hours."""

    kind: SignOutKind
    collector: UUID | None
    at: datetime


@rule("custody.inside-at-first", "assumed", zh="寄宿儿童入托即在院，日托儿童须签到")
def inside_at_first(mode: CustodyMode) -> bool:
    """Tell whether a child is in the house from the admission on; by day it comes and is signed in (handbook §5)."""
    return mode is not CustodyMode.DAY


@rule("custody.sign-out", "assumed", zh="只能由接送名单上的人接走，请假期间不得签出")
def sign_out(presence: Presence, way: WayOut, listed: Collection[UUID], *, now: datetime) -> SignedOut:
    """Let a child out of the house, with a person of its list, and never during a leave (handbook §5)."""
    _check_moment(presence, way.at, now)
    if not presence.inside:
        raise errors.NotInside
    check_collector(way.collector, listed, needed=way.kind is SignOutKind.PICK_UP)
    return SignedOut(
        stay=presence.stay, institution=presence.institution, kind=way.kind, collector=way.collector, at=way.at
    )


@rule("custody.sign-in", "assumed", zh="签到只接续签出，请假须先销假")
def sign_in(presence: Presence, at: datetime, *, now: datetime) -> SignedIn:
    """Take a child back into the house; who is on leave comes back by the end of the leave (handbook §5)."""
    _check_moment(presence, at, now)
    if presence.inside:
        raise errors.AlreadyInside
    return SignedIn(stay=presence.stay, institution=presence.institution, at=at)


@rule("custody.pick-up-list", "assumed", zh="名单以外的人不得接走儿童")
def check_collector(collector: UUID | None, listed: Collection[UUID], *, needed: bool) -> None:
    """Refuse to hand a child to anybody who is not on its list (handbook §5)."""
    if (needed and collector is None) or (collector is not None and collector not in listed):
        raise errors.NotOnTheList


def _check_moment(presence: Presence, at: datetime, now: datetime) -> None:
    if presence.ended:
        raise errors.StayIsOver
    if presence.on_leave:
        raise errors.OnLeave
    check_order(presence.since, at, now)


def check_order(since: datetime, at: datetime, now: datetime) -> None:
    """Refuse a moment that lies in the future or before what was recorded last."""
    if at > now:
        raise InTheFuture(field="at")
    if at < since:
        raise errors.BeforeTheLastMove
