"""Every SQL statement of education, by what it is about. What an actor may see is decided in `readable` only."""

from typing import ClassVar

from services.education.domain.calendar import SchoolPolicy
from services.education.repository.attendance import Attendance
from services.education.repository.children import Children
from services.education.repository.gaps import Gaps
from services.education.repository.placements import Licences, Placements
from services.education.repository.schooling import Schooling
from shared import clock
from shared.journal.unit_of_work import UnitOfWork
from shared.policyfile import Policies


class EducationUnitOfWork(UnitOfWork):
    """One transaction of education, with the county's calendar in force."""

    __slots__ = ()

    policies: ClassVar[Policies[SchoolPolicy]]
    visible_after_days: ClassVar[int]

    @property
    def policy(self) -> SchoolPolicy:
        """The calendar and the figures in force today."""
        return self.policies.in_force(clock.today())

    @property
    def children(self) -> Children:
        """Children."""
        return Children(self.session)

    @property
    def placements(self) -> Placements:
        """Placements and disputes over them."""
        return Placements(self.session)

    @property
    def licences(self) -> Licences:
        """Licences and resource rooms."""
        return Licences(self.session)

    @property
    def attendance(self) -> Attendance:
        """Days at school."""
        return Attendance(self.session)

    @property
    def schooling(self) -> Schooling:
        """Roll, programmes, visits."""
        return Schooling(self.session)

    @property
    def gaps(self) -> Gaps:
        """Dropout control."""
        return Gaps(self.session)
