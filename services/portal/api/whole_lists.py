"""Whole lists as workbooks: all pages of what a page shows, as of when that is, and a word where it had to be cut."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi.responses import Response

from services.portal.api.common import Visit
from services.portal.api.sheets import Sheet, Value, file_of
from services.portal.upstream import MOST_ROWS
from services.portal.words import catalogue, complete_to, moment, number
from shared import clock

MOST = 10_000
"""Rows of a list in one workbook."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its width, and what stands in it."""

    name: str
    width: int
    cell: Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a list, or the first of them."""

    rows: list[dict[str, Any]]
    as_of: datetime
    completeness: Mapping[str, Any] | None
    cut: bool = False


async def whole(visit: Visit, service: str, path: str, query: Mapping[str, str], most: int | None = MOST) -> Whole:
    """Read a list page by page from its begin, up to so many rows; each page is logged as reading, as on the screen."""
    as_of, rows, after = clock.now(), [], None
    asked = {name: value for name, value in query.items() if name != "after"}
    while True:
        listed = await visit.call.get(service, path, limit=MOST_ROWS, after=after, **asked)
        rows += listed["items"]
        after = listed["next"]
        if after is None or (most is not None and len(rows) >= most):
            return Whole(rows[:most], as_of, listed.get("completeness"), cut=after is not None)


async def book(
    visit: Visit, name: str, title: str, narrowed: Iterable[tuple[str, str]], listed: Whole, columns: Sequence[Column]
) -> Response:
    """Return a list as a workbook for the browser to keep; `narrowed` tells by what, in words."""
    sheet = Sheet(
        title,
        [title, *said(visit, narrowed, listed)],
        [column.name for column in columns],
        [[column.cell(row) for column in columns] for row in listed.rows],
        [column.width for column in columns],
    )
    return await file_of([sheet], f"{name}-{clock.local_date(listed.as_of)}")


def said(visit: Visit, narrowed: Iterable[tuple[str, str]], listed: Whole) -> list[str]:
    """Return the lines above a list: as of when, narrowed by what, complete to when, and whether it was cut."""
    _ = catalogue(visit.language).gettext
    cut = _("Only the first %(rows)s rows stand here. Narrow the list to have the rest.")
    return [
        f"{_('As of')} {moment(listed.as_of, visit.language)}",
        *(f"{word}: {value}" for word, value in narrowed if value),
        *([complete_to(listed.completeness, visit.language)] if listed.completeness else []),
        *([cut % {"rows": number(len(listed.rows), visit.language)}] if listed.cut else []),
    ]


def on(value: str | None) -> date | None:
    """Return a civil date as a cell that can be counted with."""
    return date.fromisoformat(value) if value else None


def at(value: str | None) -> datetime | None:
    """Return a moment by the clock on the wall in Shanghai; a cell knows no time zone."""
    return (
        datetime.fromisoformat(value).astimezone(clock.SHANGHAI).replace(tzinfo=None, microsecond=0) if value else None
    )
