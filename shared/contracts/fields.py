"""The fields of a JSON Schema one by one, nested ones too, as a page or a table shows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Shown = Callable[[Sequence[object]], str]
"""How the codes that a field can be are written one after the other."""


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A field with its place: `limits.annual`, `lines[].month`."""

    place: str
    part: Schema
    needed: bool
    definitions: Schema

    @property
    def meaning(self) -> str:
        """What is said of the field, or else of what it refers to."""
        return str(self.part.get("description") or _followed(self.part, self.definitions).get("description", ""))

    def kind(self, codes: Shown) -> str:
        """Return in a few words what the field holds; of a code all that it can be."""
        return _kind(self.part, self.definitions, codes)


def fields_of(schema: Schema) -> Iterator[SchemaField]:
    """Yield every field of a schema, what stands inside of one right behind it."""
    return _fields(schema, schema.get("$defs", {}), "")


def _fields(schema: Schema, definitions: Schema, prefix: str) -> Iterator[SchemaField]:
    for name, part in schema.get("properties", {}).items():
        place = f"{prefix}{name}"
        yield SchemaField(place, part, name in schema.get("required", ()), definitions)
        whole = _followed(part, definitions)
        inner = _followed(whole.get("items", whole), definitions)
        yield from _fields(inner, definitions, f"{place}{'[]' if 'items' in whole else ''}.")


def _kind(part: Schema, definitions: Schema, codes: Shown) -> str:
    whole = _followed(part, definitions)
    match whole:
        case {"enum": values}:
            return codes(values)
        case {"const": value}:
            return codes([value])
        case {"type": "array", "items": item}:
            return f"list of {_kind(item, definitions, codes)}"
        case {"format": form}:
            return str(form)
    return str(whole.get("type", "object"))


def _followed(part: Schema, definitions: Schema) -> Schema:
    """Return what a part refers to; of several kinds, the first that is not null."""
    several = [one for one in part.get("anyOf", ()) if one.get("type") != "null"]
    part = several[0] if several else part
    found: Schema = definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    return found
