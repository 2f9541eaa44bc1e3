"""Education's own database (handbook §4). No identity: a child is a case, a birth date and a county."""

from sqlalchemy import CheckConstraint, Column, Computed, Date, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.contracts.events.education import AttendanceStatus, LicenceStage, PlacementMode
from shared.journal.tables import new_metadata
from shared.stage import child_table, code

metadata = new_metadata()
child = child_table(metadata)

placement = Table(
    "placement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("county", Text, nullable=False),
    *code("mode", PlacementMode),
    Column("school", Uuid),
    Column("site", Uuid),
    Column("place", Uuid, Computed("coalesce(site, school)", persisted=True)),
    Column("decided_on", Date, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("last_day", Date, comment="Last day in force: its own, or the day before the placement that replaced it."),
    Column("skipped", JSONB, nullable=False),
    CheckConstraint("ends_on >= starts_on AND last_day >= starts_on", name="period"),
    CheckConstraint("(school IS NULL) = (mode = 'deferred')", name="roll"),
    CheckConstraint("(site IS NOT NULL) = (mode = 'teaching_site')", name="site"),
    # A later decision replaces the earlier from its first day on, so no two may begin on one day.
    Index("uq_placement_start", "case_id", "starts_on", unique=True),
    Index("ix_placement_place", "place", "id"),
    Index("ix_placement_county", "county", "id"),
)

attendance = Table(
    "attendance",
    metadata,
    # One record per child, day and institution; a correction takes its place, the fact log keeps both.
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("institution", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), nullable=False),
    *code("mode", PlacementMode),
    *code("status", AttendanceStatus),
    Column("said_by", Uuid, nullable=False, comment="Fact that says so: the record, or its last correction."),
)

licence = Table(
    "education_licence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("county", Text, nullable=False),
    *code("stage", LicenceStage),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("partner_school", Uuid, nullable=False),
    CheckConstraint("valid_until >= valid_from", name="period"),
)
