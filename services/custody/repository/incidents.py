"""Incidents, without words, and the steps that they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.custody import tables as t
from services.custody.domain.incidents import Incident, Reported
from shared.contracts.events.custody import (
    IncidentFollowedUp,
    IncidentKind,
    IncidentLevel,
    IncidentReported,
    IncidentStep,
)
from shared.db import Session
from shared.errors import NotFound
from shared.ids import new_record


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents and their steps."""

    session: Session

    async def add(self, case: UUID, fact: IncidentReported, told: UUID, said: Incident) -> None:
        """Keep an incident, and which fact told of it."""
        values = fact.model_dump(include={"institution", "level", "kind", "at"})
        row = {"id": fact.incident, "stay_id": fact.stay, "case_id": case, "report_fact": told}
        moments = {"noticed_at": said.noticed_at, "found_at": said.found_at}
        await self.session.execute(insert(t.incident).values(row | values | moments))

    async def add_steps(self, incident: UUID, due: Mapping[IncidentStep, datetime]) -> None:
        """Keep what must be done by when."""
        rows = [{"id": new_record(), "incident_id": incident, "step": what, "due_at": by} for what, by in due.items()]
        if rows:
            await self.session.execute(insert(t.incident_step), rows)

    async def own(self, institution: UUID, incident: UUID) -> Reported:
        """Return an incident of an institution's own and hold its row. Raises NotFound."""
        own = select(t.incident).where(t.incident.c.id == incident, t.incident.c.institution == institution)
        row = (await self.session.execute(own.with_for_update())).one_or_none()
        if row is None:
            raise NotFound(kind="incident")
        s = t.incident_step.c
        done = await self.session.execute(select(s.step).where(s.incident_id == incident, s.done_at.is_not(None)))
        steps = frozenset(IncidentStep(one.step) for one in done)
        said = Incident(IncidentLevel(row.level), IncidentKind(row.kind), row.at, row.noticed_at, row.found_at)
        return Reported(row.case_id, row.id, row.stay_id, row.institution, said, row.report_fact, steps)

    async def find(self, incident: UUID, at: datetime, corrected_by: UUID | None) -> None:
        """Keep that a missing child was found; a report that is corrected asks for no step any more."""
        corrected = {"report_fact": corrected_by} if corrected_by else {}
        which = t.incident.c.id == incident
        await self.session.execute(update(t.incident).where(which).values(found_at=at, **corrected))
        if corrected_by:
            s = t.incident_step.c
            await self.session.execute(delete(t.incident_step).where(s.incident_id == incident, s.done_at.is_(None)))

    async def do_step(self, fact: IncidentFollowedUp) -> None:
        """Keep that a step was done, asked for or not."""
        row = upsert(t.incident_step).values(
            id=new_record(), incident_id=fact.incident, step=fact.step, done_at=fact.at
        )
        done = row.on_conflict_do_update(index_elements=["incident_id", "step"], set_={"done_at": fact.at})
        await self.session.execute(done)
