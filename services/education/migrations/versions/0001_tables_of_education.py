"""tables of education.

Revision 0001 after .
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.journal.revisions import create_journal, drop_journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_journal()
    op.create_table(
        "child",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.CheckConstraint("county ~ '^[0-9]{6}$'", name=op.f("ck_child_county")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child")),
        comment="Children as screening.child_registered names them; the row is the lock of all that is about a child.",
    )
    op.create_table(
        "education_licence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("partner_school", sa.Uuid(), nullable=False),
        sa.CheckConstraint("stage IN ('preschool', 'compulsory', 'senior')", name=op.f("ck_education_licence_stage")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_education_licence_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_education_licence")),
    )
    op.create_index(op.f("ix_education_licence_institution"), "education_licence", ["institution"], unique=False)
    op.create_table(
        "placement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=True),
        sa.Column("site", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Uuid(), sa.Computed("coalesce(site, school)", persisted=True), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "last_day",
            sa.Date(),
            nullable=True,
            comment="Last day in force: its own, or the day before the placement that replaced it.",
        ),
        sa.Column("skipped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(school IS NULL) = (mode = 'deferred')", name=op.f("ck_placement_roll")),
        sa.CheckConstraint("(site IS NOT NULL) = (mode = 'teaching_site')", name=op.f("ck_placement_site")),
        sa.CheckConstraint(
            "mode IN ('regular_class', 'special_class', 'special_school', 'home_teaching', "
            "'teaching_site', 'preschool_inclusive', 'vocational', 'deferred')",
            name=op.f("ck_placement_mode"),
        ),
        sa.CheckConstraint("ends_on >= starts_on AND last_day >= starts_on", name=op.f("ck_placement_period")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_placement_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index(op.f("ix_placement_case_id"), "placement", ["case_id"], unique=False)
    op.create_index("ix_placement_county", "placement", ["county", "id"], unique=False)
    op.create_index("ix_placement_place", "placement", ["place", "id"], unique=False)
    op.create_index("uq_placement_start", "placement", ["case_id", "starts_on"], unique=True)
    op.create_table(
        "attendance",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "said_by", sa.Uuid(), nullable=False, comment="Fact that says so: the record, or its last correction."
        ),
        sa.CheckConstraint(
            "mode IN ('regular_class', 'special_class', 'special_school', 'home_teaching', "
            "'teaching_site', 'preschool_inclusive', 'vocational', 'deferred')",
            name=op.f("ck_attendance_mode"),
        ),
        sa.CheckConstraint("status IN ('present', 'absent', 'leave')", name=op.f("ck_attendance_status")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_attendance_case_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_attendance_placement_id")),
        sa.PrimaryKeyConstraint("case_id", "institution", "day", name=op.f("pk_attendance")),
    )


def downgrade() -> None:
    op.drop_table("attendance")
    op.drop_index("uq_placement_start", table_name="placement")
    op.drop_index("ix_placement_place", table_name="placement")
    op.drop_index("ix_placement_county", table_name="placement")
    op.drop_index(op.f("ix_placement_case_id"), table_name="placement")
    op.drop_table("placement")
    op.drop_index(op.f("ix_education_licence_institution"), table_name="education_licence")
    op.drop_table("education_licence")
    op.drop_table("child")
    drop_journal()
