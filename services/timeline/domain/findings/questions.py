"""`tongkang rules explain timeline.f05-after-death facts.json`: a rule asked about facts that somebody has at hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.timeline.domain.casebook import casebook
from services.timeline.domain.crossing import Crossing
from services.timeline.domain.findings.casefile import CaseFile
from services.timeline.domain.findings.catalogue import JUDGES, judge, table
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.institutionbook import institutionbook
from services.timeline.domain.noted import Noted
from shared.contracts.envelope import FACTS
from shared.rulebook.explanation import Explanation, Question


class Told(BaseModel):
    """A fact as it was published, as far as a rule looks at it; the timeline's pages show these fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    type: str
    subject: UUID
    epoch: int = 1
    sequence: int = 1
    time: datetime
    recordedtime: datetime
    data: dict[str, Any]

    def noted(self) -> Noted:
        """Return it as an assessor reads it."""
        producer, nobody = self.type.split(".")[1], UUID(int=0)
        place = (self.subject, self.epoch, self.sequence)
        return Noted(self.id, self.type, producer, *place, self.time, self.recordedtime, nobody, self.data)


class AskRule(Question):
    """Facts about one case and its institutions, what crosses other cases, and the limits to compare with."""

    code: ClassVar[str]

    case: UUID = Field(description="The case that is asked about.")
    facts: tuple[Told, ...] = Field(min_length=1, description="Facts about the case and its institutions.")
    crossing: Crossing = Field(default=Crossing(), description="What it has in common with other cases.")
    limits: Limits = Field(default=Limits(), description="Limits to compare with, where others hold.")

    def explain(self) -> Explanation:
        """Ask the rule itself."""
        book = casebook(self.case, self._about(self.case), institutions=self._institutions())
        flags = list(judge(CaseFile(replace(book, crossing=self.crossing)), self.limits, [self.code]))
        steps = tuple(step for flag in flags for step in flag.steps)
        return Explanation(rule=self.rule, outcome="flagged" if flags else "not-flagged", steps=steps)

    def _about(self, subject: UUID) -> list[Noted]:
        return [fact.noted() for fact in self.facts if fact.subject == subject]

    def _institutions(self) -> dict[UUID, Any]:
        named: Sequence[UUID] = [one.subject for one in self.facts if FACTS[one.type].about == "institution"]
        return {subject: institutionbook(subject, self._about(subject)) for subject in named}


def _ask(rule_code: str) -> type[AskRule]:
    class AskOne(AskRule, of=table()[rule_code].id):
        code = rule_code

    return AskOne


ASKED = {code: _ask(code) for code in JUDGES}
"""A question per rule."""
