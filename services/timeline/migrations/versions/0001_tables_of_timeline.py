"""tables of timeline.

Revision 0001 after .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, cache=64), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        comment="Who read what of which child; written in the transaction of the answer, before it is sent.",
    )
    op.create_index("ix_access_log_case_id_at", "access_log", ["case_id", "at"], unique=False)
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
        sa.Column("screening", sa.Integer(), nullable=False),
        sa.Column("rehab", sa.Integer(), nullable=False),
        sa.Column("education", sa.Integer(), nullable=False),
        sa.Column("custody", sa.Integer(), nullable=False),
        sa.Column("timeline", sa.Integer(), nullable=False),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f("ck_case_file_sex")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_file")),
        comment="One row per case: what lists and heads show; entries are counted by producer.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_case_file_county", "case_file", ["county", "last_at", "case_id"], unique=False)
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
        "case_stream",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("last_seq >= 0", name=op.f("ck_case_stream_last_seq")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_stream")),
        comment="Gapless sequence and hash head of each case; its row lock is held to commit.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "completeness",
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("complete_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checkpoint_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("behind", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("producer", name=op.f("pk_completeness")),
        comment="Up to when all that a producer recorded is applied here, by its signed checkpoints.",
    )
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
        "event_log",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(hash) = 32 AND octet_length(prev_hash) = 32", name=op.f("ck_event_log_sha256")
        ),
        sa.PrimaryKeyConstraint("case_id", "epoch", "seq", name=op.f("pk_event_log")),
        comment="The truth: append-only; the application role has no UPDATE or DELETE.",
    )
    op.create_table(
        "idempotency",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("person", "key", name=op.f("pk_idempotency")),
        comment="Answers already given, by caller and Idempotency-Key.",
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
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        comment="Pointers into event_log; deleted once the broker has acknowledged.",
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 2000},
    )
    op.create_index(
        "ix_outbox_waiting", "outbox", ["case_id", "next_try"], unique=False, postgresql_where=sa.text("tries > 0")
    )
    op.create_table(
        "parked_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("producer", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("partition", sa.Integer(), nullable=True),
        sa.Column("offset", sa.BigInteger(), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_event")),
        comment="Records that cannot be applied yet, or at all, with their raw bytes.",
    )
    op.create_index(
        "uq_parked_event_offset",
        "parked_event",
        ["topic", "partition", "offset"],
        unique=True,
        postgresql_where=sa.text("producer IS NULL"),
    )
    op.create_index(
        "uq_parked_event_stream",
        "parked_event",
        ["producer", "case_id", "epoch", "seq", "hash"],
        unique=True,
        postgresql_where=sa.text("producer IS NOT NULL"),
    )
    op.create_table(
        "partition_account",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("passed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("applied", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("parked", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_partition_account")),
        comment="Accounting identity: offsets passed = applied + duplicate + parked + rejected.",
    )
    op.create_table(
        "relay_lease",
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_relay_lease")),
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
        "stream_position",
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("producer", "case_id", "epoch", name=op.f("pk_stream_position")),
        comment="How far each stream is applied; only last_seq + 1 is applied next.",
        postgresql_with={"fillfactor": 70},
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
                   attended_session, school_day, licence;
          DELETE FROM parked_event WHERE reason IN ('gap', 'poison', 'broken-chain');
          DELETE FROM completeness;
        $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION empty_projections()")
    op.drop_table("waiver")
    op.drop_table("suspicion_step")
    op.drop_table("stream_position")
    op.drop_table("school_day")
    op.drop_table("relay_lease")
    op.drop_table("partition_account")
    op.drop_index("uq_parked_event_stream", table_name="parked_event", postgresql_where=sa.text("producer IS NOT NULL"))
    op.drop_index("uq_parked_event_offset", table_name="parked_event", postgresql_where=sa.text("producer IS NULL"))
    op.drop_table("parked_event")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("tries > 0"))
    op.drop_table("outbox")
    op.drop_table("licence")
    op.drop_table("idempotency")
    op.drop_table("event_log")
    op.drop_table("entry")
    op.drop_table("county")
    op.drop_table("correction")
    op.drop_table("completeness")
    op.drop_table("case_stream")
    op.drop_index("ix_case_participant_organisation", table_name="case_participant")
    op.drop_table("case_participant")
    op.drop_index("ix_case_file_county", table_name="case_file")
    op.drop_table("case_file")
    op.drop_table("attended_session")
    op.drop_table("approval")
    op.drop_index("ix_access_log_case_id_at", table_name="access_log")
    op.drop_table("access_log")
