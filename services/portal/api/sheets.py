"""Workbooks (XLSX): what a page shows as a file that others can count with, saying as of when it is."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from fastapi.responses import Response
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = str | float | date | None


FORMULA = ("=", "+", "-", "@")
"""With what a cell begins that a spreadsheet would work out."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: some lines that say what it is and as of when, the names of the columns, the rows."""

    title: str
    said: Sequence[str]
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int] = ()
    typed: bool = False
    """Whether somebody types into it and sends it back: then all of it is text, as numbers of people have to be."""


async def file_of(sheets: Iterable[Sheet], name: str) -> Response:
    """Return a workbook for the browser to keep."""
    content = await asyncio.to_thread(workbook, list(sheets))
    return Response(content, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}.xlsx"'})


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return the bytes of a workbook."""
    book = Workbook()
    for unasked in book.worksheets:
        book.remove(unasked)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(onto: Worksheet, sheet: Sheet) -> None:
    for place, width in enumerate(sheet.widths, start=1):
        onto.column_dimensions[get_column_letter(place)].width = width
        if sheet.typed:
            onto.column_dimensions[get_column_letter(place)].number_format = "@"
    heading = len(sheet.said) + 1
    onto.freeze_panes = f"A{heading + 1}"
    lines = [[words] for words in sheet.said]
    for row, values in enumerate([*lines, sheet.columns, *sheet.rows], start=1):
        for column, value in enumerate(values, start=1):
            cell = onto.cell(row, column, value)
            if isinstance(value, str) and isinstance(cell, Cell):
                # A name that begins with an equals sign is a name, never a formula; nor is it one typed into again.
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(FORMULA)
                cell.font = Font(bold=row == heading)
                if sheet.typed:
                    # It stays one when somebody edits it.
                    cell.number_format, cell.quotePrefix = "@", True
