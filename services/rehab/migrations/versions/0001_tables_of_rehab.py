"""The first tables of the rehab service, with the journal's."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.journal.revisions import create_journal, drop_journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one statement for each table and index
    create_journal()
    op.create_table(
        "child",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column(
            "moved_on",
            sa.Date(),
            nullable=True,
            comment="Day of the last move; a move that is told late changes nothing after it.",
        ),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column(
            "sharing_stopped_on",
            sa.Date(),
            nullable=True,
            comment="Consent was withdrawn: nobody new receives the child.",
        ),
        sa.Column(
            "erased_on",
            sa.Date(),
            nullable=True,
            comment="Identity was destroyed: no words about the child are kept from then on.",
        ),
        sa.Column(
            "shown_as",
            sa.Uuid(),
            nullable=True,
            comment="Case under which the child is shown, where two cases are one child.",
        ),
        sa.CheckConstraint("county ~ '^[0-9]{6}$'", name=op.f("ck_child_county")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child")),
        comment="Children as screening.child_registered names them; the row is the lock of all that is about a child.",
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False, comment="County that pays."),
        sa.Column("cycle_from", sa.Date(), nullable=False),
        sa.Column("cycle_until", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.CheckConstraint("county ~ '^[0-9]{6}$'", name=op.f("ck_claim_county")),
        sa.CheckConstraint("cycle_from <= cycle_until", name=op.f("ck_claim_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_county", "claim", ["county", "id"], unique=False)
    op.create_index("ix_claim_institution", "claim", ["institution", "id"], unique=False)
    op.create_table(
        "closure_day",
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("institution", "closed_on", name=op.f("pk_closure_day")),
        comment="Days on which an institution is closed.",
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
        sa.Column("hours", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("suspension_reason", sa.Text(), nullable=True),
        sa.Column("rectify_by", sa.Date(), nullable=True),
        sa.Column(
            "lifted",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
            comment="Suspensions that were lifted.",
        ),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("removal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "removal_reason IN ('not_rectified', 'fraud', 'serious_breach', 'own_request', 'closed_down')",
            name=op.f("ck_designation_removal_reason"),
        ),
        sa.CheckConstraint(
            "suspension_reason IN ('grade_failed', 'serious_breach', 'licence_invalid', 'safety', 'own_request')",
            name=op.f("ck_designation_suspension_reason"),
        ),
        sa.CheckConstraint(
            "(removed_on IS NULL) = (removal_reason IS NULL)", name=op.f("ck_designation_removed_with_reason")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_designation_capacity")),
        sa.CheckConstraint(
            "suspended_on BETWEEN valid_from AND valid_until", name=op.f("ck_designation_suspended_inside")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_designation_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
    )
    op.create_index(op.f("ix_designation_institution"), "designation", ["institution"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=True, comment="Institution that it concerns; none: all of them."),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("freed", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "freed IN ('finding_explained', 'data_error', 'facts_changed')", name=op.f("ck_finding_freed")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        comment="Findings that hold money, as the timeline raised them; `freed` says why one no longer does.",
    )
    op.create_index(op.f("ix_finding_case_id"), "finding", ["case_id"], unique=False)
    op.create_table(
        "same_child",
        sa.Column("merged", sa.Uuid(), nullable=False),
        sa.Column("survivor", sa.Uuid(), nullable=False),
        sa.CheckConstraint("merged <> survivor", name=op.f("ck_same_child_two")),
        sa.PrimaryKeyConstraint("merged", name=op.f("pk_same_child")),
        comment="Cases that are one child, as long as they are.",
    )
    op.create_index(op.f("ix_same_child_survivor"), "same_child", ["survivor"], unique=False)
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
        sa.Column("group_id", sa.Uuid(), nullable=True, comment="Group session: one interval of its therapist."),
        sa.Column("bedside", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("goals", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("device", sa.Uuid(), nullable=True, comment="Opaque id of what confirmed."),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "words", sa.Text(), nullable=True, comment="What was done, in the centre's words; they never travel."
        ),
        sa.Column("wording", sa.Text(), nullable=True, comment="Keyed digest of the words."),
        sa.CheckConstraint("confirmed_by IN ('signed', 'code', 'app', 'log')", name=op.f("ck_session_confirmed_by")),
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
    op.create_index(
        "ix_session_group_id", "session", ["group_id"], unique=False, postgresql_where=sa.text("group_id IS NOT NULL")
    )
    op.create_table(
        "session_correction",
        sa.Column("said_by", sa.Uuid(), nullable=False, comment="Fact that corrects."),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("therapist", sa.Uuid(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "discipline IN ('pt', 'ot', 'st', 'special_education', 'behavioural', 'auditory_verbal', "
            "'vision', 'music', 'sensory_integration', 'parent_training')",
            name=op.f("ck_session_correction_discipline"),
        ),
        sa.CheckConstraint(
            "mode IN ('individual', 'group', 'home', 'remote')", name=op.f("ck_session_correction_mode")
        ),
        sa.CheckConstraint(
            "reason IN ('wrong_time', 'wrong_therapist', 'wrong_details', 'wrong_child', 'did_not_happen', "
            "'entered_twice')",
            name=op.f("ck_session_correction_reason"),
        ),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_session_correction_session_id_session")),
        sa.PrimaryKeyConstraint("said_by", name=op.f("pk_session_correction")),
        comment="What a session was before each of its corrections, without any words.",
    )
    op.create_index(op.f("ix_session_correction_case_id"), "session_correction", ["case_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("therapist", sa.Uuid(), nullable=False),
        sa.Column("disciplines", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=False),
        sa.Column("lapsed_on", sa.Date(), nullable=True),
        sa.Column("lapse_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "lapse_reason IN ('licence_expired', 'left', 'struck_off')", name=op.f("ck_staff_lapse_reason")
        ),
        sa.CheckConstraint("(lapsed_on IS NULL) = (lapse_reason IS NULL)", name=op.f("ck_staff_lapsed_with_reason")),
        sa.CheckConstraint("since <= licence_until", name=op.f("ck_staff_licence")),
        sa.PrimaryKeyConstraint("institution", "therapist", name=op.f("pk_staff")),
        comment="Staff lists: persons as opaque ids, with disciplines and licence.",
    )
    op.create_index(op.f("ix_staff_licence_until"), "staff", ["licence_until"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("surgery", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("materials", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("reply_due_on", sa.Date(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("residence", sa.Text(), nullable=False),
        sa.Column("proofs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("hardship", sa.Text(), nullable=True),
        sa.Column("guardian", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("authorised_on", sa.Date(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("assess_by", sa.Date(), nullable=True, comment="Where a needs assessment has to come first."),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("eligible", sa.Boolean(), nullable=True),
        sa.Column("experts_agree", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "number",
            sa.Text(),
            sa.Computed(
                "upper(substr(id::text, 25, 4) || '-' || substr(id::text, 29, 4) || '-' || substr(id::text, 33))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(decided_on IS NULL) = (state IN ('submitted', 'returned'))", name=op.f("ck_application_decided")
        ),
        sa.CheckConstraint(
            "agent IN ('relative', 'community', 'institution', 'federation_window')", name=op.f("ck_application_agent")
        ),
        sa.CheckConstraint("basis IN ('certificate', 'diagnosis')", name=op.f("ck_application_basis")),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_application_category"),
        ),
        sa.CheckConstraint(
            "device IN ('hearing_aid', 'orthosis', 'prosthesis', 'wheelchair', 'walking_aid', "
            "'standing_frame', 'seating', 'low_vision_aid', 'communication_aid')",
            name=op.f("ck_application_device"),
        ),
        sa.CheckConstraint(
            "guardian IN ('parent', 'grandparent', 'adult_sibling', 'other_with_consent', 'institution')",
            name=op.f("ck_application_guardian"),
        ),
        sa.CheckConstraint(
            "hardship IN ('dibao', 'registered_poor', 'welfare_institution', 'orphan', 'tekun', 'other_difficulty')",
            name=op.f("ck_application_hardship"),
        ),
        sa.CheckConstraint("item IN ('training', 'surgery', 'device')", name=op.f("ck_application_item")),
        sa.CheckConstraint(
            "mode IN ('centralised', 'institution_community_family', 'once')", name=op.f("ck_application_mode")
        ),
        sa.CheckConstraint("residence IN ('household', 'residence_permit')", name=op.f("ck_application_residence")),
        sa.CheckConstraint(
            "state IN ('submitted', 'returned', 'approved', 'refused', 'withdrawn')", name=op.f("ck_application_state")
        ),
        sa.CheckConstraint(
            "surgery IN ('cochlear_implant', 'limb_correction', 'cleft_repair')", name=op.f("ck_application_surgery")
        ),
        sa.CheckConstraint("(agent IS NULL) = (authorised_on IS NULL)", name=op.f("ck_application_agent_authorised")),
        sa.CheckConstraint("(checked_by IS NULL) = (eligible IS NULL)", name=op.f("ck_application_checked")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_application_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index(op.f("ix_application_case_id"), "application", ["case_id"], unique=False)
    op.create_index(op.f("ix_application_number"), "application", ["number"], unique=False)
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
    op.create_index(
        "ix_application_reply",
        "application",
        ["county", "reply_due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
    )
    op.create_table(
        "certificate",
        sa.Column("grading", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("parts", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "category IN ('visual', 'hearing', 'speech', 'physical', 'intellectual', 'mental', 'multiple')",
            name=op.f("ck_certificate_category"),
        ),
        sa.CheckConstraint("grade BETWEEN 1 AND 4", name=op.f("ck_certificate_grade")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_certificate_case_id")),
        sa.PrimaryKeyConstraint("grading", name=op.f("pk_certificate")),
        comment="Disability certificates without their numbers.",
    )
    op.create_index(op.f("ix_certificate_case_id"), "certificate", ["case_id"], unique=False)
    op.create_table(
        "former_residence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False, comment="First day in the next county."),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_former_residence_case_id")),
        sa.PrimaryKeyConstraint("case_id", "county", "until", name=op.f("pk_former_residence")),
        comment="Counties that a child left: they keep a stub and nothing else.",
    )
    op.create_index(op.f("ix_former_residence_county"), "former_residence", ["county"], unique=False)
    op.create_table(
        "grading",
        sa.Column("designation_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("graded_on", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.CheckConstraint("grade IN ('a', 'b', 'c', 'failed')", name=op.f("ck_grading_grade")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_grading_score")),
        sa.ForeignKeyConstraint(["designation_id"], ["designation.id"], name=op.f("fk_grading_designation_id")),
        sa.PrimaryKeyConstraint("designation_id", "year", name=op.f("pk_grading")),
        comment="Yearly scores and the grades that followed.",
    )
    op.create_table(
        "intake",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("hospital", sa.Uuid(), nullable=False),
        sa.Column("diagnosed_on", sa.Date(), nullable=False),
        sa.Column("contact_due_on", sa.Date(), nullable=False),
        sa.Column("informed_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_intake_category"),
        ),
        sa.CheckConstraint(
            "contact IN ('will_apply', 'declined', 'applied_elsewhere')", name=op.f("ck_intake_contact")
        ),
        sa.CheckConstraint("(informed_on IS NULL) = (contact IS NULL)", name=op.f("ck_intake_informed")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_intake_case_id")),
        sa.PrimaryKeyConstraint("case_id", "category", name=op.f("pk_intake")),
        comment="Confirmed diagnoses that reached the federation: one intake per child and category.",
    )
    op.create_index("ix_intake_queue", "intake", ["county", "contact_due_on", "case_id", "category"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.CheckConstraint("payee IN ('institution', 'family')", name=op.f("ck_payment_payee")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_payment_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_claim_id"), "payment", ["claim_id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("surgery", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("other_counties", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ceiling", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("monthly_cap", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("enrol_by", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column(
            "approved_by", sa.Uuid(), nullable=False, comment="Who approved, and so never audits a claim under it."
        ),
        sa.Column(
            "taken_up_on",
            sa.Date(),
            nullable=True,
            comment="First enrolment, or the day on which what is given once was given.",
        ),
        sa.Column("lapsed_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("age_band IN ('under_7', 'from_7')", name=op.f("ck_approval_age_band")),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_approval_category"),
        ),
        sa.CheckConstraint(
            "device IN ('hearing_aid', 'orthosis', 'prosthesis', 'wheelchair', 'walking_aid', "
            "'standing_frame', 'seating', 'low_vision_aid', 'communication_aid')",
            name=op.f("ck_approval_device"),
        ),
        sa.CheckConstraint("item IN ('training', 'surgery', 'device')", name=op.f("ck_approval_item")),
        sa.CheckConstraint(
            "mode IN ('centralised', 'institution_community_family', 'once')", name=op.f("ck_approval_mode")
        ),
        sa.CheckConstraint(
            "surgery IN ('cochlear_implant', 'limb_correction', 'cleft_repair')", name=op.f("ck_approval_surgery")
        ),
        sa.CheckConstraint("0 <= monthly_cap AND monthly_cap <= ceiling", name=op.f("ck_approval_amounts")),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_approval_period")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_approval_application_id")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_approval_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("application_id", name=op.f("uq_approval_application_id")),
    )
    op.create_index(op.f("ix_approval_case_id"), "approval", ["case_id"], unique=False)
    op.create_index(
        "ix_approval_waiting",
        "approval",
        ["enrol_by"],
        unique=False,
        postgresql_where=sa.text("taken_up_on IS NULL AND lapsed_on IS NULL"),
    )
    op.create_table(
        "needs_assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("assessor", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recommended_mode", sa.Text(), nullable=False),
        sa.Column("estimate", sa.BigInteger(), nullable=True, comment="fen"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_needs_assessment_category"),
        ),
        sa.CheckConstraint("outcome IN ('suitable', 'not_suitable')", name=op.f("ck_needs_assessment_outcome")),
        sa.CheckConstraint(
            "recommended_mode IN ('centralised', 'institution_community_family', 'once')",
            name=op.f("ck_needs_assessment_recommended_mode"),
        ),
        sa.CheckConstraint("estimate >= 0", name=op.f("ck_needs_assessment_estimate")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_needs_assessment_application_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_needs_assessment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs_assessment")),
        comment="What a hospital or centre found of the need behind an application (handbook §3.3 step 3).",
    )
    op.create_index(op.f("ix_needs_assessment_application_id"), "needs_assessment", ["application_id"], unique=False)
    op.create_table(
        "recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("demanded_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recovered_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('finding_confirmed', 'paid_twice', 'overpaid')", name=op.f("ck_recovery_reason")
        ),
        sa.CheckConstraint("demanded_on <= due_on AND demanded_on <= recovered_on", name=op.f("ck_recovery_days")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_recovery_claim_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_recovery_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    op.create_index(op.f("ix_recovery_claim_id"), "recovery", ["claim_id"], unique=False)
    op.create_index(op.f("ix_recovery_payment_id"), "recovery", ["payment_id"], unique=False)
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
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "over_on", sa.Date(), sa.Computed("coalesce(ended_on, expected_until + 1)", persisted=True), nullable=False
        ),
        sa.CheckConstraint(
            "category IN ('vision', 'hearing', 'speech', 'physical', 'intellectual', 'autism')",
            name=op.f("ck_enrolment_category"),
        ),
        sa.CheckConstraint(
            "end_reason IN ('finished', 'withdrawn', 'transferred', 'terminated', 'lapsed', "
            "'aged_out', 'moved_away', 'deceased')",
            name=op.f("ck_enrolment_end_reason"),
        ),
        sa.CheckConstraint("item IN ('training', 'surgery', 'device')", name=op.f("ck_enrolment_item")),
        sa.CheckConstraint(
            "mode IN ('centralised', 'institution_community_family', 'once')", name=op.f("ck_enrolment_mode")
        ),
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
        "given_once",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("surgery", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("insurance_paid", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("assistance_paid", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column("again_from", sa.Date(), nullable=True, comment="End of the replacement cycle of a device."),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "device IN ('hearing_aid', 'orthosis', 'prosthesis', 'wheelchair', 'walking_aid', "
            "'standing_frame', 'seating', 'low_vision_aid', 'communication_aid')",
            name=op.f("ck_given_once_device"),
        ),
        sa.CheckConstraint(
            "surgery IN ('cochlear_implant', 'limb_correction', 'cleft_repair')", name=op.f("ck_given_once_surgery")
        ),
        sa.CheckConstraint("(surgery IS NULL) <> (device IS NULL)", name=op.f("ck_given_once_one_kind")),
        sa.CheckConstraint("insurance_paid + assistance_paid <= cost", name=op.f("ck_given_once_within_cost")),
        sa.CheckConstraint("insurance_paid >= 0 AND assistance_paid >= 0", name=op.f("ck_given_once_paid")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_given_once_approval_id")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_given_once_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_once")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_given_once_approval_id")),
        comment="Surgeries that were completed and devices that were fitted (handbook §3.2).",
    )
    op.create_index(op.f("ix_given_once_case_id"), "given_once", ["case_id"], unique=False)
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("planned_days", sa.Integer(), nullable=False),
        sa.Column("home_training", sa.Boolean(), nullable=False),
        sa.CheckConstraint("planned_days BETWEEN 1 AND 31", name=op.f("ck_care_plan_planned_days")),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_care_plan_period")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_care_plan_case_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_care_plan_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
    )
    op.create_index(op.f("ix_care_plan_case_id"), "care_plan", ["case_id"], unique=False)
    op.create_index(op.f("ix_care_plan_enrolment_id"), "care_plan", ["enrolment_id"], unique=False)
    op.create_table(
        "claim_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False, comment="County that pays."),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("provision_id", sa.Uuid(), nullable=True, comment="Operation or fitting that is claimed."),
        sa.Column("month", sa.Date(), nullable=False, comment="First day of the month of service."),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("attended_days", sa.Integer(), nullable=False),
        sa.Column("planned_days", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True, comment="fen"),
        sa.Column("insurance_paid", sa.BigInteger(), nullable=False, comment="fen"),
        sa.Column(
            "computed", sa.BigInteger(), nullable=False, comment="fen; what the records gave on the day of the claim"
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="fen; what is claimed"),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("granted", sa.BigInteger(), nullable=True, comment="fen; what the audit granted"),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="Why the audit reduced or rejected it; stays with the county and the centre.",
        ),
        sa.Column("audited_on", sa.Date(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("recovered", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="fen"),
        sa.CheckConstraint("verdict IN ('accepted', 'reduced', 'rejected')", name=op.f("ck_claim_line_verdict")),
        sa.CheckConstraint("(enrolment_id IS NULL) <> (provision_id IS NULL)", name=op.f("ck_claim_line_one_ground")),
        sa.CheckConstraint(
            "(verdict IS NULL) = (granted IS NULL) AND (verdict IS NULL) = (audited_on IS NULL)",
            name=op.f("ck_claim_line_audit"),
        ),
        sa.CheckConstraint("0 < amount AND 0 <= computed AND 0 <= insurance_paid", name=op.f("ck_claim_line_amounts")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_claim_line_month")),
        sa.CheckConstraint("granted BETWEEN 0 AND amount", name=op.f("ck_claim_line_granted")),
        sa.CheckConstraint("payment_id IS NULL OR granted > 0", name=op.f("ck_claim_line_paid")),
        sa.CheckConstraint(
            "recovered = 0 OR payment_id IS NOT NULL AND recovered BETWEEN 0 AND granted",
            name=op.f("ck_claim_line_recovered"),
        ),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_claim_line_approval_id")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_claim_line_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_line_claim_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_claim_line_enrolment_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_claim_line_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_line")),
    )
    op.create_index("ix_claim_line_case", "claim_line", ["case_id", "month"], unique=False)
    op.create_index("ix_claim_line_claim", "claim_line", ["claim_id", "id"], unique=False)
    op.create_index(
        "uq_claim_line_provision",
        "claim_line",
        ["provision_id"],
        unique=True,
        postgresql_where=sa.text("NOT on_paper AND verdict IS DISTINCT FROM 'rejected'"),
    )
    op.create_index(
        "uq_claim_line_training",
        "claim_line",
        ["enrolment_id", "month"],
        unique=True,
        postgresql_where=sa.text("NOT on_paper AND verdict IS DISTINCT FROM 'rejected'"),
    )
    op.create_table(
        "entry_assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("assessor", sa.Uuid(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recommended_mode", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('suitable', 'not_suitable')", name=op.f("ck_entry_assessment_outcome")),
        sa.CheckConstraint(
            "recommended_mode IN ('centralised', 'institution_community_family', 'once')",
            name=op.f("ck_entry_assessment_recommended_mode"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_entry_assessment_case_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_entry_assessment_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_assessment")),
        comment="Functional assessments that begin a service.",
    )
    op.create_index(op.f("ix_entry_assessment_enrolment_id"), "entry_assessment", ["enrolment_id"], unique=False)
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
    op.create_table(
        "home_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("visitor", sa.Uuid(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column(
            "words", sa.Text(), nullable=True, comment="What was seen, in the centre's words; they never travel."
        ),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_home_visit_case_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_home_visit_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_visit")),
    )
    op.create_index(op.f("ix_home_visit_case_id"), "home_visit", ["case_id"], unique=False)
    op.create_index(op.f("ix_home_visit_enrolment_id"), "home_visit", ["enrolment_id"], unique=False)
    op.create_table(
        "rest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("suspended_on", sa.Date(), nullable=False),
        sa.Column("expected_back", sa.Date(), nullable=True),
        sa.Column("resumed_on", sa.Date(), nullable=True, comment="First day of service again."),
        sa.CheckConstraint(
            "kind IN ('leave_illness', 'leave_family', 'leave_holiday', 'suspended_by_county', "
            "'suspended_institution')",
            name=op.f("ck_rest_kind"),
        ),
        sa.CheckConstraint("suspended_on < resumed_on", name=op.f("ck_rest_period")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_rest_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rest")),
        comment="Leave and suspension: active, on_leave or suspended (handbook §3.3).",
    )
    op.create_index(op.f("ix_rest_enrolment_id"), "rest", ["enrolment_id"], unique=False)
    op.create_index(
        "uq_rest_open", "rest", ["enrolment_id"], unique=True, postgresql_where=sa.text("resumed_on IS NULL")
    )
    op.create_table(
        "goal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("icf", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True, comment="The goal in the centre's words; they never travel."),
        sa.CheckConstraint("term IN ('long', 'mid', 'short', 'daily')", name=op.f("ck_goal_term")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_goal_case_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_goal_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
    )
    op.create_index(op.f("ix_goal_case_id"), "goal", ["case_id"], unique=False)
    op.create_index(op.f("ix_goal_plan_id"), "goal", ["plan_id"], unique=False)
    op.create_table(
        "line_hold",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_line_hold_finding_id")),
        sa.ForeignKeyConstraint(["line_id"], ["claim_line.id"], name=op.f("fk_line_hold_line_id")),
        sa.PrimaryKeyConstraint("line_id", "finding_id", name=op.f("pk_line_hold")),
    )
    op.create_index("ix_line_hold_finding_id", "line_hold", ["finding_id"], unique=False)
    op.create_table(
        "recovery_line",
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="fen"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_recovery_line_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["claim_line.id"], name=op.f("fk_recovery_line_line_id")),
        sa.ForeignKeyConstraint(["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_line_recovery_id")),
        sa.PrimaryKeyConstraint("recovery_id", "line_id", name=op.f("pk_recovery_line")),
    )
    op.create_index(op.f("ix_recovery_line_line_id"), "recovery_line", ["line_id"], unique=False)


def downgrade() -> None:
    op.drop_table("recovery_line")
    op.drop_table("line_hold")
    op.drop_table("goal")
    op.drop_table("rest")
    op.drop_table("home_visit")
    op.drop_table("evaluation")
    op.drop_table("entry_assessment")
    op.drop_table("claim_line")
    op.drop_table("care_plan")
    op.drop_table("given_once")
    op.drop_table("enrolment")
    op.drop_table("recovery")
    op.drop_table("needs_assessment")
    op.drop_table("approval")
    op.drop_table("payment")
    op.drop_table("intake")
    op.drop_table("grading")
    op.drop_table("former_residence")
    op.drop_table("certificate")
    op.drop_table("application")
    op.drop_table("staff")
    op.drop_table("session_correction")
    op.drop_table("session")
    op.drop_table("same_child")
    op.drop_table("finding")
    op.drop_table("designation")
    op.drop_table("closure_day")
    op.drop_table("claim")
    op.drop_table("child")
    drop_journal()
