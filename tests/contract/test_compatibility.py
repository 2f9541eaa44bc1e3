"""What counts as a breaking change, case by case; and every fact's real schema broken in every place."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.contracts.catalogue import FACTS
from shared.contracts.compatibility import breaking_changes
from shared.contracts.schema import schema_of

Schema = dict[str, Any]

BASE: Schema = {
    "type": "object",
    "required": ["mode", "scores"],
    "properties": {
        "mode": {"$ref": "#/$defs/Mode"},
        "on": {"type": "string", "format": "date"},
        "level": {"type": "string", "pattern": "^[A-Z]$", "maxLength": 4},
        "count": {"type": "integer", "minimum": 0},
        "scores": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Score"}},
    },
    "$defs": {
        "Mode": {"type": "string", "enum": ["day", "night"]},
        "Score": {"type": "object", "required": ["value"], "properties": {"value": {"type": "string"}}},
    },
}


def changed(change: Callable[[Schema], object]) -> Schema:
    schema = copy.deepcopy(BASE)
    change(schema)
    return schema


BREAKING: dict[str, Callable[[Schema], object]] = {
    "data.on: is gone": lambda s: s["properties"].pop("on"),
    "data.mode: is gone": lambda s: (s["properties"].pop("mode"), s["required"].remove("mode")),
    "data.on: became required": lambda s: s["required"].append("on"),
    "data.ward: became required": lambda s: (
        s["properties"].update(ward={"type": "string"}),
        s["required"].append("ward"),
    ),
    "data.mode: is no longer certain to be there": lambda s: s["required"].remove("mode"),
    "data.on: format 'date' became 'date-time'": lambda s: s["properties"]["on"].update(format="date-time"),
    "data.on: format 'date' became None": lambda s: s["properties"]["on"].pop("format"),
    "data.count: type 'integer' became 'string'": lambda s: s["properties"]["count"].update(type="string"),
    "data.count: minimum 0 became 1": lambda s: s["properties"]["count"].update(minimum=1),
    "data.count: maximum None became 9": lambda s: s["properties"]["count"].update(maximum=9),
    "data.level: maxLength 4 became 3": lambda s: s["properties"]["level"].update(maxLength=3),
    "data.level: pattern '^[A-Z]$' became '^[A-F]$'": lambda s: s["properties"]["level"].update(pattern="^[A-F]$"),
    "data.scores: minItems 1 became 2": lambda s: s["properties"]["scores"].update(minItems=2),
    "data.mode: code 'night' is gone": lambda s: s["$defs"]["Mode"].update(enum=["day"]),
    "data.on: any value became one of a list of codes": lambda s: s["properties"]["on"].update(enum=["2026-01-01"]),
    "data.mode: a list of codes became any value": lambda s: s["$defs"]["Mode"].pop("enum"),
    "data.scores[].value: is gone": lambda s: s["$defs"]["Score"].update(properties={}),
    "data.scores[].value: type 'string' became 'number'": lambda s: s["$defs"]["Score"]["properties"].update(
        value={"type": "number"}
    ),
}


@pytest.mark.parametrize("reason", BREAKING)
def test_a_breaking_change_is_found_and_said(reason: str):
    assert breaking_changes(BASE, changed(BREAKING[reason])) == [reason]


HARMLESS: dict[str, Callable[[Schema], object]] = {
    "nothing": lambda _: None,
    "a new optional field": lambda s: s["properties"].update(ward={"type": "string", "format": "uuid"}),
    "a new code": lambda s: s["$defs"]["Mode"]["enum"].append("respite"),
    "a wider range": lambda s: s["properties"]["count"].update(minimum=-5),
    "a limit lifted": lambda s: s["properties"]["level"].pop("maxLength"),
    "other words": lambda s: s["properties"]["on"].update(description="The day.", examples=["2026-01-01"]),
    "a definition under another name": lambda s: (
        s["$defs"].update(Form=s["$defs"].pop("Mode")),
        s["properties"].update(mode={"$ref": "#/$defs/Form"}),
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_let_through(name: str):
    assert breaking_changes(BASE, changed(HARMLESS[name])) == []


def _mutants(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The schema with each of its fields, codes and formats taken away, one at a time."""
    for place in _objects(schema, "#"):
        for name in _at(schema, place).get("properties", {}):
            mutant = copy.deepcopy(schema)
            _at(mutant, place)["properties"].pop(name)
            if name in _at(mutant, place).get("required", ()):
                _at(mutant, place)["required"].remove(name)
            yield f"{place}/{name} removed", mutant
        if "enum" in _at(schema, place):
            mutant = copy.deepcopy(schema)
            _at(mutant, place)["enum"].pop()
            yield f"{place} narrowed", mutant


def _objects(schema: Schema, place: str) -> Iterator[str]:
    yield place
    yield from (f"$defs/{name}" for name in schema.get("$defs", {}))


def _at(schema: Schema, place: str) -> Schema:
    if place == "#":
        return schema
    part: Schema = schema["$defs"][place.removeprefix("$defs/")]
    return part


@pytest.mark.parametrize("fact_type", sorted(FACTS))
def test_every_field_and_code_of_a_real_contract_is_guarded(fact_type: str):
    schema = schema_of(FACTS[fact_type])
    assert breaking_changes(schema, json.loads(json.dumps(schema))) == []
    unseen = [name for name, mutant in _mutants(schema) if not breaking_changes(schema, mutant)]
    assert unseen == []
