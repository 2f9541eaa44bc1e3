"""Whatever goes wrong is caught in full only at the edges (docs/style, rule 9), and nothing is swallowed in silence."""

import ast
from collections.abc import Iterator
from pathlib import Path

from shared.blueprint import ROOT
from tests.arch.house import place, sources, tree

EDGES = {
    "services/portal/domain/importing/files.py": "a workbook of anybody may break its reader in any way",
    "services/timeline/assessment.py": "a case that cannot be assessed stops only itself, whatever its facts are",
    "shared/background.py": "a background task that failed begins again",
    "shared/journal/completeness.py": "trouble with one producer stays with it, whatever its feed answers",
    "shared/journal/inbox.py": "a fact that cannot be applied stops its own case only, whatever the reason",
    "shared/messaging/consumer.py": "a batch that raised would be passed over by FastStream",
    "shared/service.py": "a broker that comes up raises many kinds",
}
"""Files that may catch `Exception`, with the reason."""

BROAD = {"Exception", "BaseException"}


def broad_handlers(path: Path) -> Iterator[ast.ExceptHandler]:
    """Handlers that catch everything; one that ends in a bare `raise` only cleans up on the way out."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _passes_on(node):
            yield node


def _is_broad(kind: ast.expr | None) -> bool:
    named = {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)} if kind else BROAD
    return bool(named & BROAD)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_exception_is_caught_only_at_the_edges():
    catching = {place(path) for path in sources("shared", "services", "deploy") if any(broad_handlers(path))}
    assert catching == set(EDGES)


def test_nothing_that_is_caught_in_full_is_passed_over_in_silence():
    silent = [
        f"{place(path)}:{handler.lineno}"
        for path in sources("shared", "services", "deploy")
        for handler in broad_handlers(path)
        if all(isinstance(step, ast.Pass | ast.Continue) for step in handler.body)
    ]
    assert silent == []


SUPPRESSING = {
    "shared/service.py": "a broker that did not come up is put away before the next try; what it says then is no news",
}


def test_everything_is_suppressed_nowhere_else():
    suppressing = {
        place(path)
        for path in sources("shared", "services", "deploy")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and any(isinstance(kind, ast.Name) and kind.id in BROAD for kind in node.args)
    }
    assert suppressing == set(SUPPRESSING)


def test_the_check_sees_what_it_should(tmp_path: Path):
    file = tmp_path / "handler.py"
    file.write_text(
        "try:\n    go()\nexcept (OSError, Exception):\n    pass\n"
        "try:\n    go()\nexcept BaseException:\n    tidy()\n    raise\n"
        "try:\n    go()\nexcept ValueError:\n    pass\n"
    )
    assert [handler.lineno for handler in broad_handlers(file)] == [3]


COMMITTING = {
    "services/rehab/handlers/by_clock.py": "what a day brings has no door that would end its unit of work",
    "services/education/handlers/dropout.py": "the daily watch has no door that would end its unit of work",
    "services/timeline/assessment.py": "a task by the clock has no door that would end its unit of work",
}
"""Files beside the doors that end a unit of work, with the reason."""


def test_business_code_neither_commits_nor_publishes():
    """`uow.commit` stands in doors, which answer with what it returns; handlers and rules only record."""
    calling = {
        place(path)
        for path in sources("services")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "write_journal", "send_all", "publish"}
    }
    assert {path for path in calling if "/api" not in path} == set(COMMITTING)


def test_the_house_is_there():
    assert sum(1 for _ in sources("shared", "services", "deploy")) > len(EDGES)
    assert (ROOT / "services").is_dir()
