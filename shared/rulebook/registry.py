"""Rules as functions: `@rule("screening.m-chat-23", "source", zh="...")` above a function of the domain.

What the rule decides, the handbook's line and the document are read from the function's docstring, so that they stand
in one place: `Score the M-CHAT of 23 items (孤独症规范; handbook §1.4).`
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from inspect import cleandoc
from typing import Literal, TypeVar

import orjson

F = TypeVar("F", bound=Callable[..., object])
Mark = Literal["source", "assumed"]

RULES: dict[str, "Rule"] = {}
"""Every rule of the services that were imported, by its id."""

FIRST_DAY = date(2026, 1, 1)
"""From when a rule of ours holds that names no other day: the day of the policy it was written for."""

SECTIONS = re.compile(r"§(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Rule:
    """A function that decides, and what it stands on."""

    id: str
    mark: Mark
    zh: str
    text: str
    where: str
    version: int
    since: date
    until: date | None
    setting: str | None

    @property
    def service(self) -> str:
        """The service that decides by it."""
        return self.id.partition(".")[0]

    @property
    def en(self) -> str:
        """What it decides: the first sentence of its docstring, without the citation."""
        return first_sentence(self.text)

    @property
    def handbook(self) -> tuple[str, ...]:
        """Lines of the handbook, such as `§1.4`."""
        return sections_of(self.text)

    @property
    def documents(self) -> tuple[str, ...]:
        """Short names of the documents behind it."""
        return documents_of(self.text)


def rule(
    rule_id: str,
    mark: Mark,
    *,
    zh: str,
    version: int = 1,
    since: date = FIRST_DAY,
    until: date | None = None,
    setting: str | None = None,
) -> Callable[[F], F]:
    """Register a function as a rule. Raises TypeError when its docstring cites no handbook line or the id is taken."""

    def register(function: F) -> F:
        text, where = cleandoc(function.__doc__ or ""), f"{function.__module__}:{function.__qualname__}"
        if not sections_of(text):
            raise TypeError(f"{where} is a rule and its docstring cites no line of the handbook")
        if mark == "source" and not documents_of(text):
            raise TypeError(f"{where} is marked as from a source and its docstring names no document")
        if rule_id in RULES and RULES[rule_id].where != where:
            raise TypeError(f"rule {rule_id!r} is taken by {RULES[rule_id].where}")
        RULES[rule_id] = Rule(rule_id, mark, zh, text, where, version, since, until, setting)
        return function

    return register


@cache
def documents() -> dict[str, str]:
    """Return the register of documents: short name to full title."""
    register: dict[str, str] = orjson.loads(files(__package__).joinpath("documents.json").read_bytes())
    return register


def sections_of(text: str) -> tuple[str, ...]:
    """Return the handbook lines that a text cites, in order and once each."""
    return tuple(dict.fromkeys(f"§{number}" for number in SECTIONS.findall(text)))


def documents_of(text: str) -> tuple[str, ...]:
    """Return the documents of the register that a text names."""
    return tuple(short for short in documents() if short in text)


def first_sentence(text: str) -> str:
    """Return the first sentence of a docstring without what stands in brackets at its end."""
    head = " ".join(text.partition("\n\n")[0].split())
    bare = re.sub(r"\s*\([^()]*§[^()]*\)", "", head)
    return re.split(r"(?<=[.])\s+(?=[A-Z])", bare)[0].rstrip(".") + "."
