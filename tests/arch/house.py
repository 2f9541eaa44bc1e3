"""The house as its files stand: services, their sources, and what a syntax tree shows."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shared.blueprint import ROOT

SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))


def sources(*folders: str) -> Iterator[Path]:
    """Python files under folders of the house; migrations are left out, they are written by a tool."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def place(path: Path) -> str:
    """Where a file stands, as these tests name it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions_around(module: ast.Module) -> dict[ast.AST, str]:
    """The name of the innermost function around each node that stands in one."""
    names: dict[ast.AST, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.update(dict.fromkeys(ast.walk(node), node.name))
    return names
