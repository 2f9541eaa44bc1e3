"""tables of timeline.

Revision 0001 after .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.access.second_wall import Told, heard
from shared.journal.revisions import create_journal, drop_journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The second wall (docs/access.md). The head of a case says who may see it. Entries are shown of one open file at a
# time: whether its head is seen is asked once, not row by row; what was once told to be the same child stands in the
# file of those days, for whoever may see that child itself. What hangs on many cases in one question asks for the
# head of each by the primary key: a scalar subquery, because the planner would rather gather all heads for an EXISTS.
# Only the projector writes (no policy lets the application role), and the owner, who only migrates, passes.
SECOND_WALL = (
    f"""
    CREATE POLICY reading ON case_file FOR SELECT USING (
        starts_with(county, {heard(Told.REGION)}) OR EXISTS (
            SELECT FROM case_participant p
            WHERE p.case_id = ANY(ARRAY(
                SELECT s.other FROM same_child s WHERE s.case_id = case_file.case_id) || case_file.case_id)
            AND p.organisation = {heard(Told.ORGANISATION, "uuid")}
            AND (p.until IS NULL OR p.until > {heard(Told.TODAY, "date")})
        )
    )
    """,
    # The two tables ask each other; one of them through a function, or PostgreSQL would see no end to it.
    """
    CREATE FUNCTION case_is_readable(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (SELECT FROM case_file WHERE case_id = wanted)
            OR EXISTS (SELECT FROM same_child s JOIN case_file f ON f.case_id = s.other WHERE s.case_id = wanted)
    $$
    """,
    f"""
    CREATE POLICY reading ON case_participant FOR SELECT USING (
        organisation = {heard(Told.ORGANISATION, "uuid")} OR case_is_readable(case_id)
    )
    """,
    # Read by a page for each of its entries, found as a rule by none.
    "CREATE POLICY reading ON correction FOR SELECT USING (case_is_readable(case_id))",
    f"""
    CREATE POLICY reading ON entry FOR SELECT USING (
        case_id = ANY(ARRAY(
            SELECT f.case_id FROM case_file f WHERE f.case_id = {heard(Told.CASE, "uuid")}
            UNION ALL
            SELECT s.other FROM case_file f JOIN same_child s ON s.case_id = f.case_id
            WHERE f.case_id = {heard(Told.CASE, "uuid")}
            UNION ALL
            SELECT f.case_id FROM same_child_told t JOIN case_file f ON f.case_id = t.other
            WHERE t.case_id = {heard(Told.CASE, "uuid")}
        ))
    )
    """,
    # The old county keeps this row and sees no more of the child; the new one sees where it came from.
    f"""
    CREATE POLICY reading ON residence_move FOR SELECT USING (
        starts_with(previous, {heard(Told.REGION)}) OR starts_with(region, {heard(Told.REGION)})
    )
    """,
)
HANG_ON_A_CASE = (
    "suspicion_step",
    "approval",
    "attended_session",
    "school_day",
    "counted_fact",
    "duty",
    "session_log",
    "place_taken",
    "certificate_grade",
    "finding",
    "finding_review",
    "finding_ground",
    "finding_tie",
)
WALLED = ("case_file", "case_participant", "entry", "correction", "residence_move", *HANG_ON_A_CASE)
ASK_FOR_THE_HEAD = """
    CREATE POLICY reading ON {table} FOR SELECT USING (
        (SELECT true FROM case_file f WHERE f.case_id = {table}.case_id)
    )
"""


def upgrade() -> None:
    create_journal()
    op.create_table(
        "approval",
        sa.Column("approval", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="Last day, itself included."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("approval", name=op.f("pk_approval")),
        comment="Approvals of assistance and the time for which they hold.",
    )
    op.create_table(
        "attended_session",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "day", "event_id", name=op.f("pk_attended_session")),
        comment="Sessions to which the child came, as recorded or as a correction put it.",
    )
    op.create_table(
        "case_clock",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "next_look_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When something falls due, computed from facts only.",
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_clock")),
        comment="Cases that are assessed again at a time though nothing happens.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_case_clock_next_look_at", "case_clock", ["next_look_at"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "county", sa.Text(), nullable=True, comment="County of residence; empty until the registration has come."
        ),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column(
            "states",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="State of the suspicion per screening category (handbook §1.5).",
        ),
        sa.Column("stage", sa.SmallInteger(), nullable=False, comment="Furthest stage reached, as its rank."),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False, comment="When the latest fact was recorded."),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column(
            "masked",
            sa.Boolean(),
            nullable=True,
            comment="Consent to share is withdrawn; empty while nobody said anything about it.",
        ),
        sa.Column(
            "erased",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="The child's identity is destroyed.",
        ),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f("ck_case_file_sex")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_file")),
        comment="One row per case: what lists and heads show.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_case_file_county", "case_file", ["county", "last_at", "case_id"], unique=False)
    op.create_index("ix_case_file_last_at", "case_file", ["last_at", "case_id"], unique=False)
    op.create_table(
        "case_participant",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column(
            "reference", sa.Uuid(), nullable=False, comment="Referral, enrolment, placement or stay; else the case."
        ),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True, comment="First day on which it no longer holds."),
        sa.Column("under", sa.Uuid(), nullable=True, comment="Approval under which an enrolment runs."),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False, comment="When its beginning was recorded."),
        sa.Column("end_known_at", sa.DateTime(timezone=True), nullable=True, comment="When its end was recorded."),
        sa.CheckConstraint(
            "basis IN ('registered', 'screened', 'referred', 'enrolled', 'placed', 'admitted')",
            name=op.f("ck_case_participant_basis"),
        ),
        sa.PrimaryKeyConstraint("case_id", "basis", "reference", "organisation", name=op.f("pk_case_participant")),
        comment="Which organisation takes part in which case, derived from facts, never entered by hand.",
    )
    op.create_index("ix_case_participant_organisation", "case_participant", ["organisation", "case_id"], unique=False)
    op.create_table(
        "correction",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("corrected", sa.Uuid(), nullable=False, comment="Fact that no longer holds."),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="Fact that says so."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "corrected", "event_id", name=op.f("pk_correction")),
        comment="Which fact corrects which; nothing else is ever changed by a correction (handbook §0 rule 4).",
    )
    op.create_table(
        "county",
        sa.Column("region", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_county")),
        comment="Counties in which a case is known, so that a city's or province's list visits each of them.",
    )
    op.create_table(
        "counted_fact",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=False, comment="Claim, placement, operation or fitting."),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="Fen, or class hours."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('home_teaching', 'device', 'surgery', 'claim', 'payment')", name=op.f("ck_counted_fact_kind")
        ),
        sa.PrimaryKeyConstraint("case_id", "kind", "day", "event_id", name=op.f("pk_counted_fact")),
        comment="Facts that a figure counts by their day.",
    )
    op.create_index("ix_counted_fact_kind", "counted_fact", ["kind", "day", "case_id"], unique=False)
    op.create_table(
        "residence_move",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "moved_on", "event_id", name=op.f("pk_residence_move")),
        comment="Where a child lived before: what the old county still sees of it is this row.",
    )
    op.create_index("ix_residence_move_previous", "residence_move", ["previous", "moved_on", "case_id"], unique=False)
    op.create_table(
        "same_child",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other", sa.Uuid(), nullable=False),
        sa.Column("survives", sa.Boolean(), nullable=False, comment="Whether the child is shown under `case_id`."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "other", name=op.f("pk_same_child")),
        comment="Two cases that are one child, a row for each of the two; the history of both stays where it is.",
    )
    op.create_index("ix_same_child_other", "same_child", ["other"], unique=False)
    op.create_table(
        "same_child_told",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.Uuid(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False, comment="One child from then on, or two again."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "epoch", "seq", name=op.f("pk_same_child_told")),
        comment=(
            "Every word on whether two cases are one child: the file as it was known on a day has those of that day."
        ),
    )
    op.create_table(
        "dirty_case",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False, comment="Rises with every batch that touches the case."),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="Since when it waits."),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False, comment="When it was touched last."),
        sa.Column(
            "claimed_mark",
            sa.BigInteger(),
            nullable=True,
            comment="Mark under which a process assesses it; a new mark voids the claim.",
        ),
        sa.Column(
            "claimed_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the claim of a process that died is over.",
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_dirty_case")),
        comment="Cases that facts touched since they were last assessed (handbook §3.7: late facts re-evaluate).",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_dirty_case_since", "dirty_case", ["since"], unique=False)
    op.create_table(
        "dirty_institution",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dirty_institution")),
        comment="Institutions about which facts came: their children are marked next.",
    )
    op.create_table(
        "duty",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.Uuid(), nullable=False, comment="Derived from rule and opening fact."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Row of the table of duties."),
        sa.Column("owner", sa.Uuid(), nullable=True, comment="Organisation that owes it, where one is known."),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=True, comment="County in whose lists it stands."),
        sa.Column("opened_by", sa.Uuid(), nullable=False, comment="Fact that opened it."),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "from_day", sa.Date(), nullable=True, comment="Day from which the due time is counted; else the moment."
        ),
        sa.Column("from_moment", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at_least_from", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="How it ended; open while empty."),
        sa.Column("met_by", sa.Uuid(), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fell_away",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether by what is known now it never was a duty.",
        ),
        sa.Column("level", sa.Text(), nullable=True, comment="To whom it is shown since it was missed."),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column(
            "seq", sa.BigInteger(), nullable=False, comment="Number of the fact that this row is the state after."
        ),
        sa.CheckConstraint("level IN ('county', 'city', 'province')", name=op.f("ck_duty_level")),
        sa.CheckConstraint("outcome IN ('in_time', 'late', 'void')", name=op.f("ck_duty_outcome")),
        sa.PrimaryKeyConstraint("case_id", "duty", name=op.f("pk_duty")),
        comment="What somebody owes a child by a time, after the timeline's own facts (handbook §1.4, §3.3, §4, §5).",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_duty_county",
        "duty",
        ["county", "due_at", "duty"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index(
        "ix_duty_owner",
        "duty",
        ["owner", "due_at", "duty"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "entry",
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="The case, or the institution of a fact about one."),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False, comment="Organisation that recorded the fact."),
        sa.Column(
            "institution",
            sa.Uuid(),
            nullable=True,
            comment="Institution that the fact concerns, where it concerns one.",
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "envelope", sa.LargeBinary(), nullable=False, comment="The published bytes; parsed by whoever reads them."
        ),
        sa.PrimaryKeyConstraint("case_id", "occurred_at", "event_id", name=op.f("pk_entry")),
        comment="The timeline: one row per applied fact.",
    )
    op.create_table(
        "finding",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("finding", sa.Uuid(), nullable=False, comment="Derived from rule, case, institution and occasion."),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "first_seen", sa.DateTime(timezone=True), nullable=False, comment="When it was raised for the first time."
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the last fact about it was recorded.",
        ),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column(
            "seq", sa.BigInteger(), nullable=False, comment="Number of the fact that this row is the state after."
        ),
        sa.CheckConstraint("severity IN ('hold', 'review', 'note')", name=op.f("ck_finding_severity")),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'explained', 'data_error', 'facts_changed')", name=op.f("ck_finding_state")
        ),
        sa.PrimaryKeyConstraint("case_id", "finding", name=op.f("pk_finding")),
        comment="What rules flagged, after the timeline's own facts (handbook §3.7).",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_finding_finding", "finding", ["finding"], unique=True)
    op.create_index("ix_finding_first_seen", "finding", ["first_seen", "finding"], unique=False)
    op.create_index("ix_finding_institution", "finding", ["institution", "first_seen", "finding"], unique=False)
    op.create_table(
        "finding_ground",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("finding", sa.Uuid(), nullable=False),
        sa.Column(
            "steps",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What was compared with which limit.",
        ),
        sa.PrimaryKeyConstraint("case_id", "finding", name=op.f("pk_finding_ground")),
        comment="Grounds of the findings that stand on the facts as they are now, reviewed or not.",
    )
    op.create_table(
        "finding_review",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("finding", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="Fact that says what was decided."),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="The reviewer's words; empty once the child is erased."),
        sa.Column("reviewer", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "decision IN ('confirmed', 'explained', 'data_error')", name=op.f("ck_finding_review_decision")
        ),
        sa.PrimaryKeyConstraint("case_id", "finding", "event_id", name=op.f("pk_finding_review")),
        comment="Why a person decided so about a finding; words stay here and are in no fact (handbook §3.7).",
    )
    op.create_table(
        "finding_tie",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tie", sa.Uuid(), nullable=False, comment="What several cases have in common, by a name derived from it."
        ),
        sa.PrimaryKeyConstraint("case_id", "tie", name=op.f("pk_finding_tie")),
        comment="By what findings of several cases hang together, so that all of them come to one verdict.",
    )
    op.create_index("ix_finding_tie_tie", "finding_tie", ["tie"], unique=False)
    op.create_table(
        "place_taken",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=False, comment="Enrolment or stay."),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False, comment="As the participant's row says it."),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column(
            "at_most_until", sa.Date(), nullable=True, comment="First day on which it is over even if nobody ends it."
        ),
        sa.CheckConstraint("kind IN ('training', 'day', 'night')", name=op.f("ck_place_taken_kind")),
        sa.PrimaryKeyConstraint("case_id", "reference", name=op.f("pk_place_taken")),
        comment="Places that children take: in training, by day, or also by night (handbook §3.7 F22).",
    )
    op.create_index("ix_place_taken_institution", "place_taken", ["institution"], unique=False)
    op.create_table(
        "certificate_grade",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="Fact that gave, changed or ended the grade."),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True, comment="Empty from the day of a cancellation on."),
        sa.CheckConstraint("grade BETWEEN 1 AND 4", name=op.f("ck_certificate_grade_grade")),
        sa.PrimaryKeyConstraint("case_id", "epoch", "seq", name=op.f("pk_certificate_grade")),
        comment="How severe a disability is from which day on: carers look after fewer such children (handbook §5).",
    )
    op.create_table(
        "session_log",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column(
            "attended", sa.Boolean(), nullable=False, comment="Whether the child came; a void session has nobody."
        ),
        sa.Column(
            "therapist",
            sa.Uuid(),
            nullable=True,
            comment="Empty, as all that follows, in a row that voids the session.",
        ),
        sa.Column("day", sa.Date(), nullable=True, comment="Day of its beginning, Asia/Shanghai."),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "slot",
            sa.Uuid(),
            nullable=True,
            comment="The same for all children of one group session: one interval of its therapist.",
        ),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("device", sa.Uuid(), nullable=True, comment="Device or login that confirmed it."),
        sa.PrimaryKeyConstraint("case_id", "session", "epoch", "seq", name=op.f("pk_session_log")),
        comment="Every session as logged or corrected: the last row of a session is how it stands (handbook §3.7).",
    )
    op.create_index(
        "ix_session_log_device",
        "session_log",
        ["device", "case_id"],
        unique=False,
        postgresql_where=sa.text("device IS NOT NULL"),
    )
    op.create_index("ix_session_log_therapist", "session_log", ["therapist", "starts_at", "event_id"], unique=False)
    op.create_index(
        "ix_session_log_wording",
        "session_log",
        ["wording", "institution"],
        unique=False,
        postgresql_where=sa.text("wording IS NOT NULL"),
    )
    op.create_table(
        "licence",
        sa.Column("licence", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False, comment="Last day, itself included."),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("licence", name=op.f("pk_licence")),
        comment="Education licences of rehabilitation institutions.",
    )
    op.create_table(
        "school_day",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "day", "event_id", name=op.f("pk_school_day")),
        comment="School days on which the child was present.",
    )
    op.create_table(
        "suspicion_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False, comment="Closed as entered in error or as a duplicate."),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "epoch", "seq", name=op.f("pk_suspicion_step")),
        comment="Every state that a suspicion entered, with its day.",
    )
    op.create_table(
        "waiver",
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('content_invalid', 'chain_broken', 'recorded_anew')", name=op.f("ck_waiver_reason")
        ),
        sa.CheckConstraint("(agreed_by IS NULL) = (agreed_at IS NULL)", name=op.f("ck_waiver_agreed")),
        sa.CheckConstraint("agreed_by <> asked_by", name=op.f("ck_waiver_two_persons")),
        sa.PrimaryKeyConstraint("producer", "case_id", "epoch", "seq", "hash", name=op.f("pk_waiver")),
        comment="Facts that two persons decided to step over; a rebuild steps over them again.",
    )

    # The application role owns no table and so cannot truncate; this lets it empty the projections, and only those.
    # The positions come first: whoever applies facts takes them first too, so the two wait in line.
    op.execute("""
        CREATE FUNCTION empty_projections() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
          TRUNCATE stream_position, entry, correction, case_file, county, case_participant, suspicion_step, approval,
                   attended_session, school_day, licence, same_child, same_child_told, residence_move, counted_fact,
                   duty, session_log, place_taken, certificate_grade, finding, finding_ground, finding_tie,
                   dirty_case, dirty_institution, case_clock;
          DELETE FROM parked_event WHERE reason IN ('gap', 'poison', 'broken-chain');
          DELETE FROM completeness;
        $$
    """)
    for statement in SECOND_WALL:
        op.execute(statement)
    for table in HANG_ON_A_CASE:
        op.execute(ASK_FOR_THE_HEAD.format(table=table))
    for table in WALLED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    # Policies look into tables that are dropped before their own.
    for table in WALLED:
        op.execute(f"DROP POLICY reading ON {table}")
    op.execute("DROP FUNCTION case_is_readable(uuid)")
    op.execute("DROP FUNCTION empty_projections()")
    op.drop_table("session_log")
    op.drop_table("place_taken")
    op.drop_table("certificate_grade")
    op.drop_table("finding_tie")
    op.drop_table("finding_review")
    op.drop_table("finding_ground")
    op.drop_table("finding")
    op.drop_table("same_child_told")
    op.drop_table("same_child")
    op.drop_index("ix_residence_move_previous", table_name="residence_move")
    op.drop_table("residence_move")
    op.drop_index("ix_counted_fact_kind", table_name="counted_fact")
    op.drop_table("counted_fact")
    op.drop_table("waiver")
    op.drop_table("suspicion_step")
    op.drop_table("school_day")
    op.drop_table("licence")
    op.drop_table("entry")
    op.drop_table("duty")
    op.drop_table("dirty_institution")
    op.drop_table("dirty_case")
    op.drop_table("county")
    op.drop_table("correction")
    op.drop_index("ix_case_participant_organisation", table_name="case_participant")
    op.drop_table("case_participant")
    op.drop_index("ix_case_file_last_at", table_name="case_file")
    op.drop_index("ix_case_file_county", table_name="case_file")
    op.drop_table("case_file")
    op.drop_table("case_clock")
    op.drop_table("attended_session")
    op.drop_table("approval")
    drop_journal()
