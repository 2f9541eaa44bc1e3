"""The day's attendance: everybody is present unless marked otherwise; what was recorded can be corrected."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see
from services.portal.domain.roster import FIELD, STATUSES, marked
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act

router = APIRouter(prefix="/attendance", include_in_schema=False)

Records = Annotated[Visit, page(Act.RECORD_ATTENDANCE)]
A_DAY = timedelta(days=1)


@router.get("")
async def roster(visit: Records, on: date | None = None, recorded: int | None = None) -> Response:
    """Show the children who are to come on a day, and what is recorded of them."""
    return await _roster(visit, on or clock.today(), recorded=recorded)


async def _roster(visit: Visit, on: date, **shown: Any) -> Response:
    rows: list[dict[str, Any]] = await visit.call.get("education", "/v1/attendance/roster", on=on.isoformat())
    children = await visit.children(row["case"] for row in rows)
    names = {case: str(one["name"]) for case, one in children.items()}
    rows.sort(key=lambda row: (row["case"] not in names, names.get(row["case"], row["case"])))
    given = {"refused": None, "reasons": {}, "typed": {}, "recorded": None, "status": 200} | shown
    return visit.page(
        "school/attendance.html", on=on, rows=rows, names=names, statuses=STATUSES, field=FIELD,
        counted=Counter(row["status"] for row in rows), before=on - A_DAY, after=on + A_DAY, today=clock.today(),
        **given,
    )  # fmt: skip


@router.post("")
async def record(visit: Records, sent: Sent) -> Response:
    """Record the day of those who have none yet, and correct what was marked anew."""
    on = _day(sent)
    try:
        results = [*await _call_roster(visit, on, sent), *await _correct(visit, on, sent)]
    except TurnedDown as refused:
        return await _roster(visit, on, status=refused.status, refused=refused, typed=sent.values)
    reasons = Counter(one["title"] for one in results if one["code"])
    if reasons:
        return await _roster(visit, on, status=409, reasons=reasons, typed=sent.values)
    return see("/attendance", on=on.isoformat(), recorded=str(len(results)))


def _day(sent: Form) -> date:
    try:
        return date.fromisoformat(sent.text("on"))
    except ValueError:
        return clock.today()


async def _call_roster(visit: Visit, on: date, sent: Form) -> list[dict[str, Any]]:
    new = marked(sent.values).new
    if not new:
        return []
    of = {status: [case for case, one in new.items() if one == status] for status in STATUSES}
    body = {"on": on.isoformat(), "absent": of["absent"], "on_leave": of["leave"]}
    answer = await visit.call.post("education", "/v1/attendance/roster", body, key=sent.key)
    results: list[dict[str, Any]] = answer["results"]
    return results


async def _correct(visit: Visit, on: date, sent: Form) -> list[dict[str, Any]]:
    corrections = marked(sent.values).corrections
    days = [
        {"case": case, "on": on.isoformat(), "status": status, "corrects": fact} for case, status, fact in corrections
    ]
    if not days:
        return []
    answer = await visit.call.post("education", "/v1/attendance/batch", {"days": days}, key=f"{sent.key}-corrections")
    results: list[dict[str, Any]] = answer["results"]
    return results
