"""Stage evaluations with their scores."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select

from services.rehab import tables as t
from services.rehab.repository.records import Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.events.rehab import StageEvaluationRecorded


class Evaluations(Records):
    """Stage evaluations."""

    async def add(self, case: UUID, fact: StageEvaluationRecorded) -> None:
        """Keep an evaluation."""
        row = columns(fact, "institution", "assessor", "assessed_on", "checkpoint", "instrument", "instrument_version")
        scores = {score.dimension: score.value for score in fact.scores}
        row |= {"id": fact.evaluation, "case_id": case, "enrolment_id": fact.enrolment, "scores": scores}
        await self.run(insert(t.evaluation).values(row))

    async def of_cases(self, cases: Sequence[UUID], actor: Actor) -> Rows:
        """List a readable child's evaluations, the oldest first, as a curve reads."""
        v = t.evaluation
        wanted = select(v).where(v.c.case_id.in_(cases), self.own(actor, v))
        return await self.all(wanted.order_by(v.c.assessed_on, v.c.id))
