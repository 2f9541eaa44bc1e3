"""The app factory: every service's HTTP app is built here, so that all have the same health, errors and limits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import ids
from shared.contracts.catalogue import FACTS
from shared.errors import TooLarge
from shared.http import problems, status
from shared.http.doors import open_door, service_of
from shared.http.openapi import openapi_of
from shared.journal import feed
from shared.messaging.asyncapi import asyncapi
from shared.service import Service

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own spans would hold addresses, and so case ids; our counters stand at /metrics."""

LARGEST_BODY = 8 * 1024 * 1024

health = APIRouter(tags=["operation"])


@health.get("/health/live", dependencies=[open_door("says only that the process runs")])
async def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "live"}


@health.get("/health/ready", dependencies=[open_door("says only whether requests can be served")])
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Say whether requests can be served: the database answers. Kafka may be away, the outbox keeps what it owes."""
    state = await service_of(request).readiness()
    response.status_code = 200 if state["database"] else 503
    return state


@health.get("/metrics", dependencies=[open_door("counts and codes only; kept inside the network by deploy")])
async def metrics() -> Response:
    """Return counters for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@health.get("/asyncapi.json", include_in_schema=False, dependencies=[open_door("describes events, holds none")])
async def events(request: Request) -> dict[str, Any]:
    """Return the AsyncAPI document: what this service publishes and what it reacts to."""
    return asyncapi_of(service_of(request))


def asyncapi_of(service: Service) -> dict[str, Any]:
    """Return the AsyncAPI document of a service."""
    publishes = [fact for fact in FACTS.values() if fact.producer == service.name]
    return asyncapi(service.name, publishes=publishes, hears=service.hears)


def create_app(service: Service, routers: Iterable[APIRouter], *, title: str, description: str) -> FastAPI:
    """Build a service's ASGI app: its routers, health, problem details; background work runs in the lifespan."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPI(
        title=title, description=description, version="1", lifespan=lifespan, redoc_url=None, telemetry=NO_TELEMETRY
    )
    app.state.service = service
    problems.install(app)
    for router in (*routers, feed.router, status.router, health):
        app.include_router(router)
    app.add_middleware(Edge)
    # The way of extending the document that FastAPI describes.
    app.openapi = partial(openapi_of, app)  # type: ignore[method-assign]
    return app


class Edge:
    """The outermost layer: a request id for every request, and an end to bodies that are too large."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = ids.new_record()
        scope.setdefault("state", {})["request_id"] = request_id
        tag = (b"x-request-id", str(request_id).encode())

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), tag]
            await send(message)

        await self.app(scope, _limited(scope, receive), tagged)


def _limited(scope: Scope, receive: Receive) -> Callable[[], Awaitable[Message]]:
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY or int(declared or 0) > LARGEST_BODY:
            raise TooLarge(limit=LARGEST_BODY)
        return message

    return limited
