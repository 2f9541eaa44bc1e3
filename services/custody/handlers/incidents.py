"""Incidents and what is done about them."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.custody.domain import incidents as rules_of
from services.custody.domain.incidents import Incident
from services.custody.repository import CustodyUnitOfWork
from shared import clock
from shared.contracts.events.custody import IncidentStep
from shared.rulebook.explanation import Explanation


async def report(
    institution: UUID, stay: UUID, incident: Incident, words: str | None, uow: CustodyUnitOfWork
) -> tuple[UUID, Explanation]:
    """Report an incident; return its id, and what must be done by when."""
    held = await uow.stays.own(institution, stay)
    fact, due = rules_of.report(held.stay, incident, uow.rules, now=clock.now())
    told = uow.record(held.case, fact, occurred_at=fact.at)
    await uow.incidents.add(held.case, fact, told, incident)
    await uow.incidents.add_steps(fact.incident, due)
    if words is not None and not await uow.children.erased(held.case):
        await uow.papers.add_incident(held.case, fact.incident, words)
    return fact.incident, rules_of.explain_clocks(incident, uow.rules)


async def find(institution: UUID, incident: UUID, at: datetime, uow: CustodyUnitOfWork) -> Explanation:
    """Record that a missing child was found; return what must still be done by when."""
    reported = await uow.incidents.own(institution, incident)
    fact = rules_of.found(reported, at, uow.rules, now=clock.now())
    told = uow.record(reported.case, fact, occurred_at=fact.at) if fact else None
    await uow.incidents.find(incident, at, told)
    return rules_of.explain_clocks(replace(reported.incident, found_at=at), uow.rules)


async def follow_up(
    institution: UUID, incident: UUID, step: IncidentStep, at: datetime, uow: CustodyUnitOfWork
) -> None:
    """Record that something was done about an incident."""
    reported = await uow.incidents.own(institution, incident)
    fact = rules_of.follow_up(
        incident, institution, reported.incident.noticed_at, (step, at), reported.done, now=clock.now()
    )
    await uow.incidents.do_step(fact)
    uow.record(reported.case, fact, occurred_at=fact.at)
