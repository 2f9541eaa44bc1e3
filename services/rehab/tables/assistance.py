"""Intakes, applications, needs assessments and what was approved and given once (handbook §3.2, §3.3)."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from services.rehab.domain.assistance import ApplicationState
from services.rehab.domain.terms import AgentKind, Hardship, ResidenceKind
from services.rehab.tables.common import metadata, words
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    AssistanceItem,
    ContactOutcome,
    DeviceKind,
    EligibilityBasis,
    NeedsOutcome,
    SurgeryKind,
    TrainingMode,
)
from shared.contracts.events.screening import GuardianKind
from shared.journal.tables import Moment
from shared.stage import code

NUMBER = "upper(substr(id::text, 25, 4) || '-' || substr(id::text, 29, 4) || '-' || substr(id::text, 33))"
OPEN = text("state IN ('submitted', 'returned')")

intake = Table(
    "intake",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    *code("category", RehabCategory),
    Column("county", Text, nullable=False),
    Column("hospital", Uuid, nullable=False),
    Column("diagnosed_on", Date, nullable=False),
    Column("contact_due_on", Date, nullable=False),
    Column("informed_on", Date),
    *code("contact", ContactOutcome, nullable=True),
    words("note"),
    CheckConstraint("(informed_on IS NULL) = (contact IS NULL)", name="informed"),
    PrimaryKeyConstraint("case_id", "category"),
    Index("ix_intake_queue", "county", "contact_due_on", "case_id", "category"),
    comment="Confirmed diagnoses that reached the federation: one intake per child and category.",
)

application = Table(
    "application",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    *code("item", AssistanceItem),
    *code("category", RehabCategory),
    *code("mode", TrainingMode),
    *code("surgery", SurgeryKind, nullable=True),
    *code("device", DeviceKind, nullable=True),
    *code("basis", EligibilityBasis),
    *code("state", ApplicationState),
    Column("materials", ARRAY(Text), nullable=False),
    Column("county", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("reply_due_on", Date, nullable=False),
    Column("review_due_on", Date, nullable=False),
    Column("decided_on", Date),
    *code("residence", ResidenceKind),
    Column("proofs", ARRAY(Text), nullable=False),
    *code("hardship", Hardship, nullable=True),
    # The principal is the guardian, whose kind stands here; who filled in for them stands apart (handbook §7).
    *code("guardian", GuardianKind, nullable=True),
    *code("agent", AgentKind, nullable=True),
    Column("authorised_on", Date),
    Column("submitted_by", Uuid, nullable=False),
    Column("assess_by", Date, comment="Where a needs assessment has to come first."),
    Column("checked_by", Uuid),
    Column("checked_on", Date),
    Column("eligible", Boolean),
    Column("experts_agree", Boolean, nullable=False, server_default=text("false")),
    words("note"),
    # The last, random digits of the id in groups: what a family can read out and a clerk can type.
    Column("number", Text, Computed(NUMBER, persisted=True), nullable=False, index=True),
    CheckConstraint("(agent IS NULL) = (authorised_on IS NULL)", name="agent_authorised"),
    CheckConstraint("(checked_by IS NULL) = (eligible IS NULL)", name="checked"),
    Index("ix_application_reply", "county", "reply_due_on", postgresql_where=text("state = 'submitted'")),
    CheckConstraint("(decided_on IS NULL) = (state IN ('submitted', 'returned'))", name="decided"),
    # The federation's queue shows what is open, the most urgent first: a county's by the first, a city's by the second.
    Index("ix_application_county_queue", "county", "review_due_on", "id", postgresql_where=OPEN),
    Index("ix_application_queue", "review_due_on", "id", postgresql_where=OPEN),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("application_id", ForeignKey("application.id"), nullable=False, unique=True),
    *code("item", AssistanceItem),
    *code("category", RehabCategory),
    *code("mode", TrainingMode),
    *code("surgery", SurgeryKind, nullable=True),
    *code("device", DeviceKind, nullable=True),
    *code("age_band", AgeBand),
    Column("county", Text, nullable=False),
    Column("other_counties", Boolean, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("ceiling", BigInteger, nullable=False, comment="fen"),
    Column("monthly_cap", BigInteger, nullable=False, comment="fen"),
    Column("enrol_by", Date, nullable=False),
    Column("policy", Text, nullable=False),
    Column("approved_by", Uuid, nullable=False, comment="Who approved, and so never audits a claim under it."),
    Column("taken_up_on", Date, comment="First enrolment, or the day on which what is given once was given."),
    Column("lapsed_on", Date),
    Column("recorded_at", Moment, nullable=False, server_default=text("now()")),
    CheckConstraint("valid_from <= valid_until", name="period"),
    # What nobody has taken up yet, for the clock that lets it lapse.
    Index("ix_approval_waiting", "enrol_by", postgresql_where=text("taken_up_on IS NULL AND lapsed_on IS NULL")),
    CheckConstraint("0 <= monthly_cap AND monthly_cap <= ceiling", name="amounts"),
)

needs_assessment = Table(
    "needs_assessment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    Column("application_id", ForeignKey("application.id"), nullable=False, index=True),
    Column("institution", Uuid, nullable=False),
    Column("assessor", Uuid, nullable=False),
    Column("assessed_on", Date, nullable=False),
    *code("category", RehabCategory),
    *code("outcome", NeedsOutcome),
    *code("recommended_mode", TrainingMode),
    Column("estimate", BigInteger, comment="fen"),
    words("note"),
    CheckConstraint("estimate >= 0", name="estimate"),
    comment="What a hospital or centre found of the need behind an application (handbook §3.3 step 3).",
)

given_once = Table(
    "given_once",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("approval_id", ForeignKey("approval.id"), nullable=False, unique=True),
    Column("county", Text, nullable=False),
    Column("institution", Uuid, nullable=False),
    *code("surgery", SurgeryKind, nullable=True),
    *code("device", DeviceKind, nullable=True),
    Column("given_on", Date, nullable=False),
    Column("cost", BigInteger, nullable=False, comment="fen"),
    Column("insurance_paid", BigInteger, nullable=False, comment="fen"),
    Column("assistance_paid", BigInteger, nullable=False, comment="fen"),
    Column("again_from", Date, comment="End of the replacement cycle of a device."),
    Column("policy", Text, nullable=False),
    # Nobody pays the same cost twice (handbook §3.7 F18).
    CheckConstraint("insurance_paid >= 0 AND assistance_paid >= 0", name="paid"),
    CheckConstraint("insurance_paid + assistance_paid <= cost", name="within_cost"),
    CheckConstraint("(surgery IS NULL) <> (device IS NULL)", name="one_kind"),
    comment="Surgeries that were completed and devices that were fitted (handbook §3.2).",
)
