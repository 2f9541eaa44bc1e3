"""The screening service's own database: the registry of children, and what was found about each (handbook §1)."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.screening.domain.referral import ReferralStatus
from shared.contracts.codes import RehabCategory, ScreeningCategory, Sex
from shared.contracts.events.screening import (
    DiagnosisOutcome,
    IdentifierKind,
    Instrument,
    ReferralStep,
    Regression,
    RejectionReason,
    RescreeningOutcome,
    ScreeningOutcome,
    ScreeningRound,
    SuspicionState,
    TracingOutcome,
)
from shared.journal.tables import Moment, new_metadata

metadata = new_metadata()


class Basis(StrEnum):
    """Why an organisation takes part in a case; derived from facts, never entered by hand (docs/access.md)."""

    REGISTERED = "registered"
    SCREENED = "screened"
    REFERRED = "referred"
    ENROLLED = "enrolled"
    PLACED = "placed"
    IN_CUSTODY = "in_custody"


def code(name: str, *, nullable: bool = False) -> Column[str]:
    """Return a column that holds a stable code of published facts; `codes` keeps it to them."""
    return Column(name, Text, nullable=nullable)


def codes(**columns: type[StrEnum]) -> Iterator[CheckConstraint]:
    """Return, for each column, the constraint that keeps it to its codes."""
    for name, kind in columns.items():
        listed = ", ".join(repr(one.value) for one in kind)
        yield CheckConstraint(f"{name} IN ({listed})", name=name)


def of_child(name: str = "case_id") -> Column[object]:
    """Return a column that names a registered child."""
    return Column(name, ForeignKey("child.case_id"), nullable=False)


def author() -> tuple[Column[object], Column[object], Column[object]]:
    """Return the columns that every record of an act carries: institution, named person, time of entry."""
    return (
        Column("organisation", Uuid, nullable=False),
        Column("person", Uuid, nullable=False),
        Column("recorded_at", Moment, nullable=False, server_default=func.now()),
    )


child = Table(
    "child",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    code("sex"),
    Column("birth_date", Date, nullable=False),
    Column("region", Text, nullable=False),
    code("identifier_kind"),
    *author(),
    Column("merged_into", ForeignKey("child.case_id")),
    Column("erased_at", Moment),
    *codes(sex=Sex, identifier_kind=IdentifierKind),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
    # A child is never merged into itself: following the chain must end.
    CheckConstraint("merged_into <> case_id", name="merged_into_another"),
    Index("ix_child_region", "region", "case_id", postgresql_ops={"region": "text_pattern_ops"}),
    comment="Children by their case; its row lock orders all acts on one child.",
    postgresql_with={"fillfactor": 70},
)

child_identity = Table(
    "child_identity",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("wrapped_key", LargeBinary),
    Column("wrapped_with", Text),
    Column("name", LargeBinary),
    Column("resident_number", LargeBinary),
    Column("birth_certificate", LargeBinary),
    Column("guardian_name", LargeBinary),
    Column("guardian_phone", LargeBinary),
    Column("guardian_resident_number", LargeBinary),
    Column("address", LargeBinary),
    # Erasure destroys the key and the name with it; half an identity would be neither.
    CheckConstraint("(wrapped_key IS NULL) = (name IS NULL)", name="whole_or_erased"),
    comment="Who the child is, encrypted under the child's own key; row-level security is the second wall.",
)

child_number = Table(
    "child_number",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("blind", LargeBinary, primary_key=True),
    of_child(),
    *codes(kind=IdentifierKind),
    CheckConstraint("octet_length(blind) = 32", name="hmac_sha256"),
    Index("ix_child_number_case_id", "case_id"),
    comment="Blind index of numbers: the primary key lets one of two clerks win who register a number at once.",
)

participant = Table(
    "participant",
    metadata,
    Column("organisation", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("basis", Text, primary_key=True),
    Column("source", Uuid, primary_key=True, comment="The referral, enrolment, placement or stay; else the case."),
    Column("since", Date, nullable=False),
    Column("until", Date, comment="First day on which this no longer gives sight of the child."),
    *codes(basis=Basis),
    Index("ix_participant_case_id", "case_id"),
    comment="Which organisation takes part in which case, and on what ground.",
)

screening = Table(
    "screening",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("category"),
    code("round"),
    code("instrument"),
    Column("screened_on", Date, nullable=False),
    code("outcome"),
    Column("positive_signs", ARRAY(Text), nullable=False),
    code("regression"),
    *author(),
    *codes(
        category=ScreeningCategory,
        round=ScreeningRound,
        instrument=Instrument,
        outcome=ScreeningOutcome,
        regression=Regression,
    ),
    Index("ix_screening_case_id", "case_id", "screened_on"),
)

suspicion = Table(
    "suspicion",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    # One suspicion per child and category: a new episode takes the row over once the old one is closed.
    Column("category", Text, primary_key=True),
    Column("episode", Integer, nullable=False),
    code("state"),
    Column("owner", Uuid, nullable=False),
    Column("first_screener", Uuid, nullable=False),
    Column("first_screener_person", Uuid, nullable=False),
    Column("opened_on", Date, nullable=False),
    code("origin", nullable=True),
    Column("recheck_due_on", Date),
    Column("trace_on", Date),
    Column("failed_traces", Integer, nullable=False),
    code("rehab_category", nullable=True),
    *codes(state=SuspicionState, origin=SuspicionState, rehab_category=RehabCategory, category=ScreeningCategory),
    CheckConstraint("episode >= 1", name="episode"),
    CheckConstraint("failed_traces >= 0", name="failed_traces"),
    # What ended must know where it came from, or it could never be taken up again.
    CheckConstraint("state NOT IN ('closed', 'lost_to_follow_up') OR origin IS NOT NULL", name="returnable"),
    CheckConstraint("state NOT IN ('confirmed', 'handed_over') OR rehab_category IS NOT NULL", name="confirmed_as"),
    Index("ix_suspicion_newest", "opened_on", "case_id", "category"),
    Index("ix_suspicion_owner", "owner", "opened_on", "case_id", "category"),
    postgresql_with={"fillfactor": 70},
)

referral = Table(
    "referral",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("category"),
    Column("episode", Integer, nullable=False),
    code("step"),
    Column("sender", Uuid, nullable=False),
    Column("receiver", Uuid, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("answer_by", Date, nullable=False),
    code("status"),
    Column("answered_on", Date),
    code("rejection_reason", nullable=True),
    *codes(category=ScreeningCategory, step=ReferralStep, status=ReferralStatus, rejection_reason=RejectionReason),
    CheckConstraint("answer_by >= issued_on", name="answer_after_issue"),
    CheckConstraint("(status IN ('accepted', 'rejected')) = (answered_on IS NOT NULL)", name="answered"),
    CheckConstraint("(status = 'rejected') = (rejection_reason IS NOT NULL)", name="rejected_with_reason"),
    # Ownership is clear only while at most one slip of a suspicion awaits its answer.
    Index("uq_referral_open", "case_id", "category", unique=True, postgresql_where=text("status = 'open'")),
    Index("ix_referral_case_id", "case_id", "issued_on"),
    Index("ix_referral_receiver", "receiver", "status", "issued_on", "id"),
    Index("ix_referral_sender", "sender", "status", "issued_on", "id"),
)

rescreening = Table(
    "rescreening",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("category"),
    Column("episode", Integer, nullable=False),
    Column("rescreened_on", Date, nullable=False),
    Column("instruments", ARRAY(Text), nullable=False),
    Column("concerns", ARRAY(Text), nullable=False),
    Column("scores", JSONB, nullable=False, comment="Answers and scores as given; item texts are nowhere."),
    code("outcome"),
    Column("recheck", Boolean, nullable=False),
    Column("clinician_alert", Boolean, nullable=False),
    *author(),
    *codes(category=ScreeningCategory, outcome=RescreeningOutcome),
    Index("ix_rescreening_case_id", "case_id", "rescreened_on"),
)

diagnosis = Table(
    "diagnosis",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("category"),
    Column("episode", Integer, nullable=False),
    Column("diagnosed_on", Date, nullable=False),
    code("outcome"),
    code("rehab_category", nullable=True),
    Column("cars", Numeric(3, 1)),
    Column("aid_disagrees", Boolean, nullable=False),
    Column("no_screening_record", Boolean, nullable=False),
    *author(),
    *codes(category=ScreeningCategory, outcome=DiagnosisOutcome, rehab_category=RehabCategory),
    CheckConstraint("(outcome = 'confirmed') = (rehab_category IS NOT NULL)", name="confirmed_as"),
    Index("ix_diagnosis_case_id", "case_id", "diagnosed_on"),
)

tracing = Table(
    "tracing",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("category"),
    Column("episode", Integer, nullable=False),
    Column("attempted_on", Date, nullable=False),
    code("outcome"),
    *author(),
    *codes(category=ScreeningCategory, outcome=TracingOutcome),
    Index("ix_tracing_case_id", "case_id", "attempted_on"),
)
