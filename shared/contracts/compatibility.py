"""What may change in a published contract without a new version.

Facts are kept for ever and readers are many: old facts must stay readable by the new schema, and what a reader relied
on must stay there. A new optional field, a new code and a wider range are fine; all else is a new meaning and gets a
new version (docs/events.md).
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

FIXED = ("type", "format", "pattern", "const", "anyOf", "oneOf", "allOf")
"""What must stay as it is; one that is added narrows, one that is taken away breaks who relied on it."""

LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return what in `new` breaks facts or readers of `old`, as `place: reason`; empty when the version may stay."""
    return list(_compare(_Part(old, old), _Part(new, new), "data"))


class _Part:
    """A part of a schema with the document in which its references are looked up."""

    def __init__(self, document: Schema, schema: Schema) -> None:
        self.document = document
        while "$ref" in schema:
            schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
        self.schema = schema

    def at(self, schema: Schema) -> "_Part":
        return _Part(self.document, schema)

    @property
    def fields(self) -> dict[str, Schema]:
        return dict(self.schema.get("properties", {}))

    @property
    def required(self) -> set[str]:
        return set(self.schema.get("required", ()))


def _compare(old: _Part, new: _Part, place: str) -> Iterator[str]:
    for word in FIXED:
        if old.schema.get(word) != new.schema.get(word):
            yield f"{place}: {word} {old.schema.get(word)!r} became {new.schema.get(word)!r}"
    yield from _ranges(old.schema, new.schema, place)
    yield from _codes(old.schema, new.schema, place)
    yield from _fields(old, new, place)
    if "items" in old.schema and "items" in new.schema:
        yield from _compare(old.at(old.schema["items"]), new.at(new.schema["items"]), f"{place}[]")


def _ranges(old: Schema, new: Schema, place: str) -> Iterator[str]:
    for word in (*LOWER, *UPPER):
        was, now = old.get(word), new.get(word)
        narrower = now is not None and (was is None or (now > was if word in LOWER else now < was))
        if narrower:
            yield f"{place}: {word} {was!r} became {now!r}"


def _codes(old: Schema, new: Schema, place: str) -> Iterator[str]:
    if "enum" in new and "enum" not in old:
        yield f"{place}: any value became one of a list of codes"
    elif "enum" in old and "enum" not in new:
        yield f"{place}: a list of codes became any value"
    else:
        kept = new.get("enum", ())
        yield from (f"{place}: code {code!r} is gone" for code in old.get("enum", ()) if code not in kept)


def _fields(old: _Part, new: _Part, place: str) -> Iterator[str]:
    for name, field in old.fields.items():
        if name in new.fields:
            yield from _compare(old.at(field), new.at(new.fields[name]), f"{place}.{name}")
        else:
            yield f"{place}.{name}: is gone"
    for name in sorted(new.required - old.required):
        yield f"{place}.{name}: became required"
    for name in sorted((old.required - new.required) & new.fields.keys()):
        yield f"{place}.{name}: is no longer certain to be there"
