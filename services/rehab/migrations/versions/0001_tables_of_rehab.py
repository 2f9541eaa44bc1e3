"""The first tables of the rehab service, with the journal's."""

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
        "designation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_designation_capacity")),
        sa.CheckConstraint(
            "suspended_on BETWEEN valid_from AND valid_until", name=op.f("ck_designation_suspended_inside")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_designation_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
    )
    op.create_index(op.f("ix_designation_institution"), "designation", ["institution"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("therapist", sa.Uuid(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("void", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "said_by", sa.Uuid(), nullable=False, comment="Fact that says so: the record, or its last correction."
        ),
        sa.CheckConstraint(
            "discipline IN ('pt', 'ot', 'st', 'special_education', 'behavioural', 'auditory_verbal', "
            "'vision', 'music', 'sensory_integration', 'parent_training')",
            name=op.f("ck_session_discipline"),
        ),
        sa.CheckConstraint("mode IN ('individual', 'group', 'home', 'remote')", name=op.f("ck_session_mode")),
        sa.CheckConstraint(
            "starts_at < ends_at AND ends_at - starts_at <= interval '24 hours'", name=op.f("ck_session_times")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_case_id_starts_at", "session", ["case_id", "starts_at"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("materials", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("reply_due_on", sa.Date(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (state IN ('submitted', 'returned'))", name=op.f("ck_application_decided")
        ),
        sa.CheckConstraint("basis IN ('certificate', 'diagnosis')", name=op.f("ck_application_basis")),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_application_category"),
        ),
        sa.CheckConstraint("item IN ('training')", name=op.f("ck_application_item")),
        sa.CheckConstraint("mode IN ('centralised', 'institution_community_family')", name=op.f("ck_application_mode")),
        sa.CheckConstraint(
            "state IN ('submitted', 'returned', 'approved', 'refused')", name=op.f("ck_application_state")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_application_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_case_id"), "application", ["case_id"], unique=False)
    op.create_index(
        "ix_application_county_queue",
        "application",
        ["county", "review_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitted', 'returned')"),
    )
    op.create_index(
        "ix_application_queue",
        "application",
        ["review_due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitted', 'returned')"),
    )
    op.create_table(
        "intake",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("hospital", sa.Uuid(), nullable=False),
        sa.Column("diagnosed_on", sa.Date(), nullable=False),
        sa.Column("contact_due_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_intake_category"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_intake_case_id")),
        sa.PrimaryKeyConstraint("case_id", "category", name=op.f("pk_intake")),
        comment="Confirmed diagnoses that reached the federation: one intake per child and category.",
    )
    op.create_index("ix_intake_queue", "intake", ["county", "contact_due_on", "case_id", "category"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("other_counties", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ceiling", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("monthly_cap", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("enrol_by", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.CheckConstraint("age_band IN ('under_7', 'from_7')", name=op.f("ck_approval_age_band")),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_approval_category"),
        ),
        sa.CheckConstraint("item IN ('training')", name=op.f("ck_approval_item")),
        sa.CheckConstraint("mode IN ('centralised', 'institution_community_family')", name=op.f("ck_approval_mode")),
        sa.CheckConstraint("0 <= monthly_cap AND monthly_cap <= ceiling", name=op.f("ck_approval_amounts")),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_approval_period")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_approval_application_id")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_approval_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("application_id", name=op.f("uq_approval_application_id")),
    )
    op.create_index(op.f("ix_approval_case_id"), "approval", ["case_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("expected_until", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column(
            "over_on", sa.Date(), sa.Computed("coalesce(ended_on, expected_until + 1)", persisted=True), nullable=False
        ),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_enrolment_category"),
        ),
        sa.CheckConstraint(
            "end_reason IN ('finished', 'withdrawn', 'transferred', 'terminated')", name=op.f("ck_enrolment_end_reason")
        ),
        sa.CheckConstraint("item IN ('training')", name=op.f("ck_enrolment_item")),
        sa.CheckConstraint("mode IN ('centralised', 'institution_community_family')", name=op.f("ck_enrolment_mode")),
        sa.CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_enrolment_ended_with_reason")),
        sa.CheckConstraint("started_on <= over_on", name=op.f("ck_enrolment_period")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_enrolment_approval_id")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_enrolment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index(op.f("ix_enrolment_case_id"), "enrolment", ["case_id"], unique=False)
    op.create_index("ix_enrolment_county", "enrolment", ["county", "id"], unique=False)
    op.create_index("ix_enrolment_institution", "enrolment", ["institution", "id"], unique=False)
    op.create_index(
        "uq_enrolment_open", "enrolment", ["approval_id"], unique=True, postgresql_where=sa.text("ended_on IS NULL")
    )
    op.create_table(
        "evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("assessor", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("instrument_version", sa.Text(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("checkpoint IN ('baseline', 'stage', 'exit')", name=op.f("ck_evaluation_checkpoint")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_evaluation_case_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_evaluation_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index(op.f("ix_evaluation_case_id"), "evaluation", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_evaluation_case_id"), table_name="evaluation")
    op.drop_table("evaluation")
    op.drop_index("uq_enrolment_open", table_name="enrolment", postgresql_where=sa.text("ended_on IS NULL"))
    op.drop_index("ix_enrolment_institution", table_name="enrolment")
    op.drop_index("ix_enrolment_county", table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_case_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_approval_case_id"), table_name="approval")
    op.drop_table("approval")
    op.drop_index("ix_intake_queue", table_name="intake")
    op.drop_table("intake")
    op.drop_index(
        "ix_application_queue", table_name="application", postgresql_where=sa.text("state IN ('submitted', 'returned')")
    )
    op.drop_index(
        "ix_application_county_queue",
        table_name="application",
        postgresql_where=sa.text("state IN ('submitted', 'returned')"),
    )
    op.drop_index(op.f("ix_application_case_id"), table_name="application")
    op.drop_table("application")
    op.drop_index("ix_session_case_id_starts_at", table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_designation_institution"), table_name="designation")
    op.drop_table("designation")
    op.drop_table("child")
    drop_journal()
