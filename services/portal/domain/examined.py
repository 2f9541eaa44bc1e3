"""A re-screening or a diagnosis as somebody types it: what is wrong, field by field, and what is sent (§1.4)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unicodedata import normalize

from services.portal.domain.typed import day_of
from shared.contracts.events.screening import DiagnosisOutcome, Instrument

DOMAINS = ("total", "gross_motor", "fine_motor", "adaptive", "language", "social")
"""Quotients of 儿心量表-II as the registry names them."""
ITEMS = range(1, 24)
"""Of M-CHAT with 23 items; their texts are the publisher's."""
QUOTIENT = re.compile(r"[0-9]{1,3}(\.[0-9])?")
CARS = re.compile(r"[0-9]{1,2}(\.[0-9])?")


@dataclass(frozen=True)
class Rescreening:
    """The fields of the form; `scales` are those of the child's age, none where an examiner judges."""

    typed: Mapping[str, str]
    concerns: Sequence[str]
    examined_by: Sequence[str]
    scales: Sequence[str]

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        found = {} if day_of(_of(self.typed, "on")) else {"on": "day"}
        return found | (self._wrong_scales if self.scales else self._wrong_finding)

    @property
    def _wrong_finding(self) -> dict[str, str]:
        found = {} if self.examined_by else {"examined_by": "missing"}
        return found | ({} if _of(self.typed, "finding") else {"finding": "missing"})

    @property
    def _wrong_scales(self) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if Instrument.M_CHAT_23 in self.scales and any(self._answer(item) is None for item in ITEMS):
            wrong["m_chat_23"] = "items"
        if Instrument.ABC in self.scales and not _of(self.typed, "abc").isdecimal():
            wrong["abc"] = "number"
        if Instrument.CDSS_II in self.scales:
            names = (f"cdss_ii.{one}" for one in DOMAINS)
            wrong |= {name: "quotient" for name in names if not QUOTIENT.fullmatch(_of(self.typed, name))}
        return wrong

    def _answer(self, item: int) -> bool | None:
        return {"yes": True, "no": False}.get(_of(self.typed, f"m_chat_23.{item}"))

    @property
    def body(self) -> dict[str, Any]:
        """What the registry is told."""
        told: dict[str, Any] = {"on": str(day_of(_of(self.typed, "on"))), "concerns": list(self.concerns)}
        if not self.scales:
            return told | {"examined_by": list(self.examined_by), "finding": _of(self.typed, "finding")}
        if Instrument.M_CHAT_23 in self.scales:
            told["m_chat_23"] = {str(item): self._answer(item) for item in ITEMS}
        if Instrument.ABC in self.scales:
            told["abc"] = int(_of(self.typed, "abc"))
        return told | {"cdss_ii": {one: _of(self.typed, f"cdss_ii.{one}") for one in DOMAINS}}


@dataclass(frozen=True)
class Diagnosis:
    """The fields of the form."""

    typed: Mapping[str, str]
    instruments: Sequence[str]

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        found = {} if day_of(_of(self.typed, "on")) else {"on": "day"}
        outcome, named = _of(self.typed, "outcome"), _of(self.typed, "rehab_category")
        if not outcome:
            found["outcome"] = "missing"
        if outcome == DiagnosisOutcome.CONFIRMED and not named:
            found["rehab_category"] = "missing"
        if named and outcome and outcome != DiagnosisOutcome.CONFIRMED:
            found["rehab_category"] = "only_confirmed"
        cars = _of(self.typed, "cars")
        return found | ({"cars": "cars"} if cars and not CARS.fullmatch(cars) else {})

    @property
    def body(self) -> dict[str, Any]:
        """What the registry is told; what was left empty is left out."""
        told = {name: _of(self.typed, name) for name in ("outcome", "rehab_category", "cars")}
        on = {"on": str(day_of(_of(self.typed, "on"))), "instruments": list(self.instruments)}
        return on | {name: value for name, value in told.items() if value}


def _of(typed: Mapping[str, str], name: str) -> str:
    return normalize("NFKC", typed.get(name, "")).strip()
