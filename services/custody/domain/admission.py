"""Taking a child into care and the end of a stay (handbook §5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.custody import errors
from services.custody.domain.papers import AdmissionPaper, CareSheet, missing_papers
from services.custody.domain.rules import Rules
from shared.ages import age_in_years, birthday
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded, CustodyEndReason, CustodyMode
from shared.errors import InTheFuture
from shared.ids import new_record
from shared.rulebook.registry import rule

BOARDING = frozenset({CustodyMode.WEEKDAY_BOARDING, CustodyMode.FULL_BOARDING})


@dataclass(frozen=True, slots=True)
class Admission:
    """An institution takes a child into care; the guardians stay guardians (民法典 art. 27)."""

    institution: UUID
    mode: CustodyMode
    admitted_on: date
    until: date | None
    papers: frozenset[AdmissionPaper] = frozenset()
    sheet: CareSheet = field(default_factory=CareSheet)


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay, half-open [admitted_on, ended_on)."""

    id: UUID
    institution: UUID
    admitted_on: date
    ended_on: date | None
    mode: CustodyMode = CustodyMode.DAY

    def reaches_past(self, day: date) -> bool:
        """Tell whether a stay that opens on a day would overlap this one."""
        return self.ended_on is None or self.ended_on > day

    def covers(self, day: date) -> bool:
        """Tell whether the child is in care on a day."""
        return self.admitted_on <= day and self.reaches_past(day)


@dataclass(frozen=True, slots=True)
class Subject:
    """The child as an admission looks at it."""

    born: date
    died_on: date | None = None


def admit(
    subject: Subject, admission: Admission, stays: Iterable[Stay], rules: Rules, *, today: date
) -> CustodyAdmitted:
    """Admit a child: alive, old enough for the form of care, papers complete, no other stay on the day."""
    _check_days(subject, admission, today)
    check_age(subject.born, admission.mode, admission.admitted_on, rules)
    missing = missing_papers(
        rules.admission_papers, admission.papers, admission.sheet, parts_required=rules.parts_required
    )
    if missing:
        raise errors.AdmissionIncomplete(papers=missing)
    check_one_stay(stays, admission.admitted_on)
    return CustodyAdmitted(
        stay=new_record(),
        institution=admission.institution,
        mode=admission.mode,
        admitted_on=admission.admitted_on,
        until=admission.until,
    )


@rule(
    "custody.age-of-care",
    "assumed",
    zh="托管对象为未满18周岁儿童，寄宿须满3周岁",
    setting="CUSTODY_RULES__MINIMUM_BOARDING_AGE",
)
def check_age(born: date, mode: CustodyMode, on: date, rules: Rules) -> None:
    """Refuse care from the 18th birthday on, and boarding before the third (handbook §5, §0)."""
    age = age_in_years(born, on)
    if not 0 <= age < rules.before_age:
        raise errors.OutsideChildhood(before_age=rules.before_age, age=age)
    if mode in BOARDING and age < rules.minimum_boarding_age:
        raise errors.TooYoungToBoard(minimum=rules.minimum_boarding_age, age=age)


@rule("custody.one-stay", "assumed", zh="同一儿童同一时间只有一处托管，当日转出转入不冲突")
def check_one_stay(stays: Iterable[Stay], on: date) -> None:
    """Refuse a second stay beside another; stays are half-open, so a transfer on one day does not clash (§5, §3.7)."""
    if any(stay.reaches_past(on) for stay in stays):
        raise errors.StayOverlaps


@dataclass(frozen=True, slots=True)
class Leaver:
    """The child as the end of a stay looks at it: its birth, and the last day on which anything is recorded of it."""

    born: date
    last_recorded: date | None = None


@rule("custody.end-of-stay", "assumed", zh="托管结束须有原因；不早于最近一次进出、请假或事件；成年离托不早于18周岁生日")
def end_stay(
    stay: Stay, ended_on: date, reason: CustodyEndReason, leaver: Leaver, rules: Rules, *, today: date
) -> CustodyEnded:
    """End an open stay on the day of leaving, not before what is recorded of it (handbook §5).

    Nobody ages out before the birthday that ends care (§0).
    """
    if stay.ended_on is not None:
        raise errors.StayEndedBefore(ended_on=stay.ended_on.isoformat())
    if ended_on > today:
        raise InTheFuture(field="ended_on")
    if ended_on < stay.admitted_on:
        raise errors.LeavesBeforeEntry
    if leaver.last_recorded is not None and leaver.last_recorded > ended_on:
        raise errors.RecordedAfterTheEnd(on=leaver.last_recorded.isoformat())
    turns = birthday(leaver.born, rules.before_age)
    if reason is CustodyEndReason.AGED_OUT and ended_on < turns:
        raise errors.NotAgedOut(before_age=rules.before_age, on=turns.isoformat())
    return CustodyEnded(stay=stay.id, institution=stay.institution, ended_on=ended_on, reason=reason)


@rule("custody.end-by-death", "assumed", zh="死亡登记后托管于死亡之日结束")
def end_by_death(stay: Stay, died_on: date) -> CustodyEnded:
    """End a stay on the day of death, however late that was registered; never before its first day (§5, §3.7)."""
    ended_on = max(died_on, stay.admitted_on)
    reason = CustodyEndReason.DECEASED
    return CustodyEnded(stay=stay.id, institution=stay.institution, ended_on=ended_on, reason=reason)


def _check_days(subject: Subject, admission: Admission, today: date) -> None:
    if admission.admitted_on > today:
        raise InTheFuture(field="admitted_on")
    if admission.until is not None and admission.until < admission.admitted_on:
        raise errors.LeavesBeforeEntry
    if subject.died_on is not None and admission.admitted_on >= subject.died_on:
        raise errors.ChildDied
