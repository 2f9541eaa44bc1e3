"""The claim lines of a child, and what its sessions and approvals give for each of them (handbook §3.2, §3.7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Held, Session
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
    LineVerdict,
    PaymentMade,
    PaymentRecovered,
    SessionMode,
)
from shared.rulebook.explanation import Step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a claim as it stands after the audit: a rejected one asks for nothing any more."""

    case: UUID
    claim: Held[ClaimSubmitted]
    said: ClaimLine
    amount: int
    rejected: bool
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
    def order(self) -> tuple[datetime, date, str]:
        """Its place among the lines of a child: what was claimed later is what is too much."""
        return (self.claim.recorded_at, self.first_day, str(self.said.line))

    @property
    def evidence(self) -> frozenset[UUID]:
        """The facts that claimed, audited and paid it."""
        return frozenset({self.claim.id, *self.payments, *([self.audit] if self.audit else [])})

    def ground(self, facts: Iterable[UUID], words: Step) -> Ground:
        """Return a ground that names the whole month, so that the line is found by it."""
        return Ground(
            case=self.case,
            institution=self.claim.fact.institution,
            occasion=f"line/{self.said.line}",
            first_day=self.first_day,
            last_day=self.last_day,
            evidence=self.evidence.union(facts),
            step=words,
        )


@dataclass
class Account:
    """All lines of a child, and what the approvals allow."""

    file: CaseFile
    limits: Limits

    @cached_property
    def lines(self) -> Sequence[Line]:
        """Lines that still ask for money, in the order in which they were claimed."""
        return [line for line in self._claimed if not line.rejected]

    @cached_property
    def _claimed(self) -> Sequence[Line]:
        audits = {line.line: (held.id, line) for held in self.file.of(ClaimAudited) for line in held.fact.lines}
        found = []
        for held in self.file.of(ClaimSubmitted):
            for said in held.fact.lines:
                audit, audited = audits.get(said.line, (None, None))
                amount = audited.amount if audited else said.amount
                rejected = audited is not None and audited.verdict is LineVerdict.REJECTED
                payments = self._payments.get(said.line, ())
                found.append(Line(held.case, held, said, amount, rejected, audit, payments))
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

    @rule("timeline.sessions-that-count", "assumed", zh="计入结算的训练：已到训、不在请假或暂停期间，居家训练须有佐证")
    def given(self, line: Line) -> list[Session]:
        """Return the sessions of its month that count for money: none while the enrolment rests (handbook §3.3)."""
        enrolment = self.file.enrolments.get(line.said.enrolment) if line.said.enrolment else None
        if enrolment is None:
            return []
        plans = self._plans(line)
        return [
            session
            for session in self.file.by_enrolment.get(enrolment.id, ())
            if session.attended
            and session.month == line.said.month
            and _counts(session, plans)
            and not any(session.day in rest for rest in enrolment.rests)
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

    def due(self, line: Line, approval: AssistanceApproved) -> int:
        """Return what could be claimed: its worth, as far as earlier lines of month and year and insurance left it."""
        earlier = [other for other in self._claimed if other.order < line.order and other.said.enrolment]
        month = sum(other.said.amount for other in earlier if other.said.month == line.said.month)
        year = sum(other.said.amount for other in earlier if other.said.month[:4] == line.said.month[:4])
        left = [self.worth(line, approval), approval.monthly_cap - month, approval.ceiling - year]
        if line.said.cost is not None:
            left.append(line.said.cost - line.said.insurance_paid)
        return max(min(left), 0)


def _counts(session: Session, plans: Iterable[CarePlanSigned]) -> bool:
    """Tell whether a session counts: at home only with plan, visit and the guardian's log (handbook §3.2)."""
    planned = any(plan.home_training and plan.valid_from <= session.day <= plan.valid_until for plan in plans)
    return session.mode != SessionMode.HOME or (
        planned and session.visited and session.confirmed_by == ConfirmationMethod.LOG
    )
