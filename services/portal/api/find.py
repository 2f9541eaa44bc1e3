"""Finding a child by what people know of it; what they type stands in no address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, status_of
from services.portal.domain.search import said_in
from services.portal.domain.typed import day_of
from services.portal.upstream import TurnedDown
from services.portal.words import _
from shared.access.policy import HEALTH, Act
from shared.contracts.codes import OrgType

router = APIRouter(prefix="/find", include_in_schema=False)

Finds = Annotated[Visit, page(Act.FIND_CHILDREN)]
FIELDS = ("words", "birth_date", "purpose")
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Way:
    """A page about a child, and who works with it."""

    path: str
    name: str
    of: frozenset[OrgType] = frozenset(OrgType)


WAYS = (
    Way("/my-children/{case}", _("What to do next"), HEALTH),
    Way("/children/{case}/plan", _("Plan"), frozenset({OrgType.REHAB_CENTRE})),
    Way("/today", _("Day sheet"), frozenset({OrgType.REHAB_CENTRE})),
    Way("/pupils/{case}", _("Days and programmes"), frozenset({OrgType.SCHOOL})),
    Way("/residents/{case}", _("Care sheet"), frozenset({OrgType.CARE_HOME})),
    Way("/door/{case}", _("At the door"), frozenset({OrgType.CARE_HOME})),
    Way("/cases/{case}", _("The whole file")),
)  # fmt: skip
"""Where a found child leads to; the first is where its name does."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: children, or why there is none."""

    said: Mapping[str, str]
    answer: Mapping[str, Any] | None = None
    refused: TurnedDown | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)


@router.get("")
async def ask(visit: Finds) -> Response:
    """Ask what somebody knows of a child."""
    return await _page(visit, {}, None)


@router.post("")
async def find(visit: Finds, sent: Sent) -> Response:
    """Return the children that are meant."""
    typed = {name: sent.text(name)[:LONGEST] for name in FIELDS}
    said = said_in(typed["words"], typed["birth_date"])
    if wrong := _wrong(visit, said, sent):
        return await _page(visit, typed, Found(said, wrong=wrong))
    try:
        asking = await _for_a_purpose(visit, typed["purpose"])
        answer = await asking.call.post("screening", "/v1/children/searches", said, key="writes-nothing")
    except TurnedDown as refused:
        return await _page(visit, typed, Found(said, refused=refused))
    return await _page(asking, typed, Found(said, answer))


def _wrong(visit: Visit, said: Mapping[str, str], sent: Form) -> dict[str, str]:
    """Return what was left out or is no day: an authority says what it needs a child for before it looks for it."""
    wrong = {} if said else {"words": _("Type what you know of the child.")}
    if sent.text("birth_date") and day_of(sent.text("birth_date")) is None:
        wrong["birth_date"] = _("This is not a day. Write it like 20240506.")
    if visit.governs and sent.text("purpose") not in visit.who.purposes:
        wrong["purpose"] = _("Say what you need the child for; it is written into the log of reading.")
    return wrong


async def _for_a_purpose(visit: Visit, purpose: str) -> Visit:
    if not visit.governs:
        return visit
    token = await visit.desk.token_for(visit.login, purpose)
    return replace(visit, call=visit.desk.upstream.caller(token, visit.language))


async def _page(visit: Visit, typed: Mapping[str, str], found: Found | None) -> Response:
    children = found.answer["children"] if found and found.answer else []
    return visit.page(
        "find.html", status=status_of(found.refused, found.wrong) if found else 200, typed=typed, found=found,
        children=children, stands=await _standing(visit, [child["case"] for child in children]),
        ways=[way for way in WAYS if visit.actor.org_type in way.of],
        names=await visit.names(child["registered_by"] for child in children),
    )  # fmt: skip


async def _standing(visit: Visit, cases: list[str]) -> dict[str, Mapping[str, Any]]:
    """Return how far children have come, as the timeline tells it; without it they are found all the same."""
    if not cases:
        return {}
    (listed,) = await visit.call.together(("timeline", "/v1/cases", {"case": cases, "limit": len(cases)}))
    return {} if isinstance(listed, Exception) else {row["case"]: row for row in listed["items"]}
