"""One synthetic example per fact: an invented child's record, the same bytes at every run.

Every field is filled by its schema; where that would make no sense of the domain, `example_values.json` says better.
The same field name holds the same id in all examples, so that they read as one child's file.
"""

import json
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypeVar
from uuid import UUID, uuid5

from shared.contracts.envelope import GENESIS, ActorRef, Context, Fact, Recorded, Sealed, seal
from shared.contracts.schema import schema_of

F = TypeVar("F", bound=Fact)
Schema = dict[str, Any]

INVENTED = UUID("4b0c2c1e-5b7f-4f0e-8d55-0f3a6a1d9c77")
FIRST_DAY = date(2026, 3, 2)
HAPPENED = datetime(2026, 3, 16, 1, 30, tzinfo=UTC)
RECORDED = HAPPENED + timedelta(minutes=4)
OF_EVERY_FACT = frozenset({*Fact.model_fields, "actor"})


def example_of(fact: type[Fact]) -> Sealed:
    """Return a fact of this type as it would be published: the first of its stream."""
    actor = ActorRef(person=invented("person"), organisation=invented("organisation"), role="staff")
    correlation = _fact_id(f"correlation of {fact.type}")
    recorded = Recorded(_fact_id(fact.type), invented(fact.about), specimen(fact), HAPPENED, correlation)
    return seal(recorded, Context(fact.producer, actor, RECORDED), epoch=1, seq=1, prev_hash=GENESIS)


def specimen(fact: type[F]) -> F:
    """Return a fact of this type with every field of its own filled."""
    schema, values = schema_of(fact), _better_values().get(fact.type, {})
    filled = _Filler(schema["$defs"]).fields(schema, leave=values.keys() | OF_EVERY_FACT)
    return fact.model_validate_json(json.dumps(filled | values))


def invented(what: str) -> UUID:
    """Return the invented id of something, the same at every run."""
    return uuid5(INVENTED, what)


@cache
def _better_values() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads((files(__package__) / "example_values.json").read_text())
    return table


def _fact_id(seed: str) -> UUID:
    """Return a UUIDv7 of the time of recording whose random part comes from a seed."""
    milliseconds = int(RECORDED.timestamp() * 1000)
    noise = int.from_bytes(sha256(seed.encode()).digest()[:10])
    random_part = noise & ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=milliseconds << 80 | random_part | 0x7 << 76 | 0x2 << 62)


@dataclass(slots=True)
class _Filler:
    """Fills a schema; each further date is a day later, so that what follows in a class follows in time."""

    definitions: Schema
    day: date = FIRST_DAY

    def fields(self, schema: Schema, leave: AbstractSet[str] = frozenset()) -> Schema:
        return {name: self.value(part, name) for name, part in schema["properties"].items() if name not in leave}

    def value(self, part: Schema, name: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
        match part:
            case {"$ref": reference}:
                found = self.value(self.definitions[reference.rpartition("/")[2]], name)
            case {"examples": [found, *_]} | {"enum": [found, *_]} | {"const": found}:
                pass
            case {"type": "object"}:
                found = self.fields(part)
            case {"type": "array", "items": item}:
                found = [self.value(item, name)]
            case _:
                found = self.plain(part, name)
        return found

    def plain(self, part: Schema, name: str) -> str | int | bool:
        match part:
            case {"format": "uuid"}:
                return str(invented(name))
            case {"format": "date"}:
                return self.next_day()
            case {"format": "date-time"}:
                return f"{self.next_day()}T01:30:00Z"
            case {"type": "integer"}:
                return int(part.get("minimum", 0)) + 1
            case {"type": "boolean"}:
                return False
        raise TypeError(f"give the field {name!r} an example: its schema does not say what it may hold")

    def next_day(self) -> str:
        self.day += timedelta(days=1)
        return self.day.isoformat()
