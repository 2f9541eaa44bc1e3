"""The documents of every service are current, true and whole: OpenAPI, AsyncAPI, the catalogue, the page of doors."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator

from shared.access.policy import TABLE
from shared.blueprint import ROOT, app_of, service_names
from shared.contracts import generate
from shared.contracts.catalogue import FACTS
from shared.contracts.specimen import example_of
from shared.http.app import asyncapi_of
from shared.http.doors import unit_of_work
from shared.http.entrances import entrances

SERVICES = service_names()


def test_no_document_is_missing_out_of_date_or_an_orphan():
    files = generate.contracts() | generate.documents()
    assert generate.stale(files) == {}, "run python -m shared.contracts.generate"


def test_the_command_finds_the_house_in_order():
    checked = subprocess.run(
        [sys.executable, "-m", "shared.contracts.generate", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_serves_the_documents_that_are_committed(service: str):
    transport = httpx.ASGITransport(app_of(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        for kind in ("openapi", "asyncapi"):
            served = (await client.get(f"/{kind}.json")).json()
            assert served == json.loads((ROOT / generate.API / f"{service}.{kind}.json").read_bytes())


@pytest.mark.parametrize("service", SERVICES)
def test_the_asyncapi_document_has_the_form_of_asyncapi_3(service: str):
    document = asyncapi_of(app_of(service).state.service)
    read = ApplicationSchema.model_validate(document)
    assert read.asyncapi == "3.0.0"
    assert set(read.channels) == set(document["channels"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_of_a_document_leads_somewhere(service: str):
    for document in (asyncapi_of(app_of(service).state.service), app_of(service).openapi()):
        astray = [reference for reference in _references(document) if not _leads(document, reference)]
        assert astray == []


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _references(inner)


def _leads(document: Any, reference: str) -> bool:
    place = document
    for step in reference.removeprefix("#/").split("/"):
        place = place.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(place, dict) else None
    return reference.startswith("#/") and place is not None


@pytest.mark.parametrize("service", SERVICES)
def test_the_asyncapi_schema_of_each_fact_takes_its_record_and_refuses_another(service: str):
    document = asyncapi_of(app_of(service).state.service)
    facts = [name for name in document["components"]["messages"] if name in FACTS]
    for name in facts:
        checker = Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})
        record = json.loads(example_of(FACTS[name]).envelope)
        checker.validate(record)
        assert not checker.is_valid(record | {"type": "tongkang.x.y.v1"})
        assert not checker.is_valid(record | {"data": {}})


@pytest.mark.parametrize("service", SERVICES)
def test_the_asyncapi_document_names_all_that_the_service_says_and_hears(service: str):
    document = asyncapi_of(app_of(service).state.service)
    sent = {name for name, fact in FACTS.items() if fact.producer == service}
    heard = {fact.type for fact in app_of(service).state.service.hears}
    assert {name for name in document["components"]["messages"] if name in FACTS} == sent | heard
    assert _carried(document, "send") == sent | {"checkpoint"}
    assert _carried(document, "receive") == (heard | {"checkpoint"} if heard else set())


def _carried(document: Any, action: str) -> set[str]:
    operations = [one for one in document["operations"].values() if one["action"] == action]
    return {message["$ref"].rpartition("/")[2] for one in operations for message in one["messages"]}


@pytest.mark.parametrize("service", SERVICES)
def test_the_openapi_document_says_what_a_caller_must_bring_and_may_get(service: str):
    document = app_of(service).openapi()
    assert document["components"]["securitySchemes"].keys() == {"token"}
    for entrance in entrances(app_of(service)):
        operation = document["paths"].get(entrance.path, {}).get(entrance.method.lower())
        if operation is None:
            # A page is for people: what programs may ask is asked of the service behind it.
            assert entrance.open_because or service == "portal"
            continue
        headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        assert ("security" in operation) == (entrance.act is not None)
        assert ("Idempotency-Key" in headers) == (unit_of_work in entrance.calls)
        assert "application/problem+json" in operation["responses"]["default"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)


@pytest.mark.parametrize("service", SERVICES)
def test_every_door_of_a_service_stands_on_the_page_of_doors(service: str):
    page = (ROOT / "docs/access.md").read_text().partition(f"\n## {service}\n")[2].partition("\n## ")[0]
    for entrance in entrances(app_of(service)):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{entrance.method} {entrance.path}` |"))
        assert (entrance.act.value if entrance.act else "open") in row


def test_every_act_stands_on_the_page_of_doors():
    page = (ROOT / "docs/access.md").read_text()
    assert [act.value for act in TABLE if f"| `{act.value}` |" not in page] == []


@pytest.mark.parametrize("fact_type", sorted(FACTS))
def test_every_fact_stands_in_the_catalogue_with_its_fields(fact_type: str):
    page = (ROOT / "docs/events.md").read_text().partition(f"\n### `{fact_type}`\n")[2].partition("\n### ")[0]
    fact = FACTS[fact_type]
    assert fact.topic in page
    assert [name for name in fact.model_fields if f"| `{name}` |" not in page] == []
