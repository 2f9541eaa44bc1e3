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

# The second wall (docs/access.md): identity is read and changed only in a transaction that says who does.
SEEN = f"""
    EXISTS (
        SELECT FROM participant p WHERE p.case_id = child_identity.case_id
        AND p.organisation = {heard(Told.ORGANISATION, "uuid")}
        AND (p.until IS NULL OR p.until > {heard(Told.TODAY, "date")})
    ) OR EXISTS (
        SELECT FROM child c WHERE c.case_id = child_identity.case_id
        AND starts_with(c.region, {heard(Told.REGION)})
    )
"""
SECOND_WALL = (
    "ALTER TABLE child_identity ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE child_identity FORCE ROW LEVEL SECURITY",
    "CREATE POLICY registering ON child_identity FOR INSERT WITH CHECK (true)",
    f"CREATE POLICY reading ON child_identity FOR SELECT USING ({SEEN})",
    f"CREATE POLICY changing ON child_identity FOR UPDATE USING ({SEEN}) WITH CHECK (true)",
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
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("death_fact", sa.Uuid(), nullable=True, comment="Fact that a correction of the death names."),
        sa.Column(
            "masked", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment="Consent was withdrawn."
        ),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "identifier_kind IN ('resident_number', 'birth_certificate')", name=op.f("ck_child_identifier_kind")
        ),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("ck_child_region")),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f("ck_child_sex")),
        sa.CheckConstraint("(died_on IS NULL) = (death_fact IS NULL)", name=op.f("ck_child_death_has_its_fact")),
        sa.CheckConstraint("died_on >= birth_date", name=op.f("ck_child_died_after_birth")),
        sa.CheckConstraint("merged_into <> case_id", name=op.f("ck_child_merged_into_another")),
        sa.ForeignKeyConstraint(["merged_into"], ["child.case_id"], name=op.f("fk_child_merged_into")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child")),
        comment="Children by their case; its row lock orders all acts on one child.",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_child_birth_date", "child", ["birth_date"], unique=False)
    op.create_index(
        "ix_child_merged_into",
        "child",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_index(
        "ix_child_region", "child", ["region", "case_id"], unique=False, postgresql_ops={"region": "text_pattern_ops"}
    )
    op.create_table(
        "case_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survivor", sa.Uuid(), nullable=False),
        sa.Column("merged", sa.Uuid(), nullable=False),
        sa.Column("merged_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("region_before", sa.Text(), nullable=False, comment="County of the merged case, for the way back."),
        sa.Column(
            "closed",
            sa.ARRAY(sa.Text()),
            nullable=False,
            comment="Categories that the merge closed in the merged case.",
        ),
        sa.Column("unmerged_on", sa.Date(), nullable=True),
        sa.Column("unmerged_by", sa.Uuid(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(unmerged_on IS NULL) = (unmerged_by IS NULL)", name=op.f("ck_case_merge_undone_by_somebody")
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_case_merge_score")),
        sa.CheckConstraint("survivor <> merged", name=op.f("ck_case_merge_two_cases")),
        sa.ForeignKeyConstraint(["merged"], ["child.case_id"], name=op.f("fk_case_merge_merged")),
        sa.ForeignKeyConstraint(["survivor"], ["child.case_id"], name=op.f("fk_case_merge_survivor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_merge")),
        comment="Decisions that two cases are one child, with score and reasons; undone ones stay.",
    )
    op.create_index("ix_case_merge_survivor", "case_merge", ["survivor"], unique=False)
    op.create_index(
        "uq_case_merge_standing", "case_merge", ["merged"], unique=True, postgresql_where=sa.text("unmerged_on IS NULL")
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("parts", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("reissue", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancellation_reason", sa.Text(), nullable=True),
        sa.Column("reapply_from", sa.Date(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(category = 'multiple') = (cardinality(parts) > 1)", name=op.f("ck_certificate_parts_of_a_multiple")
        ),
        sa.CheckConstraint(
            "cancellation_reason IN ('own_request', 'no_longer_disabled', 'obtained_by_fraud', 'deceased')",
            name=op.f("ck_certificate_cancellation_reason"),
        ),
        sa.CheckConstraint(
            "category IN ('visual', 'hearing', 'speech', 'physical', 'intellectual', 'mental', 'multiple')",
            name=op.f("ck_certificate_category"),
        ),
        sa.CheckConstraint(
            "(cancelled_on IS NULL) = (cancellation_reason IS NULL) AND (cancelled_on IS NULL) = (reapply_from "
            "IS NULL)",
            name=op.f("ck_certificate_cancelled_whole"),
        ),
        sa.CheckConstraint("grade BETWEEN 1 AND 4", name=op.f("ck_certificate_grade")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_certificate_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index("ix_certificate_case_id", "certificate", ["case_id", "issued_on"], unique=False)
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
        sa.Column(
            "named",
            sa.LargeBinary(),
            nullable=False,
            comment="Keyed digest of the name under which the number was given.",
        ),
        sa.CheckConstraint("kind IN ('resident_number', 'birth_certificate')", name=op.f("ck_child_number_kind")),
        sa.CheckConstraint(
            "octet_length(blind) = 32 AND octet_length(named) = 32", name=op.f("ck_child_number_hmac_sha256")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_child_number_case_id")),
        sa.PrimaryKeyConstraint("kind", "blind", name=op.f("pk_child_number")),
        comment="Blind index of numbers: the primary key lets one of two clerks win who register a number at once.",
    )
    op.create_index("ix_child_number_case_id", "child_number", ["case_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("basis IN ('guardian_consent', 'statutory_duty')", name=op.f("ck_consent_basis")),
        sa.CheckConstraint("withdrawn_on >= given_on", name=op.f("ck_consent_withdrawn_after_given")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_consent_case_id")),
        sa.PrimaryKeyConstraint("case_id", "basis", "given_on", name=op.f("pk_consent")),
    )
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["case_id", "basis"],
        unique=True,
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
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
        sa.Column("instruments", sa.ARRAY(sa.Text()), nullable=False),
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
        "former_residence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False, comment="First day in the next county."),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("region ~ '^[0-9]{6}$'", name=op.f("ck_former_residence_region")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_former_residence_case_id")),
        sa.PrimaryKeyConstraint("case_id", "until", name=op.f("pk_former_residence")),
        comment="Counties where a child lived before; their authorities see a stub.",
    )
    op.create_table(
        "guardian_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("consent_of", sa.Text(), nullable=True),
        sa.Column(
            "unavailable",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Earlier kinds of guardian and why they do not serve.",
        ),
        sa.Column("former_name", sa.LargeBinary(), nullable=True),
        sa.Column("former_phone", sa.LargeBinary(), nullable=True),
        sa.Column("former_resident_number", sa.LargeBinary(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "consent_of IN ('village_committee', 'residents_committee', 'civil_affairs')",
            name=op.f("ck_guardian_change_consent_of"),
        ),
        sa.CheckConstraint(
            "kind IN ('parent', 'grandparent', 'adult_sibling', 'other_with_consent', 'institution')",
            name=op.f("ck_guardian_change_kind"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_guardian_change_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_change")),
        comment="Changes of guardian; who it was before stays encrypted under the child's own key.",
    )
    op.create_index("ix_guardian_change_case_id", "guardian_change", ["case_id", "changed_on"], unique=False)
    op.create_table(
        "hospital_stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("hospital", sa.Uuid(), nullable=True),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("discharged_on", sa.Date(), nullable=True),
        sa.Column("admission_fact", sa.Uuid(), nullable=False),
        sa.Column("discharge_fact", sa.Uuid(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(discharged_on IS NULL) = (discharge_fact IS NULL)", name=op.f("ck_hospital_stay_discharge_has_its_fact")
        ),
        sa.CheckConstraint("discharged_on >= admitted_on", name=op.f("ck_hospital_stay_discharged_after_admission")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_hospital_stay_case_id")),
        sa.PrimaryKeyConstraint("id", "case_id", name=op.f("pk_hospital_stay")),
    )
    op.create_index("ix_hospital_stay_case_id", "hospital_stay", ["case_id", "admitted_on"], unique=False)
    op.create_table(
        "identity_conflict",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "mark",
            sa.LargeBinary(),
            nullable=False,
            comment="Digest of what was given: one fact for one contradiction.",
        ),
        sa.Column("other", sa.Uuid(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column(
            "settled_on",
            sa.Date(),
            nullable=True,
            comment="When a person found that it is no contradiction; the same again is no news.",
        ),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('one_number_two_names', 'two_numbers_one_child')", name=op.f("ck_identity_conflict_kind")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_identity_conflict_case_id")),
        sa.ForeignKeyConstraint(["other"], ["child.case_id"], name=op.f("fk_identity_conflict_other")),
        sa.PrimaryKeyConstraint("case_id", "kind", "mark", name=op.f("pk_identity_conflict")),
    )
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
        sa.Column(
            "through", sa.Uuid(), nullable=True, comment="Other case of the same child in which it really takes part."
        ),
        sa.CheckConstraint(
            "basis IN ('registered', 'screened', 'referred', 'enrolled', 'placed', 'in_custody', 'moved', 'grading')",
            name=op.f("ck_participant_basis"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_participant_case_id")),
        sa.PrimaryKeyConstraint("organisation", "case_id", "basis", "source", name=op.f("pk_participant")),
        comment="Which organisation takes part in which case, and on what ground.",
    )
    op.create_index("ix_participant_case_id", "participant", ["case_id"], unique=False)
    op.create_index(
        "ix_participant_through",
        "participant",
        ["through"],
        unique=False,
        postgresql_where=sa.text("through IS NOT NULL"),
    )
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
        sa.Column(
            "consented", sa.Boolean(), nullable=True, comment="Whether the guardian agreed, where that was asked."
        ),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
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
            "'diagnostic_audiology', 'behavioural_hearing', 'hip_and_limb_check', 'cdss_ii', 'm_chat_23', 'abc', "
            "'cars', 'clinical_examination')",
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
        sa.Column("since", sa.Date(), nullable=False, comment="Day on which it came into its state."),
        sa.Column("origin", sa.Text(), nullable=True),
        sa.Column("recheck_due_on", sa.Date(), nullable=True),
        sa.Column("recheck_basis", sa.Text(), nullable=True),
        sa.Column("trace_on", sa.Date(), nullable=True),
        sa.Column("failed_traces", sa.Integer(), nullable=False),
        sa.Column("rehab_category", sa.Text(), nullable=True),
        sa.Column(
            "offer_again_on",
            sa.Date(),
            nullable=True,
            comment="After a refusal: the day from which the step is offered again.",
        ),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("newborn_hearing", sa.Boolean(), nullable=False, comment="Whether the clocks 1-3-6 hold."),
        sa.CheckConstraint(
            "closing_reason IN ('normal_on_recheck', 'excluded_by_diagnosis', 'handed_over', "
            "'other_condition_referred', 'guardian_refused', 'moved_out', 'lost_to_follow_up', 'age_limit', "
            "'deceased', 'duplicate_merged', 'entered_in_error')",
            name=op.f("ck_suspicion_closing_reason"),
        ),
        sa.CheckConstraint(
            "recheck_basis IN ('borderline', 'normal_rescreening', 'undetermined_diagnosis', 'newborn_hearing', "
            "'follow_up')",
            name=op.f("ck_suspicion_recheck_basis"),
        ),
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
    op.create_index(
        "ix_suspicion_first_screener",
        "suspicion",
        ["first_screener", "opened_on", "case_id", "category"],
        unique=False,
    )
    op.create_index(
        "ix_suspicion_trace",
        "suspicion",
        ["trace_on", "case_id", "category"],
        unique=False,
        postgresql_where=sa.text("trace_on IS NOT NULL"),
    )
    op.create_table(
        "tracing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("attempted_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True, comment="Date of the guardian's signature under a refusal."),
        sa.Column("offer_again_on", sa.Date(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')", name=op.f("ck_tracing_category")
        ),
        sa.CheckConstraint("outcome IN ('reached', 'not_reached', 'refused')", name=op.f("ck_tracing_outcome")),
        sa.CheckConstraint(
            "(outcome = 'refused') = (signed_on IS NOT NULL)", name=op.f("ck_tracing_refused_with_signature")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_tracing_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracing")),
    )
    op.create_index("ix_tracing_case_id", "tracing", ["case_id", "attempted_on"], unique=False)
    create_follow_up_and_residents()
    create_comparisons()
    create_indexes_of_registers()
    op.create_table(
        "certificate_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=True, comment="To be regraded; none for a first one."),
        sa.Column("hospital", sa.Uuid(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("graded_on", sa.Date(), nullable=True),
        sa.Column("graded_by", sa.Uuid(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("parts", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column(
            "measurements",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="What the hospital measured; shown on the health side.",
        ),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'refused') = (refusal_reason IS NOT NULL)",
            name=op.f("ck_certificate_application_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "category IN ('visual', 'hearing', 'speech', 'physical', 'intellectual', 'mental', 'multiple')",
            name=op.f("ck_certificate_application_category"),
        ),
        sa.CheckConstraint(
            "refusal_reason IN ('objection_upheld', 'materials_incomplete', 'withdrawn')",
            name=op.f("ck_certificate_application_refusal_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('applied', 'notice', 'not_disabled', 'issued', 'refused')",
            name=op.f("ck_certificate_application_status"),
        ),
        sa.CheckConstraint(
            "status IN ('applied', 'refused') OR graded_on IS NOT NULL", name=op.f("ck_certificate_application_graded")
        ),
        sa.CheckConstraint(
            "(category IS NULL) = (grade IS NULL)", name=op.f("ck_certificate_application_graded_whole")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_certificate_application_case_id")),
        sa.ForeignKeyConstraint(
            ["certificate"], ["certificate.id"], name=op.f("fk_certificate_application_certificate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_application")),
    )
    op.create_index(
        "ix_certificate_application_case_id", "certificate_application", ["case_id", "applied_on"], unique=False
    )
    op.create_index(
        "ix_certificate_application_hospital",
        "certificate_application",
        ["hospital", "status", "applied_on", "id"],
        unique=False,
    )
    op.create_index(
        "uq_certificate_application_open",
        "certificate_application",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('applied', 'notice')"),
    )
    for statement in SECOND_WALL:
        op.execute(statement)


def downgrade() -> None:
    # The policies look into the tables that are dropped before their own.
    for policy in ("reading", "changing"):
        op.execute(f"DROP POLICY {policy} ON child_identity")
    op.drop_index(
        "uq_certificate_application_open",
        table_name="certificate_application",
        postgresql_where=sa.text("status IN ('applied', 'notice')"),
    )
    op.drop_index("ix_certificate_application_hospital", table_name="certificate_application")
    op.drop_index("ix_certificate_application_case_id", table_name="certificate_application")
    op.drop_table("certificate_application")
    drop_comparisons()
    drop_follow_up_and_residents()
    op.drop_index("ix_tracing_case_id", table_name="tracing")
    op.drop_table("tracing")
    op.drop_index("ix_suspicion_trace", table_name="suspicion", postgresql_where=sa.text("trace_on IS NOT NULL"))
    op.drop_index("ix_suspicion_first_screener", table_name="suspicion")
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
    op.drop_index("ix_participant_through", table_name="participant", postgresql_where=sa.text("through IS NOT NULL"))
    op.drop_index("ix_participant_case_id", table_name="participant")
    op.drop_table("participant")
    op.drop_table("identity_conflict")
    op.drop_index("ix_hospital_stay_case_id", table_name="hospital_stay")
    op.drop_table("hospital_stay")
    op.drop_index("ix_guardian_change_case_id", table_name="guardian_change")
    op.drop_table("guardian_change")
    op.drop_table("former_residence")
    op.drop_index("ix_diagnosis_case_id", table_name="diagnosis")
    op.drop_table("diagnosis")
    op.drop_index("uq_consent_standing", table_name="consent", postgresql_where=sa.text("withdrawn_on IS NULL"))
    op.drop_table("consent")
    op.drop_index("ix_child_number_case_id", table_name="child_number")
    op.drop_table("child_number")
    op.drop_table("child_identity")
    op.drop_index("ix_certificate_case_id", table_name="certificate")
    op.drop_table("certificate")
    op.drop_index("uq_case_merge_standing", table_name="case_merge", postgresql_where=sa.text("unmerged_on IS NULL"))
    op.drop_index("ix_case_merge_survivor", table_name="case_merge")
    op.drop_table("case_merge")
    op.drop_index("ix_child_region", table_name="child", postgresql_ops={"region": "text_pattern_ops"})
    op.drop_index("ix_child_merged_into", table_name="child", postgresql_where=sa.text("merged_into IS NOT NULL"))
    op.drop_index("ix_child_birth_date", table_name="child")
    op.drop_table("child")
    drop_journal()


def create_follow_up_and_residents() -> None:
    """Create the tables of follow-up and of the health authority's numbers of resident children."""
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("in_rehabilitation", sa.Boolean(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_follow_up_category"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_follow_up_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index("ix_follow_up_case_id", "follow_up", ["case_id", "seen_on"], unique=False)
    op.create_table(
        "resident_children",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False, comment="Last day of the period."),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="Where the number is from, as the health authority says."
        ),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("children > 0", name=op.f("ck_resident_children_children")),
        sa.CheckConstraint("county ~ '^[0-9]{6}$'", name=op.f("ck_resident_children_county")),
        sa.CheckConstraint("until >= since", name=op.f("ck_resident_children_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_children")),
        comment=(
            "Children of 0-6 years resident in a county, from the health authority; the last entry of a period holds."
        ),
    )
    op.create_index(
        "ix_resident_children_period",
        "resident_children",
        ["county", "since", "until", "recorded_at"],
        unique=False,
    )


def create_comparisons() -> None:
    """Create what comparing led to: of the federation's list with the health side's, and of children much alike."""
    op.create_table(
        "told_apart",
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="The lesser id of the two."),
        sa.Column("other", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("case_id < other", name=op.f("ck_told_apart_once")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_told_apart_case_id")),
        sa.ForeignKeyConstraint(["other"], ["child.case_id"], name=op.f("fk_told_apart_other")),
        sa.PrimaryKeyConstraint("case_id", "other", name=op.f("pk_told_apart")),
        comment="Decisions that children who are much alike are two, and whose they are.",
    )
    op.create_index("ix_told_apart_other", "told_apart", ["other"], unique=False)
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="Its first day."),
        sa.Column("listed", sa.Integer(), nullable=False, comment="Lines of the federation's list."),
        sa.Column(
            "confirmed", sa.Integer(), nullable=False, comment="Children, by category, on the health side's list."
        ),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("county ~ '^[0-9]{6}$'", name=op.f("ck_reconciliation_county")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_reconciliation_month")),
        sa.CheckConstraint(
            "listed >= 0 AND confirmed >= 0 AND differences >= 0", name=op.f("ck_reconciliation_counts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
        comment="Comparisons of the two lists; the last one of a month holds, none is overwritten.",
    )
    op.create_index("ix_reconciliation_county", "reconciliation", ["county", "id"], unique=False)
    op.create_table(
        "reconciliation_difference",
        sa.Column("reconciliation", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column(
            "line",
            sa.Integer(),
            nullable=True,
            comment="Line of the federation's list, from 1; the federation knows who that is.",
        ),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invalid_number', 'not_registered', 'lives_elsewhere', 'other_name', 'died', 'listed_twice', "
            "'not_confirmed', 'not_listed')",
            name=op.f("ck_reconciliation_difference_kind"),
        ),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_reconciliation_difference_category"),
        ),
        sa.CheckConstraint("line IS NOT NULL OR case_id IS NOT NULL", name=op.f("ck_reconciliation_difference_named")),
        sa.ForeignKeyConstraint(
            ["reconciliation"], ["reconciliation.id"], name=op.f("fk_reconciliation_difference_reconciliation")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_reconciliation_difference_case_id")),
        sa.PrimaryKeyConstraint("reconciliation", "place", name=op.f("pk_reconciliation_difference")),
    )


def create_indexes_of_registers() -> None:
    """Create what the registers of the norm are read by: the day."""
    for table, day in (("screening", "screened_on"), ("rescreening", "rescreened_on")):
        abnormal = sa.text("outcome = 'abnormal'")
        op.create_index(f"ix_{table}_abnormal", table, [day, "id"], unique=False, postgresql_where=abnormal)
    op.create_index("ix_diagnosis_day", "diagnosis", ["diagnosed_on", "id"], unique=False)


def drop_comparisons() -> None:
    """Drop them."""
    op.drop_index("ix_told_apart_other", table_name="told_apart")
    op.drop_table("told_apart")
    op.drop_table("reconciliation_difference")
    op.drop_index("ix_reconciliation_county", table_name="reconciliation")
    op.drop_table("reconciliation")


def drop_follow_up_and_residents() -> None:
    """Drop them."""
    op.drop_index("ix_resident_children_period", table_name="resident_children")
    op.drop_table("resident_children")
    op.drop_index("ix_follow_up_case_id", table_name="follow_up")
    op.drop_table("follow_up")
