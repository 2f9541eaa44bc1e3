"""Sessions and stage evaluations (handbook §3.5, §3.6)."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.rehab.tables.common import metadata
from shared.contracts.events.rehab import (
    Checkpoint,
    Discipline,
    SessionMode,
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
