"""Bodies and views of applications and approvals (handbook §3.3)."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.rehab.api.forms import MOST_FEN, Flag, View, Words
from services.rehab.domain.approving import Decision
from services.rehab.domain.assessing import AssessmentOrder
from services.rehab.domain.assistance import Agency, ApplicationOrder, ApplicationState, Asked, Household
from services.rehab.domain.terms import AgentKind, Hardship, ResidenceKind, ResidenceProof
from shared import ids
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    AssistanceItem,
    ContactOutcome,
    DeviceKind,
    EligibilityBasis,
    Material,
    NeedsOutcome,
    RefusalReason,
    SurgeryKind,
    TrainingMode,
)
from shared.contracts.events.screening import GuardianKind
from shared.ids import PersonId
from shared.rulebook.explanation import Explanation, Step
from shared.stage import Body, Day


class ResidenceIn(Body):
    """What ties the family to the county; a residence permit needs a record beside it."""

    kind: ResidenceKind = ResidenceKind.HOUSEHOLD
    proofs: frozenset[ResidenceProof] = frozenset()


class AgentIn(Body):
    """Who fills in for the guardian, and since when they may; the guardian stays the principal."""

    kind: AgentKind
    authorised_on: Day


class ApplicationIn(Body):
    """What the guardian, or an agent for them, applies for, and the materials they brought."""

    item: AssistanceItem = AssistanceItem.TRAINING
    category: RehabCategory
    mode: TrainingMode = Field(description="How training is given; `once` for a surgery or a device.")
    surgery: SurgeryKind | None = None
    device: DeviceKind | None = None
    basis: EligibilityBasis
    materials: frozenset[Material]
    submitted_on: Day
    residence: ResidenceIn = ResidenceIn()
    hardship: Hardship | None = Field(default=None, description="Kind of household, where hardship is claimed.")
    guardian: GuardianKind | None = Field(default=None, description="The principal.")
    agent: AgentIn | None = None

    def order(self, by: UUID) -> ApplicationOrder:
        """Return the application under a fresh id, brought by a person."""
        asked = Asked(self.category, self.mode, self.item, self.surgery, self.device)
        household = Household(self.residence.kind, self.residence.proofs, self.hardship)
        agent = Agency(self.agent.kind, self.agent.authorised_on) if self.agent else None
        return ApplicationOrder(
            ids.new_record(), asked, self.basis, self.materials, self.submitted_on, by, household, agent
        )


class CompletionIn(Body):
    """Materials that were missing."""

    materials: frozenset[Material] = Field(min_length=1)
    submitted_on: Day


class ReturnIn(Body):
    """A completeness reply: what is missing."""

    missing: frozenset[Material] = Field(min_length=1)
    returned_on: Day
    note: Words = None


class ApprovalIn(Body):
    """An approval; what it gives follows from the policy of that day."""

    approved_on: Day
    experts_agree: Flag = Field(default=False, description="Experts evaluated that assistance should go on.")
    other_counties: Flag = Field(default=False, description="The county consents to an institution of another county.")

    def decision(self, by: UUID) -> Decision:
        """Return a person's decision under a fresh id of the approval."""
        return Decision(
            ids.new_record(), self.approved_on, by, experts_agree=self.experts_agree,
            other_counties=self.other_counties,
        )  # fmt: skip


class CheckIn(Body):
    """A check against the policy of the day."""

    checked_on: Day
    experts_agree: Flag = Field(default=False, description="Experts evaluated that assistance should go on.")


class WithdrawalIn(Body):
    """The guardian takes the application back."""

    withdrawn_on: Day


class AssessmentIn(Body):
    """What a hospital or centre found of the need behind an application."""

    assessor: PersonId
    assessed_on: Day
    outcome: NeedsOutcome
    recommended_mode: TrainingMode
    estimate: int | None = Field(
        default=None, ge=0, le=MOST_FEN, strict=True, description="Expected cost after insurance, integer fen."
    )
    note: Words = None

    def order(self, actor: Actor) -> AssessmentOrder:
        """Return the assessment by the actor's own institution, under a fresh id."""
        return AssessmentOrder(
            ids.new_record(), actor.organisation, actor.org_type, self.assessor, self.assessed_on, self.outcome,
            self.recommended_mode, self.estimate, self.note,
        )  # fmt: skip


class RefusalIn(Body):
    """A refusal, which must say why."""

    reasons: frozenset[RefusalReason] = Field(min_length=1)
    refused_on: Day
    note: Words = None


class ContactIn(Body):
    """What the family said when it was told of methods and policy."""

    outcome: ContactOutcome
    informed_on: Day
    note: Words = None


class IntakeView(View):
    """A confirmed diagnosis that waits for the family to be contacted."""

    case_id: UUID
    shown_as: UUID = Field(description="Case under which the child is shown, where two cases are one child.")
    category: RehabCategory
    county: str
    diagnosed_on: date
    contact_due_on: date


class ApplicationView(View):
    """An application as it stands."""

    id: UUID
    case_id: UUID
    shown_as: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    surgery: SurgeryKind | None
    device: DeviceKind | None
    basis: EligibilityBasis
    state: ApplicationState
    materials: list[Material]
    county: str
    submitted_on: date
    reply_due_on: date
    review_due_on: date
    assess_by: date | None
    decided_on: date | None
    residence: ResidenceKind
    proofs: list[ResidenceProof]
    hardship: Hardship | None
    guardian: GuardianKind | None
    agent: AgentKind | None
    authorised_on: date | None
    checked_on: date | None
    eligible: bool | None
    note: str | None
    number: str = Field(description="Number on the family's slip, which it shows to the institution that it chooses.")


class GivesView(View):
    """What an approval would give; amounts in integer fen."""

    age_band: AgeBand
    ceiling: int
    monthly_cap: int
    valid_from: date
    valid_until: date
    ground: str = Field(description="Ground of the amount, as the policy file marks it.")
    steps: tuple[Step, ...]


class OutlookView(View):
    """What a decision about an application on a day would rest on; nothing is decided or recorded by it."""

    on: date
    policy: str
    document: str = Field(description="Document of the policy in force on that day.")
    eligibility: Explanation
    missing: list[Material] = Field(description="Materials without which it cannot be approved.")
    gives: GivesView | None = Field(description="What an approval would give, where the amount is known.")
    unset: dict[str, str] | None = Field(description="Why there is no amount, in zh and en.")


class ApprovalView(View):
    """What was approved; amounts in integer fen."""

    id: UUID
    case_id: UUID
    application_id: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    surgery: SurgeryKind | None
    device: DeviceKind | None
    age_band: AgeBand
    county: str
    other_counties: bool
    valid_from: date
    valid_until: date
    ceiling: int
    monthly_cap: int
    enrol_by: date
    taken_up_on: date | None
    lapsed_on: date | None
    policy: str


class SlipView(View):
    """What an institution is told of an application whose number the family brings: nothing of hardship or notes."""

    id: UUID
    case_id: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    surgery: SurgeryKind | None
    device: DeviceKind | None
    state: ApplicationState
    county: str
    submitted_on: date
    assess_by: date | None
    approval: ApprovalView | None


class GivenView(View):
    """A surgery or a device; amounts in integer fen."""

    id: UUID
    approval_id: UUID
    institution: UUID
    surgery: SurgeryKind | None
    device: DeviceKind | None
    given_on: date
    cost: int
    insurance_paid: int
    assistance_paid: int
    again_from: date | None
    policy: str


class CaseView(View):
    """All of a child's applications and approvals, and what it was given once."""

    applications: list[ApplicationView]
    approvals: list[ApprovalView]
    given: list[GivenView]
