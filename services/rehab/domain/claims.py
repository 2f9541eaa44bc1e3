"""Claims of a centre to the county that approved, by cycle, a line for each child and month (国发20号; handbook §3.3).

What breaks the arithmetic of this service's own records is refused with the explanation: more than a month is worth,
a service that is claimed already, a stage without its evaluation. F17 (over-claim) still has its use, in two places
where nobody may be refused: sessions that are corrected after the claim take the ground from under a line, and a claim
on paper, which the county takes over as it was claimed, may say anything (handbook §3.7).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from services.rehab.domain.amounts import Attendance, Bill, Limits, Settled, Taken, last_day, month_amount
from services.rehab.domain.checkpoints import Point, blocks_settlement
from services.rehab.domain.fen import Fen
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyClaimed,
    AmountNeeded,
    ClaimTooHigh,
    EvaluationMissing,
    LineTwice,
    MonthNotOver,
    MonthOutsideCycle,
    NotACycle,
    NothingToClaim,
    OtherCounty,
)
from shared.ages import anniversary
from shared.contracts.events.rehab import ClaimLine, ClaimSubmitted
from shared.rulebook.explanation import Explanation, step
from shared.rulebook.registry import rule

Service = tuple[UUID | None, date | None]
"""What is claimed, and only once: an enrolment's month, or what was given once."""

NO_TRAINING = Attendance(0, 0, 0)
NO_BILL = Bill()


@dataclass(frozen=True, slots=True)
class Cycle:
    """A settlement cycle; both days belong to it."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class LineOrder:
    """A line as it is claimed: a month of an enrolment, or what was given once. No amount: all that is payable."""

    id: UUID
    month: date
    enrolment: UUID | None = None
    provision: UUID | None = None
    amount: int | None = None
    bill: Bill = NO_BILL

    @property
    def service(self) -> Service:
        """What is claimed."""
        return (self.enrolment, self.month) if self.enrolment else (self.provision, None)


@dataclass(frozen=True, slots=True)
class ClaimOrder:
    """A claim as it is submitted; one on paper stands as it was claimed."""

    id: UUID
    institution: UUID
    county: str
    cycle: Cycle
    submitted_on: date
    lines: Sequence[LineOrder]
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Provision:
    """A surgery or a device as it was given: what assistance takes of its cost."""

    cost: int
    insurance_paid: int
    assistance_paid: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a line stands on in this service's records; `child` is the case under which the child is shown."""

    case: UUID
    child: UUID
    approval: UUID
    county: str
    limits: Limits
    month: Attendance = NO_TRAINING
    provision: Provision | None = None
    points: Sequence[Point] = ()
    claimed_before: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A claimed line: what it stands on, what the records give for it, and what is claimed."""

    order: LineOrder
    ground: Ground
    settled: Settled
    amount: int

    @property
    def billed(self) -> Bill:
        """Cost and insurance, of the bill or of what was given once."""
        given = self.ground.provision
        return self.order.bill if given is None else Bill(given.insurance_paid, given.cost)

    @property
    def said(self) -> ClaimLine:
        """The line as the fact says it."""
        month = self.ground.month
        return ClaimLine(
            line=self.order.id, enrolment=self.order.enrolment, provision=self.order.provision,
            month=f"{self.order.month:%Y-%m}", sessions=month.sessions, attended_days=month.attended_days,
            planned_days=month.planned_days, amount=self.amount, insurance_paid=self.billed.insurance_paid,
            cost=self.billed.cost,
        )  # fmt: skip


@dataclass(slots=True)
class Ledger:
    """What earlier lines took of each child's months: at all centres, as granted where audited, less what came back."""

    months: Counter[tuple[UUID, date]] = field(default_factory=Counter)
    years: Counter[tuple[UUID, int]] = field(default_factory=Counter)

    def of(self, child: UUID, month: date) -> Taken:
        """Return what is taken of a child's month, and of the benefit year, which is the calendar year."""
        return Taken(self.months[child, month], self.years[child, month.year])

    def take(self, child: UUID, month: date, amount: int) -> None:
        """Count a line."""
        self.months[child, month] += amount
        self.years[child, month.year] += amount


@rule(
    "rehab.settlement-cycle", "assumed", zh="结算周期默认按季度，自一月起算", setting="REHAB_RULES__CLAIM_CYCLE_MONTHS"
)
def cycle_from(day: date, rules: Rules) -> Cycle:
    """Return the cycle that begins on a day; quarterly unless county and finance agreed otherwise (handbook §3.3).

    Raises NotACycle.
    """
    if day.day != 1 or (day.month - 1) % rules.claim_cycle_months:
        raise NotACycle(day=day.isoformat(), months=rules.claim_cycle_months)
    return Cycle(day, anniversary(day, months=rules.claim_cycle_months) - timedelta(days=1))


@rule("rehab.claim-line", "source", zh="申报：批准县支付，月份在周期内且已结束，未申报，阶段评估齐全，不超过应付金额")
def submit_line(claim: ClaimOrder, line: LineOrder, ground: Ground, ledger: Ledger, today: date) -> Line:
    """Claim a line from the county that approved, for a month that is over, once, and for no more than it is worth.

    Only what was approved is settled, and a missing evaluation blocks its stage (国发20号; handbook §3.3 step 7, §3.5).
    Raises OtherCounty, MonthOutsideCycle, MonthNotOver, AlreadyClaimed, EvaluationMissing, NothingToClaim,
    ClaimTooHigh, AmountNeeded or CostNeeded.
    """
    _check_place(claim, line, ground, today)
    if not claim.on_paper:
        _check_state(line, ground)
    settled = settle(line, ground, ledger.of(ground.child, line.month))
    amount = _claimed(claim, line, settled)
    if line.provision is None:
        ledger.take(ground.child, line.month, amount)
    return Line(line, ground, settled, amount)


def settle(line: LineOrder, ground: Ground, taken: Taken) -> Settled:
    """Work out what a line is worth: a month of training by its rule, what was given once by its own record."""
    if ground.provision is None:
        return month_amount(ground.limits, ground.month, line.bill, taken)
    return once_amount(ground.provision)


@rule("rehab.provision-amount", "source", zh="手术、辅具：先医保后救助，申报金额为记录的救助支付部分")
def once_amount(given: Provision) -> Settled:
    """Claim for a surgery or device what insurance left to assistance of its cost (山东办法2026; handbook §3.2)."""
    shown = step(
        "insurance-first", "Of {cost} insurance paid {paid}; assistance pays {amount}.",
        "费用 {cost}，医保支付 {paid}，救助支付 {amount}。", cost=Fen(given.cost), paid=Fen(given.insurance_paid),
        amount=Fen(given.assistance_paid),
    )  # fmt: skip
    explanation = Explanation(rule="rehab.provision-amount", outcome=str(given.assistance_paid), steps=(shown,))
    return Settled(given.assistance_paid, explanation)


def submit_claim(claim: ClaimOrder, grounds: Mapping[UUID, Ground], ledger: Ledger, today: date) -> list[Line]:
    """Claim all lines, the earlier months first, as they use up the year. Raises LineTwice, or as `submit_line`."""
    services = [line.service for line in claim.lines]
    twice = [line for place, line in enumerate(claim.lines) if line.service in services[:place]]
    if twice:
        raise LineTwice(month=f"{twice[0].month:%Y-%m}")
    ordered = sorted(claim.lines, key=lambda line: (line.month, line.id))
    return [submit_line(claim, line, grounds[line.id], ledger, today) for line in ordered]


def submitted(claim: ClaimOrder, lines: Iterable[Line]) -> dict[UUID, ClaimSubmitted]:
    """Return each child's part of a claim."""
    by_case = sorted(lines, key=lambda line: (line.ground.case, line.order.month, line.order.id))
    return {
        case: ClaimSubmitted(
            claim=claim.id, institution=claim.institution, county=claim.county, cycle_from=claim.cycle.since,
            cycle_until=claim.cycle.until, submitted_on=claim.submitted_on, lines=tuple(line.said for line in own),
        )
        for case, own in groupby(by_case, key=attrgetter("ground.case"))
    }  # fmt: skip


def missing_points(line: LineOrder, ground: Ground) -> list[str]:
    """Return the missing evaluations that block a line; what was given once has no stages."""
    if line.provision is not None:
        return []
    return [point.code for point in blocks_settlement(ground.points, line.month, last_day(line.month))]


def _check_place(claim: ClaimOrder, line: LineOrder, ground: Ground, today: date) -> None:
    if ground.county != claim.county:
        raise OtherCounty(county=ground.county)
    if not claim.cycle.since <= line.month <= claim.cycle.until:
        since, until = claim.cycle.since.isoformat(), claim.cycle.until.isoformat()
        raise MonthOutsideCycle(month=f"{line.month:%Y-%m}", since=since, until=until)
    if last_day(line.month) >= min(today, claim.submitted_on):
        raise MonthNotOver(month=f"{line.month:%Y-%m}")


def _check_state(line: LineOrder, ground: Ground) -> None:
    if ground.claimed_before:
        raise AlreadyClaimed(month=f"{line.month:%Y-%m}")
    if missing := missing_points(line, ground):
        raise EvaluationMissing(month=f"{line.month:%Y-%m}", points=missing)


def _claimed(claim: ClaimOrder, line: LineOrder, settled: Settled) -> int:
    month = f"{line.month:%Y-%m}"
    if claim.on_paper:
        if line.amount is None:
            raise AmountNeeded
        return line.amount
    amount = settled.amount if line.amount is None else line.amount
    explained = settled.explanation.model_dump(mode="json")
    if amount > settled.amount:
        allowed = Fen(settled.amount)
        raise ClaimTooHigh(claimed=Fen(amount), month=month, allowed=allowed, explanation=explained)
    if not amount:
        raise NothingToClaim(month=month, explanation=explained)
    return amount
