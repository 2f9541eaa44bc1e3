"""The committed schemas and examples are what the classes say, and no published contract was broken."""

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.blueprint import ROOT
from shared.contracts import generate
from shared.contracts.catalogue import FACTS
from shared.contracts.compatibility import breaking_changes
from shared.contracts.envelope import GENESIS, Event, chain
from shared.contracts.schema import DIALECT, schema_of

TYPES = sorted(FACTS)
FORMATS = FormatChecker(["uuid", "date"])


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def committed(folder: Path, fact_type: str) -> bytes:
    return (ROOT / folder / f"{fact_type}.json").read_bytes()


def validator(name: str) -> Draft202012Validator:
    schema = json.loads(committed(generate.SCHEMAS, name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def test_no_schema_or_example_is_missing_out_of_date_or_an_orphan():
    outside = {
        path: fault for path, fault in generate.stale(generate.contracts()).items() if path.parent != generate.API
    }
    assert outside == {}, "run python -m shared.contracts.generate"


@pytest.mark.parametrize("fact_type", TYPES)
def test_an_example_is_a_valid_record_of_its_type(fact_type: str):
    record = json.loads(committed(generate.EXAMPLES, fact_type))
    validator("envelope").validate(record)
    validator(fact_type).validate(record["data"])
    assert record["type"] == fact_type
    assert record["dataschema"] == json.loads(committed(generate.SCHEMAS, fact_type))["$id"]


@pytest.mark.parametrize("fact_type", TYPES)
def test_an_example_shows_every_field_of_its_own(fact_type: str):
    shown = json.loads(committed(generate.EXAMPLES, fact_type))["data"]
    assert FACTS[fact_type].model_fields.keys() - shown.keys() <= {"correction_of", "policy"}


@pytest.mark.parametrize("fact_type", TYPES)
def test_an_example_reads_as_the_first_fact_of_its_stream(fact_type: str):
    envelope = committed(generate.EXAMPLES, fact_type)
    event = Event.read(envelope)
    assert (event.type, event.seq, event.prev_hash) == (fact_type, 1, GENESIS)
    assert event.hash == chain(GENESIS, envelope)
    assert event.id.version == 7


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("actor"),
        lambda data: data.update(decided_on="2026-02-30"),
        lambda data: data.update(placement="not an id"),
        lambda data: data.update(mode="at_the_seaside"),
        lambda data: data.update(skipped=[{"step": "nearby_ordinary"}]),
    ],
)
def test_the_validator_refuses_a_spoilt_example(spoil: Any):
    data = json.loads(committed(generate.EXAMPLES, "tongkang.education.placement_decided.v1"))["data"]
    spoil(data)
    assert not validator("tongkang.education.placement_decided.v1").is_valid(data)


def test_every_schema_is_of_the_dialect_that_it_names():
    for fact_type in TYPES:
        assert schema_of(FACTS[fact_type])["$schema"] == DIALECT
        assert validator(fact_type).is_valid({}) is False


def test_a_released_contract_is_not_broken():
    """`released/` is written by `--release` only, so this holds in a clone without any history."""
    assert list((ROOT / generate.RELEASED).glob("*.json"))
    assert generate.broken(generate.contracts()) == []


def _at_head() -> dict[str, dict[str, Any]]:
    """The schemas of the last commit; none where the source came without git."""
    git = ["git", "-C", str(ROOT)]
    listed = subprocess.run(
        [*git, "ls-tree", "--name-only", "HEAD", f"{generate.SCHEMAS}/"], check=False, capture_output=True, text=True
    )
    found = {}
    for path in listed.stdout.split():
        shown = subprocess.run([*git, "show", f"HEAD:{path}"], capture_output=True, check=True)
        found[Path(path).stem] = json.loads(shown.stdout)
    return found


def test_the_last_commit_is_not_broken_without_a_new_version():
    now = {
        path.stem: json.loads(text) for path, text in generate.contracts().items() if path.parent == generate.SCHEMAS
    }
    broken = {name: breaking_changes(old, now[name]) for name, old in _at_head().items() if name in now}
    assert {name: changes for name, changes in broken.items() if changes} == {}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the committed contracts, to be spoilt."""
    for folder in (generate.SCHEMAS, generate.EXAMPLES, generate.RELEASED):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_a_stale_a_missing_and_an_orphaned_file_are_each_named_and_mended(house: Path):
    stale, missing, orphan = (generate.SCHEMAS / f"{name}.json" for name in (TYPES[0], TYPES[1], "tongkang.x.gone.v1"))
    (house / stale).write_bytes(b"{}")
    (house / missing).unlink()
    (house / orphan).write_bytes(b"{}")
    faults = generate.stale(generate.contracts(), house)
    assert faults == {stale: "out of date", missing: "missing", orphan: "orphan"}
    generate.write(generate.contracts(), house)
    assert generate.stale(generate.contracts(), house) == {}


@pytest.mark.parametrize("folder", [generate.SCHEMAS, generate.RELEASED])
def test_a_contract_that_was_richer_before_is_named_as_broken(house: Path, folder: Path):
    path = house / folder / f"{TYPES[0]}.json"
    schema = json.loads(path.read_bytes())
    schema["properties"]["ward"] = {"type": "string", "format": "uuid"}
    path.write_text(json.dumps(schema))
    assert generate.broken(generate.contracts(), house) == [f"{TYPES[0]}: data.ward: is gone"]


def test_a_released_type_never_disappears(house: Path):
    shutil.copy(
        house / generate.RELEASED / f"{TYPES[0]}.json", house / generate.RELEASED / "tongkang.custody.x.v1.json"
    )
    assert generate.broken(generate.contracts(), house) == ["tongkang.custody.x.v1: released, and gone"]
