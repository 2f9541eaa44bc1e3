"""What several handlers refuse before they look at anything."""

from datetime import date

from shared import clock
from shared.access.policy import Act, Actor, covers
from shared.errors import InTheFuture, NotAllowed


def has_come(**days: date) -> None:
    """Refuse a day that lies in the future: a fact is something that happened."""
    for field, day in days.items():
        if day > clock.today():
            raise InTheFuture(field=field)


def has_authority(actor: Actor, county: str) -> None:
    """Refuse a federation of another region; that the institution exists is no secret."""
    if not covers(actor.region, county):
        raise NotAllowed(act=Act.GRANT_DESIGNATION.value)
