"""What was claimed and paid against what was given: F17, F18, F19 (handbook §3.2, §3.7)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Held, Session
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.periods import ONE_DAY
from shared.contracts.events.rehab import (
    AssistanceApproved,
    CarePlanSigned,
    ClaimAudited,
    ClaimLine,
    ClaimSubmitted,
    ConfirmationMethod,
    DeviceFitted,
    LineVerdict,
    PaymentMade,
    PaymentRecovered,
    SessionMode,
    SurgeryCompleted,
)
from shared.rulebook.explanation import Step, step

Grouping = Callable[[UUID, "Line"], tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a claim as it stands after the audit: a rejected one asks for nothing any more."""

    case: UUID
    claim: Held[ClaimSubmitted]
    said: ClaimLine
    amount: int
    audit: UUID | None
    payments: tuple[UUID, ...]
    """Facts by which it was paid and not given back."""

    @property
    def first_day(self) -> date:
        """First day of its month."""
        return date.fromisoformat(f"{self.said.month}-01")

    @property
    def last_day(self) -> date:
        """Last day of its month."""
        return (self.first_day + timedelta(days=32)).replace(day=1) - ONE_DAY

    @property
    def subject(self) -> tuple[str, str]:
        """What it is for: months of an enrolment, or one provision."""
        return (str(self.said.enrolment or self.said.provision), self.said.month)

    @property
    def order(self) -> tuple[date, date, str]:
        """Its place among the lines of a child: what comes later is what is too much."""
        return (self.first_day, self.claim.fact.submitted_on, str(self.said.line))

    @property
    def evidence(self) -> frozenset[UUID]:
        """The facts that claimed, audited and paid it."""
        return frozenset({self.claim.id, *self.payments, *([self.audit] if self.audit else [])})


@dataclass
class Account:
    """All lines of a child that still ask for money, and what the approvals allow."""

    file: CaseFile
    limits: Limits

    @cached_property
    def lines(self) -> Sequence[Line]:
        """Lines that were not rejected, in the order of their months."""
        audits = {line.line: (held.id, line) for held in self.file.of(ClaimAudited) for line in held.fact.lines}
        found = []
        for held in self.file.of(ClaimSubmitted):
            for said in held.fact.lines:
                audit, audited = audits.get(said.line, (None, None))
                if audited is None or audited.verdict is not LineVerdict.REJECTED:
                    amount = audited.amount if audited else said.amount
                    found.append(Line(held.case, held, said, amount, audit, self._payments.get(said.line, ())))
        return sorted(found, key=attrgetter("order"))

    @cached_property
    def _payments(self) -> Mapping[UUID, tuple[UUID, ...]]:
        back = {(held.fact.payment, line) for held in self.file.of(PaymentRecovered) for line in held.fact.lines}
        paid: dict[UUID, tuple[UUID, ...]] = {}
        for held in self.file.of(PaymentMade):
            for line in held.fact.lines:
                if (held.fact.payment, line) not in back:
                    paid[line] = (*paid.get(line, ()), held.id)
        return paid

    def approval(self, line: Line) -> Held[AssistanceApproved] | None:
        """Return the approval under which a line of training is claimed."""
        enrolment = self.file.enrolments.get(line.said.enrolment) if line.said.enrolment else None
        return self.file.approvals.get(enrolment.approval) if enrolment else None

    def given(self, line: Line) -> list[Session]:
        """Return the sessions of its month that count for money."""
        plans, logged = self._plans(line), self.file.by_enrolment
        return [
            session
            for session in (logged.get(line.said.enrolment, ()) if line.said.enrolment else ())
            if session.attended and session.month == line.said.month and _counts(session, plans)
        ]

    def _plans(self, line: Line) -> list[CarePlanSigned]:
        """Return the plans that run in its month, the one that began last at the end."""
        running = (
            held.fact
            for held in self.file.of(CarePlanSigned)
            if held.fact.enrolment == line.said.enrolment
            and held.fact.valid_from <= line.last_day
            and line.first_day <= held.fact.valid_until
        )
        return sorted(running, key=attrgetter("valid_from"))

    def worth(self, line: Line, approval: AssistanceApproved) -> int:
        """Return what the attended days of its month are worth: the cap, or below a full month its part (§3.2)."""
        days = len({session.day for session in self.given(line)})
        plans = self._plans(line)
        planned = plans[-1].planned_days_per_month if plans else line.said.planned_days
        if days >= self.limits.full_month_days:
            return approval.monthly_cap
        return approval.monthly_cap * min(days, planned) // planned if planned else 0


def _counts(session: Session, plans: Iterable[CarePlanSigned]) -> bool:
    """Tell whether a session counts: at home only with plan, visit and the guardian's log (handbook §3.2)."""
    planned = any(plan.home_training and plan.valid_from <= session.day <= plan.valid_until for plan in plans)
    return session.mode != SessionMode.HOME or (
        planned and session.visited and session.confirmed_by == ConfirmationMethod.LOG
    )


@finds("F17", zh="申报超过训练所得，超过月度或年度上限，或该月已支付。")
def over_claim(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag claim lines above what the sessions give, above a cap or ceiling, or paid already (handbook §3.7 F17)."""
    account = Account(file, limits)
    yield from _above_sessions(account)
    yield from _above(account, lambda approval, line: (approval, line.said.month), "monthly_cap", "above-monthly-cap")
    yield from _above(account, lambda approval, line: (approval, line.said.month[:4]), "ceiling", "above-ceiling")
    yield from _paid_before(account)


def _above_sessions(account: Account) -> Iterator[Ground]:
    for line in account.lines:
        approval = account.approval(line)
        if approval is None:
            continue
        given, worth = account.given(line), account.worth(line, approval.fact)
        days = len({session.day for session in given})
        if line.said.sessions > len(given) or line.said.attended_days > days or line.amount > worth:
            words = step(
                "above-sessions",
                "{month}: {sessions} sessions, {days} days, {amount} fen claimed; {given} on {on} days give {worth}.",
                "{month}：申报 {sessions} 次、{days} 天、{amount} 分；记录 {given} 次、{on} 天，应计 {worth} 分。",
                holds=False, month=line.said.month, sessions=line.said.sessions, days=line.said.attended_days,
                amount=line.amount, given=len(given), on=days, worth=worth,
            )  # fmt: skip
            yield _of_line(line, {approval.id, *(session.fact for session in given)}, words)


def _above(account: Account, grouped_by: Grouping, bound: str, code: str) -> Iterator[Ground]:
    """Yield the lines with which an approval's lines together pass a bound."""
    lines = [(approval, line) for line in account.lines if (approval := account.approval(line)) is not None]
    keyed = sorted(lines, key=lambda one: (str(grouped_by(one[0].fact.approval, one[1])), one[1].order))
    for _, same in groupby(keyed, key=lambda one: str(grouped_by(one[0].fact.approval, one[1]))):
        taken, facts = 0, set[UUID]()
        for approval, line in same:
            most: int = getattr(approval.fact, bound)
            taken, facts = taken + line.amount, facts | line.evidence
            if taken > most:
                yield _of_line(line, {approval.id, *facts}, _bound(code, line, taken, most))


def _bound(code: str, line: Line, taken: int, most: int) -> Step:
    return step(
        code,
        "With the line of {month} {taken} fen are claimed; at most {most}.",
        "含 {month} 在内共申报 {taken} 分；上限 {most} 分。",
        holds=False, month=line.said.month, taken=taken, most=most,
    )  # fmt: skip


def _paid_before(account: Account) -> Iterator[Ground]:
    """Yield lines whose month or provision another line was paid for, and lines that were paid twice."""
    for _, same in groupby(sorted(account.lines, key=_by_subject), key=attrgetter("subject")):
        lines = list(same)
        for place, line in enumerate(lines):
            paid = [other for other in (lines[:place] if line.payments else lines) if other.payments]
            if paid or len(line.payments) > 1:
                facts = frozenset[UUID]().union(*(other.evidence for other in paid))
                en, zh = "{month} was paid already.", "{month} 已经支付。"
                yield _of_line(line, facts, step("paid-already", en, zh, holds=False, month=line.said.month))


def _by_subject(line: Line) -> tuple[tuple[str, str], tuple[date, date, str]]:
    return (line.subject, line.order)


def _of_line(line: Line, facts: Iterable[UUID], words: Step) -> Ground:
    """Return a ground that names the whole month, so that the line is found by it."""
    return Ground(
        case=line.case,
        institution=line.claim.fact.institution,
        occasion=f"line/{line.said.line}",
        first_day=line.first_day,
        last_day=line.last_day,
        evidence=line.evidence.union(facts),
        step=words,
    )


@finds("F18", zh="同一费用医保与救助合计超过费用。")
def double_payment(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag surgery and devices for which insurance and assistance paid more than the cost (handbook §3.7 F18)."""
    lines = {line.said.provision: line for line in Account(file, limits).lines if line.said.provision}
    for operation in file.of(SurgeryCompleted):
        yield from _paid_twice(operation, operation.fact.operation, operation.fact.operated_on, lines)
    for fitting in file.of(DeviceFitted):
        yield from _paid_twice(fitting, fitting.fact.fitting, fitting.fact.fitted_on, lines)


def _paid_twice(
    held: Held[SurgeryCompleted] | Held[DeviceFitted], provision: UUID, day: date, lines: Mapping[UUID, Line]
) -> Iterator[Ground]:
    fact, line = held.fact, lines.get(provision)
    assistance = max(fact.assistance_paid, line.amount if line else 0)
    insurance = max(fact.insurance_paid, line.said.insurance_paid if line else 0)
    if insurance + assistance > fact.cost:
        yield Ground(
            case=held.case,
            institution=fact.institution,
            occasion=f"provision/{provision}",
            first_day=min(day, line.first_day) if line else day,
            last_day=max(day, line.last_day) if line else day,
            evidence=frozenset({held.id}).union(line.evidence if line else ()),
            step=step(
                "paid-above-cost",
                "Insurance {insurance} and assistance {assistance} fen for a cost of {cost}.",
                "费用 {cost} 分，医保 {insurance} 分，救助 {assistance} 分。",
                holds=False, insurance=insurance, assistance=assistance, cost=fact.cost,
            ),
        )  # fmt: skip


@finds("F19", zh="同类辅具未到更换期再次配发。")
def device_cycle(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag a device of a kind that is given again before its replacement cycle is over (handbook §3.7 F19)."""
    del limits
    fitted = sorted(file.of(DeviceFitted), key=lambda held: (held.fact.device, held.fact.fitted_on, held.id))
    for _, same in groupby(fitted, key=lambda held: held.fact.device):
        before: list[Held[DeviceFitted]] = []
        for held in same:
            running = [one for one in before if held.fact.fitted_on < one.fact.replace_after]
            if running:
                yield _too_soon(held, running)
            before.append(held)


def _too_soon(held: Held[DeviceFitted], running: Sequence[Held[DeviceFitted]]) -> Ground:
    fact = held.fact
    after = max(one.fact.replace_after for one in running)
    return Ground(
        case=held.case,
        institution=fact.institution,
        occasion=f"fitting/{fact.fitting}",
        first_day=fact.fitted_on,
        last_day=fact.fitted_on,
        evidence=frozenset({held.id, *(one.id for one in running)}),
        step=step(
            "before-its-cycle",
            "A {device} was fitted on {day}; the one before lasts until {after}.",
            "{day} 配发 {device}；上一件更换期至 {after}。",
            holds=False, device=fact.device.value, day=fact.fitted_on, after=after,
        ),
    )  # fmt: skip
