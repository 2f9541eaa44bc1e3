"""Rest of an enrolment: leave and suspension, active ⇄ on_leave/suspended (handbook §3.3)."""

from dataclasses import dataclass
from datetime import date

from services.rehab.domain.enrolment import Enrolment
from services.rehab.errors import AlreadyResting, EnrolmentOver, NotResting, OutsideRest, RestOfOthers
from shared.contracts.codes import OrgType
from shared.contracts.events.rehab import EnrolmentResumed, EnrolmentSuspended, InterruptionKind
from shared.rulebook.registry import rule

LEAVE = frozenset({InterruptionKind.LEAVE_ILLNESS, InterruptionKind.LEAVE_FAMILY, InterruptionKind.LEAVE_HOLIDAY})


@dataclass(frozen=True, slots=True)
class Rest:
    """A rest from a day on; `resumed_on` is the first day of service again."""

    kind: InterruptionKind
    suspended_on: date
    resumed_on: date | None = None


@rule("rehab.rest", "assumed", zh="请假由机构登记，暂停由县残联决定；期间训练不予结算")
def suspend_enrolment(
    enrolment: Enrolment, rest: Rest, expected_back: date | None, earlier: tuple[Rest, ...], by: OrgType
) -> EnrolmentSuspended:
    """Let an enrolment rest: a centre enters leave, the county suspends (handbook §3.3, §3.7 F06).

    Raises RestOfOthers, EnrolmentOver, OutsideRest or AlreadyResting.
    """
    _is_theirs(rest.kind, by)
    if rest.suspended_on >= enrolment.over_on:
        raise EnrolmentOver(ended_on=enrolment.over_on.isoformat())
    if rest.suspended_on < enrolment.started_on or (expected_back and expected_back <= rest.suspended_on):
        raise OutsideRest(since=enrolment.started_on.isoformat(), until=enrolment.over_on.isoformat())
    if any(one.resumed_on is None or one.resumed_on > rest.suspended_on for one in earlier):
        raise AlreadyResting
    return EnrolmentSuspended(
        enrolment=enrolment.id, institution=enrolment.institution, kind=rest.kind, suspended_on=rest.suspended_on,
        expected_back=expected_back,
    )  # fmt: skip


@rule("rehab.resumption", "assumed", zh="休止期满恢复训练，由登记休止的一方恢复")
def resume_enrolment(enrolment: Enrolment, rest: Rest | None, on: date, by: OrgType) -> EnrolmentResumed:
    """Let a resting enrolment go on; who let it rest says so (handbook §3.3).

    Raises NotResting, RestOfOthers, OutsideRest or EnrolmentOver.
    """
    if rest is None:
        raise NotResting
    _is_theirs(rest.kind, by)
    if on <= rest.suspended_on:
        raise OutsideRest(since=rest.suspended_on.isoformat(), until=enrolment.over_on.isoformat())
    if on >= enrolment.over_on:
        raise EnrolmentOver(ended_on=enrolment.over_on.isoformat())
    return EnrolmentResumed(enrolment=enrolment.id, institution=enrolment.institution, resumed_on=on)


def _is_theirs(kind: InterruptionKind, by: OrgType) -> None:
    if (kind in LEAVE) != (by is OrgType.REHAB_CENTRE):
        raise RestOfOthers(kind=kind)
