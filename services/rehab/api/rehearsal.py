"""What would become of a day of sessions, before it is sent (handbook §3.5)."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.rehab.api.forms import Open
from services.rehab.api.sessions import BatchIn, LineIn, LineResult, orders_of, refused_line
from services.rehab.handlers import training
from shared.access.policy import Act, Actor
from shared.errors import CaseNotFound, InvalidRequest, Refusal
from shared.http.doors import may
from shared.http.lines import BadLine
from shared.http.problems import language_of

router = APIRouter(prefix="/v1", tags=["sessions"])


class RehearsalResult(BaseModel):
    """What would become of each line, in the order of the batch."""

    results: list[LineResult] = Field(description="Without a code where the line would be taken.")


@router.post("/sessions/preview")
async def rehearse_sessions(
    body: BatchIn, request: Request, actor: Annotated[Actor, may(Act.RECORD_SESSION)], books: Open
) -> RehearsalResult:
    """Tell of each line of a batch whether it would be taken, or why not; nothing is written but the log of reading."""
    rehearsed = await training.rehearse_sessions(orders_of(body), actor, books.records, books.rules)
    outcomes, language = iter(rehearsed), language_of(request)
    results = [_result(line, outcomes, language) for line in body.sessions]
    lines = zip(body.sessions, results, strict=True)
    told = {one.case for one, result in lines if isinstance(one, LineIn) and result.code != CaseNotFound.code}
    await books.reading.shown(told)
    return RehearsalResult(results=results)


def _result(line: LineIn | BadLine, outcomes: Iterator[Refusal | None], language: str) -> LineResult:
    if isinstance(line, BadLine):
        return refused_line(InvalidRequest(errors=line.errors), language)
    refusal = next(outcomes)
    return LineResult() if refusal is None else refused_line(refusal, language)
