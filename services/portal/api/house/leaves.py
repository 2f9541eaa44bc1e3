"""Leave of a child in care: it goes for a day or longer, and the house waits for it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import CaseId, Form, Sent, Visit, page, see, status_of
from services.portal.api.house.stays import done_once, name_of, people_of, stay_of
from services.portal.domain.wall_clock import for_field, moment_typed
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act

router = APIRouter(prefix="/residents", include_in_schema=False)

Signs = Annotated[Visit, page(Act.SIGN_CHILD)]
KINDS = ("family", "illness", "hospital", "holiday")
A_DAY = timedelta(days=1)


@router.get("/{case}/leave")
async def ask(visit: Signs, case: CaseId) -> Response:
    """Ask why a child goes on leave, with whom, and until when."""
    return await _ask(visit, case)


async def _ask(visit: Visit, case: CaseId, refused: TurnedDown | None = None, sent: Form | None = None) -> Response:
    stay = await stay_of(visit, case)
    typed = sent.values if sent else {"expected_back_at": for_field(clock.now() + A_DAY)}
    return visit.page(
        "house/leave.html", status=status_of(refused), refused=refused, case=case, kinds=KINDS,
        stay=stay, name=await name_of(visit, case), typed=typed, **await people_of(visit, stay),
    )  # fmt: skip


@router.post("/{case}/leave")
async def go(visit: Signs, case: CaseId, sent: Sent) -> Response:
    """Let a child go on leave; one that is over is entered with the moment of its return."""
    stay, ended_at = await stay_of(visit, case), sent.text("ended_at")
    body = {
        "kind": sent.text("kind"),
        "starts_at": moment_typed(sent.text("at")),
        "expected_back_at": sent.text("expected_back_at") and moment_typed(sent.text("expected_back_at")),
        "collector": sent.text("collector") or None,
        "ended_at": moment_typed(ended_at) if ended_at else None,
    }
    try:
        await done_once(visit, f"/v1/stays/{stay['id']}/leaves", body, sent.key)
    except TurnedDown as refused:
        return await _ask(visit, case, refused, sent)
    return see(f"/residents/{case}")
