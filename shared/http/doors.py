"""What stands in the signature of a route: who may come in, the unit of work, the reading that is logged.

    @router.post("/cases/{case}/placements", status_code=201)
    async def decide_placement(
        case: CaseId, body: PlacementIn, actor: Annotated[Actor, may(Act.DECIDE_PLACEMENT)], uow: Uow
    ) -> Receipt: ...

`may(...)` comes before `uow` or `reading`: both act for whom it let in. An arch test walks all routes.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from shared.access.access_log import record_reading
from shared.access.policy import Act, Actor, acting_as, allowed
from shared.db import Driver, Session
from shared.errors import KeyMissing, NotAllowed, NotAuthenticated
from shared.journal import unit_of_work as journal
from shared.service import Service

SHORTEST_KEY, LONGEST_KEY = 8, 200
TRACE = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C trace context; anything else that a caller sends there would be free text in a fact."""


def service_of(request: Request) -> Service:
    """Return the service whose app answers the request."""
    service: Service = request.app.state.service
    return service


@dataclass(frozen=True, slots=True)
class Guard(ABC):
    """A check at a door, readable for the list of all doors and their rules."""

    act: Act

    @abstractmethod
    async def __call__(self, request: Request) -> Any:  # noqa: ANN401 - an Actor, or what a page makes of it
        """Let somebody in. Raises NotAuthenticated, NotAllowed, or what else turns them away."""

    def admitted(self, request: Request, actor: Actor) -> Actor:
        """Return an actor in the role in which it acts here, known to the request from now on. Raises NotAllowed."""
        if not allowed(actor, self.act):
            raise NotAllowed(act=self.act.value)
        actor = replace(actor, acting_as=acting_as(actor.roles, self.act))
        request.state.actor, request.state.act = actor, self.act
        return actor


@dataclass(frozen=True, slots=True)
class Door(Guard):
    """The check behind `may`: callable for FastAPI."""

    async def __call__(self, request: Request) -> Actor:
        """Let an actor in. Raises NotAuthenticated or NotAllowed."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated(reason="missing")
        return self.admitted(request, await service_of(request).verifier.actor(token))


def may(act: Act) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency has no type
    """Return the door that lets in whom the policy allows this act."""
    return Depends(Door(act))


def open_door(reason: str) -> Any:  # noqa: ANN401 - as above
    """Mark a route that needs no token, and say why (health, keys, the token endpoint itself)."""

    async def anyone() -> None:
        return None

    anyone.__doc__ = reason
    anyone.open_door = reason  # type: ignore[attr-defined]
    return Depends(anyone)


async def unit_of_work(request: Request) -> AsyncIterator[Any]:
    """Open the unit of work of a write, for the actor whom `may` let in, answering each Idempotency-Key once."""
    key = request.headers.get("idempotency-key", "")
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY or not key.isascii():
        raise KeyMissing
    actor: Actor = request.state.actor
    # From the scope: `request.url` would put a URL together and take it apart again.
    target = f"{request.method} {request.scope['path']}?".encode() + request.scope["query_string"]
    asked = sha256(target + b"\n" + await request.body()).digest()
    status = request.scope["route"].status_code or 200
    write = journal.Request(actor.person, key, asked, status)
    trace = TRACE.fullmatch(request.headers.get("traceparent", ""))
    traceparent = trace.group() if trace else None
    async with service_of(request).ledger.open(actor.ref, request=write, traceparent=traceparent) as uow:
        yield uow


writing = Depends(unit_of_work, scope="function")
"""`Uow = Annotated[RehabUnitOfWork, writing]`: committed before the answer is sent, or the answer is a refusal."""


@dataclass(slots=True)
class Reading:
    """A transaction that reads for an actor and logs what it shows."""

    session: Session
    actor: Actor
    act: Act
    request_id: UUID

    @property
    def driver(self) -> Driver:
        """The connection, for hot statements."""
        return self.session.driver

    async def shown(self, cases: Iterable[UUID], *, act: Act | None = None) -> None:
        """Log that these cases are shown; must be called before the answer is built from them."""
        await record_reading(self.driver, self.actor, act or self.act, cases, request_id=self.request_id)


async def reading(request: Request) -> AsyncIterator[Reading]:
    """Open a transaction for reading, for the actor whom `may` let in."""
    async with service_of(request).database.transaction() as session:
        yield Reading(session, request.state.actor, request.state.act, request.state.request_id)


Read = Annotated[Reading, Depends(reading, scope="function")]
"""Closed, and so its access-log rows committed, before the answer is sent."""
