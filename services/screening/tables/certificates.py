"""Disability certificates and the applications that lead to them (handbook §2.2). No certificate number is kept."""

from sqlalchemy import ARRAY, CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.screening.domain.certificates import ApplicationStatus, RefusalReason
from services.screening.tables.common import author, code, codes, metadata, of_child
from shared.contracts.codes import DisabilityCategory
from shared.contracts.events.screening import CancellationReason

certificate = Table(
    "certificate",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("category"),
    Column("parts", ARRAY(Text), nullable=False),
    Column("grade", Integer, nullable=False),
    Column("county", Text, nullable=False),
    Column("reissue", Text),
    Column("issued_on", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("cancelled_on", Date),
    code("cancellation_reason", nullable=True),
    Column("reapply_from", Date),
    *author(),
    *codes(category=DisabilityCategory, cancellation_reason=CancellationReason),
    CheckConstraint("grade BETWEEN 1 AND 4", name="grade"),
    CheckConstraint("(category = 'multiple') = (cardinality(parts) > 1)", name="parts_of_a_multiple"),
    CheckConstraint(
        "(cancelled_on IS NULL) = (cancellation_reason IS NULL) AND (cancelled_on IS NULL) = (reapply_from IS NULL)",
        name="cancelled_whole",
    ),
    Index("ix_certificate_case_id", "case_id", "issued_on"),
)

certificate_application = Table(
    "certificate_application",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    Column("certificate", ForeignKey("certificate.id"), comment="To be regraded; none for a first one."),
    Column("hospital", Uuid, nullable=False),
    Column("applied_on", Date, nullable=False),
    code("status"),
    Column("graded_on", Date),
    Column("graded_by", Uuid),
    code("category", nullable=True),
    Column("parts", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("grade", Integer),
    Column("measurements", JSONB, comment="What the hospital measured; shown on the health side."),
    Column("notice_until", Date),
    Column("review_by", Date),
    Column("decided_on", Date),
    code("refusal_reason", nullable=True),
    *author(),
    *codes(status=ApplicationStatus, category=DisabilityCategory, refusal_reason=RefusalReason),
    CheckConstraint("(category IS NULL) = (grade IS NULL)", name="graded_whole"),
    CheckConstraint("status IN ('applied', 'refused') OR graded_on IS NOT NULL", name="graded"),
    CheckConstraint("(status = 'refused') = (refusal_reason IS NOT NULL)", name="refused_with_reason"),
    Index("ix_certificate_application_case_id", "case_id", "applied_on"),
    Index("ix_certificate_application_hospital", "hospital", "status", "applied_on", "id"),
    # One application of a child is on its way at a time.
    Index(
        "uq_certificate_application_open",
        "case_id",
        unique=True,
        postgresql_where=text("status IN ('applied', 'notice')"),
    ),
)
