"""What is read from a route's signature: path, act, reason, and the order in which its dependencies run."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI

from shared.access.policy import Act, Actor
from shared.http.doors import may, open_door, unit_of_work, writing
from shared.http.entrances import Entrance, access_page, entrances


async def helper(actor: Annotated[Actor, may(Act.READ_CHILD)]) -> Actor:
    return actor


async def ok() -> None:
    return None


async def guarded_first(actor: Annotated[Actor, may(Act.REGISTER_CHILD)], uow: Annotated[Any, writing]) -> None:
    del actor, uow


async def guarded_last(uow: Annotated[Any, writing], actor: Annotated[Actor, may(Act.REGISTER_CHILD)]) -> None:
    del actor, uow


async def guarded_inside(actor: Annotated[Actor, Depends(helper)]) -> None:
    del actor


@pytest.fixture
def doors() -> dict[str, Entrance]:
    router = APIRouter(prefix="/v1")
    router.get("/open", dependencies=[open_door("says only hello")])(ok)
    router.get("/unguarded")(ok)
    router.post("/first")(guarded_first)
    router.post("/last")(guarded_last)
    router.get("/inside/{case}")(guarded_inside)
    outer = APIRouter(prefix="/outer")
    outer.include_router(router)
    app = FastAPI(openapi_url=None)
    app.include_router(outer)
    return {entrance.path.removeprefix("/outer/v1"): entrance for entrance in entrances(app)}


def test_every_route_is_found_under_its_whole_path(doors: dict[str, Entrance]):
    assert doors.keys() == {"/open", "/unguarded", "/first", "/last", "/inside/{case}"}
    assert (doors["/first"].method, doors["/first"].path) == ("POST", "/outer/v1/first")


def test_an_open_door_says_why(doors: dict[str, Entrance]):
    assert (doors["/open"].act, doors["/open"].open_because) == (None, "says only hello")


def test_an_unguarded_route_has_neither_act_nor_reason(doors: dict[str, Entrance]):
    assert (doors["/unguarded"].act, doors["/unguarded"].open_because) == (None, None)


def test_a_guard_is_seen_inside_another_dependency(doors: dict[str, Entrance]):
    assert doors["/inside/{case}"].act is Act.READ_CHILD


def test_the_order_of_the_signature_is_kept(doors: dict[str, Entrance]):
    assert doors["/first"].calls.index(unit_of_work) == 1
    assert doors["/last"].calls.index(unit_of_work) == 0
    assert doors["/last"].act is Act.REGISTER_CHILD


def test_the_page_names_each_door_with_its_act_and_who_may_do_it():
    app = FastAPI(openapi_url=None)
    app.post("/children")(guarded_first)
    app.get("/hello", dependencies=[open_door("says only hello")])(ok)
    page = access_page({"screening": app})
    assert "\n## screening\n" in page
    assert "| `POST /children` | `child.register` | clinic, hospital, mch; any role |" in page
    assert "| `GET /hello` | open | everybody: says only hello |" in page
    assert "| `organisation.read` | every kind of organisation, service | any role |" in page
