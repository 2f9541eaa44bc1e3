"""The page of a deed: what it asks, what comes of it, and the way back to the child."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.api.deeds import DEEDS
from services.portal.domain.deed import Blank, Deed, Typed
from services.portal.domain.mistakes import named_by
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import HEALTH
from shared.contracts.codes import OrgType

router = APIRouter(prefix="/record", include_in_schema=False)

Of = Annotated[str, Query(pattern=r"^[a-z0-9_-]{0,80}$")]
"""Part of a door's address: nothing that leads to another door."""
CITY_DIGITS = 4
FILES = {
    OrgType.SCHOOL: "/pupils", OrgType.CARE_HOME: "/residents", OrgType.REHAB_CENTRE: "/residents",
    OrgType.EDUCATION_AUTHORITY: "/schooling", OrgType.FEDERATION: "/registry",
    **dict.fromkeys(HEALTH, "/my-children"),
}  # fmt: skip


def file_of(visit: Visit, case: UUID) -> str:
    """Return the page of a child as the visitor works with it."""
    return f"{FILES.get(visit.actor.org_type, '/cases')}/{case}"


def _open(deed: Deed) -> None:
    """Open the doors of what concerns no child that is known here, to those who may do it."""

    @router.get(f"/{deed.key}")
    async def ask(visit: Annotated[Visit, page(deed.act)], of: Of = "") -> Response:
        return await _ask(visit, deed, None, of)

    @router.post(f"/{deed.key}")
    async def do(visit: Annotated[Visit, page(deed.act)], sent: Sent, of: Of = "") -> Response:
        return await _do(visit, deed, None, of, sent)


def _open_of_child(deed: Deed) -> None:
    """Open the doors of what is recorded of a child, to those who may do it."""

    @router.get(f"/{deed.key}/{{case}}")
    async def ask(visit: Annotated[Visit, page(deed.act)], case: UUID, of: Of = "") -> Response:
        return await _ask(visit, deed, case, of)

    @router.post(f"/{deed.key}/{{case}}")
    async def do(visit: Annotated[Visit, page(deed.act)], case: UUID, sent: Sent, of: Of = "") -> Response:
        return await _do(visit, deed, case, of, sent)


for one in DEEDS.values():
    (_open if one.alone else _open_of_child)(one)


async def _ask(
    visit: Visit, deed: Deed, case: UUID | None, of: str, *, sent: Form | None = None,
    refused: TurnedDown | None = None, wrong: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    return visit.page(
        "deed.html", status=status_of(refused, wrong), deed=deed, case=case, of=of, refused=refused, wrong=wrong or {},
        typed=_typed(sent) if sent else _usual(visit, deed), today=clock.today().isoformat(),
        children=await visit.children([str(case)] if case else []), choices=await _choices(visit, deed),
        back=_back(visit, deed, case),
    )  # fmt: skip


async def _do(visit: Visit, deed: Deed, case: UUID | None, of: str, sent: Form) -> Response:
    typed = _typed(sent)
    wrong = deed.wrong(typed)
    if wrong:
        return await _ask(visit, deed, case, of, sent=sent, wrong=wrong)
    try:
        path = deed.door(str(case), of, typed)
        told = await visit.call.post(deed.service, path, deed.body(typed, of), key=sent.key)
    except TurnedDown as refused:
        return await _ask(visit, deed, case, of, sent=sent, refused=refused, wrong=named_by(refused.problem))
    after = _list_of(visit) if deed.leaves else _back(visit, deed, case, str(told.get("record", "")))
    back, _question, query = after.partition("?")
    return see(back, **dict(parse_qsl(query)), done="1")


def _list_of(visit: Visit) -> str:
    """Return the list from which the visitor came to the child."""
    return "/cases" if visit.governs else FILES.get(visit.actor.org_type, "/cases")


def _back(visit: Visit, deed: Deed, case: UUID | None, record: str = "") -> str:
    if "{record}" in deed.back and not record:
        return deed.back.partition("/{record}")[0]
    if not deed.back and case is not None:
        return file_of(visit, case)
    return deed.back.format(record=record)


def _typed(sent: Form) -> Typed:
    names = {name for name, _value in sent.pairs}
    return {name: [sent.text(name)] if len(sent.texts(name)) < 2 else sent.texts(name) for name in names}  # noqa: PLR2004 - ticked twice


def _usual(visit: Visit, deed: Deed) -> Typed:
    known = {"today": clock.today().isoformat(), "county": visit.county}
    return {blank.name: [known.get(blank.usual, blank.usual)] for blank in deed.blanks if blank.usual}


async def _choices(visit: Visit, deed: Deed) -> dict[str, list[tuple[str, str]]]:
    """Return who may be chosen in each field: open organisations around, or colleagues."""
    found = {blank.name: await _around(visit, blank) for blank in deed.blanks if blank.who}
    return found | {blank.name: await _colleagues(visit) for blank in deed.blanks if blank.kind == "colleague"}


async def _colleagues(visit: Visit) -> list[tuple[str, str]]:
    known = await visit.call.every("directory", "/v1/colleagues")
    return [(one["id"], one["display_name"]) for one in known]


async def _around(visit: Visit, blank: Blank) -> list[tuple[str, str]]:
    around = {"region": visit.who.region[:CITY_DIGITS], "limit": 200}
    answers = await visit.call.together(
        *(("directory", "/v1/organisations", {**around, "org_type": kind.value}) for kind in sorted(blank.who))
    )
    found: list[Any] = [one for answer in answers if isinstance(answer, dict) for one in answer["items"]]
    return [(one["id"], one["name"]) for one in found if one["closed_at"] is None]
