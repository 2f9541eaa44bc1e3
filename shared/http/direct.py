"""Busy doors in a straight line: the same signature and the same document, without FastAPI's solver in between.

FastAPI solves the dependencies of a request anew each time and reads the body twice, into Python and into the model:
for a small write as much work as the write itself. Routes of these classes read their signature once, when they are
built, and then do for each request what it says: the actor, the ids of the path, the body straight from its bytes or
the query as one model, the unit of work.
"""

from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from shared.http.doors import Door, unit_of_work

_units_of_work = asynccontextmanager(unit_of_work)

Read = Callable[[Any], Any]
Reads = dict[str, Read]
"""How each value of a signature is read, by its name."""


class DirectWrite(APIRoute):
    """A write: `may(...)`, ids in the path, one body, `writing`, perhaps the request; answers with a pydantic model."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the straight line. Raises TypeError, when the app is built, on a signature that it cannot serve."""
        signature, status = _Signature(self.dependant), self.status_code or 200
        if not signature.uow or not signature.body or signature.query:
            raise TypeError("a direct write takes one door, ids of the path, one body and a unit of work")

        async def handle(request: Request) -> Response:
            values = await signature.before(request)
            async with _units_of_work(request) as uow:
                answer: BaseModel = await signature.endpoint(**values, **{signature.uow: uow})
            # Outside the unit of work: it is committed before the answer is sent.
            return Response(answer.model_dump_json(), status, media_type="application/json")

        return handle


class DirectRead(APIRoute):
    """A read: `may(...)`, ids in the path, the query as one model, perhaps the request; answers with a response."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the straight line. Raises TypeError, when the app is built, on a signature that it cannot serve."""
        signature = _Signature(self.dependant)
        if signature.uow or signature.body or not signature.query:
            raise TypeError("a direct read takes one door, ids of the path and the query as one model")

        async def handle(request: Request) -> Response:
            answer: Response = await signature.endpoint(**await signature.before(request))
            return answer

        return handle


class _Signature:
    """What a route takes, read once."""

    def __init__(self, dependant: Dependant) -> None:
        names = {dependency.call: dependency.name or "" for dependency in dependant.dependencies}
        self.endpoint: Any = dependant.call
        self.uow = names.pop(unit_of_work, "")
        self.doors = {name: call for call, name in names.items() if isinstance(call, Door)}
        self.path: Reads = {field.name: _kind(field).validate_python for field in dependant.path_params}
        self.body: Reads = {field.name: _kind(field).validate_json for field in dependant.body_params}
        self.query: Reads = {field.name: _query_reader(field) for field in dependant.query_params}
        self.request = dependant.request_param_name
        others = dependant.header_params or dependant.cookie_params
        if others or len(self.doors) != 1 or len(names) != 1 or len(self.body) + len(self.query) > 1:
            raise TypeError("a direct route takes one door, ids of the path, and one body or the query as one model")

    async def before(self, request: Request) -> dict[str, Any]:
        """Return all values but the unit of work. Raises NotAuthenticated, NotAllowed, RequestValidationError."""
        values: dict[str, Any] = {name: await door(request) for name, door in self.doors.items()}
        if self.request:
            values[self.request] = request
        errors: list[Any] = []
        for name, read in self.path.items():
            values[name] = _read(read, request.path_params[name], ("path", name), errors)
        for name, read in self.body.items():
            values[name] = _read(read, await request.body(), ("body",), errors)
        for name, read in self.query.items():
            values[name] = _read(read, request.query_params, ("query",), errors)
        if errors:
            raise RequestValidationError(errors)
        return values


def _kind(field: ModelField) -> TypeAdapter[Any]:
    annotation: Any = field.field_info.annotation
    return TypeAdapter(annotation)


def _query_reader(field: ModelField) -> Read:
    """Return what reads a query into its one model: a name that may be said several times into a list, else the last.

    Raises TypeError for a query of single parameters.
    """
    model = field.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise TypeError("a direct read takes the query as one model")
    lists = {one.alias or name for name, one in model.model_fields.items() if _is_list(one.annotation)}

    def read(query: QueryParams) -> BaseModel:
        said = {name: query.getlist(name) if name in lists else query[name] for name in query}
        return model.model_validate(said)

    return read


def _is_list(annotation: Any) -> bool:  # noqa: ANN401 - an annotation can be anything
    return list in {get_origin(one) or one for one in (annotation, *get_args(annotation))}


def _read(read: Read, raw: object, place: tuple[str, ...], errors: list[Any]) -> Any:  # noqa: ANN401
    try:
        return read(raw)
    except ValidationError as error:
        errors += [one | {"loc": (*place, *one["loc"])} for one in error.errors(include_url=False, include_input=False)]
