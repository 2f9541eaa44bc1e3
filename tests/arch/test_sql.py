"""SQL stands in repositories, and who may see a row is decided in one place there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.blueprint import ROOT
from tests.arch.house import SERVICES, functions_around, place, sources, tree

STATEMENT = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|GRANT|REVOKE|LOCK|COPY|TRUNCATE|CALL|MERGE)\s"
)
CORE = {"select", "insert", "update", "delete", "text", "exists", "union_all", "literal_column"}

MAY_HOLD_SQL = {
    "shared/access/access_log.py": "the log of reading, one statement for every service",
    "shared/access/second_wall.py": "tells row-level security who reads, the same for every service",
    "shared/migrations.py": "rights of the application role",
    "shared/http/status.py": "counts of the journal's own tables, the same for every service",
    "shared/journal": "the journal is itself a repository: streams, outbox, positions, parked facts",
    "shared/service.py": "asks whether the database answers",
    "shared/stage.py": "the child that every stage knows, one row for all of them",
}
"""Places of shared that hold SQL, with the reason."""

MAY_FILTER_BY_REGION = {
    "services/directory/repository/records.py": "organisations are public; a list of a region is a search, not a right",
    "services/screening/repository/rates.py": "the region is part of the question: a rate is asked for a county",
    "services/timeline/repository/cases.py": "what moved out of a region: the stub is the old county's, not the file",
    "services/timeline/repository/operational.py": "as in indicators.py",
    "services/timeline/repository/indicators.py": "the region is part of the question: a figure is asked for a county",
}
"""Repositories that compare regions outside the one place of visibility, with the reason."""

ONE_PLACE = {"readable_by", "readable", "visibility"}
"""The function, or the module around it, in which visibility is decided."""

REGION = re.compile(r"(region|county)\b[^,;]{0,20}(LIKE|\^@|~)|starts_with\(", re.IGNORECASE)


def is_repository(path: Path) -> bool:
    return "repository" in {*path.parts, path.stem}


def statements(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Constant(value=str(text)) if STATEMENT.match(text):
                yield text.strip().splitlines()[0]
            case ast.ImportFrom(module="sqlalchemy", names=names):
                yield from (alias.name for alias in names if alias.name in CORE - {"text"})


@pytest.mark.parametrize("service", SERVICES)
def test_sql_stands_in_the_repository(service: str):
    outside = {
        place(path): list(statements(tree(path))) for path in sources(f"services/{service}") if not is_repository(path)
    }
    assert {path: found for path, found in outside.items() if found} == {}


def test_sql_of_shared_stands_where_it_has_a_reason():
    holding = {place(path) for path in sources("shared") if any(statements(tree(path)))}
    allowed = {path for path in holding if any(path.startswith(known) for known in MAY_HOLD_SQL)}
    assert holding - allowed == set()
    assert [known for known in MAY_HOLD_SQL if not any(path.startswith(known) for path in holding)] == []


def region_filters(path: Path) -> Iterator[str]:
    """Comparisons of regions outside the one place, by SQL text or by Core."""
    module = tree(path)
    around = functions_around(module)
    for node in ast.walk(module):
        if around.get(node) in ONE_PLACE or path.stem in ONE_PLACE:
            continue
        match node:
            case ast.Constant(value=str(text)) if REGION.search(text) and not _is_docstring(module, node):
                yield f"{node.lineno}: {text.strip().splitlines()[0]}"
            case ast.Call(func=ast.Attribute(value=compared, attr="startswith" | "like")) if _is_region(compared):
                yield f"{node.lineno}: {ast.unparse(node)}"
            case ast.Call(func=ast.Name(id="within" | "covers")):
                yield f"{node.lineno}: {ast.unparse(node)}"


def _is_region(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"region", "county"}


def _is_docstring(module: ast.Module, constant: ast.Constant) -> bool:
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(module))


@pytest.mark.parametrize("service", SERVICES)
def test_a_region_is_compared_in_one_place(service: str):
    found = {place(path): list(region_filters(path)) for path in sources(f"services/{service}") if is_repository(path)}
    inline = {path: filters for path, filters in found.items() if filters}
    assert {path: filters for path, filters in inline.items() if path not in MAY_FILTER_BY_REGION} == {}


def test_no_exception_of_a_repository_outlives_it():
    assert [path for path in MAY_FILTER_BY_REGION if not any(region_filters(ROOT / path))] == []


HOLDS_NO_CASE = {"portal": "asks the other services with the token of whoever reads"}


@pytest.mark.parametrize("service", [service for service in SERVICES if service not in HOLDS_NO_CASE])
def test_visibility_is_decided_in_one_function(service: str):
    deciding = [
        f"{place(path)}:{node.name}"
        for path in sources(f"services/{service}")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "readable_by"
    ]
    assert len(deciding) == 1
    assert "repository" in deciding[0]


BAD = '''
_LIST = "SELECT id FROM placement WHERE county LIKE $1 || '%'"
def listed(actor, table):
    """A list by region LIKE the actor's."""
    return select(table).where(table.c.county.startswith(actor.region))
def readable_by(actor, table):
    return table.c.region.startswith(actor.region)
'''


def test_an_inline_filter_is_caught_and_the_one_place_is_not(tmp_path: Path):
    file = tmp_path / "repository.py"
    file.write_text(BAD)
    assert [line.partition(":")[0] for line in region_filters(file)] == ["2", "5"]
    assert len(list(statements(tree(file)))) == 1
