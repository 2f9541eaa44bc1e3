"""Write everything that follows from the code: schemas, examples, pages on facts, doors and rules, OpenAPI, AsyncAPI.

    python -m shared.contracts.generate             write what changed
    python -m shared.contracts.generate --check     write nothing; exit 1 and say what is stale
    python -m shared.contracts.generate --release   freeze the schemas as the ones that the world relies on

A change that breaks facts or readers is not written: it needs a new type with the next version.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.blueprint import ROOT, app_of, service_names
from shared.contracts.catalogue import FACTS
from shared.contracts.compatibility import breaking_changes
from shared.contracts.events_page import events_page
from shared.contracts.schema import envelope_schema, schema_of
from shared.contracts.specimen import example_of
from shared.http.app import asyncapi_of
from shared.http.entrances import access_page
from shared.rulebook.library import books
from shared.rulebook.page import rules_page

HERE = Path("shared/contracts")
SCHEMAS, EXAMPLES, RELEASED = HERE / "schemas", HERE / "examples", HERE / "released"
API = Path("docs/api")


def contracts() -> dict[Path, bytes]:
    """Return schemas and examples as they should be, by their place under the root."""
    files = {SCHEMAS / "envelope.json": _json(envelope_schema())}
    for name, fact in FACTS.items():
        files[SCHEMAS / f"{name}.json"] = _json(schema_of(fact))
        # The bytes exactly as they would be published, so that the example can be hashed and verified.
        files[EXAMPLES / f"{name}.json"] = example_of(fact).envelope
    return files


def documents() -> dict[Path, bytes]:
    """Return the documents of all services as they should be, by their place under the root."""
    apps = {name: app_of(name) for name in service_names()}
    heard = {name: app.state.service.hears for name, app in apps.items()}
    files = {
        Path("docs/events.md"): events_page(heard).encode(),
        Path("docs/access.md"): access_page(apps).encode(),
        Path("docs/rules.md"): rules_page(books()).encode(),
    }
    for name, app in apps.items():
        files[API / f"{name}.openapi.json"] = _json(app.openapi())
        files[API / f"{name}.asyncapi.json"] = _json(asyncapi_of(app.state.service))
    return files


def stale(files: Mapping[Path, bytes], root: Path = ROOT) -> dict[Path, str]:
    """Return which files differ from what they should be, and how; orphans too."""
    found = {}
    for path, content in files.items():
        if not (root / path).exists():
            found[path] = "missing"
        elif (root / path).read_bytes() != content:
            found[path] = "out of date"
    return found | {path: "orphan" for path in _written(root) if path not in files}


def broken(files: Mapping[Path, bytes], root: Path = ROOT) -> list[str]:
    """Return what would break facts or readers: against the schemas on disk and against the released ones."""
    found = []
    for path in [path for path in files if path.parent == SCHEMAS]:
        for before in (root / path, root / RELEASED / path.name):
            if before.exists():
                changes = breaking_changes(json.loads(before.read_bytes()), json.loads(files[path]))
                found += [f"{path.stem}: {change}" for change in changes]
    released = {path.name for path in (root / RELEASED).glob("*.json")}
    gone = sorted(released - {path.name for path in files})
    return sorted({*found, *(f"{name.removesuffix('.json')}: released, and gone" for name in gone)})


def write(files: Mapping[Path, bytes], root: Path = ROOT) -> list[Path]:
    """Write what is stale, remove orphans, and return what was touched."""
    touched = stale(files, root)
    for path, fault in touched.items():
        if fault == "orphan":
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(files[path])
    return list(touched)


def _written(root: Path) -> Iterator[Path]:
    for folder in (SCHEMAS, EXAMPLES, API):
        yield from (path.relative_to(root) for path in (root / folder).glob("*.json"))


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def main() -> int:
    """Write, check or release, as the arguments say; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared.contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when anything is stale")
    parser.add_argument("--release", action="store_true", help="freeze the schemas")
    wanted = parser.parse_args()
    files = contracts() | documents()
    if faults := broken(files):
        return _complain(faults, "needs a new version")
    if wanted.check:
        return _complain([f"{path}: {fault}" for path, fault in stale(files).items()], "run it without --check")
    if wanted.release:
        frozen = {RELEASED / path.name: content for path, content in files.items() if path.parent == SCHEMAS}
        files |= frozen
    for path in write(files):
        print(path)  # noqa: T201 - a command
    return 0


def _complain(faults: list[str], remedy: str) -> int:
    for fault in faults:
        print(f"{fault} ({remedy})", file=sys.stderr)  # noqa: T201 - a command
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
