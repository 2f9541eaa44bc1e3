"""Bars of a chart: how wide each is beside the greatest one. Pure."""

from collections.abc import Sequence

WHOLE = 100.0


def widths(values: Sequence[float | None], *, whole: float | None = None) -> list[float]:
    """Return the width of each value's bar in per cent of the greatest, or of a given whole; none where there is none.

    What is not nothing is never too narrow to be seen.
    """
    known = [value for value in values if value is not None]
    most = whole or max(known, default=0)
    return [_width(value, most) if value and most > 0 else 0 for value in values]


def _width(value: float, most: float) -> float:
    return round(min(WHOLE, max(1.0, WHOLE * value / most)), 2)
