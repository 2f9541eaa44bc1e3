"""The number of children that the first official rate is counted of: given by the health authority, never invented."""

from services.screening.repository.rates import Residents, set_residents
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared.access.policy import Actor


async def give(residents: Residents, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Keep a number of resident children of a county and period."""
    await set_residents(uow.session, residents, actor)
