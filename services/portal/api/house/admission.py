"""A child is taken into a house: which child, then its papers in their parts."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import WRONG, CaseId, Sent, Visit, page, see, status_of
from services.portal.api.house.stays import done_once, name_of
from services.portal.domain.admission import PEOPLE, Admission
from services.portal.domain.mistakes import named_by
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.codes import OrgType
from shared.contracts.events.custody import CustodyMode

router = APIRouter(prefix="/residents/admission", include_in_schema=False)

Admits = Annotated[Visit, page(Act.ADMIT_TO_CUSTODY)]


@router.get("")
async def which(visit: Admits) -> Response:
    """Ask which child: a centre chooses among its own, any house types the number that the guardian brings."""
    return await _which(visit)


@router.post("")
async def chosen(visit: Admits, sent: Sent) -> Response:
    """Go on to the papers of a child; a name or another number that somebody types instead stands in no address."""
    found = _case(sent.text("case"))
    return see(f"/residents/admission/{found}") if found else await _which(visit, sent.text("case"), status=WRONG)


async def _which(visit: Visit, typed: str = "", *, status: int = 200) -> Response:
    waiting = await _waiting(visit)
    return visit.page(
        "house/which.html", status=status, typed=typed, waiting=waiting,
        children=await visit.children(one["case_id"] for one in waiting),
    )  # fmt: skip


def _case(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None


async def _waiting(visit: Visit) -> list[dict[str, Any]]:
    """Return the children of a centre who are in no care; a house knows of none before it takes it in."""
    if visit.actor.org_type is not OrgType.REHAB_CENTRE:
        return []
    return await visit.call.every("custody", "/v1/care-candidates")


@router.get("/{case}")
async def ask(visit: Admits, case: CaseId) -> Response:
    """Ask for the papers of an admission."""
    return await _ask(visit, case, {"admitted_on": clock.today().isoformat(), "person1.call": "yes"})


async def _ask(
    visit: Visit, case: CaseId, typed: Mapping[str, str], *, refused: TurnedDown | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    return visit.page(
        "house/admission.html", status=status_of(refused, wrong), refused=refused, wrong=wrong or {}, case=case,
        typed=typed, modes=tuple(CustodyMode), people=PEOPLE, today=clock.today().isoformat(),
        name=await name_of(visit, case),
    )  # fmt: skip


@router.post("/{case}")
async def admit(visit: Admits, case: CaseId, sent: Sent) -> Response:
    """Take the child in; what the rules refuse is said, and nothing typed is lost."""
    admission = Admission(sent.values)
    if admission.wrong:
        return await _ask(visit, case, sent.values, wrong=admission.wrong)
    try:
        await done_once(visit, f"/v1/cases/{case}/stays", admission.body, sent.key)
    except TurnedDown as refused:
        return await _ask(visit, case, sent.values, refused=refused, wrong=named_by(refused.problem))
    return see(f"/residents/{case}", done="1")
