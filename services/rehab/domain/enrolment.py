"""Enrolment with a designated institution of the guardian's choice (国发20号; handbook §3.3 steps 5, 6, 8)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.rehab.domain.assistance import Approval, Child
from services.rehab.domain.designation import Designation, check_capacity, designation_for
from services.rehab.errors import (
    AlreadyEnrolled,
    ApprovalLapsed,
    ChildDied,
    EnrolmentOver,
    NeedsCountyConsent,
    NotThisItem,
    OutsideApproval,
    PeriodBackwards,
    SameInstitution,
    SessionsAfterEnd,
    SharingStopped,
)
from shared.ages import birthday
from shared.clock import moment_of
from shared.contracts.events.rehab import (
    AssistanceItem,
    EnrolmentEnded,
    EnrolmentEndReason,
    EnrolmentStarted,
    EnrolmentTransferred,
)
from shared.rulebook.registry import rule


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
    transferred: bool = False

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


@dataclass(frozen=True, slots=True)
class Choice:
    """What an enrolment is judged on: agreements of the institution, children with it, the child's other enrolments."""

    held: Collection[Designation]
    earlier: Collection[Enrolment]
    sitting: int = 0
    superseded: bool = False


@rule("rehab.enrolment", "source", zh="监护人自主选择定点机构；外县机构须本县同意；同一项目只在一处训练")
def start_enrolment(child: Child, approval: Approval, order: EnrolmentOrder, choice: Choice) -> EnrolmentStarted:
    """Enrol a child with the institution that the guardian chose (国发20号; handbook §3.3 step 5).

    Raises SharingStopped, ChildDied, NotThisItem, ApprovalLapsed, OutsideApproval, AlreadyEnrolled, NotDesignated,
    DesignationIsSuspended, CapacityFull or NeedsCountyConsent.
    """
    _check_child(child, order.started_on)
    _check_approval(approval, order, choice)
    if any(enrolment.over_on > order.started_on for enrolment in choice.earlier):
        raise AlreadyEnrolled
    designation = designation_for(approval.category, order.started_on, choice.held)
    check_capacity(designation, choice.sitting)
    if designation.county != approval.county and not approval.other_counties:
        raise NeedsCountyConsent(county=designation.county)
    return EnrolmentStarted(
        enrolment=order.id, approval=approval.id, institution=order.institution, item=approval.item,
        category=approval.category, mode=approval.mode, started_on=order.started_on,
        expected_until=approval.valid_until,
    )  # fmt: skip


@rule("rehab.enrolment-end", "assumed", zh="结束入训登记；结束日及以后不得有训练记录")
def end_enrolment(
    enrolment: Enrolment, on: date, reason: EnrolmentEndReason, last_session_at: datetime | None
) -> EnrolmentEnded:
    """End an enrolment; `on` is the first day without service (handbook §3.3 step 8).

    Raises EnrolmentOver, PeriodBackwards or SessionsAfterEnd.
    """
    if enrolment.ended_on is not None:
        raise EnrolmentOver(ended_on=enrolment.ended_on.isoformat())
    if on < enrolment.started_on:
        raise PeriodBackwards(since=enrolment.started_on.isoformat(), until=on.isoformat())
    if last_session_at is not None and last_session_at > moment_of(on):
        raise SessionsAfterEnd(ended_on=on.isoformat())
    return EnrolmentEnded(enrolment=enrolment.id, institution=enrolment.institution, ended_on=on, reason=reason)


def expect_another(held: Enrolment, institution: UUID) -> None:
    """Raise SameInstitution where a transfer would lead to where the child is."""
    if held.institution == institution:
        raise SameInstitution


@rule("rehab.transfer", "assumed", zh="转机构：原登记结束与新登记开始在同一日，不算冲突")
def transfer(ended: Enrolment, started: EnrolmentStarted) -> EnrolmentTransferred | None:
    """Tell a transfer: left one institution for another on one day under one approval (handbook §3.3, §3.7)."""
    if not ended.transferred or (ended.approval, ended.ended_on) != (started.approval, started.started_on):
        return None
    return EnrolmentTransferred(
        enrolment=ended.id, institution=ended.institution, to_enrolment=started.enrolment,
        to_institution=started.institution, transferred_on=started.started_on,
    )  # fmt: skip


@rule("rehab.end-on-death", "assumed", zh="儿童死亡的，在训登记自死亡次日终止")
def end_on_death(enrolment: Enrolment, died_on: date) -> EnrolmentEnded | None:
    """End an enrolment with the day of death; one that was over by then stays as it is (handbook §3.3, §3.7 F05).

    The day of death is its last one: only a session on a later day is after the death. Sessions logged for a later
    day do not stand in the way: they are for a finding, and a person judges it.
    """
    after_death = died_on + timedelta(days=1)
    if enrolment.over_on <= after_death or enrolment.ended_on is not None:
        return None
    return EnrolmentEnded(
        enrolment=enrolment.id, institution=enrolment.institution, ended_on=max(after_death, enrolment.started_on),
        reason=EnrolmentEndReason.DECEASED,
    )  # fmt: skip


@rule("rehab.aged-out", "source", zh="年满十八周岁之日结束救助")
def age_out(enrolment: Enrolment, born: date, age: int) -> EnrolmentEnded | None:
    """End an enrolment whose approved period stopped at the 18th birthday (山东办法2026; handbook §3.2, §3.7 F07)."""
    if enrolment.ended_on is not None or enrolment.over_on != birthday(born, age):
        return None
    return EnrolmentEnded(
        enrolment=enrolment.id, institution=enrolment.institution, ended_on=enrolment.over_on,
        reason=EnrolmentEndReason.AGED_OUT,
    )  # fmt: skip


def _check_child(child: Child, on: date) -> None:
    # Without consent nobody new gets to know the child; whoever has it goes on (个人信息保护法; handbook §0 rule 5).
    if child.sharing_stopped_on is not None:
        raise SharingStopped(since=child.sharing_stopped_on.isoformat())
    if child.died_on is not None and on >= child.died_on:
        raise ChildDied


def _check_approval(approval: Approval, order: EnrolmentOrder, choice: Choice) -> None:
    if approval.item is not AssistanceItem.TRAINING:
        raise NotThisItem(item=approval.item)
    # A transfer is a second enrolment under the same approval: the limit of days is for the first. What was entered
    # late and happened in time holds, unless the family was given another approval meanwhile.
    first = not any(enrolment.approval == approval.id for enrolment in choice.earlier)
    if first and (order.started_on > approval.enrol_by or choice.superseded):
        raise ApprovalLapsed(enrol_by=approval.enrol_by.isoformat())
    if not approval.valid_from <= order.started_on <= approval.valid_until:
        since, until = approval.valid_from.isoformat(), approval.valid_until.isoformat()
        raise OutsideApproval(on=order.started_on.isoformat(), since=since, until=until)
