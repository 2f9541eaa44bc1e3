"""What happened to a child: moves, guardians, consent, hospital, merges, doubts about identity (handbook §2)."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.screening.domain.guardians import ConsentOf
from services.screening.tables.common import author, code, codes, metadata, of_child
from shared.contracts.events.screening import ConflictKind, ConsentBasis, GuardianKind

former_residence = Table(
    "former_residence",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("until", Date, primary_key=True, comment="First day in the next county."),
    Column("region", Text, nullable=False),
    *author(),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
    comment="Counties where a child lived before; their authorities see a stub.",
)

guardian_change = Table(
    "guardian_change",
    metadata,
    Column("id", Uuid, primary_key=True),
    of_child(),
    code("kind"),
    Column("changed_on", Date, nullable=False),
    code("consent_of", nullable=True),
    Column("unavailable", JSONB, nullable=False, comment="Earlier kinds of guardian and why they do not serve."),
    Column("former_name", LargeBinary),
    Column("former_phone", LargeBinary),
    Column("former_resident_number", LargeBinary),
    *author(),
    *codes(kind=GuardianKind, consent_of=ConsentOf),
    Index("ix_guardian_change_case_id", "case_id", "changed_on"),
    comment="Changes of guardian; who it was before stays encrypted under the child's own key.",
)

consent = Table(
    "consent",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("basis", Text, primary_key=True),
    Column("given_on", Date, primary_key=True),
    Column("withdrawn_on", Date),
    *author(),
    *codes(basis=ConsentBasis),
    CheckConstraint("withdrawn_on >= given_on", name="withdrawn_after_given"),
    # One of a kind stands at a time.
    Index("uq_consent_standing", "case_id", "basis", unique=True, postgresql_where=text("withdrawn_on IS NULL")),
)

hospital_stay = Table(
    "hospital_stay",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("hospital", Uuid),
    Column("admitted_on", Date, nullable=False),
    Column("discharged_on", Date),
    Column("admission_fact", Uuid, nullable=False),
    Column("discharge_fact", Uuid),
    *author(),
    CheckConstraint("discharged_on >= admitted_on", name="discharged_after_admission"),
    CheckConstraint("(discharged_on IS NULL) = (discharge_fact IS NULL)", name="discharge_has_its_fact"),
    Index("ix_hospital_stay_case_id", "case_id", "admitted_on"),
)

case_merge = Table(
    "case_merge",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("survivor", ForeignKey("child.case_id"), nullable=False),
    Column("merged", ForeignKey("child.case_id"), nullable=False),
    Column("merged_on", Date, nullable=False),
    Column("score", Integer, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("region_before", Text, nullable=False, comment="County of the merged case, for the way back."),
    Column("closed", ARRAY(Text), nullable=False, comment="Categories that the merge closed in the merged case."),
    Column("unmerged_on", Date),
    Column("unmerged_by", Uuid),
    *author(),
    CheckConstraint("survivor <> merged", name="two_cases"),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    CheckConstraint("(unmerged_on IS NULL) = (unmerged_by IS NULL)", name="undone_by_somebody"),
    Index("uq_case_merge_standing", "merged", unique=True, postgresql_where=text("unmerged_on IS NULL")),
    Index("ix_case_merge_survivor", "survivor"),
    comment="Decisions that two cases are one child, with score and reasons; undone ones stay.",
)

identity_conflict = Table(
    "identity_conflict",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("mark", LargeBinary, primary_key=True, comment="Digest of what was given: one fact for one contradiction."),
    Column("other", ForeignKey("child.case_id")),
    Column("noticed_on", Date, nullable=False),
    Column("settled_on", Date, comment="When a person found that it is no contradiction; the same again is no news."),
    *author(),
    *codes(kind=ConflictKind),
)

told_apart = Table(
    "told_apart",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True, comment="The lesser id of the two."),
    Column("other", ForeignKey("child.case_id"), primary_key=True),
    *author(),
    CheckConstraint("case_id < other", name="once"),
    Index("ix_told_apart_other", "other"),
    comment="Decisions that children who are much alike are two, and whose they are.",
)
