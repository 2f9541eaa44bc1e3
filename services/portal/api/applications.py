"""Applications for assistance: the queue by clock, one with what a decision rests on, and the decisions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import Material, RefusalReason

router = APIRouter(prefix="/applications", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_APPLICATION)]
Checks = Annotated[Visit, page(Act.CHECK_APPLICATION)]
Decides = Annotated[Visit, page(Act.DECIDE_APPLICATION)]
Brings = Annotated[Visit, page(Act.SUBMIT_APPLICATION)]

REASONS = tuple(reason for reason in RefusalReason if reason is not RefusalReason.WITHDRAWN_BY_GUARDIAN)


@router.get("")
async def applications(visit: Reads, after: Annotated[str | None, Query(max_length=400)] = None) -> Response:
    """Return a page of the open applications, the most urgent first."""
    listed = await visit.call.get("rehab", "/v1/applications", after=after, limit=50)
    children = await visit.children(row["shown_as"] for row in listed["items"])
    return visit.page("applications.html", page=listed, children=children, today=clock.today().isoformat())


@router.get("/{application}")
async def application(visit: Reads, application: UUID) -> Response:
    """Return one application with what a decision today would rest on."""
    return await _application(visit, application)


@router.post("/{application}/eligibility")
async def check(visit: Checks, application: UUID, sent: Sent) -> Response:
    """Record the check of every item of eligibility."""
    body = {"checked_on": sent.text("checked_on"), "experts_agree": bool(sent.text("experts_agree"))}
    return await _do(visit, application, "eligibility", body, sent)


@router.post("/{application}/return")
async def give_back(visit: Checks, application: UUID, sent: Sent) -> Response:
    """Reply that materials are missing."""
    body = {"missing": sent.texts("missing"), "returned_on": sent.text("returned_on"), "note": _note(sent)}
    return await _do(visit, application, "return", body, sent)


@router.post("/{application}/completion")
async def complete(visit: Brings, application: UUID, sent: Sent) -> Response:
    """Receive the materials that were missing."""
    body = {"materials": sent.texts("materials"), "submitted_on": sent.text("submitted_on")}
    return await _do(visit, application, "completion", body, sent)


@router.post("/{application}/approval")
async def approve(visit: Decides, application: UUID, sent: Sent) -> Response:
    """Approve: what it gives follows from the policy of the day."""
    ticked = {name: bool(sent.text(name)) for name in ("experts_agree", "other_counties")}
    return await _do(visit, application, "approval", {"approved_on": sent.text("approved_on")} | ticked, sent)


@router.post("/{application}/refusal")
async def refuse(visit: Decides, application: UUID, sent: Sent) -> Response:
    """Refuse, saying why."""
    body = {"reasons": sent.texts("reasons"), "refused_on": sent.text("refused_on"), "note": _note(sent)}
    return await _do(visit, application, "refusal", body, sent)


async def _do(visit: Visit, application: UUID, deed: str, body: dict[str, Any], sent: Form) -> Response:
    try:
        await visit.call.post("rehab", f"/v1/applications/{application}/{deed}", body, key=sent.key)
    except TurnedDown as refused:
        return await _application(visit, application, deed=deed, refused=refused, sent=sent)
    return see(f"/applications/{application}", done=deed)


async def _application(
    visit: Visit, application: UUID, *, deed: str = "", refused: TurnedDown | None = None, sent: Form | None = None
) -> Response:
    found = await visit.call.get("rehab", f"/v1/applications/{application}")
    outlook, assistance = await visit.call.together(
        ("rehab", f"/v1/applications/{application}/outlook", {}),
        ("rehab", f"/v1/cases/{found['case_id']}/assistance", {}),
    )
    return visit.page(
        "application.html", application=found, outlook=outlook, approval=_approval(assistance, application),
        children=await _child(visit, found["shown_as"]), today=clock.today().isoformat(),
        reasons=REASONS, materials=tuple(Material), refused=refused, deed=deed, sent=sent,
        done=visit.request.query_params.get("done", ""), status=status_of(refused),
    )  # fmt: skip


async def _child(visit: Visit, case: str) -> dict[str, Any]:
    """Return who the child is, to whoever checks or decides: they decide about a person whose papers bear the name.

    That is the purpose (assistance) for which their token opens it, and the log of reading says so; to others who
    read the page the name is covered as everywhere.
    """
    decides = visit.allows(Act.CHECK_APPLICATION) or visit.allows(Act.DECIDE_APPLICATION)
    return dict(await (visit.opened([case]) if decides else visit.children([case])))


def _approval(assistance: Any, application: UUID) -> dict[str, Any] | None:  # noqa: ANN401 - or why there is none
    """Return the approval that followed an application."""
    approvals = [] if isinstance(assistance, Exception) else assistance["approvals"]
    return next((one for one in approvals if one["application_id"] == str(application)), None)


def _note(sent: Form) -> str | None:
    return sent.text("note") or None
