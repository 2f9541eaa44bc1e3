"""A clinic's file: children with their screening, compared with those that are registered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.portal.api.common import Visit
from services.portal.api.importing.kinds import Chosen, FileKind
from services.portal.api.importing.reasons import columns_named, words_of
from services.portal.api.report import CODES
from services.portal.domain.importing import children
from services.portal.domain.importing.lines import Line, LineStanding
from services.portal.upstream import TurnedDown
from services.portal.words import _
from shared.access.policy import Act

COLUMNS = {
    "sex": "sexes", "category": "categories", "instrument": "instruments", "regression": "regressions",
    "finding": "findings",
}  # fmt: skip


async def check(visit: Visit, lines: Sequence[Line]) -> list[Line]:
    """Ask the registry what it would say of each line; nothing is written."""
    codes = KIND.codes
    read = [children.read_child(line, codes, visit.county) for line in lines]
    asked = [line for line in read if line.standing is LineStanding.NEW and line.first is None]
    body = {"lines": [line.sends for line in asked]}
    answer = await visit.call.post("screening", "/v1/children/previews", body, key="writes-nothing") if asked else {}
    found = {line.number: _found(line, told) for line, told in zip(asked, answer.get("lines", ()), strict=True)}
    return [found.get(line.number) or line.unless_repeated() for line in read]


def _found(line: Line, told: Mapping[str, Any]) -> Line:
    if told["preview"] is None:
        return line.wrong(words_of(told), columns_named(told))
    sends = dict(line.sends or {})
    sends.pop("positive_signs", None)
    if told["signs"]:
        sends["screening"] = {**sends["screening"], "signs": told["signs"]}
    preview = told["preview"]
    known, alike = preview["known_as"], [one["case"] for one in preview["likely"]]
    if preview["number_known"]:
        return replace(line, standing=LineStanding.KNOWN, alike=[known] if known else [], sends=sends)
    return replace(line, standing=LineStanding.ALIKE if alike else LineStanding.READY, alike=alike, sends=sends)


async def take(visit: Visit, lines: Sequence[Line], key: str) -> list[Line]:
    """Register and screen the new ones at once, screen those that are known; return the lines that are not in."""
    new = [line for line in lines if line.goes and not line.same]
    known = [line for line in lines if line.same]
    refused = {line.number: line for line in await _register(visit, new, key)}
    refused |= {line.number: line for line in [await _screen(visit, line, key) for line in known] if line}
    return [refused.get(line.number, line) for line in lines if not line.goes or line.number in refused]


async def _register(visit: Visit, lines: Sequence[Line], key: str) -> list[Line]:
    if not lines:
        return []
    body = {"items": [_item(line) for line in lines]}
    answer = await visit.call.post("screening", "/v1/children/import", body, key=key)
    results = zip(lines, answer["results"], strict=True)
    return [line.refused(result["title"]) for line, result in results if result["status"] == "refused"]


def _item(line: Line) -> dict[str, Any]:
    """Return what is sent of a new child, with those of whom somebody decided that they are others."""
    sends = dict(line.sends or {})
    return sends | {"child": {**sends["child"], "another_than": list(line.alike)}} if line.alike else sends


async def _screen(visit: Visit, line: Line, key: str) -> Line | None:
    body = (line.sends or {})["screening"]
    try:
        await visit.call.post("screening", f"/v1/cases/{line.same}/screenings", body, key=f"{key}-{line.number}")
    except TurnedDown as refused:
        return line.refused(refused.words)
    return None


async def filled_in(visit: Visit) -> tuple[list[Mapping[str, str]], list[tuple[str, str]]]:
    """Return nothing: whom a clinic reports is not known yet."""
    del visit
    return [], []


KIND = FileKind(
    key="children",
    act=Act.REGISTER_CHILD,
    title=_("Children with their screening"),
    columns=children.COLUMNS,
    choices={name: Chosen.of(*CODES[several]) for name, several in COLUMNS.items()},
    same=children.same_child,
    says_something=bool,
    example=children.EXAMPLE,
    check=check,
    take=take,
    filled_in=filled_in,
)
