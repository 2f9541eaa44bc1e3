"""Monthly reconciliation between the lists of health authority and federation (handbook §1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.screening.domain import reconciling
from services.screening.domain.reconciling import Line
from services.screening.domain.registry import Numbered
from services.screening.repository.reconciliations import Reconciliation
from services.screening.repository.registry import given_in
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared import clock, ids
from shared.contracts.codes import RehabCategory


@dataclass(frozen=True, slots=True)
class Listed:
    """A child of the federation's list; without a number that can be one, nobody can be found."""

    category: RehabCategory
    child: Numbered | None


@dataclass(frozen=True, slots=True)
class Reconcile:
    """The federation's list of a county and month, to be compared with the health side's as it stands."""

    county: str
    month: date
    listed: Sequence[Listed]


async def reconcile(command: Reconcile, uow: ScreeningUnitOfWork) -> Reconciliation:
    """Compare the two lists and keep the differences; of the federation's list nothing else is kept."""
    today = clock.today()
    reconciling.check_month(command.month, today)
    health = await uow.reconciliations.confirmed(command.county)
    children = reconciling.children_of(health, today, uow.protocol(today).age_limits)
    differences = reconciling.reconcile(command.county, await _lines(command.listed, uow), health, children)
    counts = len(command.listed), len(children), len(differences)
    made = Reconciliation(ids.new_record(), command.county, command.month, *counts)
    await uow.reconciliations.keep(made, differences, uow.actor)
    return made


async def _lines(listed: Sequence[Listed], uow: ScreeningUnitOfWork) -> list[Line]:
    numbers = [given_in(uow.tools.vault, one.child) if one.child else {} for one in listed]
    found = await uow.reconciliations.found(numbers)
    return [
        Line(place, one.category, one.child is not None, child)
        for place, (one, child) in enumerate(zip(listed, found, strict=True), start=1)
    ]
