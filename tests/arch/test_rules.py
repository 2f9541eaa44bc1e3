"""A rule that is not registered fails here: whoever is judged by it could not read it."""

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from shared.blueprint import ROOT
from shared.rulebook.explanation import QUESTIONS
from shared.rulebook.library import books, entries
from shared.rulebook.registry import RULES
from tests.arch.house import SERVICES, place, sources, tree

CITES = "handbook §"
JUDGING = sorted(book.service for book in books())


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_that_decides_by_the_handbook_is_registered(service: str):
    assert list(_unregistered(service)) == []


def _unregistered(service: str) -> Iterator[str]:
    registered = {rule.where for rule in RULES.values()}
    for source in sources(f"services/{service}/domain", f"services/{service}/domain.py"):
        module = place(source).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name, function in _functions(tree(source)):
            if _decides_by_itself(function) and f"{module}:{name}" not in registered:
                yield f"{module}:{name}"


def _functions(node: ast.AST, around: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name):
                yield f"{around}{name}", child
            case ast.ClassDef(name=name):
                yield from _functions(child, f"{around}{name}.")


def _decides_by_itself(node: ast.FunctionDef) -> bool:
    """A part of a rule, by its name no more than that, stands in the book with its rule."""
    return not node.name.startswith("_") and CITES in (ast.get_docstring(node) or "")


@pytest.mark.parametrize("service", SERVICES)
def test_every_data_file_of_a_domain_stands_in_the_book(service: str):
    rows = [row for book in books() if book.service == service for row in book.entries()]
    tables, versions = {row.value for row in rows if row.kind == "table"}, {row.version for row in rows}
    files = {path for path in (ROOT / "services" / service).rglob("*.json") if "migrations" not in path.parts}
    unlisted = {path.name for path in files if path.name not in tables and _policy(path) not in versions}
    assert {name for name in unlisted if (service, name) not in NO_RULE} == set()


def test_every_table_that_services_share_stands_in_a_book():
    listed = {table.file for book in books() for table in book.tables}
    assert {path for path in (ROOT / "shared/rehabilitation").glob("*.json") if path not in listed} == set()


def _policy(path: Path) -> str | None:
    """The version that a policy file says it is; nothing for a table."""
    content = json.loads(path.read_bytes())
    return content.get("policy") if isinstance(content, dict) else None


NO_RULE = {
    ("directory", "org_types.json"): "which roles fit which organisation: access, not a rule of the domain",
    ("timeline", "parked_reasons.json"): "words for the parked-event desk",
}
"""Data files that judge nobody, with the reason."""


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.id)
def test_a_row_says_what_it_decides_in_both_languages_and_where_it_stands(entry):
    assert entry.id.partition(".")[0] in JUDGING
    assert entry.en.strip(". ")
    assert any("一" <= sign <= "鿿" for sign in entry.zh)
    assert entry.handbook
    assert entry.documents or "source" not in entry.mark


def test_ids_are_given_once():
    ids = [entry.id for entry in entries()]
    assert len(ids) == len(set(ids))


def test_every_service_that_has_stages_of_the_chain_has_a_book():
    assert JUDGING == ["custody", "education", "rehab", "screening", "timeline"]


def test_what_explains_is_a_rule_of_the_book():
    explaining = {entry.id for entry in entries() if entry.explains}
    assert {rule for rule in QUESTIONS if rule.partition(".")[0] in JUDGING} == explaining


def test_every_key_of_the_book_is_one_that_the_service_reads():
    keys = {(entry.id.partition(".")[0], entry.setting.partition(":")[0]) for entry in entries() if entry.setting}
    assert len(keys) > 80
    assert [key for service, key in sorted(keys) if not _is_read(service, key)] == []


def _is_read(service: str, key: str) -> bool:
    part: object = import_module(f"services.{service}.settings").Settings
    prefix = part.model_config["env_prefix"]
    for name in key.removeprefix(prefix).lower().split("__"):
        field = getattr(part, "model_fields", {}).get(name)
        if field is None:
            return False
        part = field.annotation
    return key.startswith(prefix)


@pytest.mark.parametrize("rule", sorted(QUESTIONS))
def test_whoever_asks_a_rule_is_told_what_each_field_means(rule: str):
    assert [name for name, field in QUESTIONS[rule].model_fields.items() if not field.description] == []
