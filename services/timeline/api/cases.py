"""Lists and heads of case files, and who has looked at one."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.timeline.api.reading import board, database, reader_of, ready
from services.timeline.completeness import CompletenessOut
from services.timeline.domain.chain import LANE_OF, Stage
from services.timeline.domain.entry import Row
from services.timeline.domain.sight import Sight
from services.timeline.repository import cases as repository
from services.timeline.repository.cases import Narrowed
from services.timeline.repository.entries import END, LAST_ID
from shared import clock
from shared.access.policy import Act, Actor, sees_no_child
from shared.ages import age_in_years
from shared.contracts.codes import Region, ScreeningCategory, Sex
from shared.contracts.events.screening import SuspicionState
from shared.errors import CaseNotFound, NotAllowed
from shared.http.doors import may
from shared.http.paging import After, Limit, from_cursor, to_cursor
from shared.ids import CaseId

router = APIRouter(prefix="/v1/cases", tags=["cases"])
Lists = Annotated[Actor, may(Act.LIST_CASES)]
Reads = Annotated[Actor, may(Act.READ_TIMELINE)]
ReadsMoves = Annotated[Actor, may(Act.READ_MOVED_AWAY)]
ReadsLog = Annotated[Actor, may(Act.READ_ACCESS_LOG)]
MOST_NAMED = 50
"""Cases that a reader may name at once: an address has no room for many more."""


class CaseRow(BaseModel):
    """A case in a list. What the reader may not see is null."""

    case: UUID
    county: str | None = Field(description="County of residence; empty until the registration has come.")
    age_years: int | None = Field(description="Completed years today.")
    sex: Sex | None
    stage: str | None = Field(description="Furthest stage of the chain that the case has reached.")
    states: dict[str, SuspicionState] | None = Field(description="State of the suspicion per screening category.")
    last_at: datetime = Field(description="When the latest fact was recorded.")
    died_on: date | None = Field(description="Date of death, where one is registered.")
    masked: bool = Field(description="Consent to share is withdrawn: of most entries only kind and day are shown.")
    erased: bool = Field(description="The child's identity is destroyed; the chain of facts stays.")


class CasePage(BaseModel):
    """A page of cases, newest activity first."""

    items: list[CaseRow]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")
    completeness: CompletenessOut


class Asked(BaseModel):
    """Which of the cases."""

    model_config = ConfigDict(extra="forbid")

    stage: str | None = Field(default=None, max_length=40, description="Only those whose furthest stage it is.")
    category: ScreeningCategory | None = Field(
        default=None, description="Only those with a suspicion of this category."
    )
    county: Region | None = Field(default=None, description="Only of this county, or of a region; inside one's own.")
    case: list[UUID] = Field(default=[], max_length=MOST_NAMED, description="Only these, of those that may be seen.")
    overdue: bool = Field(default=False, description="Only those for whom a duty in the reader's list is overdue.")
    limit: Limit = 50
    after: After = None

    @property
    def by_state(self) -> bool:
        """Whether the question tells of states, which not every reader is shown."""
        return self.stage is not None or self.category is not None

    @property
    def narrowed(self) -> Narrowed:
        """Return the question as the repository takes it."""
        stage = None if self.stage is None else Stage.of(self.stage).value
        overdue_at = clock.now() if self.overdue else None
        return Narrowed(stage, self.category, self.county, tuple(self.case) or None, overdue_at)

    @field_validator("stage")
    @classmethod
    def _is_known(cls, stage: str | None) -> str | None:
        return None if stage is None else Stage.of(stage).code


class Participant(BaseModel):
    """An organisation that takes part in a case, as facts say."""

    organisation: UUID
    basis: str
    since: date
    until: date | None = Field(description="First day on which it no longer does.")


class CaseHead(CaseRow):
    """One case: what stands at the top of its page."""

    shown_under: UUID | None = Field(description="The case under which this child is shown, when that is another.")
    same_child: list[UUID] = Field(description="Other cases that are this child; their entries stand in this file.")
    participants: list[Participant] = Field(description="All of them, or only the reader's own part.")
    entries: dict[str, int] = Field(description="Entries per lane, for lanes of which the reader sees every entry.")
    completeness: CompletenessOut


class Moved(BaseModel):
    """What a county still sees of a child that moved away."""

    case: UUID
    previous: str = Field(description="County in which the child lived.")
    region: str = Field(description="County in which it lives now; it is in charge from that day on.")
    moved_on: date


class MovedPage(BaseModel):
    """A page of children that moved away, latest move first."""

    items: list[Moved]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")


class Look(BaseModel):
    """One row of the access log."""

    at: datetime
    person: UUID
    organisation: UUID
    role: str
    purpose: str
    act: str
    outcome: str


class LookPage(BaseModel):
    """A page of the access log, newest first."""

    items: list[Look]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")


@router.get("", responses={200: {"model": CasePage}}, response_class=Response)
async def list_cases(request: Request, actor: Lists, asked: Annotated[Asked, Query()]) -> Response:
    """List the cases that the actor may see, newest activity first."""
    before: Any = from_cursor(asked.after, datetime.fromisoformat, UUID) or (END, LAST_ID)
    reader, limit = reader_of(request, actor, within=asked.county), asked.limit
    if asked.by_state and not reader.sight.states:
        raise NotAllowed(act=Act.LIST_CASES.value)
    async with database(request).session() as session:
        rows = await repository.list_cases(session.driver, reader, before, limit, asked.narrowed)
        stamp = await board(request).stamp(0, session.driver)
    items = [_case(row, reader.sight) for row in rows]
    last = rows[-1] if len(rows) == limit else None
    cursor = to_cursor(last["last_at"].isoformat(), str(last["case_id"])) if last else None
    return ready({"items": items, "next": cursor, "completeness": stamp})


@router.get("/moved-away", responses={200: {"model": MovedPage}}, response_class=Response)
async def moved_away(request: Request, actor: ReadsMoves, limit: Limit = 50, after: After = None) -> Response:
    """List the children that moved out of the actor's region: when and where to, nothing of what came after."""
    if sees_no_child(actor):
        raise NotAllowed(act=Act.READ_MOVED_AWAY.value)
    before: Any = from_cursor(after, date.fromisoformat, UUID) or (date.max, LAST_ID)
    async with database(request).session() as session:
        rows = await repository.moved_away(session.driver, reader_of(request, actor), actor.region, before, limit)
    last = rows[-1] if len(rows) == limit else None
    cursor = to_cursor(last["moved_on"].isoformat(), str(last["event_id"])) if last else None
    return ready({"items": [_moved(row) for row in rows], "next": cursor})


@router.get("/{case}", responses={200: {"model": CaseHead}}, response_class=Response)
async def head(request: Request, case: CaseId, actor: Reads) -> Response:
    """Show the head of a case: where, how old, which states, who takes part, how much there is, how complete."""
    reader = reader_of(request, actor)
    async with database(request).transaction() as session:
        row = await repository.head(session.driver, reader, case)
        if row is None:
            raise CaseNotFound
        everyone = None if reader.sight.everyone else actor.organisation
        participants = await repository.participants(session.driver, row["family"], everyone)
        counted = await repository.counted(session.driver, reader.sight.whole, row["family"])
        stamp = await board(request).stamp(row["parked"], session.driver)
    more = {
        "shown_under": row["shown_under"],
        "same_child": [other for other in row["family"] if other != case],
        "participants": [dict(participant) for participant in participants],
        "entries": {LANE_OF[producer].value: number for producer, number in counted.items()},
        "completeness": stamp,
    }
    return ready(_case(row, reader.sight) | more)


@router.get("/{case}/access-log", responses={200: {"model": LookPage}}, response_class=Response)
async def access_log(
    request: Request, case: CaseId, actor: ReadsLog, limit: Limit = 50, after: After = None
) -> Response:
    """Show who has looked at this file here, newest first; this look stands there from the next one on."""
    before: Any = from_cursor(after, datetime.fromisoformat, int) or (END, 2**63 - 1)
    async with database(request).session() as session:
        rows = await repository.looked_at(session.driver, reader_of(request, actor), case, before, limit)
    if not rows:
        raise CaseNotFound
    looks = [dict(row) for row in rows if row["id"] is not None]
    last = rows[-1] if len(looks) == limit else None
    cursor = to_cursor(last["at"].isoformat(), last["id"]) if last else None
    return ready({"items": [_look(look) for look in looks], "next": cursor})


def _case(row: Row, sight: Sight) -> dict[str, Any]:
    return {
        "case": str(row["case_id"]),
        "county": row["county"],
        "age_years": row["birth_date"] and age_in_years(row["birth_date"], clock.today()),
        "sex": row["sex"],
        "stage": Stage(row["stage"]).code if sight.states else None,
        "states": row["states"] if sight.states else None,
        "last_at": row["last_at"],
        "died_on": row["died_on"],
        "masked": row["masked"] is True,
        "erased": row["erased"],
    }


def _look(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in Look.model_fields}


def _moved(row: Row) -> dict[str, Any]:
    return {"case": row["case_id"], **{name: row[name] for name in ("previous", "region", "moved_on")}}
