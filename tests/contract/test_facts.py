"""Facts are thin, strict when written and tolerant when read; each is produced, and each that is heard is declared."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.blueprint import ROOT, app_of, service_names
from shared.contracts.catalogue import FACTS, fact_type
from shared.contracts.envelope import Event, Fact, read
from shared.contracts.schema import schema_of
from shared.contracts.specimen import example_of, specimen
from tests.contract.walk import fields, fields_of

TYPES = sorted(FACTS)

DENIED = """
name names surname forename pinyin phone telephone mobile tel email mail wechat address street village town house
postcode latitude longitude number idcard passport certificate guardian mother father parent contact photo picture face
fingerprint account bank card note notes text remark remarks comment comments words description detail details content
memo opinion summary statement message title
"""
IDENTITY_AND_FREE_TEXT = frozenset(DENIED.split())

ALLOWED = {
    "contact_due_on": "a day on a clock, of a contact that the federation owes",
    "guardian_signed_on": "the day of a signature, not who signed",
}
"""Fields whose name holds such a word and which hold neither identity nor text, with the reason."""


@pytest.mark.parametrize("fact_type", TYPES)
def test_no_fact_holds_identity_or_free_text(fact_type: str):
    named = [
        place
        for place, name, _ in fields(FACTS[fact_type])
        if IDENTITY_AND_FREE_TEXT & set(name.lower().split("_")) and name not in ALLOWED
    ]
    assert named == []


def test_the_deny_list_would_catch_a_name_deep_inside():
    schema = {"properties": {"replacement": {"$ref": "#/$defs/Part"}}}
    part = {"properties": {"child_name": {"type": "string"}}}
    names = [name for _, name, _ in fields_of(schema, {"Part": part}, "x")]
    assert [name for name in names if IDENTITY_AND_FREE_TEXT & set(name.split("_"))] == ["child_name"]


SHORT_CODES = {"policy": "name of a policy file", "role": "a role of the token"}


@pytest.mark.parametrize("fact_type", TYPES)
def test_every_text_of_a_fact_is_an_id_a_date_or_a_code(fact_type: str):
    free = [
        place
        for place, name, part in fields(FACTS[fact_type])
        if part.get("type") == "string" and not _is_code(part) and name not in SHORT_CODES
    ]
    assert free == []


def _is_code(part: Any) -> bool:
    anchored = part.get("pattern", "").startswith("^") and part.get("pattern", "").endswith("$")
    return "enum" in part or "const" in part or part.get("format") in {"uuid", "date", "date-time"} or anchored


@pytest.mark.parametrize("fact_type", TYPES)
def test_no_fact_holds_a_float(fact_type: str):
    assert [place for place, _, part in fields(FACTS[fact_type]) if part.get("type") == "number"] == []


@pytest.mark.parametrize("fact_type", TYPES)
def test_every_field_has_an_ascii_name_and_says_what_it_means(fact_type: str):
    found = list(fields(FACTS[fact_type]))
    assert [place for place, name, _ in found if not (name.isascii() and name.isidentifier())] == []
    assert [place for place, _, part in found if not part["description"].strip()] == []
    assert FACTS[fact_type].__doc__


@pytest.mark.parametrize("fact_type", TYPES)
def test_no_field_is_of_several_kinds(fact_type: str):
    """The comparer of contracts and the readers of other languages both stand on this."""
    text = json.dumps(schema_of(FACTS[fact_type]))
    assert not any(f'"{word}"' in text for word in ("anyOf", "oneOf", "allOf", "null"))


@pytest.mark.parametrize("fact_type", TYPES)
def test_a_type_names_its_producer_something_past_and_a_version(fact_type: str):
    house, producer, what, version = fact_type.split(".")
    assert house == "tongkang"
    assert producer == _house_of(FACTS[fact_type])
    assert what.isidentifier()
    assert version.startswith("v")
    assert version[1:].isdigit()


def _house_of(fact: type[Fact]) -> str:
    return fact.__module__.removeprefix("shared.contracts.events.").partition(".")[0]


@pytest.mark.parametrize("fact_type", TYPES)
def test_what_is_not_there_is_left_out_and_read_again(fact_type: str):
    """An absent field must not make a consumer fail: the fact would lie parked for ever."""
    fact = FACTS[fact_type]
    required = set(schema_of(fact)["required"]) - {"actor"}
    data = {name: value for name, value in _event(fact).data.items() if name in required or name == "actor"}
    again = read(fact, _event(fact, data))
    assert again.model_fields_set == required


@pytest.mark.parametrize("fact_type", TYPES)
def test_a_reader_ignores_what_it_does_not_know(fact_type: str):
    fact = FACTS[fact_type]
    assert read(fact, _event(fact, _with_strangers(_event(fact).data))) == specimen(fact)


@pytest.mark.parametrize("fact_type", TYPES)
def test_a_writer_refuses_what_it_does_not_know(fact_type: str):
    with pytest.raises(ValueError, match="extra_forbidden"):
        FACTS[fact_type].model_validate(dict(specimen(FACTS[fact_type])) | {"stranger": 1})


def test_a_fact_cannot_be_changed():
    fact = specimen(fact_type("tongkang.custody.custody_ended.v1"))
    with pytest.raises(ValueError, match="frozen"):
        fact.policy = "SD-1999"


def _event(fact: type[Fact], data: dict[str, Any] | None = None) -> Event:
    event = Event.read(example_of(fact).envelope)
    event.data = event.data if data is None else data
    return event


def _with_strangers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_strangers(inner) for key, inner in value.items()} | {"stranger": "from a later version"}
    return [_with_strangers(item) for item in value] if isinstance(value, list) else value


PRODUCERS = sorted({fact.producer for fact in FACTS.values()} & set(service_names()))


@pytest.mark.parametrize("service", PRODUCERS)
def test_every_declared_fact_is_made_by_its_service(service: str):
    made = set(_calls(ROOT / "services" / service))
    declared = {fact.__name__ for fact in FACTS.values() if fact.producer == service}
    assert declared - made == set()


@pytest.mark.parametrize("service", PRODUCERS)
def test_a_service_makes_only_its_own_facts(service: str):
    made = set(_calls(ROOT / "services" / service))
    others = {fact.__name__ for fact in FACTS.values() if fact.producer != service}
    own = {fact.__name__ for fact in FACTS.values() if fact.producer == service}
    assert made & (others - own) == set()


def _calls(folder: Path) -> Iterator[str]:
    for source in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    yield name


STANDS_ON_ITSELF = "timeline"
"""What two persons decide about the timeline is an entry of the timeline, and comes to it as every entry does."""


@pytest.mark.parametrize("service", service_names())
def test_a_service_hears_only_declared_facts_of_others(service: str):
    for fact in app_of(service).state.service.hears:
        assert FACTS[fact.type] is fact
        assert fact.producer != service or service == STANDS_ON_ITSELF


def test_a_type_is_declared_once():
    with pytest.raises(TypeError, match="declared twice"):
        type("Again", (Fact,), {}, type=TYPES[0])


def test_a_fact_without_a_zone_in_its_time_is_refused():
    starts = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - the fault itself
    good = specimen(fact_type("tongkang.rehab.session_recorded.v1"))
    with pytest.raises(ValueError, match="timezone"):
        type(good).model_validate(dict(good) | {"starts_at": starts})
    assert type(good).model_validate(dict(good) | {"starts_at": starts.replace(tzinfo=UTC)})
