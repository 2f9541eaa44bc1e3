"""What a stage stands on that knows a child only by its case: the child itself, codes in columns, visibility, pages.

A stage of the chain keeps of a child what `child_registered` says: birth date and county. Its row is the lock that puts
two requests about one child in line: what the second one reads includes what the first one wrote.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict
from sqlalchemy import CheckConstraint, Column, ColumnElement, Date, MetaData, Row, Select, Table, Text, Uuid, false

from shared.contracts.events.screening import ChildRegistered
from shared.errors import CaseNotFound
from shared.http.doors import Reading, service_of
from shared.http.paging import Page, from_cursor, to_cursor
from shared.journal.reactions import Incoming, on
from shared.journal.unit_of_work import UnitOfWork
from shared.settings import ServiceSettings

Item = TypeVar("Item")
COUNTY_DIGITS = 6

_KNOW = "INSERT INTO child (case_id, birth_date, county) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_LOCK = """
SELECT case_id, birth_date, county FROM child
WHERE case_id = $1 AND ($2::text IS NULL OR $2 <> '' AND starts_with(county, $2)) FOR NO KEY UPDATE
"""


ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ISO_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")


def _iso_day(value: object) -> date:
    """Read a date as text only: pydantic would also take a number as seconds since 1970, which no clerk ever means."""
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("a date is text of the form 2024-03-20")


def _iso_moment(value: object) -> object:
    """Pass a moment as text with its date in front; the reader after it asks for an offset from UTC."""
    if isinstance(value, str) and ISO_MOMENT.match(value):
        return value
    raise ValueError("a moment is text of the form 2024-03-20T09:00:00+08:00")


Day = Annotated[date, BeforeValidator(_iso_day, json_schema_input_type=str)]
"""A date in a request."""
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_iso_moment, json_schema_input_type=str),
    AfterValidator(lambda moment: moment.astimezone(UTC)),
]
"""A moment in a request, in UTC once it is read."""


class Body(BaseModel):
    """Base of request bodies: nothing unknown gets in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Child:
    """What a stage knows of a child: no identity."""

    case: UUID
    born: date
    county: str


def child_table(metadata: MetaData) -> Table:
    """Declare the stage's table of children."""
    return Table(
        "child",
        metadata,
        Column("case_id", Uuid, primary_key=True),
        Column("birth_date", Date, nullable=False),
        Column("county", Text, nullable=False),
        CheckConstraint("county ~ '^[0-9]{6}$'", name="county"),
        comment="Children as screening.child_registered names them; the row is the lock of all that is about a child.",
    )


def code(name: str, codes: type[StrEnum], *, nullable: bool = False) -> tuple[Column[str], CheckConstraint]:
    """Return a column that holds one of the stable codes of published facts, and the constraint that keeps it so.

    The constraint is the table's, not the column's: only those are seen when a migration is written.
    """
    values = ", ".join(repr(one.value) for one in codes)
    return Column(name, Text, nullable=nullable), CheckConstraint(f"{name} IN ({values})", name=name)


async def know_child(incoming: Incoming[ChildRegistered], uow: UnitOfWork) -> None:
    """Keep a child that screening registered."""
    await uow.driver.execute(_KNOW, incoming.event.case, incoming.data.birth_date, incoming.data.region)


KNOWS_CHILD = on(ChildRegistered, know_child)
"""The first row of a stage's table of reactions."""


async def locked_child(uow: UnitOfWork, case: UUID, *, inside: str | None = None) -> Child:
    """Return a child, inside a region where one is given, and hold its row to the end. Raises CaseNotFound."""
    row = await uow.driver.fetchrow(_LOCK, case, inside)
    if row is None:
        raise CaseNotFound
    return Child(*row)


def within(county: ColumnElement[str], region: str) -> ColumnElement[bool]:
    """Return the condition that a county lies inside a region prefix; a whole county is found by its index.

    Nothing lies inside an empty prefix: a token without a region opens no county.
    """
    if not region:
        return false()
    return county == region if len(region) == COUNTY_DIGITS else county.startswith(region, autoescape=True)


def settings(request: Request) -> ServiceSettings:
    """Return the settings of the service: `Given = Annotated[Settings, Depends(settings)]`."""
    return service_of(request).settings


async def page(
    reading: Reading,
    wanted: Select[Any],
    key: ColumnElement[UUID],
    cursor: str | None,
    limit: int,
    shape: Callable[[Row[Any]], Item],
    *,
    newest_first: bool = False,
) -> Page[Item]:
    """Return a page of rows, each with its `case_id`, in the order of their ids, and log whom it shows."""
    rows, following = await _page_of(reading, wanted, key, cursor, limit, newest_first=newest_first)
    await reading.shown({row.case_id for row in rows})
    return Page(items=[shape(row) for row in rows], next=following)


async def public_page(
    reading: Reading,
    wanted: Select[Any],
    key: ColumnElement[UUID],
    cursor: str | None,
    limit: int,
    shape: Callable[[Row[Any]], Item],
) -> Page[Item]:
    """Return a page of rows about institutions in the order of their ids: they show no child, so nothing is logged."""
    rows, following = await _page_of(reading, wanted, key, cursor, limit)
    return Page(items=[shape(row) for row in rows], next=following)


async def _page_of(
    reading: Reading,
    wanted: Select[Any],
    key: ColumnElement[UUID],
    cursor: str | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> tuple[Sequence[Row[Any]], str | None]:
    """Return the rows of a page in the order of their ids, which grow with time, and where the next one begins."""
    after = from_cursor(cursor, UUID)
    if after is not None:
        wanted = wanted.where(key < after[0] if newest_first else key > after[0])
    order = key.desc() if newest_first else key
    rows = (await reading.session.execute(wanted.order_by(order).limit(limit + 1))).all()
    return rows[:limit], to_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
