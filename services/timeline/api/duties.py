"""Working lists: what is owed to children, by when and why; due soon, overdue, how many of which kind."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.timeline.api.reading import board, database, reader_of, ready, settings
from services.timeline.completeness import CompletenessOut
from services.timeline.domain.duties.duty import reached
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.table import known, table
from services.timeline.domain.entry import Row
from services.timeline.repository import duties as repository
from services.timeline.repository.duties import FIRST, CountedBy, Narrowed
from services.timeline.repository.entries import BEGINNING, END
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType, Region
from shared.contracts.events.timeline import DutyEnd, EscalationLevel
from shared.errors import CaseNotFound
from shared.http.doors import may
from shared.http.paging import After, Limit, from_cursor, to_cursor
from shared.ids import CaseId
from shared.rulebook.explanation import Explanation

MOST_COUNTED = 200
router = APIRouter(prefix="/v1", tags=["duties"])
Reads = Annotated[Actor, may(Act.READ_DUTIES)]
By = Annotated[CountedBy, Query(description=f"What is counted; of owners the first {MOST_COUNTED}.")]
Within = Annotated[Region | None, Query(description="Only a county, or a region; inside one's own.")]


class Standing(StrEnum):
    """How an open duty stands to the clock."""

    LATER = "later"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


class DutyOut(BaseModel):
    """What somebody owes a child by a time."""

    duty: UUID
    case: UUID
    rule: str = Field(description="Row of the table of duties.")
    name: dict[str, str] = Field(description="What is owed, in zh and en.")
    owner: UUID | None = Field(description="Organisation that owes it; null where it is an authority's.")
    owner_kind: OrgType
    county: str | None = Field(description="County in whose lists it stands: where the child lives.")
    opened_by: UUID = Field(description="Fact that opened it.")
    opened_at: datetime
    due_at: datetime = Field(description="Until when, exclusive.")
    standing: Standing | None = Field(description="Null once it ended.")
    level: EscalationLevel | None = Field(description="To whom it is shown since it was missed.")
    outcome: DutyEnd | None = Field(description="How it ended; null while it is open.")
    met_by: UUID | None = Field(description="Fact that ended it.")
    met_at: datetime | None
    fell_away: bool = Field(description="Void because by what is known now it never was a duty.")
    explanation: Explanation | None = Field(description="How the due time was counted, step by step.")


class DutyPage(BaseModel):
    """A page of duties, first due first."""

    items: list[DutyOut]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")
    completeness: CompletenessOut


class DutyCount(BaseModel):
    """How many duties of one kind, of one county or of one owner are open in a list."""

    rule: str | None = Field(default=None, description="Row of the table of duties, where counted by rule.")
    name: dict[str, str] | None = Field(default=None, description="What is owed, in zh and en, where counted by rule.")
    county: str | None = Field(default=None, description="Where counted by county.")
    owner: UUID | None = Field(default=None, description="Where counted by owner; null where it is an authority's.")
    owner_kind: OrgType | None = Field(default=None, description="Where counted by owner.")
    open: int
    due_soon: int
    overdue: int
    city: int = Field(description="Overdue ones that are shown to the city.")
    province: int = Field(description="Overdue ones that are shown to the province.")


class DutyCounts(BaseModel):
    """How many duties are open in a list, by rule, county or owner."""

    as_of: datetime
    items: list[DutyCount]
    completeness: CompletenessOut


class Asked(BaseModel):
    """Which of the open duties."""

    model_config = ConfigDict(extra="forbid")

    standing: Standing | None = Field(default=None, description="Only those that stand so.")
    rule: str | None = Field(default=None, max_length=62, description="Only of this row of the table.")
    level: EscalationLevel | None = Field(
        default=None, description="Only missed ones that are shown to this level; who is above it sees them too."
    )
    owner_kind: OrgType | None = Field(default=None, description="Only what organisations of this kind owe.")
    county: Region | None = Field(
        default=None, description="Only those of this county, or of a region; inside one's own."
    )
    owner: UUID | None = Field(default=None, description="Only what this organisation owes.")
    limit: Limit = 50
    after: After = None

    def narrowed(self, now: datetime, soon: datetime) -> Narrowed:
        """Return the question as the repository takes it."""
        times = {
            None: (BEGINNING, END),
            Standing.OVERDUE: (BEGINNING, now),
            Standing.DUE_SOON: (now, soon),
            Standing.LATER: (soon, END),
        }
        kind = self.owner_kind and self.owner_kind.value
        levels = reached(self.level) if self.level else None
        return Narrowed(*times[self.standing], self.rule, levels, kind, self.county, self.owner)

    @field_validator("rule")
    @classmethod
    def _is_in_the_table(cls, rule: str | None) -> str | None:
        return rule and known(rule)


@router.get("/duties", responses={200: {"model": DutyPage}}, response_class=Response)
async def list_duties(request: Request, actor: Reads, asked: Annotated[Asked, Query()]) -> Response:
    """List open duties, first due first: an institution's own, or all of an authority's region."""
    limits, now = settings(request).duties, clock.now()
    narrowed, reader = asked.narrowed(now, _soon(now, limits)), reader_of(request, actor, within=asked.county)
    async with database(request).session() as session:
        rows = await repository.listed(session.driver, reader, narrowed, _after(asked.after), asked.limit)
        stamp = await board(request).stamp(0, session.driver)
    return _page(rows, asked.limit, limits, stamp)


@router.get("/duties/counts", responses={200: {"model": DutyCounts}}, response_class=Response)
async def count_duties(request: Request, actor: Reads, by: By = "rule", county: Within = None) -> Response:
    """Count the open duties of the same list by rule, by county, or by owner, those who owe most overdue ones first."""
    now, reader = clock.now(), reader_of(request, actor, within=county)
    times = (now, _soon(now, settings(request).duties))
    async with database(request).session() as session:
        rows = await repository.counts(session.driver, reader, by, times, county, MOST_COUNTED)
        stamp = await board(request).stamp(0, session.driver)
    return ready({"as_of": now, "items": [_count(row) for row in rows], "completeness": stamp})


@router.get("/cases/{case}/duties", responses={200: {"model": DutyPage}}, response_class=Response)
async def duties_of_case(
    request: Request, case: CaseId, actor: Reads, limit: Limit = 50, after: After = None
) -> Response:
    """List what is owed to a child and what came of it: all of it, or what an institution itself owes."""
    async with database(request).session() as session:
        rows = await repository.of_case(session.driver, reader_of(request, actor), case, _after(after), limit)
        stamp = await board(request).stamp(0, session.driver)
    if not rows:
        raise CaseNotFound
    return _page([row for row in rows if row["duty"] is not None], limit, settings(request).duties, stamp)


def _after(cursor: str | None) -> tuple[datetime, UUID]:
    found: Any = from_cursor(cursor, datetime.fromisoformat, UUID)
    return found or FIRST


def _soon(now: datetime, limits: DutyLimits) -> datetime:
    return now + timedelta(days=limits.due_soon_days)


def _page(rows: list[Any], limit: int, limits: DutyLimits, stamp: Mapping[str, Any]) -> Response:
    now = clock.now()
    last = rows[-1] if len(rows) == limit else None
    cursor = to_cursor(last["due_at"].isoformat(), str(last["duty"])) if last else None
    return ready({"items": [_duty(row, now, limits) for row in rows], "next": cursor, "completeness": stamp})


AS_IT_IS = ("rule", "owner_kind", "county", "opened_at", "due_at", "level", "outcome", "met_at", "fell_away")
IDS = ("duty", "owner", "opened_by", "met_by")


def _duty(row: Row, now: datetime, limits: DutyLimits) -> dict[str, Any]:
    return {
        "case": str(row["case_id"]),
        "name": _name(row["rule"]),
        "standing": _standing(row, now, limits),
        "explanation": _explanation(row, limits),
        **{name: row[name] for name in AS_IT_IS},
        **{name: row[name] and str(row[name]) for name in IDS},
    }


def _standing(row: Row, now: datetime, limits: DutyLimits) -> Standing | None:
    if row["outcome"] is not None:
        return None
    if row["due_at"] <= now:
        return Standing.OVERDUE
    return Standing.DUE_SOON if row["due_at"] <= _soon(now, limits) else Standing.LATER


def _explanation(row: Row, limits: DutyLimits) -> dict[str, Any] | None:
    """Count again, by the very function that opened it; nothing to say of a row that the table no longer has."""
    known = table().get(row["rule"])
    if known is None:
        return None
    return reckon(known, row["from_day"] or row["from_moment"], limits, row["at_least_from"]).explanation.model_dump()


def _name(rule: str) -> dict[str, str]:
    known = table().get(rule)
    return {"zh": known.zh, "en": known.en} if known else {"zh": rule, "en": rule}


def _count(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    """Return what was counted; beside its numbers a row has the columns by which it was grouped."""
    named = {"name": _name(row["rule"])} if "rule" in row else {}
    owner = {"owner": row["owner"] and str(row["owner"])} if "owner" in row else {}
    return named | dict(row) | owner
