"""A session that was recorded wrongly: what was recorded, as fields, and what holds instead (handbook §3.5, §0)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.portal.domain.day_sheet import TYPED, Row, clock_of
from services.portal.domain.typed import day_of
from shared.clock import local_date


@dataclass(frozen=True, slots=True)
class Correction:
    """What was typed about a session that was recorded already."""

    row: Row
    day: str
    reason: str = ""

    @classmethod
    def of(cls, session: Mapping[str, Any]) -> Self:
        """Return the session as it was recorded: what is wrong of it is typed over."""
        starts, ends = session["starts_at"], session["ends_at"]
        row = Row(
            session["enrolment_id"], "", session["visit_id"] or "", clock_of(starts), clock_of(ends), session["mode"],
            session["therapist"], session["discipline"], "yes" if session["attended"] else "no",
            session["words"] or "", session["confirmed_by"] or "",
        )  # fmt: skip
        return cls(row, day_in_china(starts))

    def typed_over(self, fields: Mapping[str, str]) -> Self:
        """Return it with what was typed."""
        typed = {name: fields[name].strip() for name in TYPED if name in fields}
        day, reason = fields.get("day", self.day).strip(), fields.get("reason", self.reason).strip()
        return replace(self, row=replace(self.row, **typed), day=day, reason=reason)

    def wrong(self, *, void: bool) -> dict[str, str]:
        """Return what is wrong, by field; of a session that is made void the reason alone counts."""
        found = {} if self.reason else {"reason": "missing"}
        if void:
            return found
        if day_of(self.day) is None:
            found["day"] = "day"
        column = self.row.mistake
        return found | ({column: "missing" if column == "therapist" else "time"} if column else {})

    def body(self, was: Mapping[str, Any], centre: UUID) -> dict[str, Any]:
        """Return what holds instead; what the form does not show of the session stays as it was."""
        on = day_of(self.day)
        assert on is not None, "asked of a form without mistakes"  # noqa: S101 - see `wrong`
        content = self.row.line(on, centre)
        del content["case"], content["enrolment"]
        content |= {"goals": was["goals"], "bedside": was["bedside"]}
        if "group" in content and was["group_id"] and _same_lesson(content, was):
            content["group"] = was["group_id"]
        if was["device"] and self.row.proof == was["confirmed_by"]:
            content["confirmation"]["device"] = was["device"]
        return {"reason": self.reason, "replacement": content}


def _same_lesson(content: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    ends = ("starts_at", "ends_at")
    same = all(datetime.fromisoformat(content[end]) == datetime.fromisoformat(was[end]) for end in ends)
    return same and content["therapist"] == was["therapist"]


def day_in_china(moment: str) -> str:
    """Return the civil day of a moment."""
    return local_date(datetime.fromisoformat(moment)).isoformat()
