"""Designated institutions: strict admission, suspension (press 001; 浙江/安徽/沈阳协议办法; handbook §3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadySuspended,
    DesignationIsSuspended,
    DesignationOverlaps,
    NotALegalPerson,
    NotDesignated,
    OutsideAgreement,
    PeriodBackwards,
)
from shared.ages import birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import DesignationGranted, DesignationSuspended, SuspensionReason


@dataclass(frozen=True, slots=True)
class Designation:
    """An agreement that holds from `valid_from` to `valid_until`, both inclusive; suspended from a day on, or not."""

    id: UUID
    institution: UUID
    county: str
    categories: frozenset[RehabCategory]
    valid_from: date
    valid_until: date
    suspended_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the agreement runs on a day, suspended or not."""
        return self.valid_from <= day <= self.valid_until

    def suspended_at(self, day: date) -> bool:
        """Tell whether the agreement is suspended on a day."""
        return self.suspended_on is not None and self.suspended_on <= day

    def clashes_with(self, order: "DesignationOrder", until: date) -> bool:
        """Tell whether a new agreement would cover the same category at the same time.

        A suspended agreement does not stand in the way from the day of its suspension: a new one is how an
        institution comes back after rectification.
        """
        last = self.valid_until if self.suspended_on is None else self.suspended_on - timedelta(days=1)
        return bool(self.categories & order.categories) and self.valid_from <= until and order.valid_from <= last


@dataclass(frozen=True, slots=True)
class DesignationOrder:
    """What a federation grants. Without `valid_until` the agreement runs for the default period."""

    id: UUID
    county: str
    categories: frozenset[RehabCategory]
    valid_from: date
    valid_until: date | None
    capacity: int
    legal_person: bool


def grant_designation(order: DesignationOrder, existing: Iterable[Designation], rules: Rules) -> DesignationGranted:
    """Designate an institution. Raises NotALegalPerson, PeriodBackwards or DesignationOverlaps."""
    until = order.valid_until or birthday(order.valid_from, rules.designation_years) - timedelta(days=1)
    if not order.legal_person:
        raise NotALegalPerson
    if until < order.valid_from:
        raise PeriodBackwards(since=order.valid_from.isoformat(), until=until.isoformat())
    clashes = [designation for designation in existing if designation.clashes_with(order, until)]
    if clashes:
        shared = frozenset[RehabCategory]().union(*(clash.categories & order.categories for clash in clashes))
        raise DesignationOverlaps(categories=sorted(shared))
    return DesignationGranted(
        designation=order.id, categories=tuple(sorted(order.categories)), county=order.county,
        valid_from=order.valid_from, valid_until=until, capacity=order.capacity,
    )  # fmt: skip


def suspend_designation(designation: Designation, on: date, reason: SuspensionReason) -> DesignationSuspended:
    """Suspend an agreement from a day on. Raises AlreadySuspended or OutsideAgreement."""
    if designation.suspended_on is not None:
        raise AlreadySuspended(since=designation.suspended_on.isoformat())
    if not designation.holds_on(on):
        since, until = designation.valid_from.isoformat(), designation.valid_until.isoformat()
        raise OutsideAgreement(on=on.isoformat(), since=since, until=until)
    return DesignationSuspended(designation=designation.id, suspended_on=on, reason=reason)


def designation_for(category: RehabCategory, on: date, held: Iterable[Designation]) -> Designation:
    """Return the agreement under which an institution may enrol. Raises NotDesignated or DesignationIsSuspended."""
    covering = [held_one for held_one in held if category in held_one.categories and held_one.holds_on(on)]
    for designation in covering:
        if not designation.suspended_at(on):
            return designation
    if not covering:
        raise NotDesignated(category=category, on=on.isoformat())
    raise DesignationIsSuspended(since=min(d.suspended_on for d in covering if d.suspended_on).isoformat())
