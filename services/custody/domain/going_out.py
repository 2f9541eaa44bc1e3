"""Who is in the house: signing out, only with a person of the child's list, and in (handbook §5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.custody import errors
from services.custody.domain.rules import Rules
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
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True)
class WayIn:
    """A child is back in the house; who brought it, where that is one of its people, and how the house made sure."""

    at: datetime
    brought_by: UUID | None = None
    confirmation: Confirmation | None = None


@rule("custody.inside-at-first", "assumed", zh="寄宿儿童入托即在院，日托儿童须签到")
def inside_at_first(mode: CustodyMode) -> bool:
    """Tell whether a child is in the house from the admission on; by day it comes and is signed in (handbook §5)."""
    return mode is not CustodyMode.DAY


@rule(
    "custody.sign-out",
    "assumed",
    zh="只能由接送名单上的人接走并登记确认方式，请假期间不得签出",
    setting="CUSTODY_RULES__CONFIRMATION_REQUIRED",
)
def sign_out(presence: Presence, way: WayOut, listed: Collection[UUID], rules: Rules, *, now: datetime) -> SignedOut:
    """Let a child out with a person of its list, and say how that was confirmed; never during a leave (handbook §5)."""
    _check_moment(presence, way.at, now)
    if not presence.inside:
        raise errors.NotInside
    picked_up = way.kind is SignOutKind.PICK_UP
    check_collector(way.collector, listed, needed=picked_up)
    if picked_up and way.confirmation is None and rules.confirmation_required:
        raise errors.ConfirmationNeeded
    return SignedOut(
        stay=presence.stay, institution=presence.institution, kind=way.kind, collector=way.collector, at=way.at
    )


@rule("custody.sign-in", "assumed", zh="签到只接续签出，请假须先销假；送回人如有登记须为该儿童名单上的人")
def sign_in(presence: Presence, way: WayIn, people: Collection[UUID], *, now: datetime) -> SignedIn:
    """Take a child back into the house; who is on leave comes back by the end of the leave (handbook §5).

    Anybody may bring a child; who is named is one of the people of its lists.
    """
    _check_moment(presence, way.at, now)
    if presence.inside:
        raise errors.AlreadyInside
    if way.brought_by is not None and way.brought_by not in people:
        raise errors.NotOneOfItsPeople
    return SignedIn(stay=presence.stay, institution=presence.institution, at=way.at)


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
