"""Children, intakes, applications and what was approved (handbook §3.2, §3.3)."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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
from services.rehab.tables.common import metadata
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    AssistanceItem,
    DeviceKind,
    EligibilityBasis,
    SurgeryKind,
    TrainingMode,
)
from shared.stage import child_table, code

OPEN = text("state IN ('submitted', 'returned')")

child = child_table(metadata)

intake = Table(
    "intake",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    *code("category", RehabCategory),
    Column("county", Text, nullable=False),
    Column("hospital", Uuid, nullable=False),
    Column("diagnosed_on", Date, nullable=False),
    Column("contact_due_on", Date, nullable=False),
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
    *code("basis", EligibilityBasis),
    *code("state", ApplicationState),
    Column("materials", ARRAY(Text), nullable=False),
    Column("county", Text, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("reply_due_on", Date, nullable=False),
    Column("review_due_on", Date, nullable=False),
    Column("decided_on", Date),
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
    CheckConstraint("valid_from <= valid_until", name="period"),
    CheckConstraint("0 <= monthly_cap AND monthly_cap <= ceiling", name="amounts"),
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
