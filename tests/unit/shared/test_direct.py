"""A direct route takes what its signature says, and says no to a signature that it cannot serve."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.http.direct import DirectRead, DirectWrite
from shared.http.doors import Door, may, writing
from shared.journal.unit_of_work import Receipt


class Body(BaseModel):
    number: int


class OpenDoor(Door):
    """A door that asks for no token."""

    async def __call__(self, _: Request) -> Actor:
        return Actor(UUID(int=1), UUID(int=2), OrgType.CLINIC, "371602", frozenset())


Anyone = Annotated[Actor, Depends(OpenDoor(Act.READ_TIMELINE))]
Who = Annotated[Actor, may(Act.RECORD_SESSION)]
Uow = Annotated[Any, writing]


async def good(case: UUID, body: Body, actor: Who, uow: Uow) -> Receipt:
    raise NotImplementedError


async def without_uow(case: UUID, body: Body, actor: Who) -> Receipt:
    raise NotImplementedError


async def without_door(case: UUID, body: Body, uow: Uow) -> Receipt:
    raise NotImplementedError


async def with_query(case: UUID, page: int, body: Body, actor: Who, uow: Uow) -> Receipt:
    raise NotImplementedError


async def without_body(case: UUID, actor: Who, uow: Uow) -> Receipt:
    raise NotImplementedError


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=200)
    since: date | None = Field(default=None, alias="from")
    type: list[Annotated[str, Field(max_length=3)]] | None = Field(default=None, max_length=2)


async def list_things(case: UUID, actor: Who, wanted: Annotated[Filter, Query()]) -> Response:
    raise NotImplementedError


async def list_with_uow(case: UUID, actor: Who, uow: Uow, wanted: Annotated[Filter, Query()]) -> Response:
    raise NotImplementedError


async def list_with_single(case: UUID, actor: Who, limit: int) -> Response:
    raise NotImplementedError


async def list_without_query(case: UUID, actor: Who) -> Response:
    raise NotImplementedError


async def list_for_anyone(case: UUID, wanted: Annotated[Filter, Query()]) -> Response:
    raise NotImplementedError


def document(endpoint, route_class, method="POST"):
    router = APIRouter(**({"route_class": route_class} if route_class else {}))
    router.add_api_route("/cases/{case}/things", endpoint, methods=[method], status_code=201)
    app = FastAPI()
    app.include_router(router)
    return app.openapi()


def test_it_documents_itself_as_any_route_does():
    assert document(good, DirectWrite) == document(good, None)


@pytest.mark.parametrize("endpoint", [without_uow, without_door, with_query, without_body])
def test_a_signature_that_it_cannot_serve_stops_the_app(endpoint):
    with pytest.raises(TypeError, match=r"one door|one model"):
        document(endpoint, DirectWrite)


def test_a_read_documents_itself_as_any_route_does():
    assert document(list_things, DirectRead, "GET") == document(list_things, None, "GET")


@pytest.mark.parametrize("endpoint", [list_with_uow, list_with_single, list_without_query, list_for_anyone, good])
def test_a_read_with_a_signature_that_it_cannot_serve_stops_the_app(endpoint):
    with pytest.raises(TypeError, match=r"one door|one model"):
        document(endpoint, DirectRead)


async def _got(app, path):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get(path)


def asked(route_class, query):
    """What a route makes of a query: the values, or where it is wrong and why."""
    app = FastAPI()
    router = APIRouter(route_class=route_class)

    async def answer(case: UUID, actor: Anyone, wanted: Annotated[Filter, Query()]) -> Response:
        return Response(wanted.model_dump_json())

    router.add_api_route("/cases/{case}/things", answer)
    app.include_router(router)
    answered = asyncio.run(_got(app, f"/cases/{UUID(int=1)}/things?{query}"))
    if answered.status_code == 200:
        return answered.json()
    return {(*error["loc"], error["type"]) for error in answered.json()["detail"]}


@pytest.mark.parametrize(
    "query",
    ["", "limit=7", "limit=7&limit=8", "type=a", "type=a&type=b", "from=2024-02-29&limit=1", "limit=0", "limit=x",
     "type=a&type=b&type=c", "type=long", "from=2024-02-30", "unknown=1", "since=2024-01-01", "limit=",
     "limit=7&other=&limit=x"],
)  # fmt: skip
def test_a_query_is_read_as_any_route_reads_it(query):
    assert asked(DirectRead, query) == asked(APIRoute, query)
