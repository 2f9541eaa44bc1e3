"""A child's stage evaluation is recorded: the instrument for its age, then its scores with their ranges."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see, status_of
from services.portal.domain.curve import name_of
from services.portal.domain.evaluation import Evaluation
from services.portal.domain.mistakes import named_by
from services.portal.domain.typed import day_of
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import Checkpoint
from shared.rehabilitation.instruments import INSTRUMENTS

router = APIRouter(prefix="/children", include_in_schema=False)

Evaluates = Annotated[Visit, page(Act.RECORD_EVALUATION)]
Word = Annotated[str, Query(max_length=40)]


@router.get("/{case}/evaluation")
async def ask(
    visit: Evaluates, case: UUID, enrolment: Word = "", checkpoint: Word = "", assessed_on: Word = "",
    instrument: Word = "",
) -> Response:  # fmt: skip
    """Ask which instrument was used on which day; when that is known, for the scores."""
    typed = {"enrolment": enrolment, "checkpoint": checkpoint, "assessed_on": assessed_on, "instrument": instrument}
    return await _ask(visit, case, {name: value for name, value in typed.items() if value})


@router.post("/{case}/evaluation")
async def record(visit: Evaluates, case: UUID, sent: Sent) -> Response:
    """Record an evaluation; what cannot be read is said at its field."""
    made = Evaluation.sent(sent.values)
    if made is None or made.wrong:
        return await _ask(visit, case, sent.values, wrong=made.wrong if made else {"instrument": "missing"})
    try:
        await visit.call.post("rehab", f"/v1/cases/{case}/evaluations", made.body, key=sent.key)
    except TurnedDown as refused:
        return await _ask(visit, case, sent.values, refused=refused, wrong=named_by(refused.problem))
    return see(f"/children/{case}/plan", done="evaluation")


async def _ask(
    visit: Visit, case: UUID, typed: Mapping[str, str], *, refused: TurnedDown | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    enrolments = await visit.call.get("rehab", f"/v1/cases/{case}/enrolments")
    if not enrolments:
        raise PageUnknown
    on = day_of(typed.get("assessed_on", "")) or clock.today()
    codes, series, colleagues = await asyncio.gather(
        visit.call.get("rehab", f"/v1/cases/{case}/instruments", on=on.isoformat()),
        visit.call.get("rehab", f"/v1/cases/{case}/score-series"),
        visit.call.every("directory", "/v1/colleagues"),
    )
    instrument = INSTRUMENTS.get(typed.get("instrument", ""))
    proposed = {
        "assessed_on": on.isoformat(), "assessor": str(visit.actor.person), "enrolment": enrolments[0]["id"],
        "instrument_version": _last_version(series, typed.get("instrument", "")),
    }  # fmt: skip
    return visit.page(
        "centre/evaluation.html", status=status_of(refused, wrong), refused=refused,
        wrong=wrong or {}, case=case, enrolments=enrolments, typed=proposed | dict(typed), instrument=instrument,
        instruments=[(code, name_of(code, visit.language)) for code in codes], checkpoints=tuple(Checkpoint),
        name=instrument and name_of(instrument.code, visit.language), colleagues=colleagues,
        children=await visit.children([str(case)]), today=clock.today().isoformat(),
    )  # fmt: skip


def _last_version(series: list[dict[str, Any]], instrument: str) -> str:
    """Return the version that was used last, where the child was evaluated with the instrument before."""
    used = [(one["points"][-1]["on"], one["version"]) for one in series if one["instrument"] == instrument]
    return max(used)[1] if used else ""
