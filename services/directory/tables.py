"""The directory's own database: organisations, accounts, clients, and the audit of all that is done here. No child."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from shared.contracts.codes import OrgType
from shared.journal.tables import Moment, new_metadata

metadata = new_metadata()

KEPT = ", ".join(repr(kind.value) for kind in OrgType if kind is not OrgType.SERVICE)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("org_type", Text, nullable=False),
    # Digits in the order of bytes, so that the index finds a prefix.
    Column("region", Text(collation="C"), nullable=False),
    Column("credit_code", Text, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment),
    CheckConstraint("length(name) BETWEEN 1 AND 120", name="name"),
    # Tongkang's services act under fixed ids and are no rows here.
    CheckConstraint(f"org_type IN ({KEPT})", name="org_type"),
    CheckConstraint("region ~ '^([0-9]{2}){1,3}$'", name="region"),
    CheckConstraint("length(credit_code) = 18", name="credit_code"),
    # The same clerk's second attempt would make the same organisation twice.
    Index("uq_organisation_open", "region", "name", unique=True, postgresql_where=text("closed_at IS NULL")),
    Index("ix_organisation_list", "region", "id"),
)

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("user_name", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_is_initial", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    CheckConstraint("cardinality(roles) > 0", name="roles"),
    CheckConstraint("password_hash LIKE '$argon2id$%'", name="argon2id"),
    CheckConstraint("user_name ~ '^[a-z0-9][a-z0-9._-]{2,63}$'", name="user_name"),
    Index("ix_account_organisation", "organisation_id", "id"),
    comment="People who work with the system; a user name is never given to a second person.",
)

api_client = Table(
    "api_client",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    CheckConstraint("cardinality(roles) > 0", name="roles"),
    Index("ix_api_client_organisation", "organisation_id", "id"),
)

client_secret = Table(
    "client_secret",
    metadata,
    Column("client_id", ForeignKey("api_client.id"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("valid_until", Moment),
    CheckConstraint("octet_length(digest) = 32", name="sha256"),
    # One secret is current; others only wait for their end.
    Index("uq_client_secret_current", "client_id", unique=True, postgresql_where=text("valid_until IS NULL")),
)

login_tries = Table(
    "login_tries",
    metadata,
    Column("name_digest", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
    CheckConstraint("tries > 0", name="tries"),
    comment="Logins begun and not succeeded, by keyed digest of what was typed: it may be a password.",
)

kept_login = Table(
    "kept_login",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("service", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("begun_at", Moment, nullable=False),
    Column("used_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment),
    CheckConstraint("octet_length(digest) = 32", name="sha256"),
    comment="People who are signed in where a service of Tongkang keeps their login.",
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False, server_default=func.clock_timestamp()),
    Column("person", Uuid),
    Column("organisation", Uuid),
    Column("role", Text),
    Column("deed", Text, nullable=False),
    Column("object", Uuid, index=True),
    Column("reason", Text),
    Column("address", Text),
    Column("request_id", Uuid, nullable=False),
    comment="Append-only: who did what to which organisation, account or client; logins, and those refused.",
)
