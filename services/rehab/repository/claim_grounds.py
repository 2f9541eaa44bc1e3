"""What claims stand on: enrolments with their limits, attended days, plans, evaluations, what earlier lines took.

Every question is asked once for all the lines of a claim.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from services.rehab import tables as t
from services.rehab.domain.amounts import Plan, SessionDay
from services.rehab.domain.checkpoints import Course
from services.rehab.domain.claims import Ledger, Provision, Service
from services.rehab.repository.plans import course_of
from services.rehab.repository.records import Records, Rows
from shared import clock
from shared.ages import anniversary
from shared.contracts.events.rehab import ConfirmationMethod, LineVerdict, SessionMode

DAYS = """
SELECT enrolment_id, day, count(*) AS sessions, mode = $5 AS home, visit_id IS NOT NULL AS visited,
       confirmed_by IS NOT DISTINCT FROM $6 AS logged,
       EXISTS (SELECT FROM rest WHERE rest.enrolment_id = session.enrolment_id AND suspended_on <= day
               AND (resumed_on IS NULL OR day < resumed_on)) AS resting
FROM session CROSS JOIN LATERAL (SELECT (starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day) AS civil
WHERE case_id = ANY ($1::uuid[]) AND enrolment_id = ANY ($2::uuid[]) AND attended AND NOT void
AND starts_at >= $3 AND starts_at < $4
GROUP BY 1, 2, 4, 5, 6, 7
"""


@dataclass(frozen=True, slots=True)
class Trained:
    """An enrolment with what its approval gives; `child` is the case under which the child is shown."""

    case: UUID
    child: UUID
    course: Course
    approval: UUID
    county: str
    monthly_cap: int
    ceiling: int
    policy: str


@dataclass(frozen=True, slots=True)
class Given:
    """What was given once, under its approval."""

    case: UUID
    approval: UUID
    county: str
    given_on: date
    paid: Provision


class ClaimGrounds(Records):
    """What claims of one institution stand on."""

    async def trained(self, enrolments: Collection[UUID], institution: UUID) -> dict[UUID, Trained]:
        """Return those enrolments that are with the institution, with their evaluations."""
        e, p, v = t.enrolment.c, t.approval.c, t.evaluation.c
        gives = (p.county.label("paying"), p.monthly_cap, p.ceiling, p.policy, self.shown_as(e.case_id))
        joined = select(t.enrolment, *gives).join(t.approval, p.id == e.approval_id)
        rows = await self.all(joined.where(e.id.in_(enrolments), e.institution == institution))
        made: dict[UUID, list[Any]] = defaultdict(list)
        for one in await self.all(select(t.evaluation).where(v.enrolment_id.in_(enrolments))):
            made[one.enrolment_id].append(one)
        return {
            row.id: Trained(
                row.case_id, row.shown_as, course_of(row, made[row.id]), row.approval_id, row.paying, row.monthly_cap,
                row.ceiling, row.policy,
            )
            for row in rows
        }  # fmt: skip

    async def given(self, provisions: Collection[UUID], institution: UUID) -> dict[UUID, Given]:
        """Return those surgeries and devices that the institution gave."""
        g, p = t.given_once.c, t.approval.c
        joined = select(t.given_once, p.county.label("paying")).join(t.approval, p.id == g.approval_id)
        rows = await self.all(joined.where(g.id.in_(provisions), g.institution == institution))
        return {
            row.id: Given(
                row.case_id, row.approval_id, row.paying, row.given_on,
                Provision(row.cost, row.insurance_paid, row.assistance_paid),
            )
            for row in rows
        }  # fmt: skip

    async def days(self, trained: Mapping[UUID, Trained], since: date, until: date) -> dict[UUID, list[SessionDay]]:
        """Return the attended days of enrolments from one day to before another."""
        cases, period = [one.case for one in trained.values()], (clock.moment_of(since), clock.moment_of(until))
        proofs = (SessionMode.HOME, ConfirmationMethod.LOG)
        found: dict[UUID, list[SessionDay]] = defaultdict(list)
        for row in await self.session.driver.fetch(DAYS, cases, list(trained), *period, *proofs):
            enrolment, *alike = row
            found[enrolment].append(SessionDay(*alike))
        return found

    async def plans(self, enrolments: Collection[UUID]) -> dict[UUID, list[Plan]]:
        """Return the plans of enrolments."""
        p, found = t.care_plan.c, defaultdict[UUID, list[Plan]](list)
        for row in await self.all(select(t.care_plan).where(p.enrolment_id.in_(enrolments)).order_by(p.id)):
            found[row.enrolment_id].append(Plan(row.valid_from, row.valid_until, row.planned_days, row.home_training))
        return found

    async def claimed(self, enrolments: Collection[UUID], provisions: Collection[UUID]) -> set[Service]:
        """Return which months of enrolments, and what of what was given once, is claimed and was not rejected."""
        line = t.claim_line.c
        of_these = or_(line.enrolment_id.in_(enrolments), line.provision_id.in_(provisions))
        standing = line.verdict.is_distinct_from(LineVerdict.REJECTED)
        rows = await self.all(select(line.enrolment_id, line.provision_id, line.month).where(of_these, standing))
        return {(row.enrolment_id, row.month) if row.enrolment_id else (row.provision_id, None) for row in rows}

    async def same_children(self, cases: Collection[UUID]) -> set[UUID]:
        """Return these cases and those that are the same children."""
        c, mine = t.child.c, t.child.alias("mine").c
        shown = func.coalesce(c.shown_as, c.case_id)
        of_these = select(func.coalesce(mine.shown_as, mine.case_id)).where(mine.case_id.in_(cases))
        return set((await self.run(select(c.case_id).where(shown.in_(of_these)))).scalars())

    async def ledger(self, children: Collection[UUID], years: Collection[int]) -> Ledger:
        """Return what the training lines of children took so far, in some years."""
        ledger = Ledger()
        for row in await self.taken(children, years):
            ledger.take(row.child, row.month, row.fen)
        return ledger

    async def taken(self, children: Collection[UUID], years: Collection[int]) -> Rows:
        """Return what each training line of children took in some years, in the order in which they were claimed.

        Two cases that are one child share its months and its year; `child` is the case under which it is shown.
        """
        line = t.claim_line.c
        fen = (func.coalesce(line.granted, line.amount) - line.recovered).label("fen")
        in_years = or_(*(and_(line.month >= date(year, 1, 1), line.month < date(year + 1, 1, 1)) for year in years))
        shown = func.coalesce(t.child.c.shown_as, t.child.c.case_id).label("child")
        joined = select(line.id, shown, line.month, fen).join(t.child, t.child.c.case_id == line.case_id)
        wanted = joined.where(shown.in_(children), line.enrolment_id.isnot(None), in_years)
        return await self.all(wanted.order_by(line.claim_id, line.month, line.id))

    async def under_way(
        self, institution: UUID, county: str, since: date, until: date, after: UUID | None, limit: int
    ) -> list[UUID]:
        """Return a page of the institution's enrolments that a county approved and that ran in a period."""
        e, p = t.enrolment.c, t.approval.c
        wanted = (
            select(e.id)
            .join(t.approval, p.id == e.approval_id)
            .where(e.institution == institution, p.county == county, e.started_on <= until, e.over_on > since)
        )
        return [row.id for row in await self.page(wanted, (e.id,), None if after is None else (after,), limit)]

    async def given_in(self, institution: UUID, county: str, since: date, until: date) -> list[UUID]:
        """Return what the institution gave once in a period under an approval of a county."""
        g, p = t.given_once.c, t.approval.c
        wanted = select(g.id).join(t.approval, p.id == g.approval_id)
        here = (g.institution == institution, p.county == county, g.given_on.between(since, until))
        return [row.id for row in await self.all(wanted.where(*here).order_by(g.id))]


def months_of(since: date, until: date) -> list[date]:
    """Return the first days of the months of a period."""
    count = (until.year - since.year) * 12 + until.month - since.month + 1
    return [anniversary(since.replace(day=1), months=number) for number in range(count)]
