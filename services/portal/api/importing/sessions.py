"""A centre's file: sessions of its own children, of a day or a month."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.portal.api.common import Visit
from services.portal.api.importing.kinds import Chosen, FileKind
from services.portal.api.importing.reasons import columns_named, words_of
from services.portal.domain.importing import sessions
from services.portal.domain.importing.lines import Line, LineStanding
from services.portal.domain.importing.sessions import Centre, Trained
from services.portal.domain.typed import day_of
from services.portal.upstream import MOST_ROWS
from services.portal.words import _, catalogue
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import ConfirmationMethod, Discipline, SessionMode

OVERLAPS = "rehab.session-overlaps"
CAME = {"yes": _("came"), "no": _("on leave")}


async def check(visit: Visit, lines: Sequence[Line]) -> list[Line]:
    """Find whom each line names and ask what would become of the session; nothing is written."""
    codes, centre = KIND.codes, await _centre(visit, sessions.days_asked(lines))
    read = [sessions.read_session(line, codes, centre) for line in lines]
    if others := _days_between(read):
        centre = await _centre(visit, [*sessions.days_asked(lines), *others])
        read = [sessions.read_session(line, codes, centre) for line in lines]
    asked = [line for line in read if line.standing is LineStanding.NEW and line.first is None]
    body = {"sessions": [line.sends for line in asked]}
    answer = await visit.call.post("rehab", "/v1/sessions/preview", body, key="writes-nothing") if asked else {}
    found = {line.number: _found(line, told) for line, told in zip(asked, answer.get("results", ()), strict=True)}
    return [found.get(line.number) or line.unless_repeated() for line in read]


def _days_between(lines: Iterable[Line]) -> list[date]:
    """Return the days of children who are enrolled neither on the first day nor on the last."""
    lost = [line for line in lines if "child" in line.flaws.values()]
    return sorted({day for line in lost if (day := day_of(line.cells.get("day", "")))})


def _found(line: Line, told: Mapping[str, Any]) -> Line:
    if not told["code"]:
        return replace(line, standing=LineStanding.READY)
    if told["code"] == OVERLAPS and _same_time(line.sends or {}, told["details"]):
        return replace(line, standing=LineStanding.KNOWN, said=told["title"])
    return line.wrong(words_of(told), columns_named(told))


def _same_time(sent: Mapping[str, Any], busy: Mapping[str, Any]) -> bool:
    ends = ("starts_at", "ends_at")
    return all(datetime.fromisoformat(sent[end]) == datetime.fromisoformat(busy[end]) for end in ends)


async def take(visit: Visit, lines: Sequence[Line], key: str) -> list[Line]:
    """Log the sessions; return the lines that are not in."""
    going = [line for line in lines if line.goes]
    if not going:
        return list(lines)
    body = {"sessions": [line.sends for line in going]}
    answer = await visit.call.post("rehab", "/v1/sessions/batch", body, key=key)
    results = zip(going, answer["results"], strict=True)
    refused = {line.number: line.refused(told["title"]) for line, told in results if not told["session"]}
    return [refused.get(line.number, line) for line in lines if not line.goes or line.number in refused]


async def filled_in(visit: Visit) -> tuple[list[Mapping[str, str]], list[tuple[str, str]]]:
    """Return a line for each child that is enrolled today, and who may have given a session."""
    centre = await _centre(visit, [clock.today()])
    named = sorted(centre.children, key=lambda child: (not child.name, child.name, child.case))
    therapists = [(name, one) for name, ids in centre.therapists.items() for one in ids]
    return [{"case": child.shown_as, "name": child.name} for child in named], therapists


async def _centre(visit: Visit, days: Sequence[date]) -> Centre:
    rosters = await asyncio.gather(*(_roster(visit, day) for day in dict.fromkeys(days)))
    rows = {row["enrolment"]: row for items, _staff in rosters for row in items}
    staff = {one for _items, listed in rosters for one in listed}
    children = await visit.children(row["shown_as"] for row in rows.values())
    trained = [_trained(row, children) for row in rows.values()]
    return Centre(UUID(str(visit.actor.organisation)), trained, await _therapists(visit, staff))


async def _roster(visit: Visit, day: date) -> tuple[list[dict[str, Any]], set[str]]:
    rows: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        page = await visit.call.get("rehab", "/v1/roster", on=day.isoformat(), after=after, limit=MOST_ROWS)
        rows, after = [*rows, *page["items"]], page["next"]
        if after is None:
            return rows, {one["therapist"] for one in page["staff"] or ()}


def _trained(row: Mapping[str, Any], children: Mapping[str, Mapping[str, Any]]) -> Trained:
    name = children[row["shown_as"]]["name"] if row["shown_as"] in children else ""
    since, over = date.fromisoformat(row["started_on"]), date.fromisoformat(row["over_on"])
    return Trained(row["case_id"], row["shown_as"], row["enrolment"], since, over, name, row["visit"] or "")


async def _therapists(visit: Visit, staff: Iterable[str]) -> dict[str, list[str]]:
    """Return who may have given a session: the colleagues by name, who else stands on the staff list by number."""
    known = await visit.call.every("directory", "/v1/colleagues")
    named: dict[str, list[str]] = {}
    for one in known:
        named.setdefault(one["display_name"], []).append(one["id"])
    ids = {one["id"] for one in known}
    return named | {one: [one] for one in staff if one not in ids}


KIND = FileKind(
    key="sessions",
    act=Act.RECORD_SESSION,
    title=_("Sessions of a day or a month"),
    columns=sessions.COLUMNS,
    choices={
        "discipline": Chosen.of("Discipline", Discipline),
        "mode": Chosen.of("SessionMode", SessionMode),
        "attended": Chosen(tuple(CAME), lambda code, language: catalogue(language).gettext(CAME[code])),
        "proof": Chosen.of("ConfirmationMethod", ConfirmationMethod),
    },
    same=sessions.same_session,
    says_something=sessions.says_something,
    example=sessions.EXAMPLE,
    check=check,
    take=take,
    filled_in=filled_in,
)
