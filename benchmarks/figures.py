"""The figures: their names, units and aims, the arithmetic of quantiles and ratios, the table and `bench.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.table import Table

from benchmarks.main_pages import LONG_FILE, PAGES
from deploy.local.files import write_whole

DIGITS = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure is held against: at least (or at most) so many times its ceiling.

    `ceiling` is the issue's own aim; None where the raw ceiling is measured in the same run.
    """

    unit: str
    ceiling: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def reached(self, ratio: float) -> bool:
        """Tell whether a ratio of figure to ceiling is what was aimed at."""
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)


def _of_page(name: str) -> dict[str, Aim]:
    """Return the aims of one page of the portal: server time, and weight with style and script."""
    return {
        f"page_{name}_p50": Aim("ms", 150),
        f"page_{name}_p95": Aim("ms", 150, at_most=1),
        f"page_{name}_kb": Aim("kB", 100, at_most=1),
    }


OF_MAIN_PAGES = {name: aim for page in PAGES for name, aim in _of_page(page.name).items()}
OF_LONG_FILE = {**_of_page(LONG_FILE), f"page_{LONG_FILE}_alone": Aim("ms")}
AIMS: Mapping[str, Aim] = {
    "http_session": Aim("req/s", at_least=0.4),
    "batch_sessions": Aim("sessions/s", 10_000, at_least=1),
    "batch_sessions_20": Aim("sessions/s", at_least=1),
    "projection": Aim("facts/s", at_least=0.4),
    "assessment": Aim("facts/s", at_least=0.03),
    "freshness_p50": Aim("ms", 200, at_most=1),
    "freshness_p95": Aim("ms", 200, at_most=1),
    "freshness_p99": Aim("ms", 200),
    "first_page_p95_100k": Aim("ms", 5, at_most=1),
    "first_page_p95_1m": Aim("ms", 5, at_most=1),
    "first_page_rps_8": Aim("req/s", 600, at_least=1),
    "list_restricted_ratio": Aim("times", 1.3, at_most=1),
    "rebuild": Aim("facts/s", 10_000, at_least=1),
    "start_cold": Aim("s", 10),
    "start_warm": Aim("s", 10, at_most=1),
    "memory_mb": Aim("MB", 1000, at_most=1),
    "day_sheet_40": Aim("s", 180, at_most=1),
    **OF_MAIN_PAGES,
    **OF_LONG_FILE,
}
"""Every figure of a run, in the order of the report."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report; `value` is None where it could not be measured, and the note says why."""

    name: str
    value: float | None
    unit: str
    ceiling: float | None
    ratio: float | None
    note: str

    @property
    def reached(self) -> bool | None:
        """Whether the aim was reached; None where nothing was measured."""
        return None if self.ratio is None else AIMS[self.name].reached(self.ratio)


def figure(name: str, value: float, note: str, *, ceiling: float | None = None) -> Figure:
    """Return a measured figure beside its raw ceiling or, where there is none, beside the aim."""
    aim = AIMS[name]
    beside = ceiling if ceiling is not None else aim.ceiling
    if beside is None:
        raise ValueError(f"{name} is held against a raw ceiling, and none was measured")
    said = note if ceiling is not None else f"{note}; the ceiling is the aim"
    return Figure(name, round(value, DIGITS), aim.unit, round(beside, DIGITS), round(value / beside, DIGITS), said)


def failed(name: str, error: BaseException) -> Figure:
    """Return the line of a figure that could not be measured; of a group of errors the first one says why."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return Figure(name, None, AIMS[name].unit, None, None, f"failed: {type(error).__name__}: {error}")


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values, no quantile")
    ranked = sorted(values)
    place = -(-round(share * 1_000_000) * len(ranked) // 1_000_000)
    return ranked[max(place, 1) - 1]


def middle(values: Sequence[float]) -> float:
    """Return the median of some rounds: one round that something else disturbed does not count."""
    return median(values)


def save(figures: Sequence[Figure], file: Path) -> None:
    """Write the report as JSON."""
    write_whole(file, json.dumps([asdict(one) for one in figures], indent=1))


def table(figures: Sequence[Figure], title: str) -> Table:
    """Return the report as a table; what was measured, and how, stands in the notes of the JSON."""
    shown = Table("figure", "value", "unit", "ceiling", "ratio", "aim", "", title=title)
    for one in figures:
        shown.add_row(
            one.name, _number(one.value), one.unit, _number(one.ceiling), _number(one.ratio, 2),
            _aim(AIMS[one.name]), _mark(one),
        )  # fmt: skip
    return shown


def _aim(aim: Aim) -> str:
    if aim.at_least is not None:
        return f">= {aim.at_least:g}"
    return f"<= {aim.at_most:g}" if aim.at_most is not None else "-"


def _mark(one: Figure) -> str:
    if one.reached is None:
        return "[red]failed[/red]"
    if AIMS[one.name].at_least is AIMS[one.name].at_most is None:
        return ""
    return "[green]✓[/green]" if one.reached else "[red]✗[/red]"


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
