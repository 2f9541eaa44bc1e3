"""What tests of money share: a child whose January was trained in full, and the way of a claim to its payment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared import clock
from shared.access.policy import Actor, Role
from shared.contracts.codes import OrgType
from shared.contracts.events.timeline import (
    FindingClosed,
    FindingCloseReason,
    FindingRaised,
    FindingReviewed,
    ReviewDecision,
    Severity,
)
from shared.testing.streams import Stream
from tests.support.rehab import APPROVED, STARTED, SUBMITTED, YEAR, County, Enrolled, a_line, an_evaluation, record

PAYING = "370303"
JANUARY, CYCLE = f"{YEAR}-01", f"{YEAR}-01-01"
CLAIMED, AUDITED, PAID = f"{YEAR}-02-02", f"{YEAR}-02-05", f"{YEAR}-02-09"
CAP = 2_000_000 // 10 if YEAR >= 2026 else 1_500_000 // 10
DAYS = [date(YEAR, 1, 9) + timedelta(days=number) for number in range(22)]


@dataclass
class Bureau(County):
    """A county with those who settle its claims, of another city than the one whose lists other tests read."""

    region: str = PAYING

    def __post_init__(self) -> None:
        super().__post_init__()
        self.auditor = self.stage.organisation(OrgType.FEDERATION, self.region, Role.AUDITOR)
        self.finance = self.stage.organisation(OrgType.FEDERATION, self.region, Role.FINANCE_CLERK)

    async def planned(self, child: Enrolled, **changes: Any) -> dict[str, Any]:
        """Assess a child, sign its plan and evaluate it at the start; return the plan as it reads."""
        assess = f"/v1/enrolments/{child.enrolment}/assessments"
        assessed = {"assessed_on": changes.pop("assessed_on")} if "assessed_on" in changes else {}
        record(await self.post(child.centre, assess, an_assessment(**assessed)))
        record(await self.post(child.centre, f"/v1/enrolments/{child.enrolment}/care-plans", a_plan(**changes)))
        await self.evaluated(child)
        plans = (await self.get(child.centre, f"/v1/cases/{child.case}/care-plans")).json()["plans"]
        read: dict[str, Any] = plans[0]
        return read

    async def evaluated(self, child: Enrolled) -> None:
        """Make every evaluation that would be missing today, on the day on which it was due."""
        owed = (await self.get(child.centre, f"/v1/enrolments/{child.enrolment}/evaluations-due")).json()["points"]
        for point in owed:
            if point["state"] == "missing":
                made = an_evaluation(child, checkpoint=point["checkpoint"], assessed_on=point["due_on"])
                record(await self.post(child.centre, f"/v1/cases/{child.case}/evaluations", made))

    async def trained(self, days: int = 16, centre: Actor | None = None, **changes: Any) -> Enrolled:
        """A child with a plan and so many attended days of January."""
        child = await self.enrolled(centre)
        await self.planned(child, **changes)
        await self.attended(child, DAYS[:days])
        return child

    async def a_device(self) -> tuple[UUID, str]:
        """A child with an approved hearing aid, and the approval."""
        case, application = await self.applied(item="device", mode="once", device="hearing_aid")
        need = an_assessment(assessed_on=SUBMITTED.isoformat(), recommended_mode="once", estimate=400_000)
        record(await self.post(self.centre, f"/v1/cases/{case}/applications/{application}/assessment", need))
        body = {"approved_on": APPROVED.isoformat()}
        return case, record(await self.post(self.federation, f"/v1/applications/{application}/approval", body))

    async def attended(self, child: Enrolled, days: Iterable[date], **changes: Any) -> list[str]:
        """Log a session on each of these days and return their ids."""
        lines = [a_line(child, **on(day), **changes) for day in days]
        if not lines:
            return []
        answer = await self.post(child.centre, "/v1/sessions/batch", {"sessions": lines})
        assert answer.json()["refused"] == 0, answer.text
        return [one["session"] for one in answer.json()["results"]]

    async def claim(self, *children: Enrolled, **changes: Any) -> httpx.Response:
        return await self.post(children[0].centre, "/v1/claims", a_claim(*children, **changes))

    async def claimed(self, *children: Enrolled, **changes: Any) -> tuple[str, list[str]]:
        """Claim January for children and return the claim and its lines."""
        claim = record(await self.claim(*children, **changes))
        return claim, [line["id"] for line in await self.lines(claim)]

    async def lines(self, claim: str, actor: Actor | None = None) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.get(actor or self.auditor, f"/v1/claims/{claim}/lines")).json()[
            "items"
        ]
        return items

    async def totals(self, claim: str) -> dict[str, Any]:
        statement: dict[str, Any] = (await self.get(self.auditor, f"/v1/claims/{claim}")).json()["claim"]
        return statement

    async def audit(self, claim: str, *verdicts: dict[str, Any], by: Actor | None = None) -> httpx.Response:
        body = {"audited_on": AUDITED, "lines": list(verdicts)}
        return await self.post(by or self.auditor, f"/v1/claims/{claim}/audit", body)

    async def pay(self, claim: str, **changes: Any) -> httpx.Response:
        return await self.post(self.finance, f"/v1/claims/{claim}/payments", {"paid_on": PAID} | changes)

    async def paid(self, *children: Enrolled) -> tuple[str, list[str], str]:
        """Claim, accept and pay January for children; return claim, lines and payment."""
        claim, lines = await self.claimed(*children)
        record(await self.audit(claim, *map(accepted, lines)))
        return claim, lines, record(await self.pay(claim))


def on(day: date, hour: int = 9) -> dict[str, str]:
    """The times of a session of 40 minutes on a day."""
    start = datetime(day.year, day.month, day.day, hour, tzinfo=clock.SHANGHAI)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=40)).isoformat()}


def an_assessment(**changes: Any) -> dict[str, Any]:
    return {
        "assessor": str(uuid4()), "assessed_on": STARTED.isoformat(), "outcome": "suitable",
        "recommended_mode": "centralised",
    } | changes  # fmt: skip


TERMS = ("long", "mid", "short", "daily")


def a_plan(**changes: Any) -> dict[str, Any]:
    goals = [{"term": term, "icf": "d330", "words": f"invented {term} goal"} for term in TERMS]
    return {
        "signed_on": STARTED.isoformat(), "valid_from": STARTED.isoformat(), "valid_until": f"{YEAR}-12-30",
        "planned_days_per_month": 20, "home_training": False, "goals": goals,
    } | changes  # fmt: skip


def a_claim(*children: Enrolled, line: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    lines = [{"month": JANUARY, "enrolment": child.enrolment} | (line or {}) for child in children]
    return {"county": PAYING, "cycle_from": CYCLE, "submitted_on": CLAIMED, "lines": lines} | changes


def accepted(line: str) -> dict[str, Any]:
    return {"line": line, "verdict": "accepted"}


@dataclass
class Timeline:
    """What the timeline says of a child, in its own stream."""

    county: County
    case: UUID

    def __post_init__(self) -> None:
        self.stream = Stream("timeline", self.case)

    async def says(self, *facts: Any) -> None:
        await self.county.stage.deliver(*(self.stream.append(fact) for fact in facts))


def a_finding(institution: UUID | None = None, **changes: Any) -> FindingRaised:
    values = {
        "finding": uuid4(), "rule": "F04", "rule_version": 1, "severity": Severity.HOLD, "institution": institution,
        "first_day": date(YEAR, 1, 15), "last_day": date(YEAR, 1, 15), "evidence": (uuid4(),),
    } | changes  # fmt: skip
    return FindingRaised(**values)


def a_review(finding: FindingRaised, decision: ReviewDecision) -> FindingReviewed:
    return FindingReviewed(finding=finding.finding, rule=finding.rule, decision=decision)


def a_closing(finding: FindingRaised, reason: FindingCloseReason = FindingCloseReason.FACTS_CHANGED) -> FindingClosed:
    return FindingClosed(finding=finding.finding, rule=finding.rule, reason=reason)
