"""Answers of rehab to findings: claim lines are held, and freed again (handbook §3.7)."""

from uuid import UUID

from services.rehab.domain import holds
from services.rehab.domain.holds import Finding
from services.rehab.repository import RehabUnitOfWork
from shared import clock
from shared.contracts.envelope import Event
from shared.contracts.events.timeline import FindingClosed, FindingRaised, FindingReviewed
from shared.journal.reactions import Incoming


async def finding_raised(incoming: Incoming[FindingRaised], uow: RehabUnitOfWork) -> None:
    """Hold the unpaid lines that a finding of severity H concerns; those that it no longer concerns go free."""
    known = await _known(incoming.event.case, incoming.data.finding, uow)
    await _settle(holds.raised(incoming.event.case, incoming.data, known), incoming.event, uow)


async def finding_reviewed(incoming: Incoming[FindingReviewed], uow: RehabUnitOfWork) -> None:
    """Free the lines of a finding that was explained or is a data error; hold those of a confirmed one."""
    known = await _known(incoming.event.case, incoming.data.finding, uow)
    await _settle(known and holds.reviewed(known, incoming.data), incoming.event, uow)


async def finding_closed(incoming: Incoming[FindingClosed], uow: RehabUnitOfWork) -> None:
    """Free the lines of a finding whose ground fell away."""
    known = await _known(incoming.event.case, incoming.data.finding, uow)
    await _settle(known and holds.closed(known, incoming.data), incoming.event, uow)


async def _known(case: UUID, finding: UUID, uow: RehabUnitOfWork) -> Finding | None:
    """Hold the case, so that no claim comes between; before its first fact here there is none, and nothing to hold."""
    await uow.hold([case])
    return await uow.records.findings.known(finding)


async def _settle(finding: Finding | None, event: Event, uow: RehabUnitOfWork) -> None:
    """Keep a finding and let its lines follow."""
    if finding is None:
        return
    await uow.records.findings.keep(finding)
    lines, on = await uow.records.findings.unpaid_lines(finding.case), clock.local_date(event.occurred_at)
    held, released = holds.held_lines([finding], lines, on), holds.released_lines(finding, lines, on)
    await uow.records.findings.hold_lines(held)
    await uow.records.findings.release_lines(released)
    for fact in (*held, *released):
        uow.record(finding.case, fact, occurred_at=event.occurred_at, caused_by=event)
