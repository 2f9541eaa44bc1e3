"""What the reader of a file wants to see of it, as its address says."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.portal.domain.known_on import end_of_day
from services.portal.domain.zoom import Zoom
from shared import clock

FIRST_YEAR, LAST_YEAR = 1900, 2200


def _a_day(value: str) -> str:
    """Let an empty field and a day of living memory through. Raises ValueError."""
    if not value:
        return ""
    day = date.fromisoformat(value)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day.isoformat()


Day = Annotated[str, AfterValidator(_a_day)]


class Narrowed(BaseModel):
    """What the reader of a file wants to see of it; an empty field of the page's form is none."""

    lane: Annotated[str, Field(max_length=20)] = ""
    type: Annotated[str, Field(max_length=120)] = ""
    organisation: UUID | Literal[""] = ""
    since: Day = ""
    until: Day = ""
    known_on: Day = ""
    view: Literal["", "full", "compact"] = ""
    zoom: Zoom = Zoom.LIFE
    at: Day = ""
    after: Annotated[str, Field(max_length=400)] = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the timeline is asked for entries."""
        asked = {"lane": self.lane, "type": self.type, "organisation": str(self.organisation), "from": self.since,
                 "to": self.until, **self.known, "after": self.after}  # fmt: skip
        return {key: value for key, value in asked.items() if value}

    @property
    def known(self) -> dict[str, str]:
        """As known when, where that is not today."""
        return {"as_known_at": end_of_day(self.known_on)} if self.known_on else {}

    @property
    def day(self) -> date:
        """The day in whose year, month or week the picture is."""
        return date.fromisoformat(self.at) if self.at else clock.today()

    def link(self, **changed: object) -> str:
        """Return the query of the same page with something changed; always from its first entries on."""
        plain = Narrowed().model_dump(mode="json")
        said = {**self.model_dump(mode="json"), "after": "", **changed}
        told = {key: str(value) for key, value in said.items() if str(value) != str(plain[key])}
        return f"?{urlencode(told)}" if told else "?"
