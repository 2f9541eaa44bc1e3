"""Enrolment with a designated institution of the guardian's choice (国发20号; handbook §3.3 steps 5, 6, 8)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.rehab.domain.assistance import Approval
from services.rehab.domain.designation import Designation, designation_for
from services.rehab.errors import (
    AlreadyEnrolled,
    ApprovalLapsed,
    EnrolmentOver,
    NeedsCountyConsent,
    OutsideApproval,
    PeriodBackwards,
    SessionsAfterEnd,
)
from shared.clock import moment_of
from shared.contracts.events.rehab import AssistanceItem, EnrolmentEnded, EnrolmentEndReason, EnrolmentStarted


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A child with an institution from `started_on` to before `ended_on`, or to the end of the approved period."""

    id: UUID
    case: UUID
    approval: UUID
    institution: UUID
    item: AssistanceItem
    started_on: date
    expected_until: date
    ended_on: date | None

    @property
    def over_on(self) -> date:
        """The first day without service."""
        return self.ended_on or self.expected_until + timedelta(days=1)

    @property
    def opens_at(self) -> datetime:
        """The first moment of service."""
        return moment_of(self.started_on)

    @property
    def closes_at(self) -> datetime:
        """The first moment without service."""
        return moment_of(self.over_on)


@dataclass(frozen=True, slots=True)
class EnrolmentOrder:
    """The guardian's choice of an institution."""

    id: UUID
    institution: UUID
    started_on: date


def start_enrolment(
    approval: Approval, order: EnrolmentOrder, held: Collection[Designation], earlier: Collection[Enrolment]
) -> EnrolmentStarted:
    """Enrol a child. `earlier` are the child's enrolments of the same item.

    Raises ApprovalLapsed, OutsideApproval, NotDesignated, DesignationIsSuspended, NeedsCountyConsent, AlreadyEnrolled.
    """
    _check_approval(approval, order, earlier)
    if any(enrolment.over_on > order.started_on for enrolment in earlier):
        raise AlreadyEnrolled
    designation = designation_for(approval.category, order.started_on, held)
    if designation.county != approval.county and not approval.other_counties:
        raise NeedsCountyConsent(county=designation.county)
    return EnrolmentStarted(
        enrolment=order.id, approval=approval.id, institution=order.institution, item=approval.item,
        category=approval.category, mode=approval.mode, started_on=order.started_on,
        expected_until=approval.valid_until,
    )  # fmt: skip


def end_enrolment(
    enrolment: Enrolment, on: date, reason: EnrolmentEndReason, last_session_at: datetime | None
) -> EnrolmentEnded:
    """End an enrolment; `on` is the first day without service.

    Raises EnrolmentOver, PeriodBackwards or SessionsAfterEnd.
    """
    if enrolment.ended_on is not None:
        raise EnrolmentOver(ended_on=enrolment.ended_on.isoformat())
    if on < enrolment.started_on:
        raise PeriodBackwards(since=enrolment.started_on.isoformat(), until=on.isoformat())
    if last_session_at is not None and last_session_at > moment_of(on):
        raise SessionsAfterEnd(ended_on=on.isoformat())
    return EnrolmentEnded(enrolment=enrolment.id, institution=enrolment.institution, ended_on=on, reason=reason)


def _check_approval(approval: Approval, order: EnrolmentOrder, earlier: Collection[Enrolment]) -> None:
    # A transfer is a second enrolment under the same approval: the limit of days is for the first.
    first = not any(enrolment.approval == approval.id for enrolment in earlier)
    if first and order.started_on > approval.enrol_by:
        raise ApprovalLapsed(enrol_by=approval.enrol_by.isoformat())
    if not approval.valid_from <= order.started_on <= approval.valid_until:
        since, until = approval.valid_from.isoformat(), approval.valid_until.isoformat()
        raise OutsideApproval(on=order.started_on.isoformat(), since=since, until=until)
