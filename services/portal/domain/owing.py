"""Who owes how much: counties and organisations by their overdue duties."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.domain.bars import widths


@dataclass(frozen=True, slots=True)
class Owing:
    """One row of a chart: a county, or who owes, with the length of its bar."""

    key: str
    """As the list of duties is narrowed by it."""
    name: str
    open: int
    overdue: int
    width: float = 0


def owing(counts: Iterable[Mapping[str, Any]], told: Callable[[Mapping[str, Any]], tuple[str, str]]) -> list[Owing]:
    """Return all that owe something, those with most overdue first; `told` gives key and name of a count."""
    most = sorted(counts, key=lambda row: (-row["overdue"], -row["open"], told(row)))
    drawn = widths([row["overdue"] for row in most])
    return [Owing(*told(row), row["open"], row["overdue"], width) for row, width in zip(most, drawn, strict=True)]
