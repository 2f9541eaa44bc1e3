"""A plan of care is signed with the guardian: goals of every level, its period, training days of a month."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see, status_of
from services.portal.domain.care_plan import CarePlan
from services.portal.domain.mistakes import named_by
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import GoalTerm, NeedsOutcome, TrainingMode

router = APIRouter(prefix="/children", include_in_schema=False)

Signs = Annotated[Visit, page(Act.RECORD_CARE_PLAN)]
MORE_ROWS = 3


@router.get("/{case}/care-plan/{enrolment}")
async def ask(visit: Signs, case: UUID, enrolment: UUID) -> Response:
    """Ask for a plan; the goals of the last one stand in it."""
    return await _ask(visit, case, enrolment)


@router.post("/{case}/care-plan/{enrolment}")
async def sign(visit: Signs, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Keep a plan that was signed, after the assessment that comes with it; or add rows for more goals."""
    plan = CarePlan.sent(sent.values)
    if sent.text("more"):
        return await _ask(visit, case, enrolment, plan.with_more(MORE_ROWS))
    if plan.wrong:
        return await _ask(visit, case, enrolment, plan, wrong=plan.wrong)
    try:
        if plan.assesses:
            path = f"/v1/enrolments/{enrolment}/assessments"
            await visit.call.post("rehab", path, plan.assessment, key=f"{sent.key}-assessment")
    except TurnedDown as refused:
        wrong = {f"assessment.{name}": words for name, words in named_by(refused.problem).items()}
        return await _ask(visit, case, enrolment, plan, refused=refused, wrong=wrong)
    try:
        await visit.call.post("rehab", f"/v1/enrolments/{enrolment}/care-plans", plan.body, key=sent.key)
    except TurnedDown as refused:
        wrong = named_by(refused.problem)
        return await _ask(visit, case, enrolment, plan.assessed(), refused=refused, wrong=wrong, kept=plan.assesses)
    return see(f"/children/{case}/plan", done="plan")


async def _ask(
    visit: Visit, case: UUID, enrolment: UUID, plan: CarePlan | None = None, *, refused: TurnedDown | None = None,
    wrong: dict[str, str] | None = None, kept: bool = False,
) -> Response:  # fmt: skip
    enrolments, plans, colleagues = await asyncio.gather(
        visit.call.get("rehab", f"/v1/cases/{case}/enrolments"),
        visit.call.get("rehab", f"/v1/cases/{case}/care-plans"),
        visit.call.every("directory", "/v1/colleagues"),
    )
    held = next((one for one in enrolments if one["id"] == str(enrolment)), None)
    if held is None:
        raise PageUnknown
    last = next((one for one in plans["plans"] if one["enrolment_id"] == str(enrolment)), None)
    return visit.page(
        "centre/care_plan.html", status=status_of(refused, wrong), refused=refused,
        wrong=wrong or {}, kept=kept, case=case, enrolment=held, last=last, colleagues=colleagues,
        plan=plan or CarePlan.after(last, **_proposed(held)), terms=tuple(GoalTerm), outcomes=tuple(NeedsOutcome),
        modes=tuple(TrainingMode), me=str(visit.actor.person),
        children=await visit.children([str(case)]), today=clock.today().isoformat(),
    )  # fmt: skip


def _proposed(enrolment: dict[str, Any]) -> dict[str, str]:
    today = clock.today().isoformat()
    starts = max(today, enrolment["started_on"])
    return {"signed_on": today, "valid_from": starts, "valid_until": enrolment["expected_until"]}
