"""The unit of work of screening, and what it needs beside its transaction."""

from dataclasses import dataclass
from datetime import date

from services.screening.domain.ages import check_not_in_future
from services.screening.domain.protocol import Protocol
from services.screening.domain.registry_policy import RegistryPolicy
from services.screening.repository.certificates import Certificates
from services.screening.repository.merges import Merges
from services.screening.repository.persons import Persons
from services.screening.repository.reconciliations import Reconciliations
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
    registry_policies: Policies[RegistryPolicy]
    visible_after_days: int


@dataclass(slots=True, kw_only=True)
class ScreeningUnitOfWork(UnitOfWork):
    """One transaction of screening with its repositories."""

    tools: Tools

    @property
    def registry(self) -> Registry:
        return Registry(self.session, self.tools.vault)

    @property
    def persons(self) -> Persons:
        return Persons(self.session, self.tools.vault, self.actor)

    @property
    def merges(self) -> Merges:
        return Merges(self.session, self.tools.vault, self.actor)

    @property
    def certificates(self) -> Certificates:
        return Certificates(self.session, self.actor)

    @property
    def suspicions(self) -> Suspicions:
        return Suspicions(self.session)

    @property
    def reconciliations(self) -> Reconciliations:
        return Reconciliations(self.session)

    @property
    def records(self) -> Records:
        return Records(self.session, self.actor)

    def protocol(self, on: date) -> Protocol:
        """Return the protocol in force on the day of an act; raises InTheFuture after today."""
        check_not_in_future(on, clock.today(), "on")
        return self.tools.protocols.in_force(on)

    def registry_policy(self, on: date) -> RegistryPolicy:
        """Return the registry's figures in force on the day of an act; raises InTheFuture after today."""
        check_not_in_future(on, clock.today(), "on")
        return self.tools.registry_policies.in_force(on)
