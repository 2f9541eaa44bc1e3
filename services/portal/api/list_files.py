"""The lists of pages as workbooks: under the same filters, by the same doors, logged and refused as there."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api import applications, cases, duties, findings, parked
from services.portal.api.common import Visit
from services.portal.api.whole_lists import Column, Row, Whole, at, book, on, whole
from services.portal.words import catalogue
from shared.contracts.codes import OrgType
from shared.words import called, said

router = APIRouter(include_in_schema=False)


@router.get("/duties.xlsx")
async def duties_book(visit: duties.Reads, asked: Annotated[duties.Narrowed, Query()]) -> Response:
    """Return a working list."""
    _, word = catalogue(visit.language).gettext, _Words(visit)
    listed = await whole(visit, "timeline", duties.DUTIES, asked.query)
    owner = [] if isinstance(asked.owner, OrgType) else [str(asked.owner)]
    names = await visit.names([*(row["owner"] for row in listed.rows), *owner])
    rules = {row["rule"]: word.told(row["name"]) for row in listed.rows}
    narrowed = [
        (_("When"), word.code("Standing", asked.standing)), (_("Duty"), rules.get(asked.rule, asked.rule)),
        (_("Escalated to"), word.code("EscalationLevel", asked.level)), (_("County"), visit.region(asked.county)),
        (_("Owed by"), names.get(str(asked.owner)) or word.code("OrgType", str(asked.owner))),
    ]  # fmt: skip
    columns = [
        *await _child(visit, listed, "case"),
        Column(_("County"), 24, lambda row: visit.region(row["county"])),
        Column(_("Duty"), 36, lambda row: rules[row["rule"]]),
        Column(_("Opened"), 17, lambda row: at(row["opened_at"])),
        Column(_("Due before"), 17, lambda row: at(row["due_at"])),
        Column(_("Standing"), 12, word.of("Standing", "standing")),
        Column(_("Escalated to"), 14, word.of("EscalationLevel", "level")),
        Column(_("Owed by"), 30, lambda row: names.get(row["owner"]) or word.code("OrgType", row["owner_kind"])),
    ]
    return await book(visit, "duties", _("Working list"), narrowed, listed, columns)


@router.get("/cases.xlsx")
async def cases_book(visit: cases.Reads, asked: Annotated[cases.Narrowed, Query()]) -> Response:
    """Return the children of whom the visitor may know."""
    _, word = catalogue(visit.language).gettext, _Words(visit)
    listed = await whole(visit, "timeline", "/v1/cases", asked.query)
    narrowed = [
        (_("Stage"), word.code("Stage", asked.stage)), (_("Suspicion"), word.code("ScreeningCategory", asked.category)),
        (_("County"), visit.region(asked.county)),
        (_("Only where something is overdue"), _("yes") if asked.overdue else ""),
    ]  # fmt: skip
    columns = [
        *await _child(visit, listed, "case"),
        Column(_("Age"), 8, lambda row: row["age_years"]),
        Column(_("Sex"), 8, word.of("Sex", "sex")),
        Column(_("County"), 24, lambda row: visit.region(row["county"])),
        Column(_("Stage"), 20, word.of("Stage", "stage")),
        Column(_("Suspicion"), 40, lambda row: word.states(row["states"] or {})),
        Column(_("Latest news"), 17, lambda row: at(row["last_at"])),
        Column(_("Deceased on"), 12, lambda row: on(row["died_on"])),
    ]
    return await book(visit, "children", _("Children"), narrowed, listed, columns)


@router.get("/findings.xlsx")
async def findings_book(visit: findings.Reads, asked: Annotated[findings.Narrowed, Query()]) -> Response:
    """Return the findings of the desk."""
    _, word = catalogue(visit.language).gettext, _Words(visit)
    listed = await whole(visit, "timeline", "/v1/findings", asked.query)
    names = await visit.names(row["institution"] for row in listed.rows)
    narrowed = [
        (_("State"), word.code("FindingState", asked.state)), (_("Severity"), word.code("Severity", asked.severity)),
        (_("Rule"), asked.rule), (_("County"), visit.region(asked.county)),
    ]  # fmt: skip
    columns = [
        Column(_("Finding"), 38, lambda row: row["finding"]),
        Column(_("Rule"), 40, lambda row: f"{row['rule']} {word.told(row['title'])}"),
        Column(_("Severity"), 10, word.of("Severity", "severity")),
        Column(_("State"), 12, word.of("FindingState", "state")),
        *await _child(visit, listed, "case"),
        Column(_("County"), 24, lambda row: visit.region(row["county"])),
        Column(_("Institution"), 30, lambda row: names.get(row["institution"], row["institution"])),
        Column(_("First day"), 12, lambda row: on(row["first_day"])),
        Column(_("Last day"), 12, lambda row: on(row["last_day"])),
        Column(_("First seen"), 17, lambda row: at(row["first_seen"])),
    ]
    return await book(visit, "findings", _("Findings"), narrowed, listed, columns)


@router.get("/applications.xlsx")
async def applications_book(visit: applications.Reads) -> Response:
    """Return the open applications."""
    _, word = catalogue(visit.language).gettext, _Words(visit)
    listed = await whole(visit, "rehab", "/v1/applications", {})
    checked = {True: _("eligible"), False: _("not eligible"), None: _("not checked yet")}
    columns = [
        Column(_("Application"), 38, lambda row: row["id"]),
        Column(_("Asked for"), 18, word.of("AssistanceItem", "item")),
        Column(_("Category"), 18, word.of("RehabCategory", "category")),
        *await _child(visit, listed, "shown_as"),
        Column(_("State"), 14, word.of("ApplicationState", "state")),
        Column(_("Submitted"), 12, lambda row: on(row["submitted_on"])),
        Column(_("Reply by"), 12, lambda row: on(row["reply_due_on"])),
        Column(_("Decision by"), 12, lambda row: on(row["review_due_on"])),
        Column(_("Assessment by"), 12, lambda row: on(row["assess_by"])),
        Column(_("Check"), 14, lambda row: checked[row["eligible"]]),
    ]
    return await book(visit, "applications", _("Applications"), (), listed, columns)


@router.get("/parked.xlsx")
async def parked_book(visit: parked.Reads) -> Response:
    """Return what waits to be applied."""
    _, word = catalogue(visit.language).gettext, _Words(visit)
    listed = await whole(visit, "timeline", "/v1/parked", {})
    columns = [
        Column(_("Event"), 10, lambda row: row["id"]),
        Column(_("Reason"), 24, word.of("Reason", "reason")),
        Column(_("Why it waits"), 60, lambda row: word.told(row["words"])),
        Column(_("Kind of error"), 24, lambda row: row["detail"]),
        Column(_("Owner"), 14, word.of("Service", "owner")),
        *await _child(visit, listed, "case"),
        Column(_("Number of the fact"), 12, lambda row: row["sequence"]),
        Column(_("Waits since"), 17, lambda row: at(row["first_seen"])),
        Column(_("Tries"), 8, lambda row: row["tries"]),
    ]
    return await book(visit, "parked-events", _("Parked events"), (), listed, columns)


async def _child(visit: Visit, listed: Whole, key: str) -> list[Column]:
    """Return the columns that say which child: its case, and before it the name where names are not covered."""
    _ = catalogue(visit.language).gettext
    case = Column(_("Case"), 38, lambda row: row[key])
    if not visit.cares:
        return [case]
    children = await visit.children(row[key] for row in listed.rows if row[key])
    return [Column(_("Child"), 16, lambda row: children.get(row[key], {}).get("name")), case]


class _Words:
    """Codes in the words of whoever reads."""

    def __init__(self, visit: Visit) -> None:
        self.language = visit.language

    def code(self, kind: str, code: str | None) -> str:
        """Return the word of a code; nothing for none."""
        return called(kind, code, self.language) if code else ""

    def of(self, kind: str, name: str) -> Any:  # noqa: ANN401 - a cell of a column
        """Return what stands in a column of codes."""
        return lambda row: self.code(kind, row[name])

    def told(self, words: Row) -> str:
        """Return one of two languages that a service sent."""
        return str(words[self.language])

    def states(self, states: Row) -> str:
        """Return the state of each suspicion."""
        pairs: Iterable[str] = (
            f"{self.code('ScreeningCategory', category)}: {self.code('SuspicionState', state)}"
            for category, state in states.items()
        )
        return str(said(list(pairs), self.language)) if states else ""
