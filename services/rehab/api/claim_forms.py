"""What claims and their lines look like at the doors; amounts in integer fen."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.rehab.api.forms import View
from services.rehab.domain.amounts import Bill
from services.rehab.domain.claims import ClaimOrder, LineOrder, cycle_from
from services.rehab.domain.rules import Rules
from services.rehab.repository.claims import ClaimState
from shared import ids
from shared.contracts.events.rehab import LineVerdict, Payee, RecoveryReason
from shared.ids import OrganisationId
from shared.rulebook.explanation import Explanation
from shared.stage import Body, Day

LARGEST_CLAIM = 1000
Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Month, as 2026-03.")]
CountyCode = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="County that approved, and so pays.")]
Fen = Annotated[int, Field(ge=0, le=10**12, strict=True, description="Amount in integer fen.")]


class LineIn(Body):
    """A line: a month of an enrolment, or what was given once. Without an amount all that is payable is claimed."""

    month: Month
    enrolment: UUID | None = None
    provision: UUID | None = None
    amount: Annotated[int, Field(gt=0, le=10**12, strict=True)] | None = None
    cost: Fen | None = Field(default=None, description="What the month cost, in fen; needed where insurance paid.")
    insurance_paid: Fen = 0

    @model_validator(mode="after")
    def _has_one_ground(self) -> Self:
        if (self.enrolment is None) is (self.provision is None):
            raise ValueError("a line claims a month of an enrolment, or what was given once")
        return self

    def order(self) -> LineOrder:
        """Return it under a fresh id."""
        bill = Bill(self.insurance_paid, self.cost)
        return LineOrder(ids.new_record(), first_of(self.month), self.enrolment, self.provision, self.amount, bill)


class ClaimIn(Body):
    """A claim for one county and cycle."""

    county: CountyCode
    cycle_from: Day = Field(description="First day of the settlement cycle.")
    submitted_on: Day
    lines: list[LineIn] = Field(min_length=1, max_length=LARGEST_CLAIM)

    def order(self, institution: UUID, rules: Rules, *, on_paper: bool = False) -> ClaimOrder:
        """Return the claim of an institution under fresh ids; the earlier months come first."""
        lines = [line.order() for line in sorted(self.lines, key=lambda line: line.month)]
        cycle = cycle_from(self.cycle_from, rules)
        return ClaimOrder(ids.new_record(), institution, self.county, cycle, self.submitted_on, lines, on_paper)


class PaperClaimIn(ClaimIn):
    """A claim that reached the county on paper, as it stands there."""

    institution: OrganisationId


class Listed(Body):
    """Which claims are listed, and from where on."""

    institution: UUID | None = None
    county: CountyCode | None = None
    state: ClaimState | None = None
    after: Annotated[str, Field(max_length=400)] | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200, description="Rows of a page at most.")


class AmountView(View):
    """What a month is worth, and why."""

    enrolment: UUID
    month: Month
    amount: int
    explanation: Explanation
    missing_evaluations: list[str]
    claimed_before: bool


class ProposedLine(View):
    """A line that could be claimed, or why it could not."""

    case_id: UUID
    month: Month
    enrolment: UUID | None
    provision: UUID | None
    sessions: int
    attended_days: int
    planned_days: int
    unproven_home_sessions: int
    amount: int
    missing_evaluations: list[str]
    explanation: Explanation


class ClaimView(View):
    """A claim with its totals in fen."""

    id: UUID
    institution: UUID
    county: str
    cycle_from: date
    cycle_until: date
    submitted_on: date
    on_paper: bool
    state: ClaimState
    lines: int
    held: int
    claimed: int
    held_amount: int
    granted: int
    rejected: int = Field(description="What audits did not grant of the lines that they decided.")
    paid: int
    recovered: int


class PaymentView(View):
    """A payment."""

    id: UUID
    payee: Payee
    amount: int
    paid_on: date


class RecoveryView(View):
    """Money that is demanded back, and when it came."""

    id: UUID
    payment_id: UUID
    reason: RecoveryReason
    demanded_on: date
    due_on: date
    recovered_on: date | None


class StatementView(View):
    """One claim with its totals, payments and recoveries."""

    claim: ClaimView
    payments: list[PaymentView]
    recoveries: list[RecoveryView]


class LineView(View):
    """A claimed line as it stands; `computed_now` differs from `computed` when its ground changed after the claim."""

    id: UUID
    case_id: UUID
    enrolment_id: UUID | None
    provision_id: UUID | None
    month: Month
    sessions: int
    attended_days: int
    planned_days: int
    insurance_paid: int
    amount: int
    computed: int
    computed_now: int
    ground_changed: bool
    explanation: Explanation
    missing_evaluations: list[str]
    held: bool
    held_by: list[UUID] = Field(description="Findings that hold it.")
    verdict: LineVerdict | None
    granted: int | None
    reason: str | None
    audited_on: date | None
    payment_id: UUID | None
    recovered: int


def first_of(month: str) -> date:
    """Return the first day of a month."""
    return date.fromisoformat(f"{month}-01")
