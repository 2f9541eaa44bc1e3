"""What a request may hold: nothing unknown, dates as text, digits of one script."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.blueprint import app_of, service_names
from tests.arch.house import place, sources

TEXT_ONLY = {"date": [0, 1.5, 86400, "0", "1772409600"], "date-time": [0, 1.5, "0", "2026-03-02T09:00:00"]}
"""What pydantic would take for seconds since 1970, or for a time of no certain zone; no clerk ever means it."""

BETWEEN_SERVICES = "/internal/"


def bodies() -> Iterator[tuple[str, type[BaseModel]]]:
    for service in service_names():
        for route in iter_route_contexts(app_of(service).routes):
            if isinstance(route.original_route, APIRoute) and not str(route.path).startswith(BETWEEN_SERVICES):
                found = [_model(field.field_info.annotation) for field in route.dependant.body_params]
                yield from ((f"{service} {route.path}", model) for model in found if model is not None)


def _model(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


BODIES = dict(bodies())


def fields(model: type[BaseModel]) -> Iterator[tuple[str, TypeAdapter[Any], set[str]]]:
    """Every field, nested ones too: its place, what reads it, and the formats that its schema names."""
    for name, field in model.model_fields.items():
        reader = TypeAdapter(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)
        schema = reader.json_schema()
        yield name, reader, {part.get("format", "") for part in (schema, *schema.get("anyOf", ()))}
        for inner in filter(None, map(_model, (field.annotation, *get_args(field.annotation)))):
            yield from ((f"{name}.{place}", reader, formats) for place, reader, formats in fields(inner))


def takes(reader: TypeAdapter[Any], value: object) -> bool:
    try:
        reader.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("body", BODIES)
def test_a_body_takes_no_number_for_a_date(body: str):
    wrong = [
        (name, value)
        for name, reader, formats in fields(BODIES[body])
        for form in formats & TEXT_ONLY.keys()
        for value in TEXT_ONLY[form]
        if takes(reader, value)
    ]
    assert wrong == []


@pytest.mark.parametrize("body", BODIES)
def test_a_body_takes_nothing_unknown(body: str):
    models = [BODIES[body], *_inner(BODIES[body])]
    assert [model.__name__ for model in models if model.model_config.get("extra") != "forbid"] == []


def _inner(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        for inner in filter(None, map(_model, (field.annotation, *get_args(field.annotation)))):
            yield inner
            yield from _inner(inner)


def test_there_are_bodies_to_look_at():
    assert len(BODIES) > len(service_names())
    assert APIRouter().routes == []


ANY_DIGIT = re.compile(r"\\d")


def test_patterns_take_the_digits_of_one_script():
    """In Python and in pydantic `\\d` also takes full-width digits, on which the next step then fails."""
    found = [
        f"{place(path)}:{number}"
        for path in sources("shared", "services")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ANY_DIGIT.search(line) and "pattern=" in line
    ]
    assert found == []
