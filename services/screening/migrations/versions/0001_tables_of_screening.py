"""Tables of screening: the registry with its second wall, suspicions, referral slips and records of acts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.access.second_wall import Told, heard
from shared.journal.revisions import create_journal, drop_journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The second wall (docs/access.md): identity is read only in a transaction that says who reads.
SECOND_WALL = (
    "ALTER TABLE child_identity ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE child_identity FORCE ROW LEVEL SECURITY",
    "CREATE POLICY registering ON child_identity FOR INSERT WITH CHECK (true)",
    f"""
    CREATE POLICY reading ON child_identity FOR SELECT USING (
        EXISTS (
            SELECT FROM participant p WHERE p.case_id = child_identity.case_id
            AND p.organisation = {heard(Told.ORGANISATION, "uuid")}
            AND (p.until IS NULL OR p.until > {heard(Told.TODAY, "date")})
        ) OR EXISTS (
            SELECT FROM child c WHERE c.case_id = child_identity.case_id
            AND starts_with(c.region, {heard(Told.REGION)})
        )
    )
    """,
)


def upgrade() -> None:
    create_journal()
    op.create_table(
        "child",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("identifier_kind", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "identifier_kind IN ('resident_number', 'birth_certificate')", name=op.f("ck_child_identifier_kind")
        ),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("ck_child_region")),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f("ck_child_sex")),
        sa.CheckConstraint("merged_into <> case_id", name=op.f("ck_child_merged_into_another")),
        sa.ForeignKeyConstraint(["merged_into"], ["child.case_id"], name=op.f("fk_child_merged_into")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child")),
        comment="Children by their case; its row lock orders all acts on one child.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_child_region", "child", ["region", "case_id"], unique=False, postgresql_ops={"region": "text_pattern_ops"}
    )
    op.create_table(
        "child_identity",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_with", sa.Text(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("resident_number", sa.LargeBinary(), nullable=True),
        sa.Column("birth_certificate", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_name", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_phone", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_resident_number", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(wrapped_key IS NULL) = (name IS NULL)", name=op.f("ck_child_identity_whole_or_erased")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_child_identity_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child_identity")),
        comment="Who the child is, encrypted under the child's own key; row-level security is the second wall.",
    )
    op.create_table(
        "child_number",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('resident_number', 'birth_certificate')", name=op.f("ck_child_number_kind")),
        sa.CheckConstraint("octet_length(blind) = 32", name=op.f("ck_child_number_hmac_sha256")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_child_number_case_id")),
        sa.PrimaryKeyConstraint("kind", "blind", name=op.f("pk_child_number")),
        comment="Blind index of numbers: the primary key lets one of two clerks win who register a number at once.",
    )
    op.create_index("ix_child_number_case_id", "child_number", ["case_id"], unique=False)
    op.create_table(
        "diagnosis",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("diagnosed_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("rehab_category", sa.Text(), nullable=True),
        sa.Column("cars", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("aid_disagrees", sa.Boolean(), nullable=False),
        sa.Column("no_screening_record", sa.Boolean(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'confirmed') = (rehab_category IS NOT NULL)", name=op.f("ck_diagnosis_confirmed_as")
        ),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_diagnosis_category"),
        ),
        sa.CheckConstraint("outcome IN ('confirmed', 'excluded', 'undetermined')", name=op.f("ck_diagnosis_outcome")),
        sa.CheckConstraint(
            "rehab_category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_diagnosis_rehab_category"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_diagnosis_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnosis")),
    )
    op.create_index("ix_diagnosis_case_id", "diagnosis", ["case_id", "diagnosed_on"], unique=False)
    op.create_table(
        "participant",
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column(
            "source", sa.Uuid(), nullable=False, comment="The referral, enrolment, placement or stay; else the case."
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column(
            "until", sa.Date(), nullable=True, comment="First day on which this no longer gives sight of the child."
        ),
        sa.CheckConstraint(
            "basis IN ('registered', 'screened', 'referred', 'enrolled', 'placed', 'in_custody')",
            name=op.f("ck_participant_basis"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_participant_case_id")),
        sa.PrimaryKeyConstraint("organisation", "case_id", "basis", "source", name=op.f("pk_participant")),
        comment="Which organisation takes part in which case, and on what ground.",
    )
    op.create_index("ix_participant_case_id", "participant", ["case_id"], unique=False)
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("sender", sa.Uuid(), nullable=False),
        sa.Column("receiver", sa.Uuid(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'rejected') = (rejection_reason IS NOT NULL)", name=op.f("ck_referral_rejected_with_reason")
        ),
        sa.CheckConstraint(
            "(status IN ('accepted', 'rejected')) = (answered_on IS NOT NULL)", name=op.f("ck_referral_answered")
        ),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')", name=op.f("ck_referral_category")
        ),
        sa.CheckConstraint(
            "rejection_reason IN ('no_capacity', 'outside_competence', 'outside_area', 'child_did_not_come', "
            "'slip_incomplete')",
            name=op.f("ck_referral_rejection_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'rejected', 'replaced', 'withdrawn')", name=op.f("ck_referral_status")
        ),
        sa.CheckConstraint("step IN ('rescreening', 'diagnosis')", name=op.f("ck_referral_step")),
        sa.CheckConstraint("answer_by >= issued_on", name=op.f("ck_referral_answer_after_issue")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_referral_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_case_id", "referral", ["case_id", "issued_on"], unique=False)
    op.create_index("ix_referral_receiver", "referral", ["receiver", "status", "issued_on", "id"], unique=False)
    op.create_index("ix_referral_sender", "referral", ["sender", "status", "issued_on", "id"], unique=False)
    op.create_index(
        "uq_referral_open",
        "referral",
        ["case_id", "category"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "rescreening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("rescreened_on", sa.Date(), nullable=False),
        sa.Column("instruments", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("concerns", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "scores",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Answers and scores as given; item texts are nowhere.",
        ),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recheck", sa.Boolean(), nullable=False),
        sa.Column("clinician_alert", sa.Boolean(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_rescreening_category"),
        ),
        sa.CheckConstraint("outcome IN ('normal', 'borderline', 'abnormal')", name=op.f("ck_rescreening_outcome")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_rescreening_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescreening")),
    )
    op.create_index("ix_rescreening_case_id", "rescreening", ["case_id", "rescreened_on"], unique=False)
    op.create_table(
        "screening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("screened_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("positive_signs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("regression", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_screening_category"),
        ),
        sa.CheckConstraint(
            "instrument IN ('warning_signs', 'eye_care_check', 'vision_test', 'newborn_hearing', "
            "'behavioural_hearing', 'hip_and_limb_check', 'cdss_ii', 'm_chat_23', 'abc', 'cars', "
            "'clinical_examination')",
            name=op.f("ck_screening_instrument"),
        ),
        sa.CheckConstraint("outcome IN ('normal', 'abnormal')", name=op.f("ck_screening_outcome")),
        sa.CheckConstraint(
            "regression IN ('none', 'language', 'social', 'both', 'not_asked')", name=op.f("ck_screening_regression")
        ),
        sa.CheckConstraint(
            "round IN ('NB', 'M1', 'M3', 'M6', 'M8', 'M12', 'M18', 'M24', 'M30', 'M36', 'Y4', 'Y5', 'Y6', "
            "'unscheduled')",
            name=op.f("ck_screening_round"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_screening_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index("ix_screening_case_id", "screening", ["case_id", "screened_on"], unique=False)
    op.create_table(
        "suspicion",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("first_screener", sa.Uuid(), nullable=False),
        sa.Column("first_screener_person", sa.Uuid(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("recheck_due_on", sa.Date(), nullable=True),
        sa.Column("trace_on", sa.Date(), nullable=True),
        sa.Column("failed_traces", sa.Integer(), nullable=False),
        sa.Column("rehab_category", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_suspicion_category"),
        ),
        sa.CheckConstraint(
            "origin IN ('screen_positive', 'rescreen_referred', 'recheck_due', 'diagnosis_referred', "
            "'diagnosis_pending', 'excluded', 'confirmed', 'handed_over', 'lost_to_follow_up', 'closed')",
            name=op.f("ck_suspicion_origin"),
        ),
        sa.CheckConstraint(
            "rehab_category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_suspicion_rehab_category"),
        ),
        sa.CheckConstraint(
            "state IN ('screen_positive', 'rescreen_referred', 'recheck_due', 'diagnosis_referred', "
            "'diagnosis_pending', 'excluded', 'confirmed', 'handed_over', 'lost_to_follow_up', 'closed')",
            name=op.f("ck_suspicion_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('closed', 'lost_to_follow_up') OR origin IS NOT NULL", name=op.f("ck_suspicion_returnable")
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'handed_over') OR rehab_category IS NOT NULL",
            name=op.f("ck_suspicion_confirmed_as"),
        ),
        sa.CheckConstraint("episode >= 1", name=op.f("ck_suspicion_episode")),
        sa.CheckConstraint("failed_traces >= 0", name=op.f("ck_suspicion_failed_traces")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_suspicion_case_id")),
        sa.PrimaryKeyConstraint("case_id", "category", name=op.f("pk_suspicion")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_suspicion_newest", "suspicion", ["opened_on", "case_id", "category"], unique=False)
    op.create_index("ix_suspicion_owner", "suspicion", ["owner", "opened_on", "case_id", "category"], unique=False)
    op.create_table(
        "tracing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("attempted_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')", name=op.f("ck_tracing_category")
        ),
        sa.CheckConstraint("outcome IN ('reached', 'not_reached')", name=op.f("ck_tracing_outcome")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_tracing_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing")),
    )
    op.create_index("ix_tracing_case_id", "tracing", ["case_id", "attempted_on"], unique=False)
    for statement in SECOND_WALL:
        op.execute(statement)


def downgrade() -> None:
    # The policy looks into the tables that are dropped before its own.
    op.execute("DROP POLICY reading ON child_identity")
    op.drop_index("ix_tracing_case_id", table_name="tracing")
    op.drop_table("tracing")
    op.drop_index("ix_suspicion_owner", table_name="suspicion")
    op.drop_index("ix_suspicion_newest", table_name="suspicion")
    op.drop_table("suspicion")
    op.drop_index("ix_screening_case_id", table_name="screening")
    op.drop_table("screening")
    op.drop_index("ix_rescreening_case_id", table_name="rescreening")
    op.drop_table("rescreening")
    op.drop_index("uq_referral_open", table_name="referral", postgresql_where=sa.text("status = 'open'"))
    op.drop_index("ix_referral_sender", table_name="referral")
    op.drop_index("ix_referral_receiver", table_name="referral")
    op.drop_index("ix_referral_case_id", table_name="referral")
    op.drop_table("referral")
    op.drop_index("ix_participant_case_id", table_name="participant")
    op.drop_table("participant")
    op.drop_index("ix_diagnosis_case_id", table_name="diagnosis")
    op.drop_table("diagnosis")
    op.drop_index("ix_child_number_case_id", table_name="child_number")
    op.drop_table("child_number")
    op.drop_table("child_identity")
    op.drop_index("ix_child_region", table_name="child", postgresql_ops={"region": "text_pattern_ops"})
    op.drop_table("child")
    drop_journal()
