"""Where a child lives: a move hands it to another county, no second case is opened (handbook §1.4)."""

from datetime import date

from services.screening.domain.person import Person
from services.screening.errors import BeforeLastMove, InstitutionElsewhere, SameCounty
from shared.contracts.events.screening import ResidenceMoved
from shared.rulebook.registry import rule


@rule("screening.receiver-of-a-move", "assumed", zh="迁居接收机构须在新居住地区划内")
def check_receiver(institution_region: str, region: str) -> None:
    """Let only an institution of the new county, or of the city above it, take a child over (handbook §1.4).

    Raises InstitutionElsewhere.
    """
    if not institution_region or not region.startswith(institution_region):
        raise InstitutionElsewhere(region=region)


@rule("screening.residence-move", "assumed", zh="迁居：责任随居住地转到新县区，不另立个案；原县区仅见存根")
def move(child: Person, region: str, on: date, last_move: date | None, today: date) -> ResidenceMoved:
    """Move a child to another county: responsibility goes along and no second case is opened (handbook §1.4).

    Raises SameCounty, and BeforeLastMove for a day that an earlier entry has passed already.
    """
    child.must_live_on(on, today, "moved_on")
    if region == child.region:
        raise SameCounty
    if last_move is not None and on <= last_move:
        raise BeforeLastMove(last=last_move.isoformat())
    return ResidenceMoved(previous=child.region, region=region, moved_on=on)
