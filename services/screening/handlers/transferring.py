"""Residence moves transfer ownership instead of opening a second case (handbook §1.4)."""

from datetime import date
from uuid import UUID

from services.screening.domain.person import Person
from services.screening.domain.suspicion import Child
from services.screening.domain.transfer import transfer
from services.screening.handlers.together import keep
from services.screening.repository.unit_of_work import ScreeningUnitOfWork


async def take_over(person: Person, institution: UUID, on: date, uow: ScreeningUnitOfWork) -> None:
    """Let an institution of the new county own what is suspected of a child, in each of its cases, rows locked."""
    protocol, child = uow.protocol(on), Child(person.case, person.born, person.died_on)
    for suspicion in await uow.suspicions.of(*person.cases, child=child):
        if decision := transfer(suspicion, institution, on, protocol):
            await keep(decision, on, uow)
            await uow.suspicions.withdraw_referral(suspicion.child, suspicion.category, on)
