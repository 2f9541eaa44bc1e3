"""Education's own database (handbook §4). No identity: a child is a case, a birth date and a county."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.contracts.events.education import (
    AttendanceStatus,
    GapKind,
    LicenceStage,
    PlacementEndReason,
    PlacementMode,
)
from shared.journal.tables import new_metadata
from shared.stage import code

metadata = new_metadata()

child = Table(
    "child",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    # Absent until the registration is known: a fact about the child may come before it.
    Column("birth_date", Date),
    Column("county", Text),
    Column("person", Uuid, nullable=False, comment="Case under which the child is shown: its own, or the survivor's."),
    Column("merged_into", Uuid),
    Column("watched_since", Date, comment="First day of the school-age watch, while a diagnosis is confirmed."),
    Column("died_on", Date),
    Column("withdrawn_on", Date, comment="First day without the guardian's consent."),
    Column("erased_on", Date),
    CheckConstraint("county ~ '^[0-9]{6}$'", name="county"),
    Index("ix_child_person", "person"),
    Index("ix_child_county_birth", "county", "birth_date"),
    comment="Children as screening's facts tell of them; the row is the lock of all that is about a child.",
)

diagnosis = Table(
    "diagnosis",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("category", Text, primary_key=True),
    Column("confirmed_on", Date, nullable=False),
    comment="Diagnoses that are confirmed as things stand; no text, no institution.",
)

placement = Table(
    "placement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("county", Text, nullable=False, comment="County whose committee decided; it keeps a stub."),
    Column("responsible", Text, nullable=False, comment="County of the child's residence: it answers for the child."),
    *code("mode", PlacementMode),
    Column("school", Uuid),
    Column("site", Uuid),
    Column("place", Uuid, Computed("coalesce(site, school)", persisted=True)),
    Column("decided_on", Date, nullable=False),
    Column("applied_on", Date, comment="Day of the guardian's application for deferral."),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("last_day", Date, comment="Last day in force: its own, or the day before the placement that replaced it."),
    Column("review_by", Date),
    Column("reviewed_on", Date, comment="Day of the last review that kept it."),
    *code("end_reason", PlacementEndReason, nullable=True),
    Column("skipped", JSONB, nullable=False),
    CheckConstraint("ends_on >= starts_on AND last_day >= starts_on - 1", name="period"),
    CheckConstraint("(school IS NULL) = (mode = 'deferred')", name="roll"),
    CheckConstraint("(site IS NOT NULL) = (mode = 'teaching_site')", name="site"),
    # A later decision replaces the earlier from its first day on, so no two may begin on one day.
    Index(
        "uq_placement_start",
        "case_id",
        "starts_on",
        unique=True,
        postgresql_where=text("end_reason IS DISTINCT FROM 'entered_in_error'"),
    ),
    Index("ix_placement_place", "place", "id"),
    Index("ix_placement_school", "school", "id"),
    Index("ix_placement_county", "county", "id"),
    Index("ix_placement_responsible", "responsible", "id"),
)

dispute = Table(
    "dispute",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("raised_on", Date, nullable=False),
    Column("note", Text, comment="The guardian's words; gone when the child is erased."),
    Column("settled_on", Date),
    Column("answer", Text, comment="The committee's words; gone when the child is erased."),
    CheckConstraint("settled_on >= raised_on", name="settled"),
    # The words are plain: they argue about a placement, no door asks for a name or a phone, and erasure empties them.
    comment="Disputes over a placement go to the expert committee (handbook §4).",
)

roll = Table(
    "school_roll",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), nullable=False, unique=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("school", Uuid, nullable=False),
    *code("stage", LicenceStage),
    Column("enrolled_on", Date, nullable=False),
)

iep = Table(
    "iep",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), nullable=False),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("school", Uuid, nullable=False),
    Column("term_from", Date, nullable=False),
    Column("term_until", Date, nullable=False),
    Column("goals", Integer, nullable=False),
    Column("resource_room", Boolean, nullable=False),
    Column("reviewer", Uuid, nullable=False),
    Column("agreed_on", Date, nullable=False),
    Column("words", JSONB, comment="Goals, accommodations, services; they stay here and go when the child is erased."),
    Index("uq_iep_term", "placement_id", "term_from", unique=True),
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
    Column("starts_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
    Column("said_by", Uuid, nullable=False, comment="Fact that says so: the record, or its last correction."),
    CheckConstraint("ends_at > starts_at", name="times"),
    Index("ix_attendance_placement", "placement_id", "day"),
)

visit = Table(
    "home_visit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    Column("placement_id", ForeignKey("placement.id"), nullable=False),
    Column("school", Uuid, nullable=False),
    Column("teacher", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("class_hours", Integer, nullable=False),
    Column("said_by", Uuid, nullable=False, comment="Fact that says so: the record, or its last correction."),
    CheckConstraint("ends_at > starts_at AND class_hours > 0", name="length"),
    Index("ix_home_visit_case", "case_id", "day"),
    Index("ix_home_visit_placement", "placement_id", "day"),
)

gap = Table(
    "attendance_gap",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("placement_id", ForeignKey("placement.id"), nullable=False),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    *code("kind", GapKind),
    Column("since", Date, nullable=False),
    Column("detected_on", Date, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("closed_on", Date, comment="Day on which the child came again, or caught up."),
    # A gap is noticed once, also when it was closed meanwhile.
    Index("uq_attendance_gap", "placement_id", "kind", "since", unique=True),
)

watched_until = Table(
    "watched_until",
    metadata,
    Column("clock", Text, primary_key=True),
    Column("day", Date, nullable=False),
    comment="Up to which day the daily watch has looked; the row is the lock that lets one replica look.",
)

licence = Table(
    "education_licence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("county", Text, nullable=False, index=True),
    *code("stage", LicenceStage),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("partner_school", Uuid, nullable=False),
    Column("teachers", ARRAY(Uuid), nullable=False, comment="Teachers of the institution, as opaque ids."),
    CheckConstraint("valid_until >= valid_from", name="period"),
)

school = Table(
    "school",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("county", Text, nullable=False, index=True),
    Column("room_opened_on", Date, comment="First day of its resource room (资源教室); absent while it has none."),
    comment="Schools that keep the roll of a child, or have a resource room, with the county that they stand in.",
)
