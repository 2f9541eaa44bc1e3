"""What the doors of the directory share: the desk, the unit of work, the forms of texts, what is never cached."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.directory.login import LoginDesk, Visitor
from services.directory.repository import DirectoryUnitOfWork
from shared.http.doors import service_of, writing

Uow = Annotated[DirectoryUnitOfWork, writing]

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Role = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Roles = Annotated[frozenset[Role], Field(min_length=1, max_length=10, description="Codes of roles.")]

LARGEST_BATCH = 500


class Body(BaseModel):
    """A request body: nothing but what is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer that is built from a record."""

    model_config = ConfigDict(from_attributes=True)


def desk_of(request: Request) -> LoginDesk:
    """Return the login desk of the app that answers the request."""
    desk: LoginDesk = request.app.state.desk
    return desk


Desk = Annotated[LoginDesk, Depends(desk_of)]


def visitor_of(request: Request) -> Visitor:
    """Return where a request comes from. Behind a proxy that is what uvicorn was told to believe of it."""
    address = request.client.host if request.client else "unknown"
    return Visitor(address, request.state.request_id)


From = Annotated[Visitor, Depends(visitor_of)]


def _never_cached(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


never_cached = Depends(_never_cached)
"""For answers that hold a token, a password or a secret (RFC 6749 §5.1)."""


async def _changing(request: Request) -> AsyncIterator[Any]:
    async with service_of(request).ledger.open(request.state.actor.ref) as uow:
        yield uow


Changing = Annotated[DirectoryUnitOfWork, Depends(_changing, scope="function")]
"""A write without an Idempotency-Key, for a body that holds a password: the key's row keeps a fast hash of the body,
from which a password could be guessed. To repeat such a write does no harm."""
