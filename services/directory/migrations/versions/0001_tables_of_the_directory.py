"""The first tables of the directory, with the journal's."""

import sqlalchemy as sa
from alembic import op

from shared.journal.revisions import create_journal, drop_journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_journal()
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
    op.create_table(
        "kept_login",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_kept_login_sha256")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_login_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_login")),
        sa.UniqueConstraint("digest", name=op.f("uq_kept_login_digest")),
        comment="People who are signed in where a service of Tongkang keeps their login.",
    )
    op.create_index(op.f("ix_kept_login_account_id"), "kept_login", ["account_id"], unique=False)
    op.create_index(op.f("ix_kept_login_used_at"), "kept_login", ["used_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_kept_login_used_at"), table_name="kept_login")
    op.drop_index(op.f("ix_kept_login_account_id"), table_name="kept_login")
    op.drop_table("kept_login")
    op.drop_index(
        "uq_client_secret_current", table_name="client_secret", postgresql_where=sa.text("valid_until IS NULL")
    )
    op.drop_table("client_secret")
    op.drop_index("ix_api_client_organisation", table_name="api_client")
    op.drop_table("api_client")
    op.drop_index("ix_account_organisation", table_name="account")
    op.drop_table("account")
    op.drop_index("uq_organisation_open", table_name="organisation", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_organisation_list", table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_login_tries_last_at"), table_name="login_tries")
    op.drop_table("login_tries")
    op.drop_index(op.f("ix_audit_object"), table_name="audit")
    op.drop_table("audit")
    drop_journal()
