"""Hypothesis strategies from a fact's own schema: whatever the contract allows, and nothing else."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from shared.contracts.envelope import Fact
from shared.contracts.schema import schema_of

LARGEST_EXACT = 2**53 - 1
"""RFC 8785 takes integers as far as every JSON reader holds them exactly."""

Schema = Mapping[str, Any]


def facts(fact: type[Fact]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON documents that are valid data of a fact, its own part: without the actor."""
    schema = schema_of(fact)
    own = {name: part for name, part in schema["properties"].items() if name != "actor"}
    return _objects({**schema, "properties": own}, schema["$defs"])


def _objects(schema: Schema, definitions: Schema) -> st.SearchStrategy[dict[str, Any]]:
    parts = {name: _values(part, definitions) for name, part in schema["properties"].items()}
    certain = {name: parts.pop(name) for name in schema.get("required", ()) if name in parts}
    return st.fixed_dictionaries(certain, optional=parts)


def _values(part: Schema, definitions: Schema) -> st.SearchStrategy[Any]:
    match part:
        case {"$ref": reference}:
            return _values(definitions[reference.rpartition("/")[2]], definitions)
        case {"type": "object"}:
            return _objects(part, definitions)
        case {"type": "array", "items": item}:
            return st.lists(_values(item, definitions), min_size=part.get("minItems", 0), max_size=4)
        case {"type": "integer"}:
            return st.integers(part.get("minimum", -LARGEST_EXACT), part.get("maximum", LARGEST_EXACT))
        case {"type": "boolean"}:
            return st.booleans()
    return _texts(part)


def _texts(part: Schema) -> st.SearchStrategy[str]:
    match part:
        case {"enum": codes}:
            return st.sampled_from(codes)
        case {"format": "uuid"}:
            return st.uuids().map(str)
        case {"format": "date"}:
            return st.dates().map(lambda day: day.isoformat())
        case {"format": "date-time"}:
            return st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())
        case {"pattern": pattern}:
            return st.from_regex(pattern.replace("$", r"\Z"))
        case {"type": "string", "maxLength": longest}:
            return st.text(st.characters(exclude_categories=("Cs",)), max_size=longest)
    raise TypeError(f"no strategy for {part}")
