"""The outline of a case: periods and counts, from which its picture is drawn."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.timeline.api.reading import begin_of, board, database, end_of, reader_of, ready
from services.timeline.completeness import CompletenessOut
from services.timeline.domain import outline as domain
from services.timeline.domain.chain import LANE_OF, Lane
from services.timeline.domain.entry import Row, detail_of
from services.timeline.domain.outline import PeriodKind, Told
from services.timeline.domain.sight import Detail
from services.timeline.errors import PeriodReversed
from services.timeline.repository import outline as repository
from services.timeline.repository.entries import END
from services.timeline.repository.outline import Window
from shared.access.policy import Act, Actor
from shared.errors import CaseNotFound
from shared.http.direct import DirectRead
from shared.http.doors import may
from shared.ids import CaseId

router = APIRouter(prefix="/v1/cases/{case}", tags=["entries"], route_class=DirectRead)
Reads = Annotated[Actor, may(Act.READ_TIMELINE)]


class Looked(BaseModel):
    """Which time is counted, in what steps, as known when."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["day", "week"] = Field(default="week", description="Facts are counted by day or by week.")
    since: date | None = Field(default=None, alias="from", description="First day of which facts are counted.")
    until: date | None = Field(default=None, alias="to", description="Last such day, itself included.")
    as_known_at: AwareDatetime | None = Field(
        default=None, description="The file as it stood then: nothing that was recorded later, no later correction."
    )

    def window(self) -> Window:
        """Return the question as the repository takes it. Raises PeriodReversed."""
        if self.since and self.until and self.until < self.since:
            raise PeriodReversed
        return Window(
            step=self.by,
            since=begin_of(self.since),
            until=end_of(self.until),
            known_at=self.as_known_at or END,
        )


class RestOut(BaseModel):
    """A part of a period in which it rests."""

    kind: str = Field(description="Leave or suspension: the kind of the interruption, or of the leave.")
    since: date
    until: date | None = Field(description="First day on which it went on; null while it rests.")


class PeriodOut(BaseModel):
    """Something that lasts, from facts that the reader sees in full; times are half-open."""

    kind: PeriodKind
    lane: Lane
    opened_by: UUID = Field(description="Fact with which it began.")
    since: date
    until: date | None = Field(description="First day without it; null while it lasts.")
    planned_until: date | None = Field(description="First day without it, as it was meant when it began.")
    what: str | None = Field(description="Item of an approval, category of an enrolment, mode of a placement or stay.")
    institution: UUID | None
    rests: list[RestOut]


class Count(BaseModel):
    """How many facts of a type there are on a day or in a week."""

    lane: Lane
    type: str
    day: date = Field(description="The day, or the Monday of the week, Asia/Shanghai.")
    facts: int
    corrected: int = Field(description="How many of them no longer hold.")


class Outline(BaseModel):
    """What the picture of a case is drawn from."""

    case: UUID
    born_on: date | None = Field(description="Day of birth, where the reader sees the registration in full.")
    periods: list[PeriodOut]
    counts: list[Count]
    completeness: CompletenessOut


@router.get("/outline", responses={200: {"model": Outline}}, response_class=Response)
async def outline(request: Request, case: CaseId, actor: Reads, looked: Annotated[Looked, Query()]) -> Response:
    """Show a case in outline: what lasts from when to when, and how many facts of each type by day or week."""
    reader = reader_of(request, actor)
    async with database(request).session() as session:
        rows = await repository.outline(session.driver, reader, case, looked.window())
        if not rows:
            raise CaseNotFound
        stamp = await board(request).stamp(rows[0]["parked"], session.driver)
    told = [_told(row) for row in rows if row["event_id"] and detail_of(row, reader.sight) is Detail.FULL]
    counted = [row for row in rows if row["day"] and detail_of(row, reader.sight) is not Detail.HIDDEN]
    return ready({
        "case": str(case),
        "born_on": domain.born_on(told),
        "periods": domain.periods(told),
        "counts": list(_counts(counted)),
        "completeness": stamp,
    })  # fmt: skip


def _told(row: Row) -> Told:
    return Told(row["event_id"], row["type"], orjson.loads(row["envelope"])["data"])


def _counts(rows: Sequence[Row]) -> Iterable[dict[str, Any]]:
    """Put what the reader's organisation recorded and what others did together again."""
    sums: dict[tuple[date, str, str], list[int]] = {}
    for row in rows:
        both = sums.setdefault((row["day"], row["producer"], row["type"]), [0, 0])
        both[0] += row["facts"]
        both[1] += row["corrected"]
    for (day, producer, kind), (facts, corrected) in sums.items():
        yield {"lane": LANE_OF[producer], "type": kind, "day": day, "facts": facts, "corrected": corrected}
