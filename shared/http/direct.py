"""Busy doors in a straight line: the same signature and the same document, without FastAPI's solver in between.

FastAPI solves the dependencies of a request anew each time and reads the body twice, into Python and into the model:
for a small write as much work as the write itself. A route of this class reads its signature once, when it is built,
and then does for each request what the signature says: the actor, the ids of the path, the body straight from its
bytes, the unit of work.
"""

from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.http.doors import Door, unit_of_work

_units_of_work = asynccontextmanager(unit_of_work)


class DirectRoute(APIRoute):
    """A write: `may(...)`, ids in the path, one body, `writing`, perhaps the request; answers with a pydantic model."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the straight line. Raises TypeError, when the app is built, on a signature that it cannot serve."""
        signature, status = _Signature(self.dependant), self.status_code or 200

        async def handle(request: Request) -> Response:
            values = await signature.before(request)
            async with _units_of_work(request) as uow:
                answer: BaseModel = await signature.endpoint(**values, **{signature.uow: uow})
            # Outside the unit of work: it is committed before the answer is sent.
            return Response(answer.model_dump_json(), status, media_type="application/json")

        return handle


class _Signature:
    """What a route takes, read once."""

    def __init__(self, dependant: Dependant) -> None:
        names = {dependency.call: dependency.name or "" for dependency in dependant.dependencies}
        self.endpoint: Any = dependant.call
        self.uow = names.pop(unit_of_work, "")
        self.doors = {name: call for call, name in names.items() if isinstance(call, Door)}
        self.path = {field.name: _kind(field) for field in dependant.path_params}
        self.body = [(field.name, _kind(field)) for field in dependant.body_params]
        self.request = dependant.request_param_name
        others = dependant.query_params or dependant.header_params or dependant.cookie_params
        if others or not self.uow or len(self.doors) != 1 or len(names) != 1 or len(self.body) != 1:
            raise TypeError("a direct route takes one door, ids of the path, one body and a unit of work")

    async def before(self, request: Request) -> dict[str, Any]:
        """Return all values but the unit of work. Raises NotAuthenticated, NotAllowed, RequestValidationError."""
        values: dict[str, Any] = {name: await door(request) for name, door in self.doors.items()}
        if self.request:
            values[self.request] = request
        errors: list[Any] = []
        for name, kind in self.path.items():
            values[name] = _read(kind.validate_python, request.path_params[name], ("path", name), errors)
        for name, kind in self.body:
            values[name] = _read(kind.validate_json, await request.body(), ("body",), errors)
        if errors:
            raise RequestValidationError(errors)
        return values


def _kind(field: ModelField) -> TypeAdapter[Any]:
    annotation: Any = field.field_info.annotation
    return TypeAdapter(annotation)


def _read(validate: Callable[[Any], Any], raw: object, place: tuple[str, ...], errors: list[Any]) -> Any:  # noqa: ANN401
    try:
        return validate(raw)
    except ValidationError as error:
        errors += [one | {"loc": (*place, *one["loc"])} for one in error.errors(include_url=False, include_input=False)]
