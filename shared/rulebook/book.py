"""A service's own shelf of the rule book: its policy files, its settings, its tables, beside its rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from shared.policyfile import Figure, Policies, PolicyVersion
from shared.rulebook.explanation import QUESTIONS
from shared.rulebook.registry import FIRST_DAY, RULES, Rule, documents_of, first_sentence, sections_of


class Entry(BaseModel):
    """One row of the rule book."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["rule", "figure", "setting", "table", "row"]
    en: str
    zh: str
    version: str
    effective_from: date
    effective_until: date | None
    handbook: tuple[str, ...]
    documents: tuple[str, ...]
    mark: str
    setting: str | None = None
    value: str | None = None
    explains: bool = False


@dataclass(frozen=True, slots=True)
class PolicyShelf:
    """All versions of a policy, under a name, and the setting that names another folder of files."""

    name: str
    versions: Policies[Any]
    setting: str


@dataclass(frozen=True, slots=True)
class SettingShelf:
    """A model of settings: each field has a Chinese title and an English description with its handbook line.

    A field with neither runs the service, like its database, and judges nobody.
    """

    model: type[BaseModel]
    prefix: str

    @property
    def id(self) -> str:
        """`REHAB_RULES__` is `rehab.rules`."""
        return self.prefix.lower().rstrip("_").replace("_", ".", 1)


@dataclass(frozen=True, slots=True)
class Table:
    """A data file that rules read: an exact table of the handbook."""

    id: str
    file: Path
    en: str
    """What it holds, with the handbook line and the document in brackets."""
    zh: str
    mark: Literal["source", "assumed"]
    setting: str | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table that is a rule by itself: a duty has its own ground, mark and key."""

    id: str
    en: str
    """What it decides, with the handbook line and the document in brackets."""
    zh: str
    mark: Literal["source", "assumed"]
    value: str
    setting: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Everything by which one service judges, beside the rules that its domain registers by itself."""

    service: str
    policies: tuple[PolicyShelf, ...] = ()
    settings: tuple[SettingShelf, ...] = ()
    tables: tuple[Table, ...] = ()
    rows: tuple[TableRow, ...] = ()

    def entries(self) -> list[Entry]:
        """Return every row of this service, by id."""
        _load_domain(self.service)
        rules = (_of_rule(rule) for rule in RULES.values() if rule.service == self.service)
        figures = chain.from_iterable(map(_of_policy, self.policies))
        settings = chain.from_iterable(map(_of_settings, self.settings))
        tables = chain(map(_of_table, self.tables), map(_of_row, self.rows))
        return sorted([*rules, *figures, *settings, *tables], key=lambda entry: entry.id)


def _load_domain(service: str) -> None:
    """Import every module of the service's domain, so that its rules are registered."""
    domain = import_module(f"services.{service}.domain")
    for module in walk_packages(getattr(domain, "__path__", ()), prefix=f"{domain.__name__}."):
        import_module(module.name)


def _of_rule(rule: Rule) -> Entry:
    return Entry(
        id=rule.id, kind="rule", en=rule.en, zh=rule.zh, version=str(rule.version), effective_from=rule.since,
        effective_until=rule.until, handbook=rule.handbook, documents=rule.documents, mark=rule.mark,
        setting=rule.setting, explains=rule.id in QUESTIONS,
    )  # fmt: skip


def _of_table(table: Table) -> Entry:
    return Entry(
        id=table.id, kind="table", en=first_sentence(table.en), zh=table.zh, version="1", effective_from=FIRST_DAY,
        effective_until=None, handbook=sections_of(table.en), documents=documents_of(table.en), mark=table.mark,
        setting=table.setting, value=table.file.name,
    )  # fmt: skip


def _of_row(row: TableRow) -> Entry:
    return Entry(
        id=row.id, kind="row", en=first_sentence(row.en), zh=row.zh, version="1", effective_from=FIRST_DAY,
        effective_until=None, handbook=sections_of(row.en), documents=documents_of(row.en), mark=row.mark,
        setting=row.setting, value=row.value,
    )  # fmt: skip


def _of_policy(shelf: PolicyShelf) -> Iterator[Entry]:
    for version in shelf.versions.versions:
        for path, info, figure in figures_of(version):
            yield _of_figure(shelf, version, path, info, figure)


def _of_figure(shelf: PolicyShelf, version: PolicyVersion, path: str, info: FieldInfo, figure: Figure[Any]) -> Entry:
    said = info.description or ""
    return Entry(
        id=f"{shelf.name}.{path}@{version.policy}", kind="figure", en=first_sentence(said), zh=info.title or "",
        version=version.policy, effective_from=version.effective_from, effective_until=version.effective_until,
        handbook=sections_of(said), documents=documents_of(figure.mark), mark=figure.mark,
        setting=f"{shelf.setting}: {path}", value=_shown(figure.model_dump(mode="json")["value"]),
    )  # fmt: skip


def _of_settings(shelf: SettingShelf) -> Iterator[Entry]:
    for name, info in shelf.model.model_fields.items():
        said = info.description or ""
        if info.title is None and not sections_of(said):
            continue
        yield Entry(
            id=f"{shelf.id}.{name.replace('_', '-')}",
            kind="setting", en=first_sentence(said), zh=info.title or "", version="1", effective_from=FIRST_DAY,
            effective_until=None, handbook=sections_of(said), documents=documents_of(said), mark="assumed",
            setting=f"{shelf.prefix}{name.upper()}", value=_shown(_default(info)),
        )  # fmt: skip


def figures_of(part: BaseModel, path: str = "") -> Iterator[tuple[str, FieldInfo, Figure[Any]]]:
    """Walk a policy: every figure with its path and the field that declares it."""
    for name, info in type(part).model_fields.items():
        value, here = getattr(part, name), f"{path}.{name}".lstrip(".")
        if isinstance(value, Figure):
            yield here, info, value
        elif isinstance(value, BaseModel):
            yield from figures_of(value, here)
        elif isinstance(value, tuple):
            parts = [row for row in value if isinstance(row, BaseModel)]
            for number, row in enumerate(parts):
                yield from figures_of(row, f"{here}.{number}")


def _default(info: FieldInfo) -> object:
    return info.get_default(call_default_factory=True, validated_data={})


def _shown(value: object) -> str:
    if isinstance(value, Path):
        return "built in"
    if isinstance(value, dict | list | tuple | frozenset | set):
        return f"{len(value)} rows" if len(str(value)) > LONGEST else str(value)
    return str(value)


LONGEST = 60
"""Longer values are read in the file itself."""
