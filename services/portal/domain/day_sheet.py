"""The sheet of a centre's day: what was typed into its rows, and what of it is sent (handbook §3.5)."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from typing import Any, Self
from unicodedata import normalize
from uuid import UUID, uuid5

from shared.clock import SHANGHAI, moment_of

CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?|(\d{1,2})(\d{2})")
GROUPS = UUID("8d0f7a58-6b6e-4a8e-9d6c-0d2f5b1d7c11")
TYPED = ("start", "end", "mode", "therapist", "discipline", "attended", "words", "proof")


def clock_time(text: str) -> time | None:
    """Read a time as people type it: 0930, 930, 9:30, 9.30 or 9, with digits and colons of any keyboard."""
    found = CLOCK.fullmatch(normalize("NFKC", text).strip())
    if not found:
        return None
    hour, minute = int(found[1] or found[3]), int(found[2] or found[4] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a clock


@dataclass(frozen=True, slots=True)
class Row:
    """What was typed about one child. It is sent when a time was typed, or what was done."""

    enrolment: str
    case: str
    visit: str = ""
    start: str = ""
    end: str = ""
    mode: str = ""
    therapist: str = ""
    discipline: str = ""
    attended: str = ""
    words: str = ""
    proof: str = ""

    @property
    def filled(self) -> bool:
        """Whether anything was typed that is no proposal of the page."""
        return bool(self.start or self.end or self.words)

    @property
    def mistake(self) -> str:
        """The column that cannot be read, if one cannot."""
        if clock_time(self.start) is None:
            return "start"
        if clock_time(self.end) is None:
            return "end"
        return "" if self.therapist else "therapist"

    def line(self, on: date, centre: UUID) -> dict[str, Any]:
        """Return the session as a line of a centre's batch."""
        line = {
            "case": self.case, "enrolment": self.enrolment, "therapist": self.therapist, "discipline": self.discipline,
            "mode": self.mode, "starts_at": _at(on, self.start), "ends_at": _at(on, self.end),
            "attended": self.attended != "no",
        }  # fmt: skip
        more = {
            "words": self.words or None,
            "confirmation": {"method": self.proof} if self.proof else None,
            "visit": (self.visit or None) if self.mode == "home" else None,
            "group": self._group(line, centre) if self.mode == "group" else None,
        }
        return line | {name: value for name, value in more.items() if value is not None}

    @staticmethod
    def _group(line: Mapping[str, Any], centre: UUID) -> str:
        """Return the group of all children who are with one therapist at one time: the same whenever it is asked."""
        return str(uuid5(GROUPS, f"{centre}/{line['therapist']}/{line['starts_at']}/{line['ends_at']}"))


def _at(on: date, text: str) -> str:
    return datetime.combine(on, clock_time(text) or time(), SHANGHAI).isoformat()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a day by enrolment."""

    rows: Mapping[str, Row]

    @classmethod
    def sent(cls, values: Mapping[str, str]) -> Self:
        """Read a form whose fields are called `0.start`, `0.end` and so on."""
        names = [field.name for field in fields(Row)]
        numbers = [key.partition(".")[0] for key in values if key.endswith(".enrolment")]
        rows = [Row(**{name: values.get(f"{number}.{name}", "").strip() for name in names}) for number in numbers]
        return cls({row.enrolment: row for row in rows})

    @classmethod
    def kept(cls, text: str | None) -> Self:
        """Read a draft."""
        return cls({row["enrolment"]: Row(**row) for row in json.loads(text or "[]")})

    def text(self) -> str:
        """Return it as it is sealed: rows in which nothing was typed are none."""
        return json.dumps([asdict(row) for row in self.rows.values() if row.filled], ensure_ascii=False)

    def under(self, newer: Self) -> Self:
        """Return this sheet with the rows of another page, or of a later moment, in place of its own."""
        return type(self)({**self.rows, **newer.rows})

    def without(self, enrolments: Iterable[str]) -> Self:
        """Return the sheet without some rows."""
        gone = set(enrolments)
        return type(self)({key: row for key, row in self.rows.items() if key not in gone})

    @property
    def to_send(self) -> Sequence[Row]:
        """The rows in which something was typed and all can be read."""
        return [row for row in self.rows.values() if row.filled and not row.mistake]

    @property
    def mistakes(self) -> dict[str, str]:
        """By enrolment, the column that cannot be read."""
        return {key: row.mistake for key, row in self.rows.items() if row.filled and row.mistake}


def minute_of(moment: str, on: date) -> int:
    """Return the minute of a civil day at which a moment lies, for a script that compares times."""
    return int((datetime.fromisoformat(moment) - moment_of(on)).total_seconds() // 60)


def clock_of(moment: str) -> str:
    """Return the time on the wall in Shanghai."""
    return f"{datetime.fromisoformat(moment).astimezone(SHANGHAI):%H:%M}"
