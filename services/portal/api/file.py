"""The file of one child: its picture, its entries, what is new in it, and the same as files."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from services.portal.api.common import Visit, page
from services.portal.api.narrowed import Narrowed
from services.portal.api.sheets import Sheet, file_of
from services.portal.api.telling import told
from services.portal.api.whole_lists import Whole, said, whole
from services.portal.domain.picture import LANES, drawn, fits
from services.portal.domain.zoom import Window, Zoom, childhood, window_of
from services.portal.upstream import as_it_comes
from services.portal.words import catalogue, day, fact, moment
from shared import clock
from shared.access.policy import Act
from shared.contracts.codes import OrgType
from shared.words import called

router = APIRouter(prefix="/cases/{case}", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_TIMELINE)]
Wanted = Annotated[Narrowed, Query()]
AT_ONCE = 50
WIDTHS = (12, 14, 24, 60, 28, 16, 20, 20, 20, 38)


@router.get("")
async def file(visit: Reads, case: UUID, wanted: Wanted) -> Response:
    """Return the file of one child."""
    window = None if wanted.zoom is Zoom.LIFE else window_of(wanted.zoom, wanted.day)
    at = f"/v1/cases/{case}"
    head, entries, duties, outline = await visit.call.together(
        ("timeline", at, {}),
        ("timeline", f"{at}/entries", {**wanted.query, "limit": AT_ONCE}),
        ("timeline", f"{at}/duties", {}),
        ("timeline", f"{at}/outline", {**_looked(window), **wanted.known}),
    )
    for needed in (head, entries):
        if isinstance(needed, Exception):
            raise needed
    shown = [(day, list(of_day)) for day, of_day in groupby(entries["items"], key=lambda entry: entry["day"])]
    return visit.page(
        "case.html", case=case, head=head, days=shown, page=entries, duties=duties, lanes=LANES, asked=wanted,
        outline=outline, fits=fits, **_picture(outline, window), types=_types(outline, wanted),
        bundled=_is_given_whole(visit, head), in_training=_trains_with(visit, head),
        child=(await visit.children([str(case)])).get(str(case)),
        names=await visit.names(organisations(head, entries["items"], outline)),
    )  # fmt: skip


@router.get("/live")
async def live(
    visit: Reads, case: UUID, last_event_id: Annotated[str | None, Header(max_length=1000)] = None
) -> StreamingResponse:
    """Send new entries as they come, until the visitor's token ends; a browser then asks again by itself."""
    news = await visit.call.listen("timeline", f"/v1/cases/{case}/live", last_event_id=last_event_id)
    return StreamingResponse(as_it_comes(news), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/export.json")
async def as_json(visit: Reads, case: UUID, wanted: Wanted) -> Response:
    """Return all entries that fit, as the timeline gave them."""
    listed = await _all(visit, case, wanted)
    stands = {"case": case, "as_of": listed.as_of, "asked": wanted.query, "completeness": listed.completeness}
    content = orjson.dumps({**stands, "entries": listed.rows}, option=orjson.OPT_INDENT_2)
    headers = {"content-disposition": f'attachment; filename="{case}.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.get("/export.xlsx")
async def as_xlsx(visit: Reads, case: UUID, wanted: Wanted) -> Response:
    """Return all entries that fit, as a table."""
    listed = await _all(visit, case, wanted)
    names = await visit.names(organisations({"participants": []}, listed.rows, None))
    _ = catalogue(visit.language).gettext
    lines = [f"{_('Case')} {case}", *said(visit, [(_("As known on"), day(wanted.known_on, visit.language))], listed)]
    columns = [_("Day"), _("Lane"), _("What happened"), _("In its main words"), _("Organisation"), _("Role"),
               _("Happened"), _("Recorded"), _("Corrected"), _("Entry")]  # fmt: skip
    rows = [_row(visit, entry, names) for entry in listed.rows]
    return await file_of([Sheet(_("Timeline"), lines, columns, rows, WIDTHS)], str(case))


@router.get("/bundle.zip")
async def verifier_bundle(visit: Annotated[Visit, page(Act.TAKE_BUNDLE)], case: UUID) -> Response:
    """Return all facts as they were published, with signed heads and keys: the timeline's own ZIP, untouched."""
    content = await visit.call.file("timeline", f"/v1/cases/{case}/bundle")
    headers = {"content-disposition": f'attachment; filename="{case}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


def _trains_with(visit: Visit, head: dict[str, Any]) -> bool:
    """Tell whether rehab shows the child to the visitor: to its county, and to a centre that it is enrolled with."""
    own = (one for one in head["participants"] if one["organisation"] == str(visit.actor.organisation))
    return visit.governs or any(one["basis"] == "enrolled" for one in own)


def _is_given_whole(visit: Visit, head: dict[str, Any]) -> bool:
    """Tell whether the timeline gives the visitor the facts of a file whole: of a covered one to auditors only."""
    covered = head["erased"] or (head["masked"] and visit.actor.org_type is not OrgType.AUDITOR)
    return visit.allows(Act.TAKE_BUNDLE) and not covered


async def _all(visit: Visit, case: UUID, wanted: Narrowed) -> Whole:
    """Return every entry that fits."""
    return await whole(visit, "timeline", f"/v1/cases/{case}/entries", wanted.query, most=None)


def _row(visit: Visit, entry: dict[str, Any], names: dict[str, str]) -> list[str | None]:
    language = visit.language
    actor = entry["fact"]["data"].get("actor", {}) if entry.get("fact") else {}
    correction = entry["corrected_by"]
    return [
        entry["day"],
        called("Lane", entry["lane"], language),
        fact(entry["type"], language),
        ("；" if language == "zh" else "; ").join(told(entry, language, visit.region)),
        names.get(actor.get("organisation", ""), actor.get("organisation")),
        called("Role", actor["role"], language) if actor else None,
        moment(entry.get("occurred_at"), language),
        moment(entry.get("recorded_at"), language),
        moment(correction["recorded_at"], language) if correction else None,
        entry["id"],
    ]


def _looked(window: Window | None) -> dict[str, str]:
    if window is None:
        return {"by": "week"}
    return {"by": window.by, "from": window.since.isoformat(), "to": window.last.isoformat()}


def _picture(outline: Any, window: Window | None) -> dict[str, Any]:  # noqa: ANN401 - JSON, or why there is none
    """Return what is drawn; without an outline there is none, and the page stands."""
    if not isinstance(outline, dict):
        return {"picture": None, "sums": []}
    today = clock.today()
    if window is None:
        born = outline["born_on"] and date.fromisoformat(outline["born_on"])
        window = childhood(born, _first_day(outline), today)
    return {"picture": drawn(outline, window, today), "sums": _sums(outline["counts"])}


def _first_day(outline: dict[str, Any]) -> date | None:
    days = [one["day"] for one in outline["counts"]] + [one["since"] for one in outline["periods"]]
    return date.fromisoformat(min(days)) if days else None


def _sums(counts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row for each type of fact: what the picture shows, as a table."""
    sums: dict[tuple[int, str], dict[str, Any]] = {}
    for one in counts:
        row = sums.setdefault(
            (LANES.index(one["lane"]), one["type"]), {**one, "facts": 0, "corrected": 0, "first": one["day"]}
        )
        row["facts"] += one["facts"]
        row["corrected"] += one["corrected"]
        row["first"], row["last"] = min(row["first"], one["day"]), max(row.get("last", one["day"]), one["day"])
    return [row for _, row in sorted(sums.items(), key=lambda item: item[0])]


def _types(outline: Any, wanted: Narrowed) -> list[str]:  # noqa: ANN401 - JSON, or why there is none
    """Return the kinds of facts to choose from: those that are there, and the chosen one."""
    there = {one["type"] for one in outline["counts"]} if isinstance(outline, dict) else set()
    return sorted(there | ({wanted.type} if wanted.type else set()))


def organisations(head: dict[str, Any], entries: list[dict[str, Any]], outline: Any) -> list[str]:  # noqa: ANN401
    """Return all organisations that a page names."""
    facts = [entry["fact"]["data"] for entry in entries if entry.get("fact")]
    acting = [data["actor"]["organisation"] for data in facts if "actor" in data]
    periods = outline["periods"] if isinstance(outline, dict) else []
    concerned = [data.get(name) for data in facts for name in ("institution", "school", "receiver")]
    found = [*acting, *concerned, *(one["institution"] for one in periods)]
    return [one for one in found if one] + [one["organisation"] for one in head["participants"]]
