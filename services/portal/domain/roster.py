"""A day's roster as a page sends it: new days, corrections of what was recorded, and what stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STATUSES = ("present", "absent", "leave")
FIELD = "day-"
"""One field for each child: a browser's form of a large school stays below what a server takes."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What somebody marked on a roster."""

    new: Mapping[str, str]
    """Status by case, of children of whom nothing was recorded."""
    corrections: Iterable[tuple[str, str, str]]
    """Case, status, and the fact that no longer holds."""


def marked(fields: Mapping[str, str]) -> Marked:
    """Read the fields of a roster: a status, or a status and the fact that it corrects; nothing stays as it is."""
    days = {name.removeprefix(FIELD): value for name, value in fields.items() if name.startswith(FIELD) and value}
    told = {case: value.partition(" ") for case, value in days.items()}
    new = {case: status for case, (status, _, fact) in told.items() if not fact}
    return Marked(new, [(case, status, fact) for case, (status, _, fact) in told.items() if fact])
