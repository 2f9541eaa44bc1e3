"""Every SQL statement of the rehab service, by what it is about.

What an actor may see is decided in `Records.readable_by` and nowhere else. Two requests about one child stand in line,
so that what the second one reads includes what the first one wrote: whoever decides about a child takes the child's row
lock; whoever logs something under an enrolment holds the case's stream, whose lock the fact needs anyway.
"""

from dataclasses import dataclass
from typing import ClassVar

from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.domain.wording import Wordings
from services.rehab.repository.approvals import Approvals
from services.rehab.repository.assistance import Assistance
from services.rehab.repository.children import Children
from services.rehab.repository.claim_grounds import ClaimGrounds
from services.rehab.repository.claims import Claims
from services.rehab.repository.clocks import Clocks
from services.rehab.repository.designations import Designations
from services.rehab.repository.enrolments import Enrolments
from services.rehab.repository.evaluations import Evaluations
from services.rehab.repository.findings import Findings
from services.rehab.repository.intakes import Intakes
from services.rehab.repository.payments import Payments
from services.rehab.repository.plans import Plans
from services.rehab.repository.roster import Roster
from services.rehab.repository.sessions import Sessions
from services.rehab.repository.supervision import Supervision
from shared.db import Session
from shared.journal.unit_of_work import UnitOfWork
from shared.policyfile import Policies

ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtext('tongkang.rehab.by-clock'))"


@dataclass(frozen=True, slots=True)
class Repositories:
    """All records of the service, in the transaction of one session."""

    session: Session
    visible_after_days: int

    @property
    def children(self) -> Children:
        """Children."""
        return Children(self.session, self.visible_after_days)

    @property
    def intakes(self) -> Intakes:
        """Confirmed diagnoses that wait for the family to be informed."""
        return Intakes(self.session, self.visible_after_days)

    @property
    def assistance(self) -> Assistance:
        """Applications."""
        return Assistance(self.session, self.visible_after_days)

    @property
    def approvals(self) -> Approvals:
        """What was approved."""
        return Approvals(self.session, self.visible_after_days)

    @property
    def clocks(self) -> Clocks:
        """What is due."""
        return Clocks(self.session, self.visible_after_days)

    @property
    def designations(self) -> Designations:
        """Agreements with institutions."""
        return Designations(self.session, self.visible_after_days)

    @property
    def supervision(self) -> Supervision:
        """Staff lists and closed days."""
        return Supervision(self.session, self.visible_after_days)

    @property
    def enrolments(self) -> Enrolments:
        """Enrolments."""
        return Enrolments(self.session, self.visible_after_days)

    @property
    def sessions(self) -> Sessions:
        """Sessions."""
        return Sessions(self.session, self.visible_after_days)

    @property
    def roster(self) -> Roster:
        """A centre's day."""
        return Roster(self.session, self.visible_after_days)

    @property
    def evaluations(self) -> Evaluations:
        """Stage evaluations."""
        return Evaluations(self.session, self.visible_after_days)

    @property
    def findings(self) -> Findings:
        """Findings that hold money."""
        return Findings(self.session, self.visible_after_days)

    @property
    def claims(self) -> Claims:
        """Claims and their lines."""
        return Claims(self.session, self.visible_after_days)

    @property
    def claim_grounds(self) -> ClaimGrounds:
        """What claims stand on."""
        return ClaimGrounds(self.session, self.visible_after_days)

    @property
    def payments(self) -> Payments:
        """Payments, and what comes back."""
        return Payments(self.session, self.visible_after_days)

    @property
    def plans(self) -> Plans:
        """Assessments, plans of care, home visits."""
        return Plans(self.session, self.visible_after_days)


class RehabUnitOfWork(UnitOfWork):
    """One transaction of the rehab service, with the county's rules and the province's policies in force."""

    __slots__ = ()

    rules: ClassVar[Rules]
    policies: ClassVar[Policies[AssistancePolicy]]
    wordings: ClassVar[Wordings]

    @property
    def records(self) -> Repositories:
        """All records of the service, in this transaction."""
        return Repositories(self.session, self.rules.visible_after_days)

    async def alone(self) -> bool:
        """Tell whether no other replica does what a day brings, to the end of this transaction."""
        return bool(await self.driver.fetchval(ONE_AT_A_TIME))
