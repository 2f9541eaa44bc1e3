"""What rehab knows of children from screening: residence, consent, certificates, which cases are one child."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from services.rehab.tables.common import metadata
from shared.contracts.codes import DisabilityCategory
from shared.stage import child_table, code

child = child_table(metadata)
for known in (
    Column("moved_on", Date, comment="Day of the last move; a move that is told late changes nothing after it."),
    Column("died_on", Date),
    Column("sharing_stopped_on", Date, comment="Consent was withdrawn: nobody new receives the child."),
    Column("erased_on", Date, comment="Identity was destroyed: no words about the child are kept from then on."),
    Column("shown_as", Uuid, comment="Case under which the child is shown, where two cases are one child."),
):
    child.append_column(known)

former_residence = Table(
    "former_residence",
    metadata,
    Column("case_id", ForeignKey("child.case_id"), nullable=False),
    Column("county", Text, nullable=False, index=True),
    Column("until", Date, nullable=False, comment="First day in the next county."),
    Column("moved_to", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "county", "until"),
    comment="Counties that a child left: they keep a stub and nothing else.",
)

same_child = Table(
    "same_child",
    metadata,
    # No foreign key: the survivor's registration comes in a stream of its own and may come later.
    Column("merged", Uuid, primary_key=True),
    Column("survivor", Uuid, nullable=False, index=True),
    CheckConstraint("merged <> survivor", name="two"),
    comment="Cases that are one child, as long as they are.",
)

certificate = Table(
    "certificate",
    metadata,
    Column("grading", Uuid, primary_key=True),
    Column("case_id", ForeignKey("child.case_id"), nullable=False, index=True),
    *code("category", DisabilityCategory),
    Column("parts", ARRAY(Text), nullable=False),
    Column("grade", Integer, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("cancelled_on", Date),
    CheckConstraint("grade BETWEEN 1 AND 4", name="grade"),
    comment="Disability certificates without their numbers.",
)
