"""A centre's day: who is to come, and the sheet into which the day's sessions are typed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see
from services.portal.domain.correction import day_in_china
from services.portal.domain.day_sheet import Row, Sheet, clock_of, minute_of
from services.portal.repository import Repository
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import ConfirmationMethod, Discipline, SessionMode
from shared.errors import InvalidRequest
from shared.words import Language, called

router = APIRouter(prefix="/today", include_in_schema=False)

Logs = Annotated[Visit, page(Act.RECORD_SESSION)]
After = Annotated[str | None, Query(max_length=400)]
CODES: Mapping[str, type[StrEnum]] = {"discipline": Discipline, "mode": SessionMode, "proof": ConfirmationMethod}
ROWS = 50


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the sheet that was sent."""

    sheet: Sheet = field(default_factory=lambda: Sheet({}))
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: TurnedDown | None = None

    @property
    def failed(self) -> int:
        """How many rows were not saved."""
        return sum(not result.get("session") for result in self.results.values())


@router.get("")
async def today(
    visit: Logs, day: date | None = None, after: After = None, saved: int = 0, kept: bool = False
) -> Response:
    """Return the sheet of a day, with what was typed into it and not sent yet."""
    on = day or clock.today()
    draft = await _draft(visit, on)
    return await _page(visit, on, after, Told(draft), saved=saved, kept=kept or bool(draft.rows))


@router.post("")
async def log(visit: Logs, sent: Sent) -> Response:
    """Send the rows in which something was typed; those that are refused stay, with the reason beside them."""
    on, sheet = _day(sent), Sheet.sent(sent.values)
    await _keep(visit, on, (await _draft(visit, on)).under(sheet))
    try:
        results = await _record(visit, on, sheet, sent.key)
    except TurnedDown as refused:
        return await _page(visit, on, sent.text("after") or None, Told(sheet, refused=refused), status=refused.status)
    saved = [key for key, result in results.items() if result["session"]]
    left = sheet.without(saved)
    await _keep(visit, on, (await _draft(visit, on)).without(saved))
    if saved and not any(row.filled for row in left.rows.values()):
        return see("/today", day=on.isoformat(), saved=str(len(saved)), **_where(sent))
    told = Told(left, results | {key: {"mistake": column} for key, column in left.mistakes.items()})
    return await _page(visit, on, sent.text("after") or None, told, status=422, saved=len(saved))


@router.post("/draft")
async def keep_draft(visit: Logs, sent: Sent) -> Response:
    """Keep what was typed so far."""
    on = _day(sent)
    await _keep(visit, on, (await _draft(visit, on)).under(Sheet.sent(sent.values)))
    return see("/today", day=on.isoformat(), kept="1", **_where(sent))


@router.post("/discard")
async def discard_draft(visit: Logs, sent: Sent) -> Response:
    """Forget what was typed and not sent."""
    await _keep(visit, _day(sent), Sheet({}))
    return see("/today", day=_day(sent).isoformat())


def _day(sent: Form) -> date:
    try:
        return date.fromisoformat(sent.text("day"))
    except ValueError as error:
        raise InvalidRequest from error


def _where(sent: Form) -> dict[str, str]:
    return {"after": sent.text("after")} if sent.text("after") else {}


async def _record(visit: Visit, on: date, sheet: Sheet, key: str) -> dict[str, Mapping[str, Any]]:
    rows = sheet.to_send
    if not rows:
        return {}
    body = {"sessions": [row.line(on, visit.actor.organisation) for row in rows]}
    answer = await visit.call.post("rehab", "/v1/sessions/batch", body, key=key)
    return {row.enrolment: result for row, result in zip(rows, answer["results"], strict=True)}


async def _draft(visit: Visit, on: date) -> Sheet:
    async with visit.desk.database.session() as session:
        return Sheet.kept(await Repository(session, visit.desk.seal).draft(visit.login.person, f"today/{on}"))


async def _keep(visit: Visit, on: date, sheet: Sheet) -> None:
    async with visit.desk.database.transaction() as session:
        rows, form = Repository(session, visit.desk.seal), f"today/{on}"
        if any(row.filled for row in sheet.rows.values()):
            await rows.save_draft(visit.login.person, form, sheet.text(), clock.now())
        else:
            await rows.drop_draft(visit.login.person, form)


async def _page(
    visit: Visit, on: date, after: str | None, told: Told, *, status: int = 200, saved: int = 0, kept: bool = False
) -> Response:
    roster = await visit.call.get("rehab", "/v1/roster", on=on.isoformat(), after=after, limit=ROWS)
    children = await visit.children(row["shown_as"] for row in roster["items"])
    rows = [_row(row, on, told) for row in roster["items"]]
    return visit.page(
        "today.html", status=status, on=on, after=after, roster=roster, children=children, rows=rows, told=told,
        therapists=await _therapists(visit, roster), codes=_codes(visit.language), saved=saved, kept=kept,
        now=minute_of(clock.now().isoformat(), on), today=clock.today(),
        done=visit.request.query_params.get("done", ""),
    )  # fmt: skip


def _codes(language: Language) -> dict[str, list[tuple[str, str]]]:
    """Return the codes that may be chosen in a column, with their words."""
    return {
        column: [(code.value, called(kind.__name__, code.value, language)) for code in kind]
        for column, kind in CODES.items()
    }


async def _therapists(visit: Visit, roster: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return who may have given a session, with the names that the directory knows."""
    known = await visit.call.get("directory", "/v1/colleagues", limit=200)
    names = {one["id"]: one["display_name"] for one in known["items"]}
    seen = {one["therapist"] for row in roster["items"] for one in [*row["sessions"], row["last"]] if one}
    listed = {one["therapist"] for one in roster["staff"]} if roster["staff"] is not None else set(names)
    return sorted(
        ((one, names.get(one, "")) for one in listed | seen), key=lambda pair: (not pair[1], pair[1], pair[0])
    )


def _row(row: Mapping[str, Any], on: date, told: Told) -> dict[str, Any]:
    """Return a child of the day as the sheet shows it: what was typed, or how it was the last time."""
    last, typed = row["last"], told.sheet.rows.get(row["enrolment"])
    proposed = {"mode": last["mode"], "therapist": last["therapist"], "discipline": last["discipline"]} if last else {}
    usual = _minutes(last["starts_at"], last["ends_at"]) if last else None
    return {
        "of": row, "typed": asdict(typed or Row(row["enrolment"], row["case_id"], **proposed)), "usual": usual,
        "hint": clock_of(last["starts_at"]) if last else "", "result": told.results.get(row["enrolment"]),
        "sessions": [_timed(one, on) for one in row["sessions"]], "busy": [_timed(one, on) for one in row["busy"]],
        "corrected": _corrected(row, on),
    }  # fmt: skip


def _corrected(row: Mapping[str, Any], on: date) -> list[dict[str, Any]]:
    """Return what was recorded and corrected since, with the day on which the session is now, if it is another."""
    told = [{**_timed(one, on), "now_on": day_in_china(one["now_at"])} for one in row["corrected"]]
    return [{**one, "moved": one["now_on"] != on.isoformat() and not one["void"]} for one in told]


def _timed(session: Mapping[str, Any], on: date) -> dict[str, Any]:
    starts, ends = session["starts_at"], session["ends_at"]
    clocks = {"from": clock_of(starts), "until": clock_of(ends)}
    return {**session, **clocks, "from_minute": minute_of(starts, on), "until_minute": minute_of(ends, on)}


def _minutes(starts: str, ends: str) -> int:
    return int((datetime.fromisoformat(ends) - datetime.fromisoformat(starts)).total_seconds() // 60)
