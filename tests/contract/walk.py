"""Every field of a fact, nested ones too, as its schema shows it."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.envelope import Fact
from shared.contracts.schema import schema_of

Schema = Mapping[str, Any]


def fields(fact: type[Fact]) -> Iterator[tuple[str, str, Schema]]:
    """Place, name and schema of every field that the data of this fact can hold."""
    schema = schema_of(fact)
    return fields_of(schema, schema["$defs"], fact.type)


def fields_of(schema: Schema, definitions: Schema, place: str) -> Iterator[tuple[str, str, Schema]]:
    for name, part in schema["properties"].items():
        inner = followed(part.get("items", part), definitions)
        inner = followed(inner, definitions)
        yield f"{place}.{name}", name, {**inner, "description": part.get("description", "")}
        if "properties" in inner:
            yield from fields_of(inner, definitions, f"{place}.{name}")


def followed(part: Schema, definitions: Schema) -> Schema:
    """The definition that a reference names; anything else as it is."""
    return definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
