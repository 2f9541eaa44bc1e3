"""The desk of parked events, and the page that says how complete and how whole everything is."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see, status_of
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.timeline import WaiverReason

router = APIRouter(prefix="/parked", include_in_schema=False)
integrity_router = APIRouter(prefix="/integrity", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_PARKED)]
Operates = Annotated[Visit, page(Act.OPERATE)]
After = Annotated[str | None, Query(max_length=400)]
PRODUCERS = ("screening", "rehab", "education", "custody", "timeline")
SERVICES = (*PRODUCERS, "directory")


@router.get("")
async def parked(visit: Reads, after: After = None) -> Response:
    """Return a page of what waits, oldest first."""
    return await _desk(visit, after)


@router.post("/{event}/redrive")
async def redrive(visit: Operates, event: int, sent: Sent) -> Response:
    """Try an event again, or only say what would happen."""
    dry = sent.text("how") == "rehearse"
    path = f"/v1/parked/{event}/redrive" + ("?dry_run=true" if dry else "")
    try:
        done = await visit.call.post("timeline", path, {}, key=sent.key)
    except TurnedDown as refused:
        return await _desk(visit, None, refused=refused)
    if dry or done["outcome"] == "parked":
        return await _desk(visit, None, tried=done | {"id": event})
    return see("/parked", done=done["outcome"])


@router.post("/{event}/waiver")
async def waive(visit: Operates, event: int, sent: Sent) -> Response:
    """Ask to step over an event, or agree to it as a second person."""
    try:
        done = await visit.call.post(
            "timeline", f"/v1/parked/{event}/waive", {"reason": sent.text("reason")}, key=sent.key
        )
    except TurnedDown as refused:
        return await _desk(visit, None, refused=refused)
    return see("/parked", waiver=done["state"])


async def _desk(
    visit: Visit, after: str | None, *, refused: TurnedDown | None = None, tried: dict[str, Any] | None = None
) -> Response:
    listed = await visit.call.get("timeline", "/v1/parked", after=after, limit=50)
    asked = visit.request.query_params
    return visit.page(
        "parked.html", page=listed, reasons=tuple(WaiverReason), refused=refused, tried=tried,
        done=asked.get("done", ""), waiver=asked.get("waiver", ""), status=status_of(refused),
    )  # fmt: skip


@integrity_router.get("")
async def integrity(visit: Reads) -> Response:
    """Return up to when the timeline is complete and, to who runs the installation, how each service stands."""
    operates = SERVICES if visit.allows(Act.OPERATE) else ()
    stamped, *told = await visit.call.together(
        ("timeline", "/v1/duties", {"limit": 1}), *((service, "/internal/status", {}) for service in operates)
    )
    if isinstance(stamped, Exception):
        raise stamped
    return visit.page(
        "integrity.html", completeness=stamped["completeness"], standing=dict(zip(operates, told, strict=True)),
        keys=await _keys(visit),
    )  # fmt: skip


@integrity_router.get("/keys.json")
async def keys(visit: Reads) -> Response:
    """Return the services' public keys, to be kept elsewhere: a bundle is checked by them later."""
    kept = {service: key for service, key in (await _keys(visit)).items() if key}
    content = orjson.dumps(kept, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    headers = {"content-disposition": f'attachment; filename="tongkang-keys-{clock.today()}.json"'}
    return Response(content, media_type="application/json", headers=headers)


async def _keys(visit: Visit) -> dict[str, str | None]:
    """Return the public key of each service that records facts of a file; none of one that is away."""
    told = await visit.call.together(*((service, "/internal/journal/keys", {}) for service in PRODUCERS))
    return {
        service: None if isinstance(answer, Exception) else answer["ed25519"]
        for service, answer in zip(PRODUCERS, told, strict=True)
    }
