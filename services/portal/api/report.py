"""Reporting a suspected child on one page: who it is, the signs of its age, likely duplicates, the verdict."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see
from services.portal.domain.report import SIGN, Report
from services.portal.domain.typed import corrected
from services.portal.repository import Repository
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.ages import age_in_months
from shared.contracts.codes import ScreeningCategory, Sex
from shared.contracts.events.screening import Instrument, Regression, ScreeningOutcome
from shared.words import Language, called

router = APIRouter(prefix="/report", include_in_schema=False)

Reports = Annotated[Visit, page(Act.REGISTER_CHILD)]
Word = Annotated[str, Query(max_length=40)]
FORM = "report"
EXAMINATIONS = (
    Instrument.WARNING_SIGNS, Instrument.NEWBORN_HEARING, Instrument.BEHAVIOURAL_HEARING, Instrument.EYE_CARE_CHECK,
    Instrument.VISION_TEST, Instrument.HIP_AND_LIMB_CHECK,
)  # fmt: skip
CODES: Mapping[str, tuple[str, Iterable[StrEnum]]] = {
    "sexes": ("Sex", Sex), "categories": ("ScreeningCategory", ScreeningCategory),
    "regressions": ("Regression", Regression),
    "instruments": ("Instrument", EXAMINATIONS), "findings": ("ScreeningOutcome", ScreeningOutcome),
}  # fmt: skip
"""What may be chosen on the page: the kind of the codes, and the codes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the registry said about a report that is not saved yet."""

    found: Mapping[str, Any] | None = None
    children: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: TurnedDown | None = None

    @property
    def wrong(self) -> frozenset[str]:
        """Fields that the refusal names."""
        return frozenset(_named(self.refused.problem)) if self.refused else frozenset()

    @property
    def known_as(self) -> str | None:
        """The case of the child that bears the number already, where the clerk may know of it."""
        if self.refused and self.refused.code == "screening.duplicate-child":
            case = self.refused.problem.get("case")
            return str(case) if case else None
        return None


@router.get("")
async def ask(visit: Reports, begun: bool = False, first: bool = False) -> Response:
    """Ask for a child, with what was typed and not sent the last time."""
    kept = await _draft(visit)
    return await _form(visit, kept or _fresh(visit), Told(), restored=kept is not None and not begun, first=first)


@router.post("/begin")
async def begin(visit: Reports, sent: Sent) -> Response:
    """Begin with what somebody looked for; a report that was not sent yet comes first, nothing of it is lost."""
    if await _draft(visit):
        return see("/report", first="1")
    await _keep(visit, _fresh(visit).about(sent.values))
    return see("/report", begun="1")


@router.get("/signs")
async def signs(visit: Reports, birth_date: Word = "", on: Word = "", weeks: Word = "") -> Response:
    """Return the questions of a child's age, to be put into the page while it is filled in."""
    report = Report.typed({"birth_date": birth_date, "on": on, "weeks": weeks})
    return visit.page("report_signs.html", report=report, **await _asked(visit, report))


@router.post("/check")
async def check(visit: Reports, sent: Sent) -> Response:
    """Return what the registry would say, to be put into the page before it is sent."""
    report = Report.typed(sent.values)
    return visit.page("report_told.html", report=report, told=await _preview(visit, report))


@router.post("/draft")
async def keep(visit: Reports, sent: Sent) -> Response:
    """Keep what was typed so far."""
    await _keep(visit, Report.typed(sent.values))
    return Response(status_code=204)


@router.post("/discard")
async def discard(visit: Reports, sent: Sent) -> Response:
    """Forget what was typed and not sent."""
    del sent
    await _drop(visit)
    return see("/report")


@router.post("")
async def send(visit: Reports, sent: Sent) -> Response:
    """Report the child, once nobody alike is known or the clerk said that it is another one."""
    wanted = sent.text("do")
    report = Report.typed(sent.values).apart_from(wanted.removeprefix("other:") if wanted.startswith("other:") else "")
    await _keep(visit, report)
    if wanted == "signs":
        return await _form(visit, report, Told())
    told = await _preview(visit, report)
    if wanted == "check" or told.refused or (_in_question(told, report) and not wanted.startswith("same:")):
        return await _form(visit, report, told, status=_status(told, wanted))
    try:
        case = await _save(visit, report, wanted, sent.key)
    except TurnedDown as refused:
        told = Told(told.found, told.children, refused)
        return await _form(visit, report, told, status=_status(told, wanted))
    await _drop(visit)
    return see(f"/my-children/{case}", reported="1")


async def _save(visit: Visit, report: Report, wanted: str, key: str) -> str:
    """Register and screen at once, or screen a child that is known already. Raises TurnedDown."""
    if wanted.startswith("same:"):
        case = wanted.removeprefix("same:")
        await visit.call.post("screening", f"/v1/cases/{case}/screenings", report.screening, key=key)
        return case
    answer = await visit.call.post("screening", "/v1/children/import", {"items": [report.item]}, key=key)
    (result,) = answer["results"]
    if result["status"] == "refused":
        raise TurnedDown("screening", 409, {**result, **result["details"]})
    return str(result["case"])


async def _preview(visit: Visit, report: Report) -> Told:
    try:
        found = await visit.call.post("screening", "/v1/children/preview", report.item, key="writes-nothing")
    except TurnedDown as refused:
        return Told(refused=refused)
    return Told(found, await visit.children(one["case"] for one in found["likely"]))


def _in_question(told: Told, report: Report) -> bool:
    """Tell whether somebody alike is known of whom the clerk said nothing; a known number decides by itself."""
    if told.found is None or told.found["number_known"]:
        return False
    return any(one["case"] not in report.seen for one in told.found["likely"])


def _status(told: Told, wanted: str) -> int:
    if told.refused:
        return told.refused.status
    return 200 if wanted == "check" else 409


async def _form(
    visit: Visit, report: Report, told: Told, *, status: int = 200, restored: bool = False, first: bool = False
) -> Response:
    return visit.page(
        "report.html", status=status, report=report, told=told, restored=restored, first=first,
        choices=_choices(visit.language), draft_key=_own(visit, "draft").hex(),
        draft_place=_own(visit, "place").hex()[:16], **await _asked(visit, report),
    )  # fmt: skip


def _choices(language: Language) -> dict[str, list[tuple[str, str]]]:
    """Return what may be chosen, with its words."""
    return {
        name: [(code.value, called(kind, code.value, language)) for code in codes]
        for name, (kind, codes) in CODES.items()
    }


async def _asked(visit: Visit, report: Report) -> dict[str, Any]:
    """Return the signs to be asked, the age, and the corrected age beside it where the child was premature."""
    born, on = report.born, report.day
    if born is None or on is None or on < born:
        return {"column": None, "no_column": None, "months": None, "corrected": None, "answers": {}}
    asked = await _column(visit, born, on)
    counted = corrected(born, report["weeks"], on)
    beside = {"months": age_in_months(counted, on), "column": await _column(visit, counted, on)} if counted else None
    answers = {name.removeprefix(SIGN): value for name, value in report.values.items() if name.startswith(SIGN)}
    refused = isinstance(asked, TurnedDown)
    return {
        "column": None if refused else asked, "no_column": asked if refused else None,
        "months": age_in_months(born, on), "corrected": beside, "answers": answers,
    }  # fmt: skip


async def _column(visit: Visit, born: date, on: date) -> Any:  # noqa: ANN401 - JSON, or why there is none
    asked = ("screening", "/v1/warning-signs", {"birth_date": born.isoformat(), "on": on.isoformat()})
    (answer,) = await visit.call.together(asked)
    if isinstance(answer, Exception) and not isinstance(answer, TurnedDown):
        raise answer
    return answer


def _fresh(visit: Visit) -> Report:
    return Report.fresh(visit.county, clock.today())


async def _draft(visit: Visit) -> Report | None:
    async with visit.desk.database.session() as session:
        text = await Repository(session, visit.desk.seal).draft(visit.login.person, FORM)
    return Report.kept(text) if text else None


async def _keep(visit: Visit, report: Report) -> None:
    if not report.typed_into(_fresh(visit)):
        await _drop(visit)
        return
    async with visit.desk.database.transaction() as session:
        await Repository(session, visit.desk.seal).save_draft(visit.login.person, FORM, report.text(), clock.now())


async def _drop(visit: Visit) -> None:
    async with visit.desk.database.transaction() as session:
        await Repository(session, visit.desk.seal).drop_draft(visit.login.person, FORM)


def _own(visit: Visit, purpose: str) -> bytes:
    """Return a key of this person alone: a draft that a browser keeps while the line is down opens for nobody else."""
    return hmac.digest(visit.desk.form_key, f"{purpose}/{visit.login.person}".encode(), "sha256")


def _named(problem: Mapping[str, Any]) -> Iterator[str]:
    if "field" in problem:
        yield str(problem["field"])
    if problem.get("code") == "screening.wrong-signs":
        yield "signs"
    for error in problem.get("errors", ()):
        yield str(error["place"][-1])
