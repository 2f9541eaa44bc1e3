"""The files that we give out: templates, and lines that were not taken over with the reason beside them."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from fastapi.responses import Response

from services.portal.api.common import Visit
from services.portal.api.importing.kinds import ALWAYS, FileKind, heading, hint
from services.portal.api.importing.reasons import reasons
from services.portal.api.sheets import Sheet, file_of
from services.portal.domain.importing.files import quoted
from services.portal.domain.importing.lines import Line
from services.portal.words import _, catalogue, truth
from shared.words import Language

WIDTH, WIDE = 18, 60
ALLOWED = (_("Column"), _("In every line"), _("What to type"), _("Allowed values"), _("Example"))
SPACE = " / "
CSV = "text/csv; charset=utf-8"
MARK = "\ufeff"
"""By which a spreadsheet knows that a text is UTF-8."""


async def workbook_template(visit: Visit, kind: FileKind) -> Response:
    """Return the template as a workbook: its lines on the first sheet, what may stand in them on the second."""
    lines, therapists = await kind.filled_in(visit)
    first = _sheet(kind, visit.language, [_cells(kind, line) for line in lines])
    return await file_of([first, _allowed(kind, visit.language, therapists)], f"template-{kind.key}")


async def text_template(visit: Visit, kind: FileKind) -> Response:
    """Return the template as text."""
    lines, _therapists = await kind.filled_in(visit)
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(_headings(kind, visit.language))
    rows.writerows([quoted(cell) for cell in _cells(kind, line)] for line in lines)
    named = {"content-disposition": f'attachment; filename="template-{kind.key}.csv"'}
    return Response(MARK + text.getvalue(), media_type=CSV, headers=named)


async def not_taken(visit: Visit, kind: FileKind, lines: Iterable[Line]) -> Response:
    """Return lines as they were typed, each with the reason why it is not in."""
    language = visit.language
    rows = [[*_cells(kind, line.cells), "; ".join(reasons(line, language))] for line in lines]
    first = _sheet(kind, language, rows, heading("reason", language))
    return await file_of([first, _allowed(kind, language, [])], f"not-taken-{kind.key}")


def explained(kind: FileKind, language: Language) -> list[dict[str, Any]]:
    """Return what may stand in each column."""
    return [
        {
            "name": heading(one.name, language),
            "always": one.name in ALWAYS,
            "hint": hint(one.name, language),
            "allowed": kind.choices[one.name].words(language) if one.name in kind.choices else [],
            "example": _example(kind, one.name, language),
        }
        for one in kind.columns
    ]


def _example(kind: FileKind, name: str, language: Language) -> str:
    value = str(kind.example.get(name, ""))
    return kind.choices[name].called(value, language) if value and name in kind.choices else value


def _sheet(kind: FileKind, language: Language, rows: Sequence[Sequence[str]], *more: str) -> Sheet:
    columns = [*_headings(kind, language), *more]
    widths = [*[WIDTH] * len(kind.columns), *[WIDE] * len(more)]
    return Sheet(catalogue(language).gettext(kind.title), (), columns, rows, widths, typed=True)


def _allowed(kind: FileKind, language: Language, therapists: Iterable[tuple[str, str]]) -> Sheet:
    say = catalogue(language).gettext
    columns = [say(text) for text in ALLOWED]
    rows = [_explained(one, language) for one in explained(kind, language)]
    people = [[heading("therapist", language), "", "", name, number] for name, number in therapists]
    widths = [WIDTH, WIDTH, WIDE, WIDE, WIDTH]
    return Sheet(say(_("Allowed values")), (), columns, [*rows, *people], widths, typed=True)


def _explained(one: Mapping[str, Any], language: Language) -> list[str]:
    return [one["name"], truth(one["always"], language), one["hint"], SPACE.join(one["allowed"]), one["example"]]


def _headings(kind: FileKind, language: Language) -> list[str]:
    return [heading(column.name, language) for column in kind.columns]


def _cells(kind: FileKind, cells: Mapping[str, str]) -> list[str]:
    return [cells.get(column.name, "") for column in kind.columns]
