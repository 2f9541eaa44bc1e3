"""Rehabilitation assistance: intake, application, completeness reply, decision (国发20号; handbook §3.3 steps 1-4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.rehab.domain.policy import AssistancePolicy, entitle
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyApplied,
    BeforeSubmission,
    ContinuationNeedsEvaluation,
    MaterialsMissing,
    NotOpen,
    OutOfCounty,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    ApplicationReturned,
    ApplicationSubmitted,
    AssistanceApproved,
    AssistanceItem,
    AssistanceRefused,
    EligibilityBasis,
    IntakeOpened,
    Material,
    RefusalReason,
    TrainingMode,
)
from shared.workdays import add_working_days


class ApplicationState(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Child:
    """What rehab knows of a child: no identity."""

    case: UUID
    born: date
    county: str


@dataclass(frozen=True, slots=True)
class ApplicationOrder:
    """What the guardian applies for, and the materials that they brought."""

    id: UUID
    category: RehabCategory
    mode: TrainingMode
    basis: EligibilityBasis
    materials: frozenset[Material]
    submitted_on: date


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands."""

    id: UUID
    state: ApplicationState
    category: RehabCategory
    mode: TrainingMode
    basis: EligibilityBasis
    materials: frozenset[Material]
    county: str
    submitted_on: date

    @property
    def open(self) -> bool:
        """Whether the federation has yet to decide."""
        return self.state in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}


@dataclass(frozen=True, slots=True)
class Approval:
    """Assistance approved for an item, a category and a period; both ends of the period belong to it."""

    id: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    county: str
    other_counties: bool
    valid_from: date
    valid_until: date
    enrol_by: date


@dataclass(frozen=True, slots=True)
class History:
    """What the child already has under the item: applications still open, and earlier approvals."""

    open_applications: int
    approvals: Collection[Approval]

    def approved_in(self, year: int) -> int:
        """Count approvals of a benefit year, which is the calendar year."""
        return sum(approval.valid_from.year == year for approval in self.approvals)

    def years_of(self, category: RehabCategory) -> int:
        """Count the benefit years in which a category was assisted."""
        return len({approval.valid_from.year for approval in self.approvals if approval.category is category})


@dataclass(frozen=True, slots=True)
class Decision:
    """The federation's approval, with two opinions that only people have.

    `experts_agree`: experts evaluated that assistance should go on (山东办法2026). `other_counties`: the county
    consents to an institution of another county (handbook §3.3 step 5).
    """

    approval: UUID
    on: date
    experts_agree: bool
    other_counties: bool


def open_intake(child: Child, category: RehabCategory, diagnosed_on: date, rules: Rules) -> IntakeOpened:
    """Take a confirmed diagnosis to the federation of the child's county, with a clock for the first contact."""
    due = add_working_days(diagnosed_on, rules.contact_working_days, rules.days_off)
    return IntakeOpened(category=category, county=child.county, diagnosed_on=diagnosed_on, contact_due_on=due)


def submit_application(
    child: Child, order: ApplicationOrder, history: History, policy: AssistancePolicy, rules: Rules
) -> ApplicationSubmitted:
    """Receive an application; its clocks start at once. Raises AlreadyApplied.

    One training category per child and benefit year is the default of the policy file.
    """
    year = order.submitted_on.year
    if history.open_applications + history.approved_in(year) >= policy.training_categories_per_year.value:
        raise AlreadyApplied(year=year)
    return _received(order, child.county, order.submitted_on, policy, rules)


def complete_application(
    application: Application, on: date, policy: AssistancePolicy, rules: Rules
) -> ApplicationSubmitted:
    """Receive the materials that were missing: the application is submitted anew. Raises NotOpen, BeforeSubmission."""
    _expect(application, on, ApplicationState.RETURNED)
    return _received(application, application.county, on, policy, rules)


def return_application(application: Application, missing: frozenset[Material], on: date) -> ApplicationReturned:
    """Reply that materials are missing. Raises NotOpen or BeforeSubmission."""
    _expect(application, on, ApplicationState.SUBMITTED)
    return ApplicationReturned(application=application.id, missing=tuple(sorted(missing)), returned_on=on)


def approve_assistance(
    child: Child, application: Application, history: History, policy: AssistancePolicy, decision: Decision, rules: Rules
) -> AssistanceApproved:
    """Approve item, category, mode, period and ceiling under the policy in force on the day of the decision.

    Raises NotOpen, BeforeSubmission, OutOfCounty, MaterialsMissing, AlreadyApplied, NotEligible, RateNotSet or
    ContinuationNeedsEvaluation.
    """
    _expect(application, decision.on, ApplicationState.SUBMITTED)
    _check_file(child, application, policy)
    _check_history(application, history, policy, decision)
    training = (application.category, application.mode)
    entitlement = entitle(policy, child.born, application.basis, training, decision.on)
    return AssistanceApproved(
        approval=decision.approval, application=application.id, item=AssistanceItem.TRAINING,
        category=application.category, mode=application.mode, age_band=entitlement.age_band, county=child.county,
        approved_on=decision.on, valid_from=entitlement.valid_from, valid_until=entitlement.valid_until,
        ceiling=entitlement.ceiling, monthly_cap=entitlement.monthly_cap, other_counties=decision.other_counties,
        enrol_by=decision.on + timedelta(days=rules.enrol_within_days), policy=entitlement.policy,
    )  # fmt: skip


def refuse_assistance(
    application: Application, reasons: frozenset[RefusalReason], on: date, policy: AssistancePolicy
) -> AssistanceRefused:
    """Refuse with reasons (国发20号). Raises NotOpen or BeforeSubmission."""
    _expect(application, on, ApplicationState.SUBMITTED, ApplicationState.RETURNED)
    return AssistanceRefused(
        application=application.id, reasons=tuple(sorted(reasons)), county=application.county, refused_on=on,
        policy=policy.policy,
    )  # fmt: skip


def _received(
    order: ApplicationOrder | Application, county: str, on: date, policy: AssistancePolicy, rules: Rules
) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        application=order.id, item=AssistanceItem.TRAINING, category=order.category, mode=order.mode,
        basis=order.basis, county=county, submitted_on=on, policy=policy.policy,
        reply_due_on=add_working_days(on, rules.completeness_working_days, rules.days_off),
        review_due_on=add_working_days(on, rules.review_working_days, rules.days_off),
    )  # fmt: skip


def _expect(application: Application, on: date, *states: ApplicationState) -> None:
    if application.state not in states:
        raise NotOpen(state=application.state)
    if on < application.submitted_on:
        raise BeforeSubmission(on=on.isoformat(), submitted_on=application.submitted_on.isoformat())


def _check_file(child: Child, application: Application, policy: AssistancePolicy) -> None:
    if application.county != child.county:
        raise OutOfCounty(county=child.county)
    if missing := policy.materials(application.basis) - application.materials:
        raise MaterialsMissing(missing=sorted(missing))


def _check_history(application: Application, history: History, policy: AssistancePolicy, decision: Decision) -> None:
    if history.approved_in(decision.on.year) >= policy.training_categories_per_year.value:
        raise AlreadyApplied(year=decision.on.year)
    continued = bool(history.approvals) and policy.continuation_needs_evaluation.value
    term = policy.vision_years.value
    vision_term_over = (
        application.category is RehabCategory.VISION
        and term is not None
        and history.years_of(RehabCategory.VISION) >= term
    )
    # "In principle" two years of vision training: experts may say otherwise, so the term asks for their opinion too.
    if (continued or vision_term_over) and not decision.experts_agree:
        raise ContinuationNeedsEvaluation(policy=policy.policy)
