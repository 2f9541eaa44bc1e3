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
        "grading",
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "grade", sa.Integer(), nullable=True, comment="None from the day on which the certificate was cancelled."
        ),
        sa.CheckConstraint("grade BETWEEN 1 AND 4", name=op.f("ck_grading_grade")),
        sa.PrimaryKeyConstraint("certificate", "since", name=op.f("pk_grading")),
        comment="Grades of disability certificates, for the stricter ratio.",
    )
    op.create_index(op.f("ix_grading_case_id"), "grading", ["case_id"], unique=False)
    op.create_table(
        "house",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
        comment="Institutions that care for children; the row is the lock of all that is about their places.",
    )
    op.create_index(op.f("ix_house_county"), "house", ["county"], unique=False)
    op.create_table(
        "staff_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint("result IN ('clear', 'on_record')", name=op.f("ck_staff_check_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_check")),
        comment="Yearly background checks; of each person the last one counts.",
    )
    op.create_index("ix_staff_check_county", "staff_check", ["county"], unique=False)
    op.create_index("ix_staff_check_person", "staff_check", ["institution", "person", "checked_on"], unique=False)
    op.create_table(
        "standing",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("consent", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("erased", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_standing")),
        comment="What screening said of a child since: death, consent, erasure, the case under which it is shown.",
    )
    op.create_index(op.f("ix_standing_merged_into"), "standing", ["merged_into"], unique=False)
    op.create_table(
        "child_key",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "wrapped_key",
            sa.LargeBinary(),
            nullable=True,
            comment="Destroyed when the child is erased; the row stays, so that none follows.",
        ),
        sa.Column("wrapped_with", sa.Text(), nullable=True, comment="Name of the key outside the database."),
        sa.CheckConstraint("(wrapped_key IS NULL) = (wrapped_with IS NULL)", name=op.f("ck_child_key_wrapped")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child_key")),
        comment="The key of each child under which custody's words about it are sealed.",
    )
    op.create_table(
        "carers",
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("by_day", sa.Integer(), nullable=False),
        sa.Column("by_night", sa.Integer(), nullable=False),
        sa.CheckConstraint("by_day >= 0 AND by_night >= 0", name=op.f("ck_carers_carers")),
        sa.ForeignKeyConstraint(["institution"], ["house.id"], name=op.f("fk_carers_institution")),
        sa.PrimaryKeyConstraint("institution", "since", name=op.f("pk_carers")),
    )
    op.create_table(
        "custody_stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False, comment="Where the child lived when it came."),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column(
            "moved_at", sa.DateTime(timezone=True), nullable=False, comment="When the child last went in or out."
        ),
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
    op.create_table(
        "licence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("day_places", sa.Integer(), nullable=False),
        sa.Column("boarding_places", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.CheckConstraint("day_places >= 0 AND boarding_places >= 0", name=op.f("ck_licence_places")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_licence_period")),
        sa.ForeignKeyConstraint(["institution"], ["house.id"], name=op.f("fk_licence_institution")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
    )
    op.create_index(op.f("ix_licence_institution"), "licence", ["institution"], unique=False)
    op.create_table(
        "care_sheet",
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("contract_signed_on", sa.Date(), nullable=True),
        sa.Column("health_checked_on", sa.Date(), nullable=True),
        sa.Column("allergies", sa.LargeBinary(), nullable=True),
        sa.Column("medication", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["stay_id"], ["custody_stay.id"], name=op.f("fk_care_sheet_stay_id")),
        sa.PrimaryKeyConstraint("stay_id", name=op.f("pk_care_sheet")),
    )
    op.create_index(op.f("ix_care_sheet_case_id"), "care_sheet", ["case_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("relation", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("removed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("kind IN ('emergency', 'pick_up')", name=op.f("ck_contact_kind")),
        sa.ForeignKeyConstraint(["stay_id"], ["custody_stay.id"], name=op.f("fk_contact_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        comment="People of a child's lists; those for picking up are the only ones to whom it is handed.",
    )
    op.create_index(op.f("ix_contact_case_id"), "contact", ["case_id"], unique=False)
    op.create_index(op.f("ix_contact_stay_id"), "contact", ["stay_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True, comment="When a missing child was found."),
        sa.Column("report_fact", sa.Uuid(), nullable=False, comment="Fact that told of it, as it was corrected last."),
        sa.CheckConstraint(
            "kind IN ('injury', 'illness', 'missing', 'suspected_abuse', 'unauthorised_pick_up', 'other')",
            name=op.f("ck_incident_kind"),
        ),
        sa.CheckConstraint("level IN ('minor', 'moderate', 'serious', 'death')", name=op.f("ck_incident_level")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_incident_case_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["custody_stay.id"], name=op.f("fk_incident_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_case_id"), "incident", ["case_id"], unique=False)
    op.create_index("ix_incident_institution", "incident", ["institution", "id"], unique=False)
    op.create_table(
        "leave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("institution", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("collector", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_back_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('illness', 'family', 'hospital', 'holiday')", name=op.f("ck_leave_kind")),
        sa.CheckConstraint("expected_back_at > starts_at AND ended_at >= starts_at", name=op.f("ck_leave_period")),
        sa.ForeignKeyConstraint(["case_id"], ["child.case_id"], name=op.f("fk_leave_case_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["custody_stay.id"], name=op.f("fk_leave_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_index(op.f("ix_leave_case_id"), "leave", ["case_id"], unique=False)
    op.create_index("ix_leave_institution", "leave", ["institution", "id"], unique=False)
    op.create_index("uq_leave_open", "leave", ["stay_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("collector", sa.Uuid(), nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("person", sa.Uuid(), nullable=False, comment="Who stood at the door for the house."),
        sa.CheckConstraint(
            "confirmation IN ('signature', 'identity_card', 'code', 'known_person')",
            name=op.f("ck_movement_confirmation"),
        ),
        sa.CheckConstraint("kind IN ('pick_up', 'activity', 'hospital')", name=op.f("ck_movement_kind")),
        sa.CheckConstraint("inside = (kind IS NULL)", name=op.f("ck_movement_out_has_kind")),
        sa.ForeignKeyConstraint(["stay_id"], ["custody_stay.id"], name=op.f("fk_movement_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    op.create_index("ix_movement_stay_id", "movement", ["stay_id", "id"], unique=False)
    op.create_table(
        "incident_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "step IN ('guardian_told', 'federation_told', 'written_report', 'authority_told')",
            name=op.f("ck_incident_step_step"),
        ),
        sa.CheckConstraint("due_at IS NOT NULL OR done_at IS NOT NULL", name=op.f("ck_incident_step_due_or_done")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_step_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
    )
    op.create_index(
        "ix_incident_step_open",
        "incident_step",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("uq_incident_step", "incident_step", ["incident_id", "step"], unique=True)
    op.create_table(
        "incident_words",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_words_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_words")),
    )
    op.create_index(op.f("ix_incident_words_case_id"), "incident_words", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_incident_words_case_id"), table_name="incident_words")
    op.drop_table("incident_words")
    op.drop_index("uq_incident_step", table_name="incident_step")
    op.drop_index("ix_incident_step_open", table_name="incident_step", postgresql_where=sa.text("done_at IS NULL"))
    op.drop_table("incident_step")
    op.drop_index("ix_movement_stay_id", table_name="movement")
    op.drop_table("movement")
    op.drop_index("uq_leave_open", table_name="leave", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_leave_institution", table_name="leave")
    op.drop_index(op.f("ix_leave_case_id"), table_name="leave")
    op.drop_table("leave")
    op.drop_index("ix_incident_institution", table_name="incident")
    op.drop_index(op.f("ix_incident_case_id"), table_name="incident")
    op.drop_table("incident")
    op.drop_index(op.f("ix_contact_stay_id"), table_name="contact")
    op.drop_index(op.f("ix_contact_case_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_care_sheet_case_id"), table_name="care_sheet")
    op.drop_table("care_sheet")
    op.drop_index(op.f("ix_licence_institution"), table_name="licence")
    op.drop_table("licence")
    op.drop_index("uq_custody_stay_open", table_name="custody_stay", postgresql_where=sa.text("ended_on IS NULL"))
    op.drop_index("ix_custody_stay_institution", table_name="custody_stay")
    op.drop_index("ix_custody_stay_county", table_name="custody_stay")
    op.drop_index(op.f("ix_custody_stay_case_id"), table_name="custody_stay")
    op.drop_table("custody_stay")
    op.drop_table("carers")
    op.drop_table("child_key")
    op.drop_index(op.f("ix_standing_merged_into"), table_name="standing")
    op.drop_table("standing")
    op.drop_index("ix_staff_check_person", table_name="staff_check")
    op.drop_index("ix_staff_check_county", table_name="staff_check")
    op.drop_table("staff_check")
    op.drop_index(op.f("ix_house_county"), table_name="house")
    op.drop_table("house")
    op.drop_index(op.f("ix_grading_case_id"), table_name="grading")
    op.drop_table("grading")
    op.drop_index("ix_enrolment_institution", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_table("child")
    drop_journal()
