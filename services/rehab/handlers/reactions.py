"""Answers of rehab to what other stages say about a child."""

from services.rehab.domain import assistance
from services.rehab.repository import RehabUnitOfWork
from shared.contracts.events.screening import DiagnosisOutcome, DiagnosisRecorded
from shared.journal.reactions import Incoming


async def open_intake(incoming: Incoming[DiagnosisRecorded], uow: RehabUnitOfWork) -> None:
    """Open an intake for a confirmed diagnosis; the same category confirmed again opens no second one."""
    diagnosis = incoming.data
    if diagnosis.outcome is not DiagnosisOutcome.CONFIRMED or diagnosis.rehab_category is None:
        return
    child = await uow.records.children.held(incoming.event.case)
    fact = assistance.open_intake(child, diagnosis.rehab_category, diagnosis.diagnosed_on, uow.rules)
    if await uow.records.children.add_intake(child.case, fact, diagnosis.institution):
        uow.record(child.case, fact, occurred_at=incoming.event.occurred_at, caused_by=incoming.event)
