"""Tables of the journal, in every service's own database (README.md, producer side and consumer side)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = ("event_log", "access_log", "access_block", "audit")
"""Tables on which the application role may neither UPDATE nor DELETE."""

Moment = DateTime(timezone=True)


def new_metadata() -> MetaData:
    """Return metadata with the house's one naming convention and the journal's tables in it."""
    metadata = MetaData(naming_convention=NAMING)
    _producer(metadata)
    _consumer(metadata)
    _doors(metadata)
    return metadata


def _producer(metadata: MetaData) -> None:
    Table(
        "case_stream",
        metadata,
        Column("case_id", Uuid, primary_key=True),
        Column("epoch", Integer, nullable=False, server_default=text("1")),
        Column("last_seq", BigInteger, nullable=False),
        Column("head_hash", LargeBinary, nullable=False),
        CheckConstraint("last_seq >= 0", name="last_seq"),
        comment="Gapless sequence and hash head of each case; its row lock is held to commit.",
        postgresql_with={"fillfactor": 70},
    )
    Table(
        "event_log",
        metadata,
        Column("case_id", Uuid, primary_key=True),
        Column("epoch", Integer, primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("event_id", Uuid, nullable=False),
        Column("prev_hash", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("envelope", LargeBinary, nullable=False),
        Column("recorded_at", Moment, nullable=False),
        CheckConstraint("octet_length(hash) = 32 AND octet_length(prev_hash) = 32", name="sha256"),
        comment="The truth: append-only; the application role has no UPDATE or DELETE.",
    )
    Table(
        "outbox",
        metadata,
        # No sequence cache: ids of one case must rise in the order in which its row lock was held.
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("shard", SmallInteger, nullable=False),
        Column("case_id", Uuid, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("topic", Text, nullable=False),
        Column("next_try", Moment, nullable=False, server_default=func.now()),
        Column("tries", Integer, nullable=False, server_default=text("0")),
        Index("ix_outbox_waiting", "case_id", "next_try", postgresql_where=text("tries > 0")),
        comment="Pointers into event_log; deleted once the broker has acknowledged.",
        # Every row is deleted soon; without this the queue would bloat between two ordinary vacuums.
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 2000},
    )
    Table(
        "relay_lease",
        metadata,
        Column("shard", SmallInteger, primary_key=True),
        Column("owner", Uuid, nullable=False),
        Column("until", Moment, nullable=False),
    )


def _consumer(metadata: MetaData) -> None:
    Table(
        "stream_position",
        metadata,
        Column("producer", Text, primary_key=True),
        Column("case_id", Uuid, primary_key=True),
        Column("epoch", Integer, primary_key=True),
        Column("last_seq", BigInteger, nullable=False),
        Column("head_hash", LargeBinary, nullable=False),
        comment="How far each stream is applied; only last_seq + 1 is applied next.",
        postgresql_with={"fillfactor": 70},
    )
    Table(
        "parked_event",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("producer", Text),
        Column("case_id", Uuid),
        Column("epoch", Integer),
        Column("seq", BigInteger),
        Column("hash", LargeBinary),
        Column("reason", Text, nullable=False),
        Column("detail", Text),
        Column("envelope", LargeBinary),
        Column("key", LargeBinary),
        Column("topic", Text),
        Column("partition", Integer),
        Column("offset", BigInteger),
        Column("first_seen", Moment, nullable=False, server_default=func.now()),
        Column("tries", Integer, nullable=False, server_default=text("0")),
        # The same record comes again after every rebalance; it is parked once.
        Index(
            "uq_parked_event_stream",
            "producer",
            "case_id",
            "epoch",
            "seq",
            "hash",
            unique=True,
            postgresql_where=text("producer IS NOT NULL"),
        ),
        Index(
            "uq_parked_event_offset",
            "topic",
            "partition",
            "offset",
            unique=True,
            postgresql_where=text("producer IS NULL"),
        ),
        comment="Records that cannot be applied yet, or at all, with their raw bytes.",
    )
    Table(
        "partition_account",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("passed", BigInteger, nullable=False, server_default=text("0")),
        Column("applied", BigInteger, nullable=False, server_default=text("0")),
        Column("duplicate", BigInteger, nullable=False, server_default=text("0")),
        Column("parked", BigInteger, nullable=False, server_default=text("0")),
        Column("rejected", BigInteger, nullable=False, server_default=text("0")),
        comment="Accounting identity: offsets passed = applied + duplicate + parked + rejected.",
    )
    Table(
        "completeness",
        metadata,
        Column("producer", Text, primary_key=True),
        Column("complete_to", Moment),
        Column("checkpoint_at", Moment),
        Column("behind", Integer, nullable=False, server_default=text("0")),
        comment="Up to when all that a producer recorded is applied here, by its signed checkpoints.",
    )


def _doors(metadata: MetaData) -> None:
    Table(
        "idempotency",
        metadata,
        Column("person", Uuid, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("answer", LargeBinary, nullable=False),
        Column("created_at", Moment, nullable=False, server_default=func.now()),
        # Rows come in the order of their time: a summary of their pages finds the old ones and costs a write nothing.
        Index("ix_idempotency_created_at", "created_at", postgresql_using="brin"),
        comment="Answers already given, by caller and Idempotency-Key.",
    )
    Table(
        "access_log",
        metadata,
        # In the order of transactions, which end, unlike ids, for good: what is sealed is a range of them.
        Column("txid", BigInteger, primary_key=True, server_default=text("pg_current_xact_id()::text::bigint")),
        Column("id", BigInteger, Identity(always=True, cache=64), primary_key=True),
        Column("person", Uuid, nullable=False),
        Column("organisation", Uuid, nullable=False),
        Column("role", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("case_id", Uuid),
        Column("act", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("request_id", Uuid, nullable=False),
        Column("at", Moment, nullable=False, server_default=func.clock_timestamp()),
        Index("ix_access_log_case_id_at", "case_id", "at"),
        comment="Who read what of which child; written in the transaction of the answer, before it is sent.",
    )
    Table(
        "access_block",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("since", BigInteger, nullable=False, comment="First transaction whose rows it covers."),
        Column("until", BigInteger, nullable=False, comment="First transaction whose rows it covers no more."),
        Column("first_id", BigInteger, nullable=False),
        Column("last_id", BigInteger, nullable=False),
        Column("rows", Integer, nullable=False),
        Column("prev_hash", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("sealed_at", Moment, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        CheckConstraint("octet_length(hash) = 32 AND octet_length(prev_hash) = 32", name="sha256"),
        CheckConstraint("since < until AND rows > 0", name="not_empty"),
        comment="The log of reading, summed up block by block, chained and signed.",
    )
