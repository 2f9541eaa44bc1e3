"""Designated institutions: strict admission, graded, dynamic elimination (press 001; 协议办法; handbook §3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyRemoved,
    AlreadySuspended,
    CapacityFull,
    DesignationIsSuspended,
    DesignationOverlaps,
    HoursBackwards,
    NotALegalPerson,
    NotDesignated,
    NotSuspended,
    OutsideAgreement,
    PeriodBackwards,
    RectificationOpen,
    SittingChildren,
)
from shared.ages import birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    DesignationGranted,
    DesignationReinstated,
    DesignationRemoved,
    DesignationSuspended,
    OpeningHours,
    RemovalReason,
    SuspensionReason,
)
from shared.rulebook.registry import rule

AT_ONCE = frozenset({RemovalReason.FRAUD, RemovalReason.CLOSED_DOWN})
"""Reasons for which a designation ends before its children are transferred."""


@dataclass(frozen=True, slots=True)
class Designation:
    """An agreement that holds from `valid_from` to `valid_until`, both inclusive.

    Suspended from a day on, or not; `before` are the suspensions that were lifted, half-open; removed, or not.
    """

    id: UUID
    institution: UUID
    county: str
    categories: frozenset[RehabCategory]
    valid_from: date
    valid_until: date
    suspended_on: date | None = None
    capacity: int = 1
    before: tuple[tuple[date, date], ...] = ()
    removed_on: date | None = None
    rectify_by: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the agreement runs on a day, suspended or not."""
        return self.valid_from <= day <= self.valid_until and not self.removed_at(day)

    def removed_at(self, day: date) -> bool:
        """Tell whether the agreement was ended by a day."""
        return self.removed_on is not None and self.removed_on <= day

    def suspended_at(self, day: date) -> bool:
        """Tell whether the agreement is suspended on a day."""
        now = self.suspended_on is not None and self.suspended_on <= day
        return now or any(since <= day < until for since, until in self.before)

    def clashes_with(self, order: "DesignationOrder", until: date) -> bool:
        """Tell whether a new agreement would cover the same category at the same time.

        A suspended or removed agreement does not stand in the way from that day: a new one is a way back.
        """
        ends = [day for day in (self.suspended_on, self.removed_on) if day is not None]
        last = min([self.valid_until, *(day - timedelta(days=1) for day in ends)])
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
    hours: tuple[OpeningHours, ...] = ()


@rule("rehab.designation", "source", zh="定点机构须为法人，按类别、期限、容量签订协议")
def grant_designation(order: DesignationOrder, existing: Iterable[Designation], rules: Rules) -> DesignationGranted:
    """Designate an institution that is a legal person, for categories and a time (协议办法; handbook §3.4).

    Raises NotALegalPerson, PeriodBackwards, HoursBackwards or DesignationOverlaps.
    """
    until = order.valid_until or birthday(order.valid_from, rules.designation_years) - timedelta(days=1)
    if not order.legal_person:
        raise NotALegalPerson
    if until < order.valid_from:
        raise PeriodBackwards(since=order.valid_from.isoformat(), until=until.isoformat())
    if any(day.closes <= day.opens for day in order.hours):
        raise HoursBackwards
    clashes = [designation for designation in existing if designation.clashes_with(order, until)]
    if clashes:
        shared = frozenset[RehabCategory]().union(*(clash.categories & order.categories for clash in clashes))
        raise DesignationOverlaps(categories=sorted(shared))
    return DesignationGranted(
        designation=order.id, categories=tuple(sorted(order.categories)), county=order.county,
        valid_from=order.valid_from, valid_until=until, capacity=order.capacity,
        hours=tuple(sorted(order.hours, key=lambda day: (day.weekday, day.opens))),
    )  # fmt: skip


@rule("rehab.suspension", "assumed", zh="不合格或严重违规的暂停定点并限期整改，期间不接收新儿童")
def suspend_designation(
    designation: Designation, on: date, reason: SuspensionReason, policy: AssistancePolicy, rectify_by: date | None
) -> DesignationSuspended:
    """Suspend an agreement and name the day by which the breach is put right (handbook §3.4).

    Raises AlreadySuspended or OutsideAgreement.
    """
    if designation.suspended_on is not None:
        raise AlreadySuspended(since=designation.suspended_on.isoformat())
    _expect_inside(designation, on)
    by = rectify_by or on + timedelta(days=policy.rectification_days.value)
    return DesignationSuspended(designation=designation.id, suspended_on=on, reason=reason, rectify_by=by)


@rule("rehab.reinstatement", "assumed", zh="整改验收合格的恢复定点")
def reinstate_designation(designation: Designation, on: date) -> DesignationReinstated:
    """Lift a suspension once rectification was found good (handbook §3.4).

    Raises NotSuspended or OutsideAgreement.
    """
    if designation.suspended_on is None or on < designation.suspended_on:
        raise NotSuspended(on=on.isoformat())
    _expect_inside(designation, on)
    return DesignationReinstated(designation=designation.id, reinstated_on=on)


@rule("rehab.removal", "source", zh="退出定点前先转出在训儿童；骗取资金或关停的立即退出")
def remove_designation(designation: Designation, on: date, reason: RemovalReason, sitting: int) -> DesignationRemoved:
    """End an agreement before its time; sitting children are transferred first (国发20号; handbook §3.4).

    After fraud or when it closed down, the designation ends at once and the transfers follow; one that did not rectify
    had until the day that its suspension named. Raises OutsideAgreement, RectificationOpen or SittingChildren.
    """
    _expect_inside(designation, on)
    if reason is RemovalReason.NOT_RECTIFIED and (designation.rectify_by is None or on <= designation.rectify_by):
        raise RectificationOpen(on=on.isoformat())
    if sitting and reason not in AT_ONCE:
        raise SittingChildren(count=sitting)
    return DesignationRemoved(designation=designation.id, removed_on=on, reason=reason)


@rule("rehab.designation-in-force", "source", zh="入训时机构须在该类别定点有效期内且未暂停")
def designation_for(category: RehabCategory, on: date, held: Iterable[Designation]) -> Designation:
    """Find the agreement under which an institution may enrol (国发20号, 协议办法; handbook §3.3 step 5, §3.7 F13).

    Raises NotDesignated or DesignationIsSuspended.
    """
    found = list(held)
    if (designation := in_force(category, on, found)) is not None:
        return designation
    covering = _covering(category, on, found)
    if not covering:
        raise NotDesignated(category=category, on=on.isoformat())
    raise DesignationIsSuspended(since=_suspended_since(covering, on).isoformat())


def in_force(category: RehabCategory, on: date, held: Iterable[Designation]) -> Designation | None:
    """Return the agreement that covers a category on a day and is not suspended, where there is one."""
    return next((one for one in _covering(category, on, held) if not one.suspended_at(on)), None)


def _covering(category: RehabCategory, on: date, held: Iterable[Designation]) -> list[Designation]:
    return [one for one in held if category in one.categories and one.holds_on(on)]


@rule("rehab.capacity", "assumed", zh="在训人数不得超过协议容量")
def check_capacity(designation: Designation, sitting: int) -> None:
    """Keep enrolments under an agreement within its capacity (handbook §3.4, §3.7 F22). Raises CapacityFull."""
    if sitting >= designation.capacity:
        raise CapacityFull(capacity=designation.capacity)


def _suspended_since(covering: Iterable[Designation], on: date) -> date:
    days = [since for one in covering for since, until in one.before if since <= on < until]
    return min([*days, *(one.suspended_on for one in covering if one.suspended_on is not None)])


def _expect_inside(designation: Designation, on: date) -> None:
    if designation.removed_on is not None:
        raise AlreadyRemoved(since=designation.removed_on.isoformat())
    if not designation.valid_from <= on <= designation.valid_until:
        since, until = designation.valid_from.isoformat(), designation.valid_until.isoformat()
        raise OutsideAgreement(on=on.isoformat(), since=since, until=until)
