"""Limits of age and day that every act keeps (handbook §0 rule 2: "0-6" means before the 7th birthday)."""

from datetime import date

from services.screening.domain.figures import AgeLimits
from services.screening.errors import ChildTooOld, NotYetBorn
from shared.ages import birthday
from shared.errors import InTheFuture
from shared.rulebook.registry import rule


def check_not_in_future(on: date, today: date, field: str) -> None:
    """Raise InTheFuture for a day after today."""
    if on > today:
        raise InTheFuture(field=field)


@rule("screening.screening-age", "source", zh="0—6岁筛查：出生后至满7周岁前")
def check_screening_age(born: date, on: date, limits: AgeLimits) -> None:
    """Refuse a screening before birth and from the 7th birthday on (山东办法2026; handbook §0, §1.5)."""
    _check_age(born, on, limits.screening_years.value)


@rule("screening.registry-age", "source", zh="登记与诊断：出生后至满18周岁前")
def check_registry_age(born: date, on: date, limits: AgeLimits) -> None:
    """Refuse a child before birth and from the 18th birthday on (山东办法2026; handbook §0)."""
    _check_age(born, on, limits.registry_years.value)


def _check_age(born: date, on: date, years: int) -> None:
    if on < born:
        raise NotYetBorn
    if on >= birthday(born, years):
        raise ChildTooOld(limit=years)
