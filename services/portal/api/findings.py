"""The desk of findings: what to look at, on which facts it stands, and the door through which a person decides."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.upstream import TurnedDown
from shared.access.policy import Act

router = APIRouter(prefix="/findings", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_FINDING)]
Reviews = Annotated[Visit, page(Act.REVIEW_FINDING)]

SEVERITIES = ("hold", "review", "note")
STATES = ("open", "confirmed", "explained", "data_error", "facts_changed")
DECISIONS = ("confirmed", "explained", "data_error")


class Narrowed(BaseModel):
    """What the desk is narrowed to; what waits for a person, unless it says else."""

    state: Annotated[str, Field(max_length=20)] = "open"
    severity: Annotated[str, Field(max_length=20)] = ""
    rule: Annotated[str, Field(max_length=3)] = ""
    county: Annotated[str, Field(max_length=6)] = ""
    after: Annotated[str, Field(max_length=400)] = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the timeline is asked."""
        return {name: value for name, value in self.model_dump().items() if value}


@router.get("")
async def findings(visit: Reads, wanted: Annotated[Narrowed, Query()]) -> Response:
    """Return a page of findings, and how many wait by severity and rule."""
    within = {"county": wanted.county} if wanted.county else {}
    listed, counted = await visit.call.together(
        ("timeline", "/v1/findings", {**wanted.query, "limit": 50}), ("timeline", "/v1/findings/counts", within)
    )
    if isinstance(listed, Exception):
        raise listed
    counts = [] if isinstance(counted, Exception) else counted["items"]
    return visit.page(
        "findings.html", page=listed, asked=wanted, severities=SEVERITIES, states=STATES,
        waiting=_waiting(counts), rules=_rules(counts),
        names=await visit.names(row["institution"] for row in listed["items"]),
    )  # fmt: skip


@router.get("/{finding}")
async def finding(visit: Reads, finding: UUID) -> Response:
    """Return one finding with what was compared, its evidence and what was decided."""
    return await _finding(visit, finding)


@router.post("/{finding}/reviews")
async def review(visit: Reviews, finding: UUID, sent: Sent) -> Response:
    """Decide about a finding, with a reason."""
    body = {"decision": sent.text("decision"), "reason": sent.text("reason")}
    try:
        await visit.call.post("timeline", f"/v1/findings/{finding}/reviews", body, key=sent.key)
    except TurnedDown as refused:
        return await _finding(visit, finding, refused=refused, sent=sent)
    return see(f"/findings/{finding}", reviewed="1")


async def _finding(
    visit: Visit, finding: UUID, *, refused: TurnedDown | None = None, sent: Form | None = None
) -> Response:
    found = await visit.call.get("timeline", f"/v1/findings/{finding}")
    return visit.page(
        "finding.html", finding=found, decisions=DECISIONS, refused=refused, typed=sent.values if sent else {},
        reviewed="reviewed" in visit.request.query_params, status=status_of(refused),
        names=await visit.names(_organisations(found)),
    )  # fmt: skip


def _organisations(found: dict[str, Any]) -> set[str | None]:
    facts = [entry["fact"]["data"] for entry in found["entries"] if entry.get("fact")]
    told = {data.get("institution") for data in facts} | {data["actor"]["organisation"] for data in facts}
    return told | {found["institution"]} | {one["organisation"] for one in found["reviews"]}


def _waiting(counts: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many findings wait for a person, by severity."""
    waiting = [row for row in counts if row["state"] == "open"]
    return {one: sum(row["findings"] for row in waiting if row["severity"] == one) for one in SEVERITIES}


def _rules(counts: list[dict[str, Any]]) -> dict[str, tuple[dict[str, str], int]]:
    """Return the rules that have found something: title, and how many wait."""
    rules: dict[str, tuple[dict[str, str], int]] = {}
    for row in counts:
        before = rules.get(row["rule"], ({}, 0))[1]
        rules[row["rule"]] = row["title"], before + (row["findings"] if row["state"] == "open" else 0)
    return rules
