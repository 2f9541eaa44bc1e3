"""Audit, payment and recovery of claim lines (国发20号; handbook §3.3 step 7, §3.4, §3.7)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from services.rehab.domain.fen import Fen
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyRecovered,
    ApprovedByAuditor,
    EvaluationMissing,
    LineHeld,
    LineNotAudited,
    LinePaid,
    NotAReduction,
    NothingToPay,
    ReasonNeeded,
    RecoveryTooHigh,
    StepTooEarly,
)
from shared.contracts.events.rehab import (
    AuditedLine,
    ClaimAudited,
    LineVerdict,
    Payee,
    PaymentMade,
    PaymentRecovered,
    RecoveryDemanded,
    RecoveryReason,
)
from shared.errors import NotFound
from shared.rulebook.registry import rule

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A claimed line as it stands."""

    id: UUID
    case: UUID
    claim: UUID
    institution: UUID
    month: date
    amount: int
    granted: int | None = None
    audited_on: date | None = None
    payment: UUID | None = None
    recovered: int = 0
    demanded: int = 0
    """What is demanded back and has not come back yet."""
    held: bool = False
    missing: tuple[str, ...] = ()
    """Missing evaluations of its stage."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the auditor decides on a line; the amount of a reduced one, and why it is not paid in full."""

    line: UUID
    verdict: LineVerdict
    amount: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """A decided line."""

    line: StandingLine
    verdict: LineVerdict
    amount: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Demand:
    """What is demanded back of lines of one payment, in fen by line."""

    id: UUID
    payment: UUID
    reason: RecoveryReason
    demanded_on: date
    amounts: Mapping[UUID, int]


@rule("rehab.four-eyes", "assumed", zh="同一申报的批准人不得审核")
def check_auditor(auditor: UUID, approvers: Collection[UUID]) -> None:
    """Let nobody approve and audit the same claim: of none of its lines (handbook §3.3).

    Raises ApprovedByAuditor.
    """
    if auditor in approvers:
        raise ApprovedByAuditor


@rule("rehab.line-audit", "source", zh="逐行审核：通过、核减或不予支付；暂缓或缺评估的不得通过，已支付的不再审核")
def audit_line(line: StandingLine, said: Verdict, on: date) -> Granted:
    """Decide a line: accepted, reduced or rejected, with a reason, until it is paid (国发20号; handbook §3.3).

    A line that a finding holds, or whose stage lacks its evaluation, can only be rejected (§3.5, §3.7).
    Raises LinePaid, LineHeld, EvaluationMissing, NotAReduction, ReasonNeeded or StepTooEarly.
    """
    if line.payment is not None:
        raise LinePaid(line=line.id, month=f"{line.month:%Y-%m}")
    if line.audited_on is not None and on < line.audited_on:
        raise StepTooEarly(on=on.isoformat(), after=line.audited_on.isoformat())
    if said.verdict is not LineVerdict.REJECTED:
        _check_free(line)
    if said.verdict is not LineVerdict.ACCEPTED and not said.reason:
        raise ReasonNeeded
    return Granted(line, said.verdict, _granted(line, said), said.reason)


def audit(
    lines: Mapping[UUID, StandingLine], verdicts: Iterable[Verdict], submitted_on: date, on: date
) -> list[Granted]:
    """Decide some lines of a claim. Raises NotFound, StepTooEarly, or what `audit_line` raises."""
    _follows(on, submitted_on)
    return [audit_line(_named(lines, said.line), said, on) for said in verdicts]


def audited(decided: Iterable[Granted], on: date) -> dict[UUID, ClaimAudited]:
    """Return each child's part of an audit."""
    return {
        case: ClaimAudited(
            claim=own[0].line.claim, institution=own[0].line.institution, audited_on=on,
            lines=tuple(AuditedLine(line=one.line.id, verdict=one.verdict, amount=one.amount) for one in own),
        )
        for case, own in _by_case(decided, attrgetter("line.case"), attrgetter("line.id"))
    }  # fmt: skip


@rule("rehab.payment", "source", zh="只支付已批准、已审核、未支付且未暂缓的明细")
def payable(lines: Mapping[UUID, StandingLine], wanted: Collection[UUID], on: date) -> list[StandingLine]:
    """Pay lines that are audited, unpaid and free; none named: all such of the claim (国发20号; handbook §3.3 step 7).

    Raises NothingToPay; of lines that are named also NotFound, LinePaid, LineNotAudited, LineHeld or StepTooEarly.
    """
    if not wanted:
        due = [line for line in lines.values() if line.granted and line.payment is None and not line.held]
        if not due:
            raise NothingToPay
        wanted = [line.id for line in due]
    return [_checked_for_payment(_named(lines, line), on) for line in sorted(wanted)]


def paid(payment: UUID, lines: Sequence[StandingLine], payee: Payee, on: date) -> dict[UUID, PaymentMade]:
    """Return each child's part of a payment."""
    return {
        case: PaymentMade(
            payment=payment, claim=own[0].claim, institution=own[0].institution, lines=tuple(line.id for line in own),
            amount=sum(line.granted or 0 for line in own), payee=payee, paid_on=on,
        )
        for case, own in _by_case(lines, attrgetter("case"), attrgetter("id"))
    }  # fmt: skip


@rule("rehab.recovery", "assumed", zh="违规资金限期追回", setting="REHAB_RULES__RECOVER_WITHIN_DAYS")
def demand(order: Demand, lines: Mapping[UUID, StandingLine], paid_on: date, rules: Rules) -> date:
    """Demand money back and return by when: no more of a line than was paid and is not demanded yet (handbook §3.4).

    That it comes back within a time limit is what a municipal notice of 2016 says of fraud; the days are our choice.
    Raises NotFound, StepTooEarly or RecoveryTooHigh.
    """
    _follows(order.demanded_on, paid_on)
    for identifier, amount in order.amounts.items():
        line = _named(lines, identifier)
        if line.payment != order.payment:
            raise NotFound(kind="line")
        left = (line.granted or 0) - line.recovered - line.demanded
        if amount > left:
            raise RecoveryTooHigh(line=line.id, month=f"{line.month:%Y-%m}", left=Fen(left))
    return order.demanded_on + timedelta(days=rules.recover_within_days)


def demanded(
    order: Demand, lines: Mapping[UUID, StandingLine], payee: Payee, due_on: date
) -> dict[UUID, RecoveryDemanded]:
    """Return each child's part of a demand to whom was paid."""
    concerned = [lines[line] for line in order.amounts]
    return {
        case: RecoveryDemanded(
            recovery=order.id, payment=order.payment, claim=own[0].claim, institution=own[0].institution,
            lines=tuple(line.id for line in own), amount=sum(order.amounts[line.id] for line in own),
            reason=order.reason, demanded_on=order.demanded_on, due_on=due_on, payee=payee,
        )
        for case, own in _by_case(concerned, attrgetter("case"), attrgetter("id"))
    }  # fmt: skip


def recovered(
    order: Demand, lines: Mapping[UUID, StandingLine], came_back_on: date | None, on: date
) -> dict[UUID, PaymentRecovered]:
    """Return each child's part of money that came back. Raises AlreadyRecovered or StepTooEarly."""
    if came_back_on is not None:
        raise AlreadyRecovered(recovered_on=came_back_on.isoformat())
    _follows(on, order.demanded_on)
    concerned = [lines[line] for line in order.amounts]
    return {
        case: PaymentRecovered(
            recovery=order.id, payment=order.payment, claim=own[0].claim, institution=own[0].institution,
            lines=tuple(line.id for line in own), amount=sum(order.amounts[line.id] for line in own),
            reason=order.reason, recovered_on=on,
        )
        for case, own in _by_case(concerned, attrgetter("case"), attrgetter("id"))
    }  # fmt: skip


def _check_free(line: StandingLine) -> None:
    if line.held:
        raise LineHeld(line=line.id, month=f"{line.month:%Y-%m}")
    if line.missing:
        raise EvaluationMissing(month=f"{line.month:%Y-%m}", points=list(line.missing))


def _granted(line: StandingLine, said: Verdict) -> int:
    if said.verdict is LineVerdict.REJECTED:
        return 0
    if said.verdict is LineVerdict.ACCEPTED:
        return line.amount
    if said.amount is None or not 0 < said.amount < line.amount:
        raise NotAReduction(claimed=Fen(line.amount))
    return said.amount


def _checked_for_payment(line: StandingLine, on: date) -> StandingLine:
    if line.payment is not None:
        raise LinePaid(line=line.id, month=f"{line.month:%Y-%m}")
    if not line.granted or line.audited_on is None:
        raise LineNotAudited(line=line.id, month=f"{line.month:%Y-%m}")
    if line.held:
        raise LineHeld(line=line.id, month=f"{line.month:%Y-%m}")
    _follows(on, line.audited_on)
    return line


def _follows(on: date, after: date) -> None:
    if on < after:
        raise StepTooEarly(on=on.isoformat(), after=after.isoformat())


def _named(lines: Mapping[UUID, StandingLine], line: UUID) -> StandingLine:
    if line not in lines:
        raise NotFound(kind="line")
    return lines[line]


def _by_case(items: Iterable[T], case: Callable[[T], UUID], key: Callable[[T], UUID]) -> Iterator[tuple[UUID, list[T]]]:
    for one, own in groupby(sorted(items, key=lambda item: (case(item), key(item))), key=case):
        yield one, list(own)
