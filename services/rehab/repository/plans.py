"""Assessments at the start, plans of care with their goals, home visits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, insert, select

from services.rehab import tables as t
from services.rehab.domain.care import PlanOrder, VisitOrder
from services.rehab.domain.checkpoints import Course, Evaluated
from services.rehab.domain.enrolment import Enrolment
from services.rehab.repository.records import OneRow, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AssessmentRecorded, CarePlanSigned, Checkpoint, EnrolmentEndReason
from shared.errors import NotFound


class Plans(Records):
    """Assessments, plans, visits. Whoever adds one holds the case."""

    async def category_of(self, enrolment: UUID) -> RehabCategory:
        """Return the category of an enrolment that the caller has seen."""
        wanted = select(t.enrolment.c.category).where(t.enrolment.c.id == enrolment)
        return RehabCategory((await self.run(wanted)).scalar_one())

    async def assessed_on(self, enrolment: UUID) -> date | None:
        """Return the day of the first assessment of an enrolment, if there is one."""
        a = t.entry_assessment.c
        wanted = select(func.min(a.assessed_on)).where(a.enrolment_id == enrolment)
        found: date | None = (await self.run(wanted)).scalar()
        return found

    async def assess(self, enrolment: Enrolment, fact: AssessmentRecorded) -> None:
        """Keep an assessment."""
        row = columns(fact, "institution", "assessor", "assessed_on", "outcome", "recommended_mode")
        row |= {"id": fact.assessment, "case_id": enrolment.case, "enrolment_id": enrolment.id}
        await self.run(insert(t.entry_assessment).values(row))

    async def sign(self, case: UUID, fact: CarePlanSigned, order: PlanOrder, *, keeps_words: bool) -> None:
        """Keep a plan, with the words of its goals unless the child is erased."""
        row = columns(fact, "institution", "signed_on", "valid_from", "valid_until", "home_training")
        row |= {"id": fact.plan, "case_id": case, "enrolment_id": fact.enrolment, "planned_days": order.planned_days}
        await self.run(insert(t.care_plan).values(row))
        goals = [
            {
                "id": one.id, "plan_id": order.id, "case_id": case, "term": one.term, "icf": one.icf,
                "words": one.words if keeps_words else None,
            }
            for one in order.goals
        ]  # fmt: skip
        await self.run(insert(t.goal).values(goals))

    async def visit(self, enrolment: Enrolment, order: VisitOrder, *, keeps_words: bool) -> None:
        """Keep a home visit, with its words unless the child is erased."""
        row = {
            "id": order.id, "case_id": enrolment.case, "enrolment_id": enrolment.id,
            "institution": enrolment.institution, "visitor": order.visitor, "visited_on": order.visited_on,
            "words": order.words if keeps_words else None,
        }  # fmt: skip
        await self.run(insert(t.home_visit).values(row))

    async def of_cases(self, cases: Sequence[UUID], actor: Actor) -> Rows:
        """List a readable child's plans, the newest first; a centre sees its own."""
        p = t.care_plan
        return await self.all(select(p).where(p.c.case_id.in_(cases), self.own(actor, p)).order_by(p.c.id.desc()))

    async def goals_of(self, plans: Rows) -> Rows:
        """List the goals of plans."""
        g = t.goal.c
        return await self.all(select(t.goal).where(g.plan_id.in_([plan.id for plan in plans])).order_by(g.id))

    async def visits_of(self, cases: Sequence[UUID], actor: Actor) -> Rows:
        """List a readable child's home visits, the newest first; a centre sees its own."""
        v = t.home_visit
        wanted = select(v).where(v.c.case_id.in_(cases), self.own(actor, v))
        return await self.all(wanted.order_by(v.c.visited_on.desc(), v.c.id))

    async def course_of(self, enrolment: UUID, actor: Actor) -> tuple[UUID, Course]:
        """Return case and course of an enrolment that the actor may see. Raises NotFound."""
        e, v = t.enrolment, t.evaluation.c
        row = await self.one(select(e).where(e.c.id == enrolment, self.own(actor, e), self.readable_by(actor, e)))
        if row is None:
            raise NotFound(kind="enrolment")
        made = await self.all(select(v.assessed_on, v.checkpoint).where(v.enrolment_id == enrolment))
        return row.case_id, course_of(row, made)


def course_of(enrolment: OneRow, evaluations: Rows) -> Course:
    """Return the course of an enrolment with its evaluations."""
    reason = None if enrolment.end_reason is None else EnrolmentEndReason(enrolment.end_reason)
    made = tuple(Evaluated(one.assessed_on, Checkpoint(one.checkpoint)) for one in evaluations)
    return Course(enrolment.started_on, enrolment.over_on, reason, made)
