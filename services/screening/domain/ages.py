"""Limits of age and day that every act keeps (handbook §0 rule 2: "0-6" means before the 7th birthday)."""

from datetime import date

from services.screening.domain.protocol import AgeLimits
from services.screening.errors import ChildTooOld, NotYetBorn
from shared.ages import birthday
from shared.errors import InTheFuture


def check_not_in_future(on: date, today: date, field: str) -> None:
    """Raise InTheFuture for a day after today."""
    if on > today:
        raise InTheFuture(field=field)


def check_screening_age(born: date, on: date, limits: AgeLimits) -> None:
    """Raise NotYetBorn before birth and ChildTooOld from the 7th birthday on."""
    _check_age(born, on, limits.screening_years.value)


def check_registry_age(born: date, on: date, limits: AgeLimits) -> None:
    """Raise NotYetBorn before birth and ChildTooOld from the 18th birthday on."""
    _check_age(born, on, limits.registry_years.value)


def _check_age(born: date, on: date, years: int) -> None:
    if on < born:
        raise NotYetBorn
    if on >= birthday(born, years):
        raise ChildTooOld(limit=years)
