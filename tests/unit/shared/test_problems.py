"""Problem details: the language that the caller prefers, a stable code, nothing of what was sent."""

from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel, Field

from shared.errors import CaseNotFound, InTheFuture, NotAuthenticated, TemporarilyUnavailable, TooManyRequests
from shared.http import problems


def asking(language: str | None) -> Request:
    headers = [] if language is None else [(b"accept-language", language.encode("latin-1"))]
    return Request({"type": "http", "headers": headers, "state": {}})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("zh-CN", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.2, en;q=0.7", "en"),
        ("fr, de;q=0.9", "zh"),
        ("en;q=0", "zh"),
        ("en;q=high", "zh"),
        ("*", "zh"),
        (";;,,q=", "zh"),
    ],
)
def test_english_is_spoken_to_those_who_prefer_it(header: str | None, language: str):
    assert problems.language_of(asking(header)) == language


def document(response: Any) -> dict[str, Any]:
    return dict(orjson.loads(response.body))


def test_a_refusal_becomes_problem_details():
    response = problems.answer(asking("en"), InTheFuture(field="screened_on"))
    assert response.status_code == 422
    assert response.media_type == "application/problem+json"
    assert response.headers["content-language"] == "en"
    assert document(response) == {
        "type": "urn:tongkang:problem:in-the-future",
        "title": "screened_on lies in the future.",
        "status": 422,
        "code": "in-the-future",
        "request_id": None,
        "field": "screened_on",
    }


def test_the_title_is_chinese_unless_asked_otherwise():
    assert document(problems.answer(asking(None), CaseNotFound()))["title"] == CaseNotFound.zh


def test_a_detail_cannot_overwrite_the_code():
    told = document(problems.answer(asking("en"), InTheFuture(field="x", code="fine", status=200)))
    assert (told["code"], told["status"]) == ("in-the-future", 422)


def test_who_must_wait_is_told_how_long():
    assert problems.answer(asking("en"), TooManyRequests(retry_after=30)).headers["retry-after"] == "30"
    assert problems.answer(asking("en"), TemporarilyUnavailable(what="database")).headers["retry-after"] == "1"
    assert "retry-after" not in problems.answer(asking("en"), CaseNotFound()).headers


def test_what_is_away_is_told_by_its_word():
    assert TemporarilyUnavailable(what="rehab").words("zh").startswith("康复")
    assert document(problems.answer(asking("zh"), TemporarilyUnavailable(what="rehab")))["what"] == "rehab"


def test_who_has_no_token_is_told_which_kind_is_needed():
    assert problems.answer(asking("en"), NotAuthenticated(reason="missing")).headers["www-authenticate"] == "Bearer"


def test_sets_and_ids_in_details_are_plain():
    told = document(problems.answer(asking("en"), InTheFuture(field={"b", "a"})))
    assert told["field"] == ["a", "b"]


class Body(BaseModel, extra="forbid"):
    number: int = Field(ge=1)


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()
    problems.install(made)

    @made.post("/things")
    async def add(body: Body) -> int:
        return body.number

    return made


SECRET = "张三 371602199001011234"


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"number": SECRET}},
        {"json": {"number": 1, "stranger": SECRET}},
        {"json": {SECRET: 1}},
        {"json": [SECRET]},
        {"content": SECRET.encode() + b"{", "headers": {"content-type": "application/json"}},
        {"content": b"", "headers": {"content-type": "application/json"}},
        {"params": {"x": SECRET}},
    ],
)
async def test_a_bad_body_is_told_by_its_place_and_never_repeated(app: FastAPI, sent: dict[str, Any]):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://t") as client:
        told = await client.post("/things", **sent)
    assert told.status_code == 422
    assert told.json()["code"] == "invalid-request"
    assert told.json()["errors"]
    assert "张三" not in told.text
    assert "371602199001011234" not in told.text


async def test_a_mistyped_field_is_named_so_that_it_can_be_mended(app: FastAPI):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://t") as client:
        told = await client.post("/things", json={"number": 1, "numbr": 2})
    assert told.json()["errors"][0]["place"] == ["body", "numbr"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/things", 405)])
async def test_routes_that_are_not_there_have_codes_too(app: FastAPI, method: str, path: str, status: int):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://t") as client:
        told = await client.request(method, path)
    assert told.status_code == status
    assert told.json()["code"] in {"not-found", "http-405"}
    assert told.headers["content-type"] == "application/problem+json"
