"""Findings: lists with counts, one with its evidence and what was compared, the door through which a person decides."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from services.timeline import handlers
from services.timeline.api.reading import reader_of, ready
from services.timeline.domain.entry import Row, shown
from services.timeline.domain.findings.catalogue import table
from services.timeline.domain.findings.standing import FindingState
from services.timeline.handlers import Review
from services.timeline.repository import findings as repository
from services.timeline.repository.entries import END, LAST_ID, Reader
from services.timeline.repository.findings import Wanted
from shared.access.policy import Act, Actor
from shared.contracts.codes import County
from shared.contracts.envelope import Event
from shared.contracts.events.timeline import ReviewDecision, Severity
from shared.errors import CaseNotFound, NotFound
from shared.http.doors import Read, Reading, may, writing
from shared.http.paging import After, Limit, from_cursor, to_cursor
from shared.ids import CaseId
from shared.journal.unit_of_work import FactReceipt, Receipt, UnitOfWork
from shared.rulebook.explanation import Explanation
from shared.stage import Body

router = APIRouter(prefix="/v1/findings", tags=["findings"])
of_case = APIRouter(prefix="/v1/cases", tags=["findings"])
Reads = Annotated[Actor, may(Act.READ_FINDING)]
Reviews = Annotated[Actor, may(Act.REVIEW_FINDING)]
Uow = Annotated[UnitOfWork, writing]
Rule = Annotated[str | None, Query(pattern=r"^F[0-9]{2}$", description="Rule of handbook §3.7.")]


class FindingRow(BaseModel):
    """A finding in a list. It accuses nobody: a person looks at it (handbook §0 rule 6)."""

    finding: UUID
    case: UUID
    county: str | None
    rule: str
    rule_version: int
    title: dict[str, str] = Field(description="Title of the rule, in zh and en.")
    severity: Severity
    institution: UUID | None
    first_day: date
    last_day: date = Field(description="Last day that it concerns, itself included.")
    state: FindingState
    first_seen: datetime
    changed_at: datetime
    evidence: list[UUID] = Field(description="Facts that it stands on.")


class FindingPage(BaseModel):
    """A page of findings, those first seen last at the top."""

    items: list[FindingRow]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")


class FindingCount(BaseModel):
    """How many findings of a rule are in a state."""

    rule: str
    title: dict[str, str] = Field(description="Title of the rule, in zh and en.")
    severity: Severity
    state: FindingState
    findings: int
    children: int


class FindingCounts(BaseModel):
    """Counts by rule and state."""

    items: list[FindingCount]


class ReviewOut(BaseModel):
    """What a person decided, in their words; the words are gone once the child is erased."""

    decision: ReviewDecision
    reason: str | None
    reviewer: UUID
    organisation: UUID
    reviewed_at: datetime


class FindingOut(FindingRow):
    """A finding with what was compared, its evidence and what was decided."""

    explanation: Explanation = Field(description="What was compared with which limit; empty once the ground is gone.")
    entries: list[dict[str, Any]] = Field(
        description="Evidence as it stands on this file and the institution's; another child's is not shown."
    )
    reviews: list[ReviewOut]


class ReviewIn(Body):
    """What a reviewer decides and why."""

    decision: ReviewDecision
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] = Field(
        description="Why; stays here and is in no fact."
    )


def wanted(
    county: Annotated[County | None, Query(description="County of residence.")] = None,
    institution: Annotated[UUID | None, Query(description="Institution that it concerns.")] = None,
    rule: Rule = None,
    severity: Annotated[Severity | None, Query(description="Hold, review or note.")] = None,
    state: Annotated[FindingState | None, Query(description="How it stands.")] = None,
) -> Wanted:
    """Return what a list is narrowed to."""
    return Wanted(county, institution, rule, severity, state)


Narrowed = Annotated[Wanted, Depends(wanted)]


@router.get("", responses={200: {"model": FindingPage}}, response_class=Response)
async def list_findings(
    request: Request, actor: Reads, reading: Read, narrowed: Narrowed, limit: Limit = 50, after: After = None
) -> Response:
    """List the findings of the actor's region, by county, institution, rule, severity and state."""
    return await _page(reading, reader_of(request, actor), narrowed, limit, after)


@router.get("/counts", responses={200: {"model": FindingCounts}}, response_class=Response)
async def count_findings(request: Request, actor: Reads, reading: Read, narrowed: Narrowed) -> Response:
    """Count the findings of the actor's region by rule and state, narrowed as the list is."""
    rows = await repository.counts(reading.driver, reader_of(request, actor), narrowed)
    return ready({"items": [{"title": _title(row["rule"]), **row} for row in rows]})


@router.get("/{finding}", responses={200: {"model": FindingOut}}, response_class=Response)
async def one_finding(request: Request, finding: UUID, actor: Reads, reading: Read) -> Response:
    """Show a finding: what was compared, the facts it stands on, what was decided about it."""
    reader = reader_of(request, actor)
    row = await repository.one(reading.driver, reader, finding)
    if row is None:
        raise NotFound(kind="finding")
    await reading.shown([row["case_id"]])
    reviews = await repository.reviews(reading.driver, row["case_id"], finding)
    entries = await repository.evidence(reading.driver, row["case_id"], row["institution"], row["evidence"])
    hidden = {"masked": row["masked"], "erased": row["erased"]}
    more = {
        "explanation": _explanation(row),
        "entries": [entry for found in entries if (entry := shown({**found, **hidden}, reader.sight)) is not None],
        "reviews": [dict(review) for review in reviews],
    }
    return ready(_finding(row) | more)


@router.post("/{finding}/reviews", status_code=201)
async def review_finding(request: Request, finding: UUID, body: ReviewIn, actor: Reviews, uow: Uow) -> Receipt:
    """Decide about a finding: confirmed, explained, or an error in the data. More evidence opens it again."""
    row = await repository.one(uow.driver, reader_of(request, actor), finding)
    if row is None:
        raise NotFound(kind="finding")
    review = Review(row["case_id"], finding, body.decision, body.reason)
    facts = [_receipt(event) for event in await handlers.review(review, actor, uow)]
    return await uow.commit(Receipt(case=review.case, record=finding, facts=facts))


@of_case.get("/{case}/findings", responses={200: {"model": FindingPage}}, response_class=Response)
async def findings_of_case(
    request: Request, case: CaseId, actor: Reads, reading: Read, limit: Limit = 50, after: After = None
) -> Response:
    """List the findings of one child's case."""
    reader = reader_of(request, actor)
    if not await repository.is_readable(reading.driver, reader, case):
        raise CaseNotFound
    return await _page(reading, reader, Wanted(case=case), limit, after)


async def _page(reading: Reading, reader: Reader, narrowed: Wanted, limit: int, after: str | None) -> Response:
    before: Any = from_cursor(after, datetime.fromisoformat, UUID) or (END, LAST_ID)
    rows = await repository.page(reading.driver, reader, narrowed, before, limit)
    await reading.shown({row["case_id"] for row in rows})
    last = rows[-1] if len(rows) == limit else None
    cursor = to_cursor(last["first_seen"].isoformat(), str(last["finding"])) if last else None
    return ready({"items": [_finding(row) for row in rows], "next": cursor})


_AS_IT_STANDS = (
    "finding",
    "county",
    "rule",
    "rule_version",
    "severity",
    "institution",
    "first_day",
    "last_day",
    "state",
    "first_seen",
    "changed_at",
    "evidence",
)


def _finding(row: Row) -> dict[str, Any]:
    return {"case": row["case_id"], "title": _title(row["rule"]), **{name: row[name] for name in _AS_IT_STANDS}}


def _title(rule: str) -> dict[str, str]:
    named = table()[rule]
    return {"zh": named.zh, "en": named.en}


def _explanation(row: Row) -> dict[str, Any]:
    """Return what was compared, as the last assessment found it."""
    steps = row["steps"] or []
    outcome = "flagged" if steps else "ground-gone"
    return {"rule": table()[row["rule"]].id, "policy": None, "outcome": outcome, "steps": steps}


def _receipt(event: Event) -> FactReceipt:
    return FactReceipt(id=event.id, type=event.type, sequence=event.seq, hash=event.hash.hex())
