"""Custody's own database (handbook §5). No identity: a child is a case, a birth date and a county."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, Uuid, text

from shared.contracts.events.custody import CustodyEndReason, CustodyMode
from shared.journal.tables import new_metadata
from shared.stage import child_table, code

metadata = new_metadata()
child = child_table(metadata)

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

stay = Table(
    "custody_stay",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    Column("county", Text, nullable=False),
    Column("institution", Uuid, nullable=False),
    *code("mode", CustodyMode),
    Column("admitted_on", Date, nullable=False),
    Column("until", Date),
    Column("ended_on", Date),
    *code("end_reason", CustodyEndReason, nullable=True),
    CheckConstraint("until >= admitted_on AND ended_on >= admitted_on", name="period"),
    CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
    # One child has one open stay at a time, whatever two institutions send at the same moment.
    Index("uq_custody_stay_open", "case_id", unique=True, postgresql_where=text("ended_on IS NULL")),
    Index("ix_custody_stay_institution", "institution", "id"),
    Index("ix_custody_stay_county", "county", "id"),
)
