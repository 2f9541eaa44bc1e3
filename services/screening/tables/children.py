"""The registry's own tables: children, who they are, by which numbers they are found, who takes part in their cases."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    false,
    text,
)

from services.screening.tables.common import Basis, author, code, codes, metadata, of_child
from shared.contracts.codes import Sex
from shared.contracts.events.screening import IdentifierKind
from shared.journal.tables import Moment

child = Table(
    "child",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    code("sex"),
    Column("birth_date", Date, nullable=False),
    Column("region", Text, nullable=False),
    code("identifier_kind"),
    *author(),
    Column("merged_into", ForeignKey("child.case_id")),
    Column("died_on", Date),
    Column("death_fact", Uuid, comment="Fact that a correction of the death names."),
    Column("masked", Boolean, nullable=False, server_default=false(), comment="Consent was withdrawn."),
    Column("erased_at", Moment),
    *codes(sex=Sex, identifier_kind=IdentifierKind),
    CheckConstraint("region ~ '^[0-9]{6}$'", name="region"),
    # A child is never merged into itself: following the chain must end.
    CheckConstraint("merged_into <> case_id", name="merged_into_another"),
    CheckConstraint("died_on >= birth_date", name="died_after_birth"),
    CheckConstraint("(died_on IS NULL) = (death_fact IS NULL)", name="death_has_its_fact"),
    Index("ix_child_birth_date", "birth_date"),
    Index("ix_child_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("ix_child_region", "region", "case_id", postgresql_ops={"region": "text_pattern_ops"}),
    comment="Children by their case; its row lock orders all acts on one child.",
    postgresql_with={"fillfactor": 70},
)

child_identity = Table(
    "child_identity",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("wrapped_key", LargeBinary),
    Column("wrapped_with", Text),
    Column("name", LargeBinary),
    Column("resident_number", LargeBinary),
    Column("birth_certificate", LargeBinary),
    Column("guardian_name", LargeBinary),
    Column("guardian_phone", LargeBinary),
    Column("guardian_resident_number", LargeBinary),
    Column("address", LargeBinary),
    # Erasure destroys the key and the name with it; half an identity would be neither.
    CheckConstraint("(wrapped_key IS NULL) = (name IS NULL)", name="whole_or_erased"),
    comment="Who the child is, encrypted under the child's own key; row-level security is the second wall.",
)

child_number = Table(
    "child_number",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("blind", LargeBinary, primary_key=True),
    of_child(),
    Column("named", LargeBinary, nullable=False, comment="Keyed digest of the name under which the number was given."),
    *codes(kind=IdentifierKind),
    CheckConstraint("octet_length(blind) = 32 AND octet_length(named) = 32", name="hmac_sha256"),
    Index("ix_child_number_case_id", "case_id"),
    comment="Blind index of numbers: the primary key lets one of two clerks win who register a number at once.",
)

participant = Table(
    "participant",
    metadata,
    Column("organisation", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), primary_key=True),
    Column("basis", Text, primary_key=True),
    Column("source", Uuid, primary_key=True, comment="The referral, enrolment, placement or stay; else the case."),
    Column("since", Date, nullable=False),
    Column("until", Date, comment="First day on which this no longer gives sight of the child."),
    Column("through", Uuid, comment="Other case of the same child in which it really takes part."),
    *codes(basis=Basis),
    Index("ix_participant_case_id", "case_id"),
    Index("ix_participant_through", "through", postgresql_where=text("through IS NOT NULL")),
    comment="Which organisation takes part in which case, and on what ground.",
)
