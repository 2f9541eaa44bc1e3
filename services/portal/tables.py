"""The portal's own database: who is signed in, what they prefer, drafts and files that are being taken over.

Nothing of a child stands in the open.
"""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Table, Text, Uuid

from shared.journal.tables import Moment, new_metadata

metadata = new_metadata()

login = Table(
    "login",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person", Uuid, nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("older_digest", LargeBinary, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("access_until", Moment, nullable=False),
    Column("rotated_at", Moment, nullable=False),
    Column("begun_at", Moment, nullable=False),
    CheckConstraint("octet_length(digest) = 32", name="sha256"),
    comment="Logins of browsers; tokens are sealed under a key outside the database.",
)

preference = Table(
    "preference",
    metadata,
    Column("person", Uuid, primary_key=True),
    Column("language", Text, nullable=False),
    Column("density", Text, nullable=False),
    CheckConstraint("language IN ('zh', 'en')", name="language"),
    CheckConstraint("density IN ('roomy', 'compact')", name="density"),
)

draft = Table(
    "draft",
    metadata,
    Column("person", Uuid, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("saved_at", Moment, nullable=False, index=True),
    comment="What somebody typed and did not send yet; sealed, for it names children.",
)

upload = Table(
    "upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person", Uuid, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("taking", Boolean, nullable=False),
    Column("saved_at", Moment, nullable=False, index=True),
    CheckConstraint("kind IN ('children', 'sessions')", name="kind"),
    comment="Files that somebody takes over; name and headings are sealed.",
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload", Uuid, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("checked", Boolean, nullable=False),
    Column("taken", Integer),
    Column("sealed", LargeBinary, nullable=False),
    comment="Lines of a file that go together, sealed; a line that was taken over is not kept.",
)
