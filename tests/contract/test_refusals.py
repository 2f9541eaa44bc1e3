"""The catalogue of refusals: codes unique and well formed, both languages there, saying the same."""

import ast
import string
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from shared.blueprint import ROOT
from shared.errors import CATALOGUE, Refusal

SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))


def _modules_with_refusals() -> Iterator[tuple[str, int]]:
    for folder in ("shared", "services"):
        for source in sorted((ROOT / folder).rglob("*.py")):
            count = sum(1 for _ in _declared(source))
            if count:
                yield ".".join(source.relative_to(ROOT).with_suffix("").parts), count


def _declared(source: Path) -> Iterator[str]:
    """Codes of the refusals that a file declares, read without running it."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ClassDef):
            yield from (
                keyword.value.value
                for keyword in node.keywords
                if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
            )


MODULES = dict(_modules_with_refusals())
for module in MODULES:
    import_module(module)
CODES = sorted(CATALOGUE)
SAID = [code for code in CODES if not CATALOGUE[code].__subclasses__()]
"""What is really answered; a refusal with kinds below it only groups them."""


def test_every_declared_refusal_is_in_the_catalogue_once():
    declared = Counter(
        code for folder in ("shared", "services") for s in (ROOT / folder).rglob("*.py") for code in _declared(s)
    )
    assert [code for code, count in declared.items() if count > 1] == []
    assert set(declared) <= set(CATALOGUE)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_kebab_case_under_its_service(code: str):
    place = CATALOGUE[code].__module__.split(".")
    service, _, name = code.rpartition(".")
    assert service == (place[1] if place[0] == "services" else "")
    assert name == name.lower()
    assert all(part.isalnum() and part.isascii() for part in name.split("-"))


@pytest.mark.parametrize("code", CODES)
def test_a_status_says_whose_fault_it_is(code: str):
    assert CATALOGUE[code].status in {400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503}


@pytest.mark.parametrize("code", SAID)
def test_both_languages_say_something_of_their_own(code: str):
    refusal = CATALOGUE[code]
    assert "en" in vars(refusal)
    assert "zh" in vars(refusal)
    assert refusal.en.isascii()
    assert refusal.en.endswith(".")
    assert refusal.zh.endswith("。")
    assert any("\u4e00" <= character <= "\u9fff" for character in refusal.zh)


@pytest.mark.parametrize("code", CODES)
def test_both_languages_have_the_same_gaps_and_fill_them(code: str):
    refusal = CATALOGUE[code]
    assert _gaps(refusal.en) == _gaps(refusal.zh)
    filled = refusal(**dict.fromkeys(_gaps(refusal.en), "filled"))
    assert "{" not in filled.words("en") + filled.words("zh")


def _gaps(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


SPARE = {"conflict": "the general 409, for a stage that needs no word of its own; the journal's tests raise it"}


def test_every_refusal_is_said_somewhere():
    used = {name for folder in ("shared", "services") for s in (ROOT / folder).rglob("*.py") for name in _used(s)}
    assert {code for code in SAID if CATALOGUE[code].__name__ not in used} == SPARE.keys()


def _used(source: Path) -> Iterator[str]:
    """Names that a file loads, other than by importing them."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                yield name


def test_a_code_cannot_be_taken_twice():
    with pytest.raises(TypeError, match="taken by NotFound"):
        type("Other", (Refusal,), {}, code="not-found", status=404)
