"""The rehab service's own database (handbook §3). No identity: a child is a case, a birth date and a county."""

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
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.rehab.domain.assistance import ApplicationState
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    AssistanceItem,
    Checkpoint,
    Discipline,
    EligibilityBasis,
    EnrolmentEndReason,
    SessionMode,
    TrainingMode,
)
from shared.journal.tables import Moment, new_metadata
from shared.stage import child_table, code

metadata = new_metadata()


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
    CheckConstraint("valid_from <= valid_until", name="period"),
    CheckConstraint("0 <= monthly_cap AND monthly_cap <= ceiling", name="amounts"),
)

designation = Table(
    "designation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False, index=True),
    Column("county", Text, nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("suspended_on", Date),
    CheckConstraint("capacity > 0", name="capacity"),
    CheckConstraint("valid_from <= valid_until", name="period"),
    CheckConstraint("suspended_on BETWEEN valid_from AND valid_until", name="suspended_inside"),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("approval_id", ForeignKey("approval.id"), nullable=False),
    Column("county", Text, nullable=False),
    Column("institution", Uuid, nullable=False),
    *code("item", AssistanceItem),
    *code("category", RehabCategory),
    *code("mode", TrainingMode),
    Column("started_on", Date, nullable=False),
    Column("expected_until", Date, nullable=False),
    Column("ended_on", Date),
    *code("end_reason", EnrolmentEndReason, nullable=True),
    Column("over_on", Date, Computed("coalesce(ended_on, expected_until + 1)", persisted=True), nullable=False),
    CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
    CheckConstraint("started_on <= over_on", name="period"),
    # Before the approved period ends, only an end makes room for another enrolment of the same item.
    Index("uq_enrolment_open", "approval_id", unique=True, postgresql_where=text("ended_on IS NULL")),
    Index("ix_enrolment_institution", "institution", "id"),
    Index("ix_enrolment_county", "county", "id"),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    # No foreign keys here: the row that they would check is read under the child's lock in the same transaction.
    Column("case_id", Uuid, nullable=False),
    Column("enrolment_id", Uuid, nullable=False),
    Column("institution", Uuid, nullable=False),
    Column("therapist", Uuid, nullable=False),
    *code("discipline", Discipline),
    *code("mode", SessionMode),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("attended", Boolean, nullable=False),
    Column("void", Boolean, nullable=False, server_default=text("false")),
    Column("said_by", Uuid, nullable=False, comment="Fact that says so: the record, or its last correction."),
    # A day is the bound that the search for overlaps relies on; the rule's own limit is a setting below it.
    CheckConstraint("starts_at < ends_at AND ends_at - starts_at <= interval '24 hours'", name="times"),
    # The one index of the hot path: the search for overlaps and the child's month both go along it.
    Index("ix_session_case_id_starts_at", "case_id", "starts_at"),
)

evaluation = Table(
    "evaluation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False),
    Column("institution", Uuid, nullable=False),
    Column("assessor", Uuid, nullable=False),
    Column("assessed_on", Date, nullable=False),
    *code("checkpoint", Checkpoint),
    Column("instrument", Text, nullable=False),
    Column("instrument_version", Text, nullable=False),
    Column("scores", JSONB, nullable=False),
)
