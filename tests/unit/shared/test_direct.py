"""A direct route takes what its signature says, and says no to a signature that it cannot serve."""

from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from shared.access.policy import Act, Actor
from shared.http.direct import DirectRoute
from shared.http.doors import may, writing
from shared.journal.unit_of_work import Receipt


class Body(BaseModel):
    number: int


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


def document(endpoint, route_class):
    router = APIRouter(**({"route_class": route_class} if route_class else {}))
    router.add_api_route("/cases/{case}/things", endpoint, methods=["POST"], status_code=201)
    app = FastAPI()
    app.include_router(router)
    return app.openapi()


def test_it_documents_itself_as_any_route_does():
    assert document(good, DirectRoute) == document(good, None)


@pytest.mark.parametrize("endpoint", [without_uow, without_door, with_query, without_body])
def test_a_signature_that_it_cannot_serve_stops_the_app(endpoint):
    with pytest.raises(TypeError, match="one door"):
        document(endpoint, DirectRoute)
