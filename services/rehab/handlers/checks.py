"""What several handlers do before they decide: refuse what cannot be, and gather what is known of the child."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.rehab.domain.assistance import Application, Asked, Child, History
from services.rehab.errors import ChildDied
from services.rehab.repository import Repositories
from shared import clock
from shared.access.policy import Act, Actor, must_cover
from shared.errors import InTheFuture


def has_come(**days: date) -> None:
    """Refuse a day that lies in the future: a fact is something that happened."""
    for field, day in days.items():
        if day > clock.today():
            raise InTheFuture(field=field)


def has_authority(actor: Actor, county: str) -> None:
    """Refuse a federation of another region; that the institution exists is no secret."""
    must_cover(actor, county, Act.GRANT_DESIGNATION)


def lives(child: Child, on: date) -> None:
    """Refuse what would begin after the child's death, however late it was registered."""
    if child.died_on is not None and on >= child.died_on:
        raise ChildDied


async def history(
    cases: Sequence[UUID], asked: Asked, records: Repositories, application: Application | None = None
) -> History:
    """Gather what is known of a child under an item, over all cases that are this child."""
    return History(
        await records.assistance.open_of(cases, asked),
        await records.approvals.under(cases, asked),
        await records.children.certificates(cases),
        await records.assistance.diagnoses(cases),
        await records.assistance.assessment(application.id) if application else None,
        await records.approvals.again_from(cases, asked.device) if asked.device else None,
    )


def kept(words: str | None, child: Child) -> str | None:
    """Return free text about a child as it may be kept: nothing once the child is erased."""
    return None if child.erased_on is not None else words
