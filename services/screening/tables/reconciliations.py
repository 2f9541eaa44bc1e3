"""What monthly reconciliations between health and federation found (handbook §1.4). No number or name is kept."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid

from services.screening.domain.reconciling import DifferenceKind
from services.screening.tables.common import author, code, codes, metadata
from shared.contracts.codes import RehabCategory

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("county", Text, nullable=False),
    Column("month", Date, nullable=False, comment="Its first day."),
    Column("listed", Integer, nullable=False, comment="Lines of the federation's list."),
    Column("confirmed", Integer, nullable=False, comment="Children, by category, on the health side's list."),
    Column("differences", Integer, nullable=False),
    *author(),
    CheckConstraint("county ~ '^[0-9]{6}$'", name="county"),
    CheckConstraint("extract(day FROM month) = 1", name="month"),
    CheckConstraint("listed >= 0 AND confirmed >= 0 AND differences >= 0", name="counts"),
    Index("ix_reconciliation_county", "county", "id"),
    comment="Comparisons of the two lists; the last one of a month holds, none is overwritten.",
)

reconciliation_difference = Table(
    "reconciliation_difference",
    metadata,
    Column("reconciliation", ForeignKey("reconciliation.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    code("kind"),
    code("category"),
    Column("line", Integer, comment="Line of the federation's list, from 1; the federation knows who that is."),
    Column("case_id", ForeignKey("child.case_id")),
    *codes(kind=DifferenceKind, category=RehabCategory),
    # A difference that names neither could be found out by nobody.
    CheckConstraint("line IS NOT NULL OR case_id IS NOT NULL", name="named"),
)
