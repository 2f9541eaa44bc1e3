"""Leave: a child is away from care for a time; a return that is overdue is an alert (handbook §5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from services.custody import errors
from services.custody.domain.admission import Stay
from services.custody.domain.going_out import Presence, check_collector, check_order
from services.custody.domain.rules import Rules
from shared.clock import local_date, wall_clock
from shared.contracts.events.custody import LeaveEnded, LeaveStarted, LeaveType
from shared.errors import InTheFuture
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, Question, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class LeavePlan:
    """A child goes on leave; the family names who takes it, the hospital needs nobody."""

    kind: LeaveType
    starts_at: datetime
    expected_back_at: datetime
    collector: UUID | None


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave that a child is on, or was."""

    id: UUID
    stay: UUID
    institution: UUID
    starts_at: datetime
    ended_at: datetime | None


class Awaited(Question, of="custody.leave-overdue"):
    """A leave that has not ended, and the moment that asks."""

    expected_back_at: datetime = Field(description="When the child is expected back.")
    now: datetime = Field(description="The moment that asks.")
    rules: Rules = Field(
        default=Rules(), description="Figures of the county, where they are not the handbook's defaults."
    )

    def explain(self) -> Explanation:
        """Compare the moment with the hour from which the return is overdue."""
        return explain_overdue(self.expected_back_at, self.now, self.rules)


@rule("custody.leave-start", "assumed", zh="请假须有类型、起止时间；在假期间不得再请假")
def start_leave(
    presence: Presence, plan: LeavePlan, listed: Collection[UUID], rules: Rules, *, now: datetime
) -> LeaveStarted:
    """Let a child go on leave: one at a time, with an expected return, handed to a person of its list (handbook §5).

    A child that is out of the house already, or that goes to hospital, is handed to nobody.
    """
    if presence.ended:
        raise errors.StayIsOver
    if presence.on_leave:
        raise errors.OnLeave
    check_order(presence.since, plan.starts_at, now)
    if plan.expected_back_at <= plan.starts_at:
        raise errors.BackBeforeLeaving
    check_collector(plan.collector, listed, needed=presence.inside and plan.kind is not LeaveType.HOSPITAL)
    return _started(presence.stay, presence.institution, plan, rules)


@dataclass(frozen=True, slots=True)
class PastLeave:
    """A leave of which the house learns, or writes, when it is over; `meets` is when something else was recorded."""

    stay: Stay
    plan: LeavePlan
    ended_at: datetime
    meets: datetime | None


@rule("custody.past-leave", "assumed", zh="补登已结束的请假：须在托管期间内，且不与其他进出、请假重叠")
def enter_past_leave(
    past: PastLeave, people: Collection[UUID], rules: Rules, *, now: datetime
) -> tuple[LeaveStarted, LeaveEnded]:
    """Enter a leave that is over: inside the stay, and nothing else is recorded of that time (handbook §5, §0 rule 4).

    It may be entered after the child went out and in again, and after the stay ended: what happened is not refused.
    """
    plan, stay = past.plan, past.stay
    if past.ended_at > now:
        raise InTheFuture(field="ended_at")
    if min(past.ended_at, plan.expected_back_at) <= plan.starts_at:
        raise errors.BackBeforeLeaving
    over = stay.ended_on is not None and local_date(past.ended_at) > stay.ended_on
    if over or local_date(plan.starts_at) < stay.admitted_on:
        raise errors.LeaveOutsideStay(admitted_on=stay.admitted_on.isoformat())
    if past.meets is not None:
        raise errors.LeaveMeetsAnother(at=wall_clock(past.meets))
    check_collector(plan.collector, people, needed=False)
    fact = _started(stay.id, stay.institution, plan, rules)
    return fact, LeaveEnded(leave=fact.leave, stay=stay.id, institution=stay.institution, ended_at=past.ended_at)


def _started(stay: UUID, institution: UUID, plan: LeavePlan, rules: Rules) -> LeaveStarted:
    return LeaveStarted(
        leave=new_record(),
        stay=stay,
        institution=institution,
        kind=plan.kind,
        starts_at=plan.starts_at,
        expected_back_at=plan.expected_back_at,
        overdue_at=overdue_at(plan.expected_back_at, rules),
    )


@rule("custody.leave-end", "assumed", zh="销假一次，不早于离院")
def end_leave(leave: Leave, at: datetime, *, now: datetime) -> LeaveEnded:
    """Take a child back from leave, once, and not before it left (handbook §5)."""
    if leave.ended_at is not None:
        raise errors.LeaveEndedBefore
    check_order(leave.starts_at, at, now)
    return LeaveEnded(leave=leave.id, stay=leave.stay, institution=leave.institution, ended_at=at)


@rule(
    "custody.leave-overdue",
    "assumed",
    zh="超过预计返回时间12小时未归为逾期",
    setting="CUSTODY_RULES__OVERDUE_AFTER_HOURS",
)
def overdue_at(expected_back_at: datetime, rules: Rules) -> datetime:
    """Say from when the return from leave is overdue: 12 hours after it was expected (handbook §5)."""
    return expected_back_at + timedelta(hours=rules.overdue_after_hours)


def explain_overdue(expected_back_at: datetime, now: datetime, rules: Rules) -> Explanation:
    """Show how a leave comes to be overdue, or not yet."""
    from_then = overdue_at(expected_back_at, rules)
    late = now > from_then
    said = step(
        "return", "expected at {expected}, overdue from {late_from}, asked at {now}",
        "预计返回{expected}，逾期起算{late_from}，查询时{now}", holds=not late,
        expected=expected_back_at, late_from=from_then, now=now,
    )  # fmt: skip
    return Explanation(rule=Awaited.rule, outcome="overdue" if late else "in_time", steps=(said,))
