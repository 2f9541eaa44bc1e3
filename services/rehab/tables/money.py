"""Claims with their lines, findings that hold them, payments and what comes back (handbook §3.3 step 7, §3.7)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

from services.rehab.tables.common import metadata, words
from shared.contracts.events.rehab import LineVerdict, Payee, RecoveryReason, ReleaseReason
from shared.stage import code

ONCE = text("NOT on_paper AND verdict IS DISTINCT FROM 'rejected'")
"""Lines of which there is one for each service; what came on paper stands as it was claimed, twice too (F17)."""

claim = Table(
    "claim",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False),
    Column("county", Text, nullable=False, comment="County that pays."),
    Column("cycle_from", Date, nullable=False),
    Column("cycle_until", Date, nullable=False),
    Column("submitted_on", Date, nullable=False),
    Column("on_paper", Boolean, nullable=False),
    CheckConstraint("cycle_from <= cycle_until", name="cycle"),
    CheckConstraint("county ~ '^[0-9]{6}$'", name="county"),
    Index("ix_claim_county", "county", "id"),
    Index("ix_claim_institution", "institution", "id"),
)

payment = Table(
    "payment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("claim_id", ForeignKey("claim.id"), nullable=False, index=True),
    *code("payee", Payee),
    Column("amount", BigInteger, nullable=False, comment="fen"),
    Column("paid_on", Date, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
)

claim_line = Table(
    "claim_line",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("claim_id", ForeignKey("claim.id"), nullable=False),
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    Column("institution", Uuid, nullable=False),
    Column("county", Text, nullable=False, comment="County that pays."),
    Column("approval_id", ForeignKey("approval.id"), nullable=False),
    Column("enrolment_id", ForeignKey("enrolment.id")),
    Column("provision_id", Uuid, comment="Operation or fitting that is claimed."),
    Column("month", Date, nullable=False, comment="First day of the month of service."),
    Column("on_paper", Boolean, nullable=False),
    Column("sessions", Integer, nullable=False),
    Column("attended_days", Integer, nullable=False),
    Column("planned_days", Integer, nullable=False),
    Column("cost", BigInteger, comment="fen"),
    Column("insurance_paid", BigInteger, nullable=False, comment="fen"),
    Column("computed", BigInteger, nullable=False, comment="fen; what the records gave on the day of the claim"),
    Column("amount", BigInteger, nullable=False, comment="fen; what is claimed"),
    *code("verdict", LineVerdict, nullable=True),
    Column("granted", BigInteger, comment="fen; what the audit granted"),
    words("reason", "Why the audit reduced or rejected it; stays with the county and the centre."),
    Column("audited_on", Date),
    Column("payment_id", ForeignKey("payment.id")),
    Column("recovered", BigInteger, nullable=False, server_default=text("0"), comment="fen"),
    CheckConstraint("(enrolment_id IS NULL) <> (provision_id IS NULL)", name="one_ground"),
    CheckConstraint("0 < amount AND 0 <= computed AND 0 <= insurance_paid", name="amounts"),
    CheckConstraint("(verdict IS NULL) = (granted IS NULL) AND (verdict IS NULL) = (audited_on IS NULL)", name="audit"),
    CheckConstraint("granted BETWEEN 0 AND amount", name="granted"),
    # Only what an audit granted is paid, and no more comes back than was.
    CheckConstraint("payment_id IS NULL OR granted > 0", name="paid"),
    CheckConstraint("recovered = 0 OR payment_id IS NOT NULL AND recovered BETWEEN 0 AND granted", name="recovered"),
    CheckConstraint("extract(day FROM month) = 1", name="month"),
    Index("ix_claim_line_claim", "claim_id", "id"),
    Index("ix_claim_line_case", "case_id", "month"),
    Index("uq_claim_line_training", "enrolment_id", "month", unique=True, postgresql_where=ONCE),
    Index("uq_claim_line_provision", "provision_id", unique=True, postgresql_where=ONCE),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Uuid, primary_key=True),
    # No foreign key: a finding about a child may come before the child does.
    Column("case_id", Uuid, nullable=False, index=True),
    Column("institution", Uuid, comment="Institution that it concerns; none: all of them."),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    *code("freed", ReleaseReason, nullable=True),
    comment="Findings that hold money, as the timeline raised them; `freed` says why one no longer does.",
)

line_hold = Table(
    "line_hold",
    metadata,
    Column("line_id", ForeignKey("claim_line.id"), nullable=False),
    Column("finding_id", ForeignKey("finding.id"), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("released_on", Date),
    PrimaryKeyConstraint("line_id", "finding_id"),
    Index("ix_line_hold_finding_id", "finding_id"),
)

recovery = Table(
    "recovery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("payment_id", ForeignKey("payment.id"), nullable=False, index=True),
    Column("claim_id", ForeignKey("claim.id"), nullable=False, index=True),
    *code("reason", RecoveryReason),
    Column("demanded_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("recovered_on", Date),
    CheckConstraint("demanded_on <= due_on AND demanded_on <= recovered_on", name="days"),
)

recovery_line = Table(
    "recovery_line",
    metadata,
    Column("recovery_id", ForeignKey("recovery.id"), nullable=False),
    Column("line_id", ForeignKey("claim_line.id"), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False, comment="fen"),
    PrimaryKeyConstraint("recovery_id", "line_id"),
    CheckConstraint("amount > 0", name="amount"),
)
