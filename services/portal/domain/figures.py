"""One shape for all figures, however a service counts them: what they are made of, how they are drawn. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.portal.domain.bars import WHOLE, widths


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, and the fraction behind it where it is a share."""

    number: float | None
    unit: str
    """One of children, institutions, days, percent."""
    numerator: int | None = None
    denominator: int | None = None
    children: int | None = None

    @classmethod
    def counted(cls, value: int, counts: str) -> Self:
        """Return a count of children or institutions."""
        return cls(value, counts)

    @classmethod
    def measured(cls, figure: Mapping[str, Any], kind: str) -> Self:
        """Return an operational figure: a count, a median of days or a share."""
        if kind == "share":
            percent = None if figure["percent"] is None else float(figure["percent"])
            return cls(percent, "percent", figure["numerator"], figure["denominator"], figure["children"])
        return cls(figure["value"], "days" if kind == "median" else "children", children=figure["children"])


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart, which is a table too."""

    name: str
    amount: Amount
    width: float


def bars(rows: Iterable[tuple[str, Amount]]) -> list[Bar]:
    """Return the rows of a chart; shares are drawn of a hundred, all else of the greatest."""
    named = list(rows)
    numbers = [amount.number for _, amount in named]
    shares = bool(named) and named[0][1].unit == "percent"
    drawn = widths(numbers, whole=WHOLE if shares else None)
    return [Bar(name, amount, width) for (name, amount), width in zip(named, drawn, strict=True)]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure as a page tells it."""

    key: str
    name: Mapping[str, str]
    definition: Mapping[str, str]
    amount: Amount
    by_county: Mapping[str, Amount]
    beside: Amount | None = None
    """The other reading of the same wording, where there is one."""

    @classmethod
    def of_programme(cls, told: Mapping[str, Any]) -> Self:
        """Return a figure of the programme's report."""
        by_county = {county: Amount.counted(value, told["counts"]) for county, value in told["by_county"].items()}
        second = told.get("confirmed")
        return cls(
            told["key"], told["name"], told["definition"], Amount.counted(told["value"], told["counts"]), by_county,
            Amount.counted(second["value"], told["counts"]) if second else None,
        )  # fmt: skip

    @classmethod
    def operational(cls, told: Mapping[str, Any]) -> Self:
        """Return a figure that an office steers by."""
        by_county = {county: Amount.measured(one, told["kind"]) for county, one in told["by_county"].items()}
        return cls(told["key"], told["name"], told["definition"], Amount.measured(told, told["kind"]), by_county)
