"""Enrolments of children with institutions, and their rests (handbook §3.3 step 5)."""

from sqlalchemy import CheckConstraint, Column, Computed, Date, ForeignKey, Index, Table, Text, Uuid, text

from services.rehab.tables.common import metadata
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AssistanceItem, EnrolmentEndReason, InterruptionKind, TrainingMode
from shared.journal.tables import Moment
from shared.stage import code

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
    Column("recorded_at", Moment, nullable=False, server_default=text("now()")),
    Column("over_on", Date, Computed("coalesce(ended_on, expected_until + 1)", persisted=True), nullable=False),
    CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
    CheckConstraint("started_on <= over_on", name="period"),
    # Before the approved period ends, only an end makes room for another enrolment of the same item.
    Index("uq_enrolment_open", "approval_id", unique=True, postgresql_where=text("ended_on IS NULL")),
    Index("ix_enrolment_institution", "institution", "id"),
    Index("ix_enrolment_county", "county", "id"),
)

rest = Table(
    "rest",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("case_id", Uuid, nullable=False),
    *code("kind", InterruptionKind),
    Column("suspended_on", Date, nullable=False),
    Column("expected_back", Date),
    Column("resumed_on", Date, comment="First day of service again."),
    CheckConstraint("suspended_on < resumed_on", name="period"),
    # An enrolment rests once at a time.
    Index("uq_rest_open", "enrolment_id", unique=True, postgresql_where=text("resumed_on IS NULL")),
    comment="Leave and suspension: active, on_leave or suspended (handbook §3.3).",
)
