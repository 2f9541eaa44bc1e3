"""The first tables of the portal, with the journal's."""

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
        "login",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("older_digest", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(digest) = 32", name=op.f("ck_login_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("digest", name=op.f("uq_login_digest")),
        sa.UniqueConstraint("older_digest", name=op.f("uq_login_older_digest")),
        comment="Logins of browsers; tokens are sealed under a key outside the database.",
    )
    op.create_index(op.f("ix_login_person"), "login", ["person"], unique=False)
    op.create_table(
        "preference",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("density", sa.Text(), nullable=False),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_preference_language")),
        sa.CheckConstraint("density IN ('roomy', 'compact')", name=op.f("ck_preference_density")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_preference")),
    )
    op.create_table(
        "draft",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "form", name=op.f("pk_draft")),
        comment="What somebody typed and did not send yet; sealed, for it names children.",
    )
    op.create_index(op.f("ix_draft_saved_at"), "draft", ["saved_at"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("taking", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('children', 'sessions')", name=op.f("ck_upload_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        comment="Files that somebody takes over; name and headings are sealed.",
    )
    op.create_index(op.f("ix_upload_person"), "upload", ["person"], unique=False)
    op.create_index(op.f("ix_upload_saved_at"), "upload", ["saved_at"], unique=False)
    op.create_table(
        "upload_part",
        sa.Column("upload", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload"], ["upload.id"], name=op.f("fk_upload_part_upload_upload"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload", "number", name=op.f("pk_upload_part")),
        comment="Lines of a file that go together, sealed; a line that was taken over is not kept.",
    )


def downgrade() -> None:
    op.drop_table("upload_part")
    op.drop_index(op.f("ix_upload_saved_at"), table_name="upload")
    op.drop_index(op.f("ix_upload_person"), table_name="upload")
    op.drop_table("upload")
    op.drop_index(op.f("ix_draft_saved_at"), table_name="draft")
    op.drop_table("draft")
    op.drop_table("preference")
    op.drop_index(op.f("ix_login_person"), table_name="login")
    op.drop_table("login")
    drop_journal()
