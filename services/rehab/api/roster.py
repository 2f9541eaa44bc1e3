"""A centre's day: who is enrolled, what is logged already, and what is odd about it (handbook §3.5, §3.7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.rehab.api.forms import Open, View
from services.rehab.api.sessions import BusyView, SessionView, session_shown
from services.rehab.domain.roster import CentreDay, Given, Remark, remarks
from services.rehab.domain.rules import Rules
from services.rehab.repository.records import OneRow, Rows
from shared.access.policy import Act, Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    CorrectionReason,
    Discipline,
    InterruptionKind,
    OpeningHours,
    SessionMode,
    TrainingMode,
)
from shared.http.doors import may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.stage import Day

router = APIRouter(prefix="/v1", tags=["sessions"])


class LastView(View):
    """The last session to which a child came."""

    therapist: UUID
    discipline: Discipline
    mode: SessionMode
    starts_at: datetime
    ends_at: datetime


class NotedSession(SessionView):
    """A session of the day, and what is odd about it."""

    remarks: list[Remark]


class CorrectedView(View):
    """What a session was before a correction; it may have been moved to another day since."""

    session_id: UUID
    reason: CorrectionReason
    corrected_at: datetime
    void: bool = Field(description="Whether the session is void now.")
    now_at: datetime = Field(description="When the session begins now.")
    therapist: UUID
    discipline: Discipline
    mode: SessionMode
    starts_at: datetime
    ends_at: datetime
    attended: bool


class RosterRow(View):
    """A child of the day."""

    enrolment: UUID
    case_id: UUID
    shown_as: UUID = Field(description="Case under which the child is shown, where two cases are one child.")
    category: RehabCategory
    mode: TrainingMode
    started_on: date
    over_on: date = Field(description="First day after the enrolment.")
    resting: InterruptionKind | None
    last: LastView | None
    visit: UUID | None = Field(description="Last home visit, on which training at home stands.")
    sessions: list[NotedSession]
    corrected: list[CorrectedView] = Field(description="What was recorded of the day and corrected since.")
    busy: list[BusyView] = Field(description="When another centre has the child.")


class StaffOfDay(View):
    """A person on the staff list that day."""

    therapist: UUID
    disciplines: list[Discipline]


class RosterView(Page[RosterRow]):
    """A page of the day's children, and the day itself; hours and staff are none where nobody said any."""

    on: date
    closed: bool
    hours: list[OpeningHours] | None
    staff: list[StaffOfDay] | None


@router.get("/roster")
async def read_roster(
    actor: Annotated[Actor, may(Act.READ_SESSION)],
    books: Open,
    on: Annotated[Day, Query(description="The day.")],
    after: After = None,
    limit: Limit = 50,
) -> RosterView:
    """Read who is enrolled with the caller's own centre on a day, and what was logged of them."""
    roster = books.records.roster
    rows = await roster.children(actor, on, from_cursor(after, UUID), limit)
    shown, keys = rows[:limit], [row.id for row in rows[:limit]]
    await books.reading.shown({row.case_id for row in shown})
    day = await roster.day(actor, on)
    sheet = _Sheet(
        actor, books.rules, day, await roster.sessions(actor, on), await roster.resting(keys, on),
        await roster.last(keys, on), await roster.visits(keys, on), await roster.corrected(actor, shown, on),
    )  # fmt: skip
    more = to_cursor(str(keys[-1])) if len(rows) > limit else None
    return RosterView.model_validate(
        {"items": [sheet.row(row) for row in shown], "next": more, "on": on, "closed": day.closed}
        | {"hours": day.hours, "staff": _staff(day)}
    )


def _staff(day: CentreDay) -> list[dict[str, Any]] | None:
    if day.staff is None:
        return None
    return [{"therapist": person, "disciplines": sorted(may_give)} for person, may_give in day.staff.items()]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """All that the rows of a page are made of."""

    actor: Actor
    rules: Rules
    day: CentreDay
    logged: Rows
    resting: Mapping[UUID, InterruptionKind]
    last: Mapping[UUID, Any]
    visits: Mapping[UUID, UUID]
    corrected: Rows

    def row(self, row: OneRow) -> dict[str, Any]:
        of_child = [session for session in self.logged if session.case_id == row.case_id]
        last = self.last.get(row.id)
        return row._asdict() | {
            "enrolment": row.id, "resting": self.resting.get(row.id), "last": last and dict(last),
            "visit": self.visits.get(row.id),
            "corrected": [one for one in self.corrected if one.enrolment_id == row.id],
            "sessions": [self._noted(one) for one in of_child if one.enrolment_id == row.id],
            "busy": [one for one in of_child if one.institution != self.actor.organisation],
        }  # fmt: skip

    def _noted(self, session: OneRow) -> dict[str, Any]:
        resting = session.enrolment_id in self.resting
        found = remarks(_given(session), self.day, self._own, resting=resting)
        return session_shown(session, self.actor, self.rules) | {"remarks": found}

    @property
    def _own(self) -> Sequence[Given]:
        return [_given(one) for one in self.logged if one.institution == self.actor.organisation]


def _given(row: OneRow) -> Given:
    return Given(
        row.id, row.therapist, Discipline(row.discipline), SessionMode(row.mode), (row.starts_at, row.ends_at),
        row.attended, row.group_id, row.bedside,
    )  # fmt: skip
