"""What rules that cross children look at, and the findings themselves (handbook §3.7)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.timeline.domain.findings.standing import FindingState
from services.timeline.tables.common import metadata
from shared.contracts.events.timeline import ReviewDecision, Severity
from shared.journal.tables import Moment
from shared.stage import code

session_log = Table(
    "session_log",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("session", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("institution", Uuid, nullable=False),
    Column("attended", Boolean, nullable=False, comment="Whether the child came; a void session has nobody."),
    Column("therapist", Uuid, comment="Empty, as all that follows, in a row that voids the session."),
    Column("day", Date, comment="Day of its beginning, Asia/Shanghai."),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("slot", Uuid, comment="The same for all children of one group session: one interval of its therapist."),
    Column("wording", Text),
    Column("device", Uuid, comment="Device or login that confirmed it."),
    Index("ix_session_log_therapist", "therapist", "starts_at", "event_id"),
    Index("ix_session_log_wording", "wording", "institution", postgresql_where=text("wording IS NOT NULL")),
    Index("ix_session_log_device", "device", "case_id", postgresql_where=text("device IS NOT NULL")),
    comment="Every session as logged or corrected: the last row of a session is how it stands (handbook §3.7).",
)

place_taken = Table(
    "place_taken",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("reference", Uuid, primary_key=True, comment="Enrolment or stay."),
    Column("event_id", Uuid, nullable=False),
    Column("basis", Text, nullable=False, comment="As the participant's row says it."),
    Column("institution", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("at_most_until", Date, comment="First day on which it is over even if nobody ends it."),
    CheckConstraint("kind IN ('training', 'day', 'night')", name="kind"),
    Index("ix_place_taken_institution", "institution"),
    comment="Places that children take: in training, by day, or also by night (handbook §3.7 F22).",
)

certificate_grade = Table(
    "certificate_grade",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("event_id", Uuid, nullable=False, comment="Fact that gave, changed or ended the grade."),
    Column("certificate", Uuid, nullable=False),
    Column("since", Date, nullable=False),
    Column("grade", Integer, comment="Empty from the day of a cancellation on."),
    CheckConstraint("grade BETWEEN 1 AND 4", name="grade"),
    comment="How severe a disability is from which day on: carers look after fewer such children (handbook §5).",
)

finding = Table(
    "finding",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("finding", Uuid, primary_key=True, comment="Derived from rule, case, institution and occasion."),
    Column("rule", Text, nullable=False),
    Column("rule_version", Integer, nullable=False),
    *code("severity", Severity),
    Column("institution", Uuid),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("evidence", ARRAY(Uuid), nullable=False),
    *code("state", FindingState),
    Column("first_seen", Moment, nullable=False, comment="When it was raised for the first time."),
    Column("changed_at", Moment, nullable=False, comment="When the last fact about it was recorded."),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="Number of the fact that this row is the state after."),
    Index("ix_finding_finding", "finding", unique=True),
    Index("ix_finding_first_seen", "first_seen", "finding"),
    Index("ix_finding_institution", "institution", "first_seen", "finding"),
    comment="What rules flagged, after the timeline's own facts (handbook §3.7).",
    postgresql_with={"fillfactor": 70},
)

finding_review = Table(
    "finding_review",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("finding", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True, comment="Fact that says what was decided."),
    *code("decision", ReviewDecision),
    Column("reason", Text, comment="The reviewer's words; empty once the child is erased."),
    Column("reviewer", Uuid, nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("reviewed_at", Moment, nullable=False, server_default=func.now()),
    comment="Why a person decided so about a finding; words stay here and are in no fact (handbook §3.7).",
)

finding_ground = Table(
    "finding_ground",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("finding", Uuid, primary_key=True),
    Column("steps", JSONB, nullable=False, comment="What was compared with which limit."),
    comment="Grounds of the findings that stand on the facts as they are now, reviewed or not.",
)

finding_tie = Table(
    "finding_tie",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("tie", Uuid, primary_key=True, comment="What several cases have in common, by a name derived from it."),
    Index("ix_finding_tie_tie", "tie"),
    comment="By what findings of several cases hang together, so that all of them come to one verdict.",
)
