"""A child as the federation's registry work sees it: who it is, certificates, the papers of the child; no names."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Visit, page
from services.portal.api.deeds import DEEDS, offered
from services.portal.api.deeds.offered import Offer
from services.portal.errors import PageUnknown
from shared import clock
from shared.access.policy import Act
from shared.words import WORDS

router = APIRouter(include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_CHILD)]
Certifies = Annotated[Visit, page(Act.READ_CERTIFICATE)]
After = Annotated[str | None, Query(max_length=400)]
STATUSES = tuple(WORDS["ApplicationStatus"])
Status = Annotated[str, Query(pattern=f"^({'|'.join(STATUSES)})?$")]
OF_STATUS = {"applied": ("grading",), "notice": ("certificate-grant", "certificate-refusal")}
"""What waits for somebody, by how an application stands."""


@router.get("/registry/{case}")
async def child(visit: Reads, case: CaseId, *, done: bool = False) -> Response:
    """Show what the registry knows of a child, without its name, and what can be decided."""
    if not visit.governs:
        raise PageUnknown  # clinics and hospitals have a page of their own for it
    file = await visit.call.get("screening", f"/v1/cases/{case}")
    if "suspicions" not in file:  # it moved away: its new county has the file
        raise PageUnknown
    (alike,) = await _alike(visit, case)
    return visit.page(
        "registry/child.html", case=case, child=file, done=done, alike=alike, offers=_offers(visit, case, file),
        today=clock.today().isoformat(),
        names=await visit.names([*(one["hospital"] for one in file["certificate_applications"]),
                                 *(one["hospital"] for one in file["hospital_stays"])]),
    )  # fmt: skip


async def _alike(visit: Visit, case: UUID) -> list[Any]:
    """Return children who are likely the same, or why that cannot be told now; None to whom it is not for."""
    if not visit.allows(Act.COMPARE_CHILDREN):
        return [None]
    return await visit.call.together(("screening", f"/v1/cases/{case}/duplicates", {}))


def _offers(visit: Visit, case: UUID, file: Mapping[str, Any]) -> dict[str, list[Offer]]:
    """Return what may be recorded of the child, of each application, certificate and stay."""
    general = ("certificate-application", "certificate-known", "doubt")
    offers = {"child": [*offered.of_child(visit, case, file), *_links(visit, case, "", *general)]}
    for one in file["certificate_applications"]:
        offers[one["id"]] = _links(visit, case, one["id"], *OF_STATUS.get(one["status"], ()))
    for one in file["certificates"]:
        deeds = () if one["cancelled_on"] else ("certificate-application", "certificate-cancellation")
        offers[one["id"]] = _links(visit, case, one["id"], *deeds)
    return offers | {stay["id"]: offered.of_stay(visit, case, stay) for stay in file["hospital_stays"]}


def _links(visit: Visit, case: UUID | str, of: str, *keys: str) -> list[Offer]:
    query = f"?of={of}" if of else ""
    return [Offer(DEEDS[key].name, f"/record/{key}/{case}{query}") for key in keys if visit.allows(DEEDS[key].act)]


@router.get("/certificates")
async def certificates(visit: Certifies, status: Status = "", after: After = None, *, done: bool = False) -> Response:
    """List applications for certificates with their due days, and what each waits for."""
    asked = {"status": status or None, "after": after, "limit": 50}
    rows = await visit.call.get("screening", "/v1/certificate-applications", **asked)
    return visit.page(
        "registry/certificates.html", page=rows, standing=status, statuses=STATUSES, done=done,
        offers={one["id"]: _links(visit, one["case"], one["id"], *OF_STATUS.get(one["status"], ()))
                for one in rows["items"]},
        children=await visit.children(one["case"] for one in rows["items"]), today=clock.today().isoformat(),
        names=await visit.names(one["hospital"] for one in rows["items"]),
    )  # fmt: skip
