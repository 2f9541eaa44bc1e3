"""Agreements with institutions, their yearly grades, staff and closed days (handbook §3.4)."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.rehab.tables.common import metadata
from shared.contracts.events.rehab import InstitutionGrade, LapseReason, RemovalReason, SuspensionReason
from shared.stage import code

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
    Column("hours", JSONB, nullable=False, server_default=text("'[]'")),
    Column("suspended_on", Date),
    *code("suspension_reason", SuspensionReason, nullable=True),
    Column("rectify_by", Date),
    Column("lifted", JSONB, nullable=False, server_default=text("'[]'"), comment="Suspensions that were lifted."),
    Column("removed_on", Date),
    *code("removal_reason", RemovalReason, nullable=True),
    CheckConstraint("capacity > 0", name="capacity"),
    CheckConstraint("valid_from <= valid_until", name="period"),
    CheckConstraint("suspended_on BETWEEN valid_from AND valid_until", name="suspended_inside"),
    CheckConstraint("(removed_on IS NULL) = (removal_reason IS NULL)", name="removed_with_reason"),
)

grading = Table(
    "grading",
    metadata,
    Column("designation_id", ForeignKey("designation.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    *code("grade", InstitutionGrade),
    Column("graded_on", Date, nullable=False),
    Column("policy", Text, nullable=False),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    PrimaryKeyConstraint("designation_id", "year"),
    comment="Yearly scores and the grades that followed.",
)

staff = Table(
    "staff",
    metadata,
    Column("institution", Uuid, nullable=False),
    Column("therapist", Uuid, nullable=False),
    Column("disciplines", ARRAY(Text), nullable=False),
    Column("since", Date, nullable=False),
    Column("licence_until", Date, nullable=False, index=True),
    Column("lapsed_on", Date),
    *code("lapse_reason", LapseReason, nullable=True),
    CheckConstraint("since <= licence_until", name="licence"),
    CheckConstraint("(lapsed_on IS NULL) = (lapse_reason IS NULL)", name="lapsed_with_reason"),
    PrimaryKeyConstraint("institution", "therapist"),
    comment="Staff lists: persons as opaque ids, with disciplines and licence.",
)

closure_day = Table(
    "closure_day",
    metadata,
    Column("institution", Uuid, nullable=False),
    Column("closed_on", Date, nullable=False),
    PrimaryKeyConstraint("institution", "closed_on"),
    comment="Days on which an institution is closed.",
)
