"""Before and after a decision: families to inform, an application that is brought, approvals nobody took up."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see, status_of
from services.portal.domain.applying import number_of, read
from services.portal.domain.mistakes import named_by
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
    ContactOutcome,
    DeviceKind,
    EligibilityBasis,
    Material,
    SurgeryKind,
    TrainingMode,
)
from shared.contracts.events.screening import GuardianKind
from shared.words import WORDS

router = APIRouter(include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_APPLICATION)]
Informs = Annotated[Visit, page(Act.INFORM_FAMILY)]
Brings = Annotated[Visit, page(Act.SUBMIT_APPLICATION)]
After = Annotated[str | None, Query(max_length=400)]
WHAT = (
    (AssistanceItem.TRAINING, "TrainingMode", tuple(mode for mode in TrainingMode if mode is not TrainingMode.ONCE)),
    (AssistanceItem.SURGERY, "SurgeryKind", tuple(SurgeryKind)),
    (AssistanceItem.DEVICE, "DeviceKind", tuple(DeviceKind)),
)
"""What can be applied for, item by item."""


@router.get("/families")
async def families(visit: Reads, after: After = None, done: str = "") -> Response:
    """Return families whose child was diagnosed and who are still to be told what they may apply for."""
    return await _families(visit, after, done=done)


@router.post("/families/{case}/{category}")
async def inform(visit: Informs, case: UUID, category: RehabCategory, sent: Sent, after: After = None) -> Response:
    """Record that a family was told, and what it said."""
    body = {name: sent.text(name) for name in ("outcome", "informed_on", "note") if sent.text(name)}
    try:
        await visit.call.post("rehab", f"/v1/cases/{case}/intakes/{category}/contact", body, key=sent.key)
    except TurnedDown as refused:
        return await _families(visit, after, (f"{case}/{category}", sent.values, refused))
    if sent.text("outcome") == ContactOutcome.WILL_APPLY:
        return see(f"/children/{case}/application", category=category)
    return see("/families", done="1")


@router.get("/approvals")
async def approvals(visit: Reads, lapsed: str = "", after: After = None) -> Response:
    """Return approvals that nobody took up yet, by the last day for it; or those that lapsed."""
    listed = await visit.call.get("rehab", "/v1/approvals", lapsed=bool(lapsed), after=after, limit=50)
    children = await visit.children(row["case_id"] for row in listed["items"])
    return visit.page(
        "approvals.html", page=listed, lapsed=bool(lapsed), children=children, today=clock.today().isoformat()
    )


@router.get("/transfers")
async def transfers(visit: Reads, after: After = None) -> Response:
    """Return children whose centre may not go on with them: they are to be transferred."""
    listed = await visit.call.get("rehab", "/v1/transfers-due", after=after, limit=50)
    names = await visit.names(row["institution"] for row in listed["items"])
    children = await visit.children(row["case_id"] for row in listed["items"])
    return visit.page("transfers.html", page=listed, names=names, children=children)


@router.get("/children/{case}/application")
async def ask(visit: Brings, case: UUID, category: RehabCategory | None = None) -> Response:
    """Ask what a family applies for."""
    return await _ask(visit, case, {"category": str(category or "")})


@router.post("/children/{case}/application")
async def submit(visit: Brings, case: UUID, sent: Sent) -> Response:
    """Hand the application in to the county federation; its slip goes to the family."""
    body, wrong = read(sent.values, sent.texts("materials"), sent.texts("proofs"))
    if wrong:
        return await _ask(visit, case, sent.values, wrong, ticked=sent.texts("materials") + sent.texts("proofs"))
    try:
        receipt = await visit.call.post("rehab", f"/v1/cases/{case}/applications", body, key=sent.key)
    except TurnedDown as refused:
        ticked = sent.texts("materials") + sent.texts("proofs")
        return await _ask(visit, case, sent.values, named_by(refused.problem), refused, ticked)
    if visit.allows(Act.READ_APPLICATION):
        return see(f"/applications/{receipt['record']}", done="submitted")
    if visit.allows(Act.READ_APPLICATION_SLIP):
        return see("/slip", number=number_of(receipt["record"]), done="submitted")
    return see(f"/cases/{case}")


async def _families(
    visit: Visit, after: str | None, told: tuple[str, Mapping[str, str], TurnedDown] | None = None, *, done: str = ""
) -> Response:
    listed = await visit.call.get("rehab", "/v1/intakes", after=after, limit=50)
    which, typed, refused = told or ("", {}, None)
    return visit.page(
        "families.html", status=status_of(refused), page=listed, after=after, which=which, typed=typed,
        refused=refused, wrong=named_by(refused.problem) if refused else {}, outcomes=tuple(ContactOutcome), done=done,
        children=await visit.children(row["shown_as"] for row in listed["items"]), today=clock.today().isoformat(),
    )  # fmt: skip


async def _ask(
    visit: Visit, case: UUID, typed: Mapping[str, str], wrong: Mapping[str, str] | None = None,
    refused: TurnedDown | None = None, ticked: list[str] | None = None,
) -> Response:  # fmt: skip
    await visit.call.get("timeline", f"/v1/cases/{case}")
    before: Any = {"applications": []}
    if visit.allows(Act.READ_APPLICATION):
        (before,) = await visit.call.together(("rehab", f"/v1/cases/{case}/assistance", {}))
    return visit.page(
        "apply.html", status=status_of(refused, wrong), refused=refused, wrong=wrong or {}, case=case, typed=typed,
        ticked=ticked or (), what=WHAT, categories=tuple(RehabCategory), bases=tuple(EligibilityBasis),
        materials=tuple(Material), guardians=tuple(GuardianKind), coded_words=WORDS, before=before,
        children=await visit.children([str(case)]), today=clock.today().isoformat(),
    )  # fmt: skip
