"""What became of the children whom one's institution found: lists, the file of one, referrals, tracing, the slip."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.api.deeds import offered
from services.portal.domain.typed import typed_day
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from services.portal.words import _
from shared import clock
from shared.access.policy import TABLE, Act
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ReferralStep, RejectionReason, TracingOutcome
from shared.words import called

router = APIRouter(prefix="/my-children", include_in_schema=False)
slips = APIRouter(prefix="/slips", include_in_schema=False)

Reads = Annotated[Visit, page(Act.RECORD_SCREENING)]
After = Annotated[str | None, Query(max_length=400)]
CITY_DIGITS = 4
RECORDS = ("screenings", "rescreenings", "diagnoses", "tracings", "follow_ups")


@dataclass(frozen=True, slots=True)
class List:
    """One list of children: what it is called, which door has it, and who may see it."""

    key: str
    name: str
    path: str
    query: Mapping[str, str | list[str]]
    act: Act = Act.RECORD_SCREENING


LISTS = (
    List("became", _("What became of them"), "/v1/feedback", {}),
    List("refer", _("To be referred"), "/v1/suspicions", {"mine": "true", "state": "screen_positive"}),
    List("waiting", _("Waiting for acceptance"), "/v1/referrals", {"direction": "sent", "status": "open"}),
    List("rescreen", _("To be re-screened here"), "/v1/suspicions", {"mine": "true", "state": "rescreen_referred"},
         Act.RECORD_RESCREENING),
    List("diagnose", _("To be diagnosed here"), "/v1/suspicions", {"mine": "true", "state": "diagnosis_referred"},
         Act.RECORD_DIAGNOSIS),
    List("recheck", _("Recheck due"), "/v1/suspicions",
         {"mine": "true", "state": ["recheck_due", "diagnosis_pending"]}),
    List("follow", _("Followed up here"), "/v1/suspicions", {"mine": "true", "state": ["confirmed", "handed_over"]},
         Act.RECORD_FOLLOW_UP),
    List("trace", _("To be traced"), "/v1/tracings/due", {}),
    List("received", _("Referred to us"), "/v1/referrals", {"direction": "received", "status": "open"},
         Act.ANSWER_REFERRAL),
)  # fmt: skip
ASKED_OF = {ReferralStep.RESCREENING: Act.RECORD_RESCREENING, ReferralStep.DIAGNOSIS: Act.RECORD_DIAGNOSIS}


@router.get("")
async def my_children(
    visit: Reads, show: Annotated[str, Query(max_length=20)] = "", after: After = None, done: bool = False
) -> Response:
    """Return one of the lists, a page at a time."""
    lists = [one for one in LISTS if visit.allows(one.act)]
    shown = next((one for one in lists if one.key == show), lists[0])
    rows = await visit.call.get("screening", shown.path, after=after, limit=50, **shown.query)
    return visit.page(
        "my_children.html", lists=lists, shown=shown, page=rows, done=done,
        waited_for=partial(offered.waited_for, visit), today=clock.today().isoformat(),
        children=await visit.children(row["case"] for row in rows["items"]),
        names=await visit.names(row.get(role) for row in rows["items"] for role in ("owner", "sender", "receiver")),
    )  # fmt: skip


@router.get("/{case}")
async def my_child(visit: Reads, case: UUID, reported: bool = False, done: bool = False) -> Response:
    """Return the file of a child as its clinic works with it: the verdict, what to do next, what was done."""
    return await _file(visit, case, reported=reported, done=done)


@router.post("/{case}/{category}/referrals")
async def refer(
    visit: Annotated[Visit, page(Act.ISSUE_REFERRAL)], case: UUID, category: ScreeningCategory, sent: Sent
) -> Response:
    """Issue a slip, and show it as it is printed."""
    step, _colon, receiver = sent.text("to").partition(":")
    agreed = {"consented": sent.text("consented") == "yes"} if sent.text("consented") else {}
    body = {"step": step, "receiver": receiver, "on": typed_day(sent.text("on")), **agreed}
    path = f"/v1/cases/{case}/suspicions/{category}/referrals"
    return await _sent(visit, case, sent, path, body, lambda answer: see(f"/slips/{answer['record']}", issued="1"))


@router.post("/{case}/{category}/tracings")
async def trace(
    visit: Annotated[Visit, page(Act.TRACE_CHILD)], case: UUID, category: ScreeningCategory, sent: Sent
) -> Response:
    """Record an attempt to reach the family."""
    signed = {"guardian_signed_on": typed_day(sent.text("signed_on"))} if sent.text("signed_on") else {}
    body = {"on": typed_day(sent.text("on")), "outcome": sent.text("outcome"), **signed}
    path = f"/v1/cases/{case}/suspicions/{category}/tracings"
    return await _sent(visit, case, sent, path, body, lambda _answer: see(f"/my-children/{case}", done="1"))


@router.post("/{case}/referrals/{referral}/answer")
async def answer(
    visit: Annotated[Visit, page(Act.ANSWER_REFERRAL)], case: UUID, referral: UUID, sent: Sent
) -> Response:
    """Take a referred child over, or decline it with a reason."""
    declined = {"reason": sent.text("reason")} if sent.text("do") == "decline" else {}
    path = f"/v1/referrals/{referral}/{'rejection' if declined else 'acceptance'}"
    body = {"on": typed_day(sent.text("on")), **declined}
    # Who declines a child takes no part in its case any more, and could not open its file.
    to, query = ("/my-children", {"show": "received"}) if declined else (f"/my-children/{case}", {})
    return await _sent(visit, case, sent, path, body, lambda _answer: see(to, **query, done="1"))


@slips.get("/{referral}")
async def slip(visit: Annotated[Visit, page(Act.READ_SLIP)], referral: UUID, issued: bool = False) -> Response:
    """Return a referral slip as it goes with the parents: two copies on paper."""
    shown = await visit.call.get("screening", f"/v1/referrals/{referral}/slip")
    parties = (shown["screening_institution"], shown["sender"], shown["receiver"])
    return visit.page(
        "slip.html", slip=shown, issued=issued, signs=await _signs(visit, shown), names=await visit.names(parties)
    )


async def _signs(visit: Visit, slip: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """Return the positive signs of a slip in words."""
    if not slip["positive_signs"]:
        return []
    asked = {"birth_date": slip["birth_date"], "on": slip["screened_on"]}
    column = await visit.call.get("screening", "/v1/warning-signs", **asked)
    return [sign for sign in column["signs"] if sign["id"] in slip["positive_signs"]]


async def _sent(visit: Visit, case: UUID, sent: Form, path: str, body: Any, on: Any) -> Response:  # noqa: ANN401 - JSON
    """Send what was typed; what is refused stands again on the page of the child, with the reason."""
    try:
        told = await visit.call.post("screening", path, body, key=sent.key)
    except TurnedDown as refused:
        return await _file(visit, case, refused=refused, typed=sent.values)
    answered: Response = on(told)
    return answered


async def _file(
    visit: Visit, case: UUID, *, refused: TurnedDown | None = None, typed: Mapping[str, str] | None = None, **shown: Any
) -> Response:
    child = await visit.call.get("screening", f"/v1/cases/{case}")
    if "suspicions" not in child:  # it moved away: its new county has the file
        raise PageUnknown
    return visit.page(
        "my_child.html", status=status_of(refused), case=case, child=child, refused=refused,
        typed=typed or {}, today=clock.today().isoformat(), receivers=await _receivers(visit),
        own=str(visit.actor.organisation),
        names=await visit.names(_parties(child)), outcomes=_coded(visit, "TracingOutcome", TracingOutcome),
        reasons=_coded(visit, "RejectionReason", RejectionReason),
        offers=_offers(visit, case, child), **{"reported": False, "done": False, **shown},
    )  # fmt: skip


def _offers(visit: Visit, case: UUID, child: Mapping[str, Any]) -> dict[str, list[offered.Offer]]:
    """Return what may be recorded: of each category, of each stay in hospital, of the child itself."""
    of_suspicions = {one["category"]: offered.of_suspicion(visit, case, one) for one in child["suspicions"]}
    of_stays = {stay["id"]: offered.of_stay(visit, case, stay) for stay in child["hospital_stays"]}
    return {**of_suspicions, **of_stays, "child": offered.of_child(visit, case, child)}


def _coded(visit: Visit, kind: str, codes: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - an enumeration
    return [(code.value, called(kind, code.value, visit.language)) for code in codes]


async def _receivers(visit: Visit) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return whom a child may be referred to, by what is asked of them: the institutions of the same city."""
    if not visit.allows(Act.ISSUE_REFERRAL):
        return []
    around = {"region": visit.who.region[:CITY_DIGITS], "limit": 200}
    kinds = [(step, org_type) for step, act in ASKED_OF.items() for org_type in sorted(TABLE[act].org_types)]
    asked = [("directory", "/v1/organisations", {**around, "org_type": org_type.value}) for _step, org_type in kinds]
    answers = await visit.call.together(*asked)
    return [
        (step.value, _open(step, one)) for (step, _), one in zip(kinds, answers, strict=True) if isinstance(one, dict)
    ]


def _open(step: ReferralStep, organisations: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(f"{step.value}:{one['id']}", one["name"]) for one in organisations["items"] if one["closed_at"] is None]


def _parties(child: Mapping[str, Any]) -> list[str | None]:
    owners = [one["owner"] for one in child["suspicions"]]
    referred = [one[side] for one in child["referrals"] for side in ("sender", "receiver")]
    wrote = [one["organisation"] for kind in RECORDS for one in child[kind]]
    stayed = [one["hospital"] for one in child["hospital_stays"]]
    return [*owners, *referred, *wrote, *stayed, child["registered_by"]]
