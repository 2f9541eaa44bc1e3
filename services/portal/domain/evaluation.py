"""A stage evaluation as somebody types it: what is wrong with it, field by field, and what is sent (handbook §3.6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from unicodedata import normalize

from services.portal.domain.typed import day_of
from shared.rehabilitation.instruments import INSTRUMENTS, Instrument

SCORE = "scores."
VERSION = re.compile(r"[A-Za-z0-9._-]{1,40}")
ASKED = ("enrolment", "assessor", "checkpoint", "instrument")


@dataclass(frozen=True)
class Evaluation:
    """The fields of the form, with digits of any keyboard; `instrument` is a row of the table."""

    typed: Mapping[str, str]
    instrument: Instrument

    @classmethod
    def sent(cls, fields: Mapping[str, str]) -> Self | None:
        """Read a form; none where no instrument was chosen."""
        instrument = INSTRUMENTS.get(fields.get("instrument", ""))
        typed = {name: normalize("NFKC", value).strip() for name, value in fields.items()}
        return cls(typed, instrument) if instrument else None

    @cached_property
    def scores(self) -> dict[str, str]:
        """The scores that were typed, by dimension."""
        typed = {code: self.typed.get(SCORE + code, "") for code in self.instrument.dimensions}
        return {code: value for code, value in typed.items() if value}

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field: missing, day, version or range."""
        found = {name: "missing" for name in ASKED if not self.typed.get(name)}
        if day_of(self.typed.get("assessed_on", "")) is None:
            found["assessed_on"] = "day"
        if not VERSION.fullmatch(self.typed.get("instrument_version", "")):
            found["instrument_version"] = "version"
        return found | self._wrong_scores

    @property
    def _wrong_scores(self) -> dict[str, str]:
        scales = self.instrument.dimensions
        needed = self.instrument.required if self.scores else self.instrument.required or list(scales)[:1]
        lacking = {SCORE + code: "missing" for code in needed if code not in self.scores}
        return lacking | {
            SCORE + code: "range" for code, value in self.scores.items() if not scales[code].allows(value)
        }

    @property
    def body(self) -> dict[str, Any]:
        """What rehab is told."""
        told = {name: self.typed.get(name) for name in (*ASKED, "instrument_version")}
        return told | {"assessed_on": str(day_of(self.typed["assessed_on"])), "scores": self.scores}
