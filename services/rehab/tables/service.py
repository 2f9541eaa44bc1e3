"""Plans of care, sessions and stage evaluations (handbook §3.5, §3.6)."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.rehab.tables.common import metadata, words
from shared.contracts.events.rehab import (
    Checkpoint,
    ConfirmationMethod,
    CorrectionReason,
    Discipline,
    GoalTerm,
    NeedsOutcome,
    SessionMode,
    TrainingMode,
)
from shared.journal.tables import Moment
from shared.stage import code

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
    Column("group_id", Uuid, comment="Group session: one interval of its therapist."),
    Column("bedside", Boolean, nullable=False, server_default=text("false")),
    Column("goals", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    *code("confirmed_by", ConfirmationMethod, nullable=True),
    Column("device", Uuid, comment="Opaque id of what confirmed."),
    Column("visit_id", Uuid),
    words("words", "What was done, in the centre's words; they never travel."),
    Column("wording", Text, comment="Keyed digest of the words."),
    # A day is the bound that the search for overlaps relies on; the rule's own limit is a setting below it.
    CheckConstraint("starts_at < ends_at AND ends_at - starts_at <= interval '24 hours'", name="times"),
    # The one index of the hot path: the search for overlaps and the child's month both go along it.
    Index("ix_session_case_id_starts_at", "case_id", "starts_at"),
    Index("ix_session_group_id", "group_id", postgresql_where=text("group_id IS NOT NULL")),
)

session_correction = Table(
    "session_correction",
    metadata,
    Column("said_by", Uuid, primary_key=True, comment="Fact that corrects."),
    Column("session_id", ForeignKey("session.id"), nullable=False),
    Column("case_id", Uuid, nullable=False, index=True),
    *code("reason", CorrectionReason),
    Column("corrected_at", Moment, nullable=False),
    Column("therapist", Uuid, nullable=False),
    *code("discipline", Discipline),
    *code("mode", SessionMode),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("attended", Boolean, nullable=False),
    comment="What a session was before each of its corrections, without any words.",
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

entry_assessment = Table(
    "entry_assessment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("institution", Uuid, nullable=False),
    Column("assessor", Uuid, nullable=False),
    Column("assessed_on", Date, nullable=False),
    *code("outcome", NeedsOutcome),
    *code("recommended_mode", TrainingMode),
    comment="Functional assessments that begin a service.",
)

care_plan = Table(
    "care_plan",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("institution", Uuid, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("planned_days", Integer, nullable=False),
    Column("home_training", Boolean, nullable=False),
    CheckConstraint("valid_from <= valid_until", name="period"),
    CheckConstraint("planned_days BETWEEN 1 AND 31", name="planned_days"),
)

goal = Table(
    "goal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("plan_id", ForeignKey("care_plan.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    *code("term", GoalTerm),
    Column("icf", Text, nullable=False),
    words("words", "The goal in the centre's words; they never travel."),
)

home_visit = Table(
    "home_visit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("enrolment_id", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("institution", Uuid, nullable=False),
    Column("visitor", Uuid, nullable=False),
    Column("visited_on", Date, nullable=False),
    words("words", "What was seen, in the centre's words; they never travel."),
)
