"""The child as the registry keeps it beside its identity, and what every act about it checks (handbook §2)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain.ages import check_not_in_future
from services.screening.errors import AfterDeath, NotYetBorn
from shared.contracts.codes import Sex


@dataclass(frozen=True, slots=True)
class Person:
    """A child. One that was entered twice has several cases, the surviving one first; a fact about it is in each."""

    cases: tuple[UUID, ...]
    sex: Sex
    born: date
    region: str
    died_on: date | None = None

    @property
    def case(self) -> UUID:
        """The case under which the child is shown."""
        return self.cases[0]

    def must_live_on(self, on: date, today: date, field: str) -> None:
        """Raise InTheFuture, NotYetBorn or AfterDeath for a day on which the child was not alive."""
        check_not_in_future(on, today, field)
        if on < self.born:
            raise NotYetBorn
        if self.died_on is not None and on > self.died_on:
            raise AfterDeath
