"""tables of custody.

Revision 0001 after .
"""

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
        "child",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.CheckConstraint("county ~ '^[0-9]{6}$'", name=op.f("ck_child_county")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child")),
        comment="Children as screening.child_registered names them; the row is the lock of all that is about a child.",
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        comment="Children in rehabilitation: whom the institutions that offer care may want to admit.",
    )
    op.create_index("ix_enrolment_institution", "enrolment", ["institution", "id"], unique=False)
    op.create_table(
        "custody_stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "end_reason IN ('returned_home', 'transferred', 'aged_out', 'moved_away', 'guardian_withdrew', "
            "'institution_closed', 'deceased')",
            name=op.f("ck_custody_stay_end_reason"),
        ),
        sa.CheckConstraint(
            "mode IN ('day', 'weekday_boarding', 'full_boarding', 'respite')", name=op.f("ck_custody_stay_mode")
        ),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_custody_stay_ended_with_reason")),
        sa.CheckConstraint("until >= admitted_on AND ended_on >= admitted_on", name=op.f("ck_custody_stay_period")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_custody_stay_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_stay")),
    )
    op.create_index(op.f("ix_custody_stay_case_id"), "custody_stay", ["case_id"], unique=False)
    op.create_index("ix_custody_stay_county", "custody_stay", ["county", "id"], unique=False)
    op.create_index("ix_custody_stay_institution", "custody_stay", ["institution", "id"], unique=False)
    op.create_index(
        "uq_custody_stay_open", "custody_stay", ["case_id"], unique=True, postgresql_where=sa.text("ended_on IS NULL")
    )


def downgrade() -> None:
    op.drop_index("uq_custody_stay_open", table_name="custody_stay", postgresql_where=sa.text("ended_on IS NULL"))
    op.drop_index("ix_custody_stay_institution", table_name="custody_stay")
    op.drop_index("ix_custody_stay_county", table_name="custody_stay")
    op.drop_index(op.f("ix_custody_stay_case_id"), table_name="custody_stay")
    op.drop_table("custody_stay")
    op.drop_index("ix_enrolment_institution", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_table("child")
    drop_journal()
