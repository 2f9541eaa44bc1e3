"""A child's admission to a house as somebody types it: papers in their parts, each person once (handbook §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.portal.domain.typed import day_of

PEOPLE = range(1, 5)
"""So many people are asked for; more are put on the lists later."""
PERSON = ("name", "relation", "phone")
PARTS = ("allergies", "medication")
DAYS = ("contract_signed_on", "health_checked_on")


@dataclass(frozen=True)
class Admission:
    """The fields of the form."""

    typed: Mapping[str, str]

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        found = {name: "missing" for name in ("mode",) if not self._of(name)}
        found |= {name: "day" for name in ("admitted_on", *DAYS) if day_of(self._of(name)) is None}
        if self._of("until") and day_of(self._of("until")) is None:
            found["until"] = "day"
        found |= {name: "asked" for name in PARTS if not self._of(name) and not self._of(f"no_{name}")}
        return found | self._wrong_people

    @property
    def _wrong_people(self) -> dict[str, str]:
        known = [number for number in PEOPLE if any(self._of(f"person{number}.{part}") for part in PERSON)]
        lacking = (f"person{number}.{part}" for number in known or [1] for part in PERSON)
        return {name: "missing" for name in lacking if not self._of(name)}

    def _of(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def _people(self, may: str) -> list[dict[str, str]]:
        listed = [number for number in PEOPLE if self._of(f"person{number}.name") and self._of(f"person{number}.{may}")]
        return [{part: self._of(f"person{number}.{part}") for part in PERSON} for number in listed]

    @property
    def body(self) -> dict[str, Any]:
        """What custody is told; nothing written in a part whose absence was ticked is "asked, none"."""
        sheet: dict[str, Any] = {name: str(day_of(self._of(name))) for name in DAYS}
        sheet |= {name: self._of(name) for name in PARTS}
        sheet |= {"emergency_contacts": self._people("call"), "pick_up_list": self._people("fetch")}
        told = {"mode": self._of("mode"), "admitted_on": str(day_of(self._of("admitted_on"))), "sheet": sheet}
        return told | ({"until": str(day_of(self._of("until")))} if self._of("until") else {})
