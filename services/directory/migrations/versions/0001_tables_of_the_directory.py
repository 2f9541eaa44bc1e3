"""The first tables of the directory, with the journal's."""

import sqlalchemy as sa
from alembic import op

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
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("object", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        comment="Append-only: who did what to which organisation, account or client; logins, and those refused.",
    )
    op.create_index(op.f("ix_audit_object"), "audit", ["object"], unique=False)
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
    op.create_table(
        "login_tries",
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("tries > 0", name=op.f("ck_login_tries_tries")),
        sa.PrimaryKeyConstraint("name_digest", name=op.f("pk_login_tries")),
        comment="Logins begun and not succeeded, by keyed digest of what was typed: it may be a password.",
    )
    op.create_index(op.f("ix_login_tries_last_at"), "login_tries", ["last_at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("org_type", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(collation="C"), nullable=False),
        sa.Column("credit_code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "org_type IN ('clinic', 'mch', 'hospital', 'rehab_centre', 'school', 'care_home', 'federation', "
            "'education_authority', 'health_authority', 'auditor')",
            name=op.f("ck_organisation_org_type"),
        ),
        sa.CheckConstraint("region ~ '^([0-9]{2}){1,3}$'", name=op.f("ck_organisation_region")),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_organisation_credit_code")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 120", name=op.f("ck_organisation_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
    )
    op.create_index("ix_organisation_list", "organisation", ["region", "id"], unique=False)
    op.create_index(
        "uq_organisation_open",
        "organisation",
        ["region", "name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
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
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_is_initial", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name=op.f("ck_account_argon2id")),
        sa.CheckConstraint("user_name ~ '^[a-z0-9][a-z0-9._-]{2,63}$'", name=op.f("ck_account_user_name")),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_account_roles")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("user_name", name=op.f("uq_account_user_name")),
        comment="People who work with the system; a user name is never given to a second person.",
    )
    op.create_index("ix_account_organisation", "account", ["organisation_id", "id"], unique=False)
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_api_client_roles")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_api_client_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
    )
    op.create_index("ix_api_client_organisation", "api_client", ["organisation_id", "id"], unique=False)
    op.create_table(
        "client_secret",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_client_secret_sha256")),
        sa.ForeignKeyConstraint(["client_id"], ["api_client.id"], name=op.f("fk_client_secret_client_id")),
        sa.PrimaryKeyConstraint("client_id", "digest", name=op.f("pk_client_secret")),
    )
    op.create_index(
        "uq_client_secret_current",
        "client_secret",
        ["client_id"],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_client_secret_current", table_name="client_secret", postgresql_where=sa.text("valid_until IS NULL")
    )
    op.drop_table("client_secret")
    op.drop_index("ix_api_client_organisation", table_name="api_client")
    op.drop_table("api_client")
    op.drop_index("ix_account_organisation", table_name="account")
    op.drop_table("account")
    op.drop_table("stream_position")
    op.drop_table("relay_lease")
    op.drop_table("partition_account")
    op.drop_index("uq_parked_event_stream", table_name="parked_event", postgresql_where=sa.text("producer IS NOT NULL"))
    op.drop_index("uq_parked_event_offset", table_name="parked_event", postgresql_where=sa.text("producer IS NULL"))
    op.drop_table("parked_event")
    op.drop_index("ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("tries > 0"))
    op.drop_table("outbox")
    op.drop_index("uq_organisation_open", table_name="organisation", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_organisation_list", table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_login_tries_last_at"), table_name="login_tries")
    op.drop_table("login_tries")
    op.drop_table("idempotency")
    op.drop_table("event_log")
    op.drop_table("completeness")
    op.drop_table("case_stream")
    op.drop_index(op.f("ix_audit_object"), table_name="audit")
    op.drop_table("audit")
    op.drop_index("ix_access_log_case_id_at", table_name="access_log")
    op.drop_table("access_log")
