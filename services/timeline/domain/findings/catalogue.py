"""The 24 rules: their table, the functions that decide by them, and all of them asked about one case."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.timeline.domain.findings.casefile import CaseFile
from services.timeline.domain.findings.grounds import Flag, Ground, flags_of
from services.timeline.domain.findings.limits import Limits
from shared.contracts.events.timeline import Severity
from shared.rulebook.explanation import Explanation
from shared.rulebook.registry import rule

Judge = Callable[[CaseFile, Limits], Iterable[Ground]]


class Row(BaseModel):
    """A row of `findings.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = Field(description="Rule of handbook §3.7.")
    name: str = Field(description="What it is called in the rule book.")
    severity: Severity = Field(description="Hold, review or note.")
    milder: Mapping[str, Severity] = Field(default={}, description="Grounds that weigh less, by their code [assumed].")
    version: int = Field(ge=1, description="Version; a finding names the one that raised it.")
    since: date = Field(description="From when this version holds.")
    zh: str = Field(description="Title, Chinese.")
    en: str = Field(description="Title, English.")

    @property
    def id(self) -> str:
        """The rule's id in the rule book."""
        return f"timeline.{self.rule.lower()}-{self.name}"

    def severity_of(self, flag: Flag) -> Severity:
        """Return the severity of what was flagged: that of its gravest ground."""
        return min((self.milder.get(one.code, self.severity) for one in flag.steps), key=list(Severity).index)


@cache
def table() -> Mapping[str, Row]:
    """Return the table of rules by their codes, in the order of the handbook."""
    rows = TypeAdapter(tuple[Row, ...]).validate_json(files(__package__).joinpath("findings.json").read_bytes())
    return {row.rule: row for row in rows}


JUDGES: dict[str, Judge] = {}
"""The function that decides by each rule, by the rule's code."""


def finds(code: str, *, zh: str) -> Callable[[Judge], Judge]:
    """Make a function the one that decides by a rule of the table, and register it in the rule book."""
    row = table()[code]

    def register(judge: Judge) -> Judge:
        JUDGES[code] = judge
        return rule(row.id, "assumed", zh=zh, version=row.version, since=row.since)(judge)

    return register


def judge(file: CaseFile, limits: Limits, codes: Iterable[str] | None = None) -> Iterator[Flag]:
    """Yield what the rules flag in a case: all of them, or some.

    Nothing here stops a service or accuses anybody: a flag is looked at by a person.
    """
    for code in sorted(JUDGES if codes is None else codes):
        yield from flags_of(code, JUDGES[code](file, limits))


def explained(flag: Flag) -> Explanation:
    """Return what was compared with what, as answers carry it."""
    return Explanation(rule=table()[flag.rule].id, outcome="flagged", steps=flag.steps)
