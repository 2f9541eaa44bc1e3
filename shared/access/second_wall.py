"""The second wall: row-level security of tables that show children, and how a transaction says who reads.

What is told holds to the end of the transaction and no longer: a pooled connection does not remember who used it last.
Where nothing was told, nothing is seen.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.db import Driver

TELL = """
SELECT set_config('tongkang.organisation', $1, true), set_config('tongkang.region', $2, true),
       set_config('tongkang.today', $3, true)
"""


class Told(StrEnum):
    """What a policy asks for, by the name of its setting."""

    ORGANISATION = "tongkang.organisation"
    """Whoever takes part in a case sees it by its id."""
    REGION = "tongkang.region"
    """An authority sees the children of its region."""
    TODAY = "tongkang.today"
    """The day after which a part that ended must have ended."""
    CASE = "tongkang.case"
    """The case whose file is open; its entries are seen where the case itself is."""


@dataclass(frozen=True, slots=True)
class Wall:
    """Who reads, as the policies know it: by an organisation's part in a case, by a region, or not at all."""

    organisation: UUID | None
    region: str
    today: date

    async def tell(self, driver: Driver) -> None:
        """Say so in the transaction that the driver is in."""
        organisation = str(self.organisation) if self.organisation else ""
        await driver.execute(TELL, organisation, self.region, self.today.isoformat())


def heard(told: Told, kind: str = "text") -> str:
    """Return what a transaction told, as SQL that is evaluated once per statement; NULL where it told nothing.

    A setting that an earlier transaction of a pooled connection made local is '', not NULL, hence `nullif`.
    """
    return f"(SELECT nullif(current_setting('{told}', true), '')::{kind})"


def telling(told: Told, value: str) -> str:
    """Return an expression that tells something in the midst of a statement, so that it costs no round trip.

    Inside `WHERE`, joined by AND, it is a condition without any column: PostgreSQL asks for such a one before it reads
    the first row. Were it ever asked later, the rows would be missing, never too many.
    """
    return f"(SELECT set_config('{told}', {value}, true)) IS NOT NULL"


def projector_of(role: str) -> str:
    """Return the role that an application role takes on to write projections: it passes row-level security."""
    return f"{role}_projector"


PROJECT = "SELECT set_config('role', session_user || '_projector', true)"
"""Take that role on to the end of the transaction."""
