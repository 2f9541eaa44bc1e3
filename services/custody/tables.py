"""Custody's own database (handbook §5). A child is a case, a birth date and a county.

Three tables hold words about people, `care_sheet`, `contact` and `incident_words`: each word is sealed under the
child's own key (`child_key`), only the house that took the child in reads them, and `child_erased` destroys both.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from services.custody.domain.going_out import Confirmation
from services.custody.domain.papers import ContactKind
from services.custody.domain.staff import CheckResult
from shared.contracts.events.custody import (
    CustodyEndReason,
    CustodyMode,
    IncidentKind,
    IncidentLevel,
    IncidentStep,
    LeaveType,
    SignOutKind,
)
from shared.journal.tables import Moment, new_metadata
from shared.stage import child_table, code

metadata = new_metadata()
child = child_table(metadata)

standing = Table(
    "standing",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("died_on", Date),
    Column("consent", Boolean, nullable=False, server_default=text("true")),
    Column("erased", Boolean, nullable=False, server_default=text("false")),
    Column("merged_into", Uuid, index=True),
    comment="What screening said of a child since: death, consent, erasure, the case under which it is shown.",
)

child_key = Table(
    "child_key",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column(
        "wrapped_key", LargeBinary, comment="Destroyed when the child is erased; the row stays, so that none follows."
    ),
    Column("wrapped_with", Text, comment="Name of the key outside the database."),
    CheckConstraint("(wrapped_key IS NULL) = (wrapped_with IS NULL)", name="wrapped"),
    comment="The key of each child under which custody's words about it are sealed.",
)

grading = Table(
    "grading",
    metadata,
    Column("certificate", Uuid, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("grade", Integer, comment="None from the day on which the certificate was cancelled."),
    CheckConstraint("grade BETWEEN 1 AND 4", name="grade"),
    comment="Grades of disability certificates, for the stricter ratio.",
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", Uuid, primary_key=True),
    # No foreign key: rehab's facts may arrive before screening's about the same child.
    Column("case_id", Uuid, nullable=False),
    Column("institution", Uuid, nullable=False),
    Column("started_on", Date, nullable=False),
    Index("ix_enrolment_institution", "institution", "id"),
    comment="Children in rehabilitation: whom the institutions that offer care may want to admit.",
)

house = Table(
    "house",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("county", Text, nullable=False, index=True),
    comment="Institutions that care for children; the row is the lock of all that is about their places.",
)

licence = Table(
    "licence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", ForeignKey("house.id"), nullable=False, index=True),
    Column("day_places", Integer, nullable=False),
    Column("boarding_places", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    CheckConstraint("valid_until >= valid_from", name="period"),
    CheckConstraint("day_places >= 0 AND boarding_places >= 0", name="places"),
)

carers = Table(
    "carers",
    metadata,
    Column("institution", ForeignKey("house.id"), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("by_day", Integer, nullable=False),
    Column("by_night", Integer, nullable=False),
    CheckConstraint("by_day >= 0 AND by_night >= 0", name="carers"),
)

staff_check = Table(
    "staff_check",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False),
    Column("person", Uuid, nullable=False),
    Column("county", Text, nullable=False),
    Column("checked_on", Date, nullable=False),
    *code("result", CheckResult),
    Index("ix_staff_check_person", "institution", "person", "checked_on"),
    Index("ix_staff_check_county", "county"),
    comment="Yearly background checks; of each person the last one counts.",
)

stay = Table(
    "custody_stay",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("county", Text, nullable=False, comment="Where the child lived when it came."),
    Column("institution", Uuid, nullable=False),
    *code("mode", CustodyMode),
    Column("admitted_on", Date, nullable=False),
    Column("until", Date),
    Column("ended_on", Date),
    *code("end_reason", CustodyEndReason, nullable=True),
    Column("inside", Boolean, nullable=False),
    Column("moved_at", Moment, nullable=False, comment="When the child last went in or out."),
    CheckConstraint("until >= admitted_on AND ended_on >= admitted_on", name="period"),
    CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
    # One child has one open stay at a time, whatever two institutions send at the same moment.
    Index("uq_custody_stay_open", "case_id", unique=True, postgresql_where=text("ended_on IS NULL")),
    Index("ix_custody_stay_institution", "institution", "id"),
    Index("ix_custody_stay_county", "county", "id"),
)

care_sheet = Table(
    "care_sheet",
    metadata,
    Column("stay_id", ForeignKey("custody_stay.id"), primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("contract_signed_on", Date),
    Column("health_checked_on", Date),
    Column("allergies", LargeBinary),
    Column("medication", LargeBinary),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("stay_id", ForeignKey("custody_stay.id"), nullable=False, index=True),
    Column("case_id", Uuid, nullable=False, index=True),
    *code("kind", ContactKind),
    Column("name", LargeBinary),
    Column("relation", LargeBinary),
    Column("phone", LargeBinary),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    comment="People of a child's lists; those for picking up are the only ones to whom it is handed.",
)

movement = Table(
    "movement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("stay_id", ForeignKey("custody_stay.id"), nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    Column("inside", Boolean, nullable=False),
    *code("kind", SignOutKind, nullable=True),
    Column("collector", Uuid),
    *code("confirmation", Confirmation, nullable=True),
    Column("person", Uuid, nullable=False, comment="Who stood at the door for the house."),
    CheckConstraint("inside = (kind IS NULL)", name="out_has_kind"),
    Index("ix_movement_stay_id", "stay_id", "id"),
)

leave = Table(
    "leave",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("stay_id", ForeignKey("custody_stay.id"), nullable=False),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("institution", Uuid, nullable=False),
    *code("kind", LeaveType),
    Column("collector", Uuid),
    Column("starts_at", Moment, nullable=False),
    Column("expected_back_at", Moment, nullable=False),
    Column("overdue_at", Moment, nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("expected_back_at > starts_at AND ended_at >= starts_at", name="period"),
    Index("uq_leave_open", "stay_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_leave_institution", "institution", "id"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("stay_id", ForeignKey("custody_stay.id"), nullable=False),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("institution", Uuid, nullable=False),
    *code("level", IncidentLevel),
    *code("kind", IncidentKind),
    Column("at", Moment, nullable=False),
    Column("noticed_at", Moment, nullable=False),
    Column("found_at", Moment, comment="When a missing child was found."),
    Column("report_fact", Uuid, nullable=False, comment="Fact that told of it, as it was corrected last."),
    Index("ix_incident_institution", "institution", "id"),
)

incident_words = Table(
    "incident_words",
    metadata,
    Column("incident_id", ForeignKey("incident.id"), primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("words", LargeBinary, nullable=False),
)

incident_step = Table(
    "incident_step",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    *code("step", IncidentStep),
    Column("due_at", Moment),
    Column("done_at", Moment),
    CheckConstraint("due_at IS NOT NULL OR done_at IS NOT NULL", name="due_or_done"),
    Index("uq_incident_step", "incident_id", "step", unique=True),
    Index("ix_incident_step_open", "due_at", "id", postgresql_where=text("done_at IS NULL")),
)
