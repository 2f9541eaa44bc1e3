"""Every SQL statement of custody, by what it is about.

What an actor may see is decided in `reading.readable_by` and nowhere else. Whoever decides about a child takes its row,
those of all cases that are the same child with it; whoever takes a place takes the house's row after that.
"""

from typing import ClassVar

from services.custody.domain.rules import Rules
from services.custody.repository.children import Children
from services.custody.repository.houses import Houses
from services.custody.repository.incidents import Incidents
from services.custody.repository.moves import Moves
from services.custody.repository.papers import Papers
from services.custody.repository.stays import Stays
from shared.journal.unit_of_work import UnitOfWork
from shared.vault import Keys


class CustodyUnitOfWork(UnitOfWork):
    """One transaction of custody, with the county's rules in force and what wraps the keys of children."""

    __slots__ = ()

    rules: ClassVar[Rules]
    keys: ClassVar[Keys]

    @property
    def children(self) -> Children:
        """Children, what screening said of them, and their rehabilitation."""
        return Children(self.session)

    @property
    def stays(self) -> Stays:
        """Who is in which house since when."""
        return Stays(self.session)

    @property
    def papers(self) -> Papers:
        """Words about children, sealed: care sheets, people of their lists, incidents."""
        return Papers(self.session, self.keys)

    @property
    def houses(self) -> Houses:
        """Institutions that care for children: licences, carers, checks of staff."""
        return Houses(self.session)

    @property
    def moves(self) -> Moves:
        """The way out of the house and back, and leave."""
        return Moves(self.session)

    @property
    def incidents(self) -> Incidents:
        """Incidents and their steps."""
        return Incidents(self.session)
