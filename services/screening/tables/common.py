"""What the tables of screening share: metadata, codes in columns, the author of a record."""

from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Text, Uuid, func

from shared.journal.tables import Moment, new_metadata

metadata = new_metadata()


class Basis(StrEnum):
    """Why an organisation takes part in a case; derived from facts, never entered by hand (docs/access.md)."""

    REGISTERED = "registered"
    SCREENED = "screened"
    REFERRED = "referred"
    ENROLLED = "enrolled"
    PLACED = "placed"
    IN_CUSTODY = "in_custody"
    MOVED = "moved"
    """Named as the institution that takes a child over after a move."""
    GRADING = "grading"
    """Asked to grade the disability for a certificate."""


def code(name: str, *, nullable: bool = False) -> Column[str]:
    """Return a column that holds a stable code of published facts; `codes` keeps it to them."""
    return Column(name, Text, nullable=nullable)


def codes(**columns: type[StrEnum]) -> Iterator[CheckConstraint]:
    """Return, for each column, the constraint that keeps it to its codes."""
    for name, kind in columns.items():
        listed = ", ".join(repr(one.value) for one in kind)
        yield CheckConstraint(f"{name} IN ({listed})", name=name)


def of_child(name: str = "case_id") -> Column[object]:
    """Return a column that names a registered child."""
    return Column(name, ForeignKey("child.case_id"), nullable=False)


def author() -> tuple[Column[object], Column[object], Column[object]]:
    """Return the columns that every record of an act carries: institution, named person, time of entry."""
    return (
        Column("organisation", Uuid, nullable=False),
        Column("person", Uuid, nullable=False),
        Column("recorded_at", Moment, nullable=False, server_default=func.now()),
    )
