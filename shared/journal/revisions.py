"""The journal's tables as the first revision of every service makes them. Frozen: a change is a new pair of functions.

Each service's `versions/0001_*.py` calls these; a test holds the result equal to `shared.journal.tables`.
"""

import sqlalchemy as sa
from alembic import op


def create_journal() -> None:
    """Create the journal's tables of revision 0001."""
    op.create_table(
        "access_block",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False, comment="First transaction whose rows it covers."),
        sa.Column("until", sa.BigInteger(), nullable=False, comment="First transaction whose rows it covers no more."),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("since < until AND rows > 0", name=op.f("ck_access_block_not_empty")),
        sa.CheckConstraint(
            "octet_length(hash) = 32 AND octet_length(prev_hash) = 32", name=op.f("ck_access_block_sha256")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access_block")),
        comment="The log of reading, summed up block by block, chained and signed.",
    )
    op.create_table(
        "access_log",
        sa.Column(
            "txid", sa.BigInteger(), server_default=sa.text("pg_current_xact_id()::text::bigint"), nullable=False
        ),
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
        sa.PrimaryKeyConstraint("txid", "id", name=op.f("pk_access_log")),
        comment="Who read what of which child; written in the transaction of the answer, before it is sent.",
    )
    op.create_index("ix_access_log_case_id_at", "access_log", ["case_id", "at"], unique=False)
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
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False, postgresql_using="brin")
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


def drop_journal() -> None:
    """Drop the journal's tables of revision 0001."""
    op.drop_table("stream_position")
    op.drop_table("relay_lease")
    op.drop_table("partition_account")
    op.drop_index("uq_parked_event_stream", table_name="parked_event", postgresql_where=sa.text("producer IS NOT NULL"))
    op.drop_index("uq_parked_event_offset", table_name="parked_event", postgresql_where=sa.text("producer IS NULL"))
    op.drop_table("parked_event")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("tries > 0"))
    op.drop_table("outbox")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency", postgresql_using="brin")
    op.drop_table("idempotency")
    op.drop_table("event_log")
    op.drop_table("completeness")
    op.drop_table("case_stream")
    op.drop_index("ix_access_log_case_id_at", table_name="access_log")
    op.drop_table("access_log")
    op.drop_table("access_block")
