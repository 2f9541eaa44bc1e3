"""The unit of work of screening, and what it needs beside its transaction."""

from dataclasses import dataclass
from datetime import date

from services.screening.domain.ages import check_not_in_future
from services.screening.domain.protocol import Protocol
from services.screening.repository.records import Records
from services.screening.repository.registry import Registry
from services.screening.repository.suspicions import Suspicions
from services.screening.vault import Vault
from shared import clock
from shared.journal.unit_of_work import UnitOfWork
from shared.policyfile import Policies


@dataclass(frozen=True, slots=True)
class Tools:
    """What outlives every transaction: the keys of identity and the versions of the protocol."""

    vault: Vault
    protocols: Policies[Protocol]
    visible_after_days: int


@dataclass(slots=True, kw_only=True)
class ScreeningUnitOfWork(UnitOfWork):
    """One transaction of screening with its repositories."""

    tools: Tools

    @property
    def registry(self) -> Registry:
        return Registry(self.session, self.tools.vault)

    @property
    def suspicions(self) -> Suspicions:
        return Suspicions(self.session)

    @property
    def records(self) -> Records:
        return Records(self.session, self.actor)

    def protocol(self, on: date) -> Protocol:
        """Return the protocol in force on the day of an act; raises InTheFuture after today."""
        check_not_in_future(on, clock.today(), "on")
        return self.tools.protocols.in_force(on)
