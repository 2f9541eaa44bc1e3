"""A plan of care as somebody types it, with the assessment before it where there is none yet (handbook §3.5)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from unicodedata import normalize

from services.portal.domain.typed import day_of

ICF = re.compile(r"[bde][1-9][0-9]{0,4}")
DAYS = ("signed_on", "valid_from", "valid_until")
ASSESSED = ("assessed_on", "assessor", "outcome", "recommended_mode")
MOST_DAYS = 31
TERMS = ("long", "mid", "short", "daily")
"""A new sheet has one row for each level; more are asked for."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of goals. It is sent when a code or words stand in it."""

    term: str = ""
    icf: str = ""
    words: str = ""

    @property
    def filled(self) -> bool:
        """Whether anything was typed."""
        return bool(self.icf or self.words)

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        found = {name: "missing" for name in ("term", "words") if not getattr(self, name)}
        return found if ICF.fullmatch(self.icf) else found | {"icf": "icf"}

    @property
    def body(self) -> dict[str, str]:
        """What rehab is told."""
        return {"term": self.term, "icf": self.icf, "words": self.words}


@dataclass(frozen=True)
class CarePlan:
    """The fields of the form and its rows of goals."""

    typed: Mapping[str, str]
    goals: Sequence[Goal]

    @classmethod
    def sent(cls, fields: Mapping[str, str]) -> Self:
        """Read a form whose goals are called `goals.0.term`, `goals.0.icf` and so on."""
        numbers = sorted(
            int(found[1]) for name in fields if (found := re.fullmatch(r"goals\.([0-9]{1,2})\.term", name))
        )
        return cls(fields, [_goal(fields, number) for number in numbers])

    @classmethod
    def after(cls, last: Mapping[str, Any] | None, **proposed: str) -> Self:
        """Propose a plan: the goals of the last one to be carried on, or one row of each level."""
        if last is None:
            return cls(proposed, [Goal(term) for term in TERMS])
        kept = {"planned_days": str(last["planned_days"])} | ({"home_training": "1"} if last["home_training"] else {})
        goals = [Goal(one["term"], one["icf"], one["words"] or "") for one in last["goals"]]
        return cls(proposed | kept, [*goals, Goal()])

    def with_more(self, rows: int) -> Self:
        """Return it with some empty rows more."""
        return type(self)(self.typed, [*self.goals, *[Goal() for _ in range(rows)]])

    @property
    def assesses(self) -> bool:
        """Whether the assessment at the start comes with it."""
        return any(self.typed.get(f"assessment.{name}") for name in ASSESSED if name != "assessor")

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field: missing, day, days or icf."""
        found = {name: "day" for name in DAYS if day_of(self.typed.get(name, "")) is None}
        if self._days is None:
            found["planned_days"] = "days"
        if not any(goal.filled for goal in self.goals):
            found["goals"] = "missing"
        rows = {f"goals.{place}.": goal.wrong for place, goal in enumerate(self.goals) if goal.filled}
        found |= {row + name: why for row, wrong in rows.items() for name, why in wrong.items()}
        return found | (self._wrong_assessment if self.assesses else {})

    @property
    def _wrong_assessment(self) -> dict[str, str]:
        typed = {name: self.typed.get(f"assessment.{name}", "") for name in ASSESSED}
        found = {f"assessment.{name}": "missing" for name, value in typed.items() if not value}
        return found if day_of(typed["assessed_on"]) else found | {"assessment.assessed_on": "day"}

    @property
    def _days(self) -> int | None:
        typed = normalize("NFKC", self.typed.get("planned_days", "")).strip()
        return int(typed) if re.fullmatch("[0-9]{1,2}", typed) and 1 <= int(typed) <= MOST_DAYS else None

    @property
    def body(self) -> dict[str, Any]:
        """What rehab is told."""
        return {
            **{name: str(day_of(self.typed[name])) for name in DAYS},
            "planned_days_per_month": self._days, "home_training": bool(self.typed.get("home_training")),
            "goals": [goal.body for goal in self.goals if goal.filled],
        }  # fmt: skip

    @property
    def assessment(self) -> dict[str, Any]:
        """What rehab is told of the assessment."""
        told = {name: self.typed.get(f"assessment.{name}", "") for name in ASSESSED}
        return told | {"assessed_on": str(day_of(told["assessed_on"]))}

    def assessed(self) -> Self:
        """Return it without the assessment, which is recorded by now."""
        return type(self)({n: value for n, value in self.typed.items() if not n.startswith("assessment.")}, self.goals)


def _goal(fields: Mapping[str, str], number: int) -> Goal:
    typed = {name: fields.get(f"goals.{number}.{name}", "").strip() for name in ("term", "icf", "words")}
    return Goal(**typed | {"icf": normalize("NFKC", typed["icf"]).replace(" ", "").lower()})
