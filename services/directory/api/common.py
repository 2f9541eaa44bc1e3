"""What the doors of the directory share: the desk, the unit of work, the forms of texts, what is never cached."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from services.directory.limits import plain_address
from services.directory.login import LoginDesk, Visitor
from services.directory.repository import DirectoryUnitOfWork
from shared.http.doors import writing
from shared.http.paging import Page, to_cursor

Uow = Annotated[DirectoryUnitOfWork, writing]

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Role = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Roles = Annotated[frozenset[Role], Field(min_length=1, max_length=10, description="Codes of roles.")]

SortedRoles = Annotated[list[str], BeforeValidator(sorted)]

LARGEST_BATCH = 500

Row = TypeVar("Row")
Shown = TypeVar("Shown", bound=BaseModel)


class Body(BaseModel):
    """A request body: nothing but what is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer that is built from a record."""

    model_config = ConfigDict(from_attributes=True)


def page_of(rows: Sequence[Row], limit: int, shape: type[Shown], *keys: str) -> Page[Shown]:
    """Return a page of rows of which one more than the limit was read; `keys` name what the list is ordered by."""
    shown, more = rows[:limit], len(rows) > limit
    last = [str(getattr(shown[-1], key)) for key in keys] if more else []
    return Page(items=[shape.model_validate(row) for row in shown], next=to_cursor(*last) if more else None)


def desk_of(request: Request) -> LoginDesk:
    """Return the login desk of the app that answers the request."""
    desk: LoginDesk = request.app.state.desk
    return desk


Desk = Annotated[LoginDesk, Depends(desk_of)]


def visitor_of(request: Request) -> Visitor:
    """Return where a request comes from. Behind a proxy that is what uvicorn was told to believe of its header."""
    return Visitor(plain_address(request.client.host if request.client else ""), request.state.request_id)


From = Annotated[Visitor, Depends(visitor_of)]


def _never_cached(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


never_cached = Depends(_never_cached)
"""For answers that hold a token, a password or a secret (RFC 6749 §5.1)."""
