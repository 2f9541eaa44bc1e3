"""What was found about each child: suspicions, referral slips and records of acts (handbook §1)."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.screening.domain.referral import ReferralStatus
from services.screening.tables.common import author, code, codes, metadata, of_child
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    DiagnosisOutcome,
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
