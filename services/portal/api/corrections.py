"""A session that was recorded wrongly is corrected or made void: nothing is overwritten, both stand on the day."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see, status_of
from services.portal.domain.correction import Correction, day_in_china
from services.portal.domain.mistakes import named_by
from services.portal.domain.typed import day_of
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared.access.policy import Act
from shared.contracts.events.rehab import ConfirmationMethod, CorrectionReason, Discipline, SessionMode

router = APIRouter(prefix="/children", include_in_schema=False)

Logs = Annotated[Visit, page(Act.RECORD_SESSION)]
HOME = SessionMode.HOME.value


@router.get("/{case}/sessions/{session}/correction")
async def ask(visit: Logs, case: UUID, session: UUID, day: str = "") -> Response:
    """Show a session as it is recorded, to be typed over."""
    was = await _session(visit, case, session, day)
    return await _ask(visit, case, was, Correction.of(was))


@router.post("/{case}/sessions/{session}/correction")
async def correct(visit: Logs, case: UUID, session: UUID, sent: Sent, day: str = "") -> Response:
    """Correct a session, or make it void; the reason is one of the codes."""
    was, void = await _session(visit, case, session, day, sent.text("day")), bool(sent.text("void"))
    typed = Correction.of(was).typed_over(sent.values)
    if wrong := typed.wrong(void=void):
        return await _ask(visit, case, was, typed, wrong=wrong)
    body = (
        {"reason": typed.reason} if void else (await _visited(visit, case, typed)).body(was, visit.actor.organisation)
    )
    try:
        await visit.call.post("rehab", f"/v1/sessions/{session}/correction", body, key=sent.key)
    except TurnedDown as refused:
        return await _ask(visit, case, was, typed, refused=refused, wrong=named_by(refused.problem))
    on = day_in_china(was["starts_at"]) if void else str(day_of(typed.day))
    return see("/today", day=on, done="void" if void else "corrected")


async def _session(visit: Visit, case: UUID, session: UUID, *days: str) -> dict[str, Any]:
    """Return a session of the visitor's own centre as it stands, on one of the days: a second click finds it moved.

    Raises PageUnknown.
    """
    for month in sorted({on.isoformat()[:7] for on in map(day_of, days) if on}):
        listed = await visit.call.get("rehab", f"/v1/cases/{case}/sessions", month=month)
        found: dict[str, Any] | None = next((one for one in listed["sessions"] if one["id"] == str(session)), None)
        if found is not None:
            return found
    raise PageUnknown


async def _visited(visit: Visit, case: UUID, typed: Correction) -> Correction:
    """Name the last home visit where a session turns out to have been one at home."""
    if typed.row.mode != HOME or typed.row.visit:
        return typed
    plans = await visit.call.get("rehab", f"/v1/cases/{case}/care-plans")
    before = (
        one["id"]
        for one in plans["visits"]
        if one["enrolment_id"] == typed.row.enrolment and one["visited_on"] <= str(day_of(typed.day))
    )
    return replace(typed, row=replace(typed.row, visit=next(before, "")))


async def _ask(
    visit: Visit, case: UUID, was: Mapping[str, Any], typed: Correction, *, refused: TurnedDown | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    children, colleagues = await asyncio.gather(
        visit.children([str(case)]), visit.call.every("directory", "/v1/colleagues")
    )
    return visit.page(
        "centre/correction.html", status=status_of(refused, wrong), refused=refused,
        wrong=wrong or {}, case=case, was=was, typed=typed, on=day_in_china(was["starts_at"]), children=children,
        recorded=Correction.of(was), therapists=_therapists(colleagues, was["therapist"]),
        reasons=tuple(CorrectionReason), disciplines=tuple(Discipline), modes=tuple(SessionMode),
        proofs=tuple(ConfirmationMethod),
    )  # fmt: skip


def _therapists(colleagues: list[dict[str, Any]], recorded: str) -> list[tuple[str, str]]:
    known = {one["id"]: str(one["display_name"]) for one in colleagues}
    return sorted(({recorded: ""} | known).items(), key=lambda one: (not one[1], one[1]))
