"""What was found of a referred child: the re-screening of the county, the diagnosis of a hospital (handbook §1.4)."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.domain.examined import DOMAINS, ITEMS, Diagnosis, Rescreening
from services.portal.domain.mistakes import named_by
from services.portal.domain.typed import day_of
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.ages import age_in_months
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import DiagnosisOutcome, RescreeningOutcome

router = APIRouter(prefix="/my-children", include_in_schema=False)

Rescreens = Annotated[Visit, page(Act.RECORD_RESCREENING)]
Diagnoses = Annotated[Visit, page(Act.RECORD_DIAGNOSIS)]
Day = Annotated[str, Query(max_length=40)]
CONCERNS = ("language", "communication", "stereotypy", "narrow_interest")
JUDGED = (RescreeningOutcome.NORMAL, RescreeningOutcome.ABNORMAL)
"""What an examiner may find; a borderline result comes of scales alone."""
Wrong = Mapping[str, str]


@router.get("/{case}/{category}/rescreening")
async def ask_rescreening(visit: Rescreens, case: UUID, category: ScreeningCategory, on: Day = "") -> Response:
    """Ask for history and the scales of the child's age, or for an examiner's finding."""
    return await _ask_rescreening(visit, case, category, {"on": on or clock.today().isoformat()})


@router.post("/{case}/{category}/rescreening")
async def rescreened(visit: Rescreens, case: UUID, category: ScreeningCategory, sent: Sent) -> Response:
    """Record a re-screening; the registry says what it comes to."""
    child = await _child(visit, case)
    used = await _used(visit, child, category, sent.text("on"))
    made = Rescreening(sent.values, sent.texts("concerns"), sent.texts("examined_by"), used["scales"])
    against = await _against(visit, f"/v1/cases/{case}/suspicions/{category}/rescreenings", made, sent.key)
    if against:
        return await _ask_rescreening(visit, case, category, sent.values, sent=sent, **against)
    return see(f"/my-children/{case}", done="1")


@router.get("/{case}/diagnosis")
async def ask_diagnosis(
    visit: Diagnoses, case: UUID, category: ScreeningCategory | None = None, on: Day = ""
) -> Response:
    """Ask for the conclusion; without a category first of what."""
    return await _ask_diagnosis(visit, case, category, {"on": on or clock.today().isoformat()})


@router.post("/{case}/diagnosis")
async def diagnosed(visit: Diagnoses, case: UUID, category: ScreeningCategory, sent: Sent) -> Response:
    """Record a diagnosis; a child of whom nothing was suspected has its case from now on."""
    made = Diagnosis(sent.values, sent.texts("instruments"))
    against = await _against(visit, f"/v1/cases/{case}/suspicions/{category}/diagnoses", made, sent.key)
    if against:
        return await _ask_diagnosis(visit, case, category, sent.values, sent=sent, **against)
    return see(f"/my-children/{case}", done="1")


async def _against(visit: Visit, path: str, made: Rescreening | Diagnosis, key: str) -> dict[str, Any]:
    """Record what was found; return what is said against it, by which argument of its page."""
    if made.wrong:
        return {"wrong": made.wrong}
    try:
        await visit.call.post("screening", path, made.body, key=key)
    except TurnedDown as refused:
        return {"refused": refused}
    return {}


async def _ask_rescreening(
    visit: Visit, case: UUID, category: ScreeningCategory, typed: Mapping[str, str], *, sent: Form | None = None,
    refused: TurnedDown | None = None, wrong: Wrong | None = None,
) -> Response:  # fmt: skip
    child = await _child(visit, case)
    return visit.page(
        "clinic/rescreening.html", **_shown(child, case, category, typed, refused, wrong),
        used=await _used(visit, child, category, typed.get("on", "")), domains=DOMAINS, items=ITEMS,
        concerns=CONCERNS, findings=JUDGED, ticked=_ticked(sent, "concerns", "examined_by"),
    )  # fmt: skip


async def _ask_diagnosis(
    visit: Visit, case: UUID, category: ScreeningCategory | None, typed: Mapping[str, str], *,
    sent: Form | None = None, refused: TurnedDown | None = None, wrong: Wrong | None = None,
) -> Response:  # fmt: skip
    child = await _child(visit, case)
    used = await _used(visit, child, category, typed.get("on", "")) if category else None
    return visit.page(
        "clinic/diagnosis.html", **_shown(child, case, category, typed, refused, wrong), used=used,
        outcomes=tuple(DiagnosisOutcome), rehab=tuple(RehabCategory), kinds=tuple(ScreeningCategory),
        ticked=_ticked(sent, "instruments"),
    )  # fmt: skip


def _shown(
    child: Mapping[str, Any], case: UUID, category: ScreeningCategory | None, typed: Mapping[str, str],
    refused: TurnedDown | None, wrong: Wrong | None,
) -> dict[str, Any]:  # fmt: skip
    today = clock.today()
    named = wrong or (named_by(refused.problem) if refused else {})
    return {
        "status": status_of(refused, wrong), "case": case, "child": child, "category": category, "typed": typed,
        "refused": refused, "wrong": named, "today": today.isoformat(),
        "months": age_in_months(day_of(child["birth_date"]) or today, day_of(typed.get("on", "")) or today),
    }  # fmt: skip


async def _child(visit: Visit, case: UUID) -> dict[str, Any]:
    child: dict[str, Any] = await visit.call.get("screening", f"/v1/cases/{case}")
    if "suspicions" not in child:  # it moved away: its new county has the file
        raise PageUnknown
    return child


async def _used(visit: Visit, child: Mapping[str, Any], category: ScreeningCategory, on: str) -> dict[str, Any]:
    """Return what is used at the child's age on a day; on what is no day, what is used today."""
    asked = {"category": category.value, "birth_date": child["birth_date"]}
    day = max(str(day_of(on) or clock.today()), child["birth_date"])
    used: dict[str, Any] = await visit.call.get("screening", "/v1/examinations", **asked, on=day)
    return used


def _ticked(sent: Form | None, *names: str) -> dict[str, list[str]]:
    return {name: sent.texts(name) if sent else [] for name in names}
