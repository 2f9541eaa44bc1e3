"""Problem details (RFC 9457) with a stable code, in Chinese or English; never with what the caller sent."""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared.errors import InvalidRequest, NotFound, Refusal, TemporarilyUnavailable
from shared.journal.inbox import TRANSIENT
from shared.journal.unit_of_work import AnsweredBefore

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457 problem details, as every refusal is answered."""

    type: str
    title: str
    status: int
    code: str
    request_id: UUID | None = None


def language_of(request: Request) -> str:
    """Return `en` when the caller prefers English over Chinese, else `zh`."""
    weights = {"zh": 0.0, "en": 0.0}
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        if tag[:2] in weights:
            weights[tag[:2]] = max(weights[tag[:2]], _quality(quality))
    return "en" if weights["en"] > weights["zh"] else "zh"


def _quality(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def answer(request: Request, refusal: Refusal, *, errors: list[dict[str, Any]] | None = None) -> Response:
    """Return a refusal as problem details; its details (ids, codes, numbers) become members of the document."""
    document: dict[str, Any] = {
        "type": f"urn:tongkang:problem:{refusal.code}",
        "title": refusal.words(language_of(request)),
        "status": refusal.status,
        "code": refusal.code,
        "request_id": getattr(request.state, "request_id", None),
    }
    document |= {key: value for key, value in refusal.details.items() if key not in document}
    if errors is not None:
        document["errors"] = errors
    body = orjson.dumps(document, default=_plain)
    headers = {"Content-Language": language_of(request)}
    if refusal.status == TemporarilyUnavailable.status or "retry_after" in refusal.details:
        headers["Retry-After"] = str(refusal.details.get("retry_after", 1))
    if refusal.status == 401:  # noqa: PLR2004 - the status itself
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body, refusal.status, headers, media_type=MEDIA_TYPE)


def places(errors: Iterable[Any]) -> list[dict[str, Any]]:
    """Return where a request has not the expected form, and why; never its values."""
    return [
        {"place": [_part(part) for part in error["loc"]], "reason": error["type"], "text": error["msg"]}
        for error in errors
    ]


def _part(part: str | int) -> str:
    """Return a part of a place. A key that no field has may be a name or a number, so it is not repeated."""
    text = str(part)
    return text if isinstance(part, int) or (text.isascii() and text.replace("-", "_").isidentifier()) else "?"


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def install(app: FastAPI) -> None:
    """Answer every exception that can reach the edge."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return answer(request, refusal)

    @app.exception_handler(AnsweredBefore)
    async def again(request: Request, before: AnsweredBefore) -> Response:
        del request
        return Response(before.answer, before.status, {"Idempotency-Replayed": "true"}, media_type="application/json")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, InvalidRequest(), errors=places(error.errors()))

    @app.exception_handler(asyncpg.DataError)
    @app.exception_handler(UnicodeEncodeError)
    async def unstorable(request: Request, error: Exception) -> Response:
        # A NUL character, a lone surrogate, a number beyond the column: the caller's, not ours.
        del error
        return answer(request, InvalidRequest(), errors=[])

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == NotFound.status:
            return answer(request, NotFound(kind="route"))
        refusal = Refusal()
        refusal.code, refusal.status = f"http-{error.status_code}", error.status_code  # type: ignore[misc]
        return answer(request, refusal)

    async def away(request: Request, error: Exception) -> Response:
        log.warning("database not reachable", extra={"error": type(error).__name__})
        return answer(request, TemporarilyUnavailable(what="database"))

    for transient in (*TRANSIENT, PoolTimeout, DBAPIError):
        app.add_exception_handler(transient, away)
