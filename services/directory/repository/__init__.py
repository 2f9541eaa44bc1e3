"""Every SQL statement of the directory."""

from uuid import UUID

from services.directory.domain.members import Deed
from services.directory.repository.logins import ClientLogin, Login, Logins
from services.directory.repository.records import Repository
from services.directory.repository.sessions import Sessions
from shared.journal.unit_of_work import UnitOfWork

__all__ = ["ClientLogin", "DirectoryUnitOfWork", "Login", "Logins", "Repository", "Sessions"]


class DirectoryUnitOfWork(UnitOfWork):
    """A write of the directory; it records no facts, its audit is its record."""

    __slots__ = ()

    @property
    def records(self) -> Repository:
        return Repository(self.session)

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.session)

    async def audit(self, deed: Deed, *objects: UUID) -> None:
        """Tell the audit what the actor of this write did."""
        await self.records.audit(self.actor, deed, objects, request_id=self.correlation)
