"""A child's plan at a centre: goals, evaluations that are due, scores over time."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Visit, page
from services.portal.domain.curve import curve_of, name_of, reading_of
from shared import clock
from shared.access.policy import Act

router = APIRouter(prefix="/children", include_in_schema=False)


@router.get("/{case}/plan")
async def plan(visit: Annotated[Visit, page(Act.READ_CARE_PLAN)], case: UUID) -> Response:
    """Return goals, what is due, and how the scores went."""
    enrolments = await visit.call.get("rehab", f"/v1/cases/{case}/enrolments")
    running = [one for one in enrolments if _runs(one, clock.today())]
    plans, series, *due = await visit.call.together(
        ("rehab", f"/v1/cases/{case}/care-plans", {}),
        ("rehab", f"/v1/cases/{case}/score-series", {}),
        *(("rehab", f"/v1/enrolments/{one['id']}/evaluations-due", {}) for one in running or enrolments[:1]),
    )
    return visit.page(
        "plan.html", case=case, enrolments=enrolments, running=running, plans=plans, due=due,
        series=series if isinstance(series, Exception) else _by_instrument(series, visit.language),
        children=await visit.children([str(case)]), today=clock.today().isoformat(),
    )  # fmt: skip


def _runs(enrolment: Mapping[str, Any], today: date) -> bool:
    last = date.fromisoformat(enrolment["ended_on"] or enrolment["expected_until"])
    return enrolment["ended_on"] is None and last >= today


def _by_instrument(series: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return the instruments of a child, each with its totals and, apart, its single items."""
    shown: list[dict[str, Any]] = []
    for (instrument, version), group in groupby(series, key=lambda one: (one["instrument"], one["version"])):
        lines = [{**one, "curve": curve_of(one), "points": _read(one, language)} for one in group]
        items = [one for one in lines if one["dimension"].startswith("item_")]
        dimensions = [one for one in lines if one not in items]
        named = {"name": name_of(instrument, language), "version": version, "direction": lines[0]["direction"]}
        shown.append(named | {"key": f"{instrument}-{len(shown)}", "dimensions": dimensions, "items": items})
    return shown


def _read(series: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    code = series["instrument"]
    return [{**point, "reading": reading_of(code, point["reading"], language)} for point in series["points"]]
