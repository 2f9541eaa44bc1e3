"""Who may know of a child here (docs/access.md): the one place of visibility, and the second wall behind it."""

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_
from sqlalchemy.sql.elements import SQLColumnExpression

from services.screening import tables as t
from shared import clock
from shared.access.policy import Actor
from shared.access.second_wall import Wall
from shared.contracts.codes import OrgType
from shared.db import Session

BY_REGION = frozenset({OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY, OrgType.EDUCATION_AUTHORITY})
BY_PART = frozenset(
    {OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL, OrgType.REHAB_CENTRE, OrgType.SCHOOL, OrgType.CARE_HOME}
)
GATHERING = frozenset({OrgType.MCH, OrgType.HEALTH_AUTHORITY})
"""Who gathers registers: the county and the city institution for mothers and children, and the health authority."""
LATER_STAGES = frozenset({OrgType.REHAB_CENTRE, OrgType.SCHOOL, OrgType.CARE_HOME})


def readable_by(actor: Actor, case: SQLColumnExpression[object]) -> ColumnElement[bool]:
    """Return which cases an actor may know of; `case` is the column that names the case.

    Authorities see the children of their region. Institutions see those in whose case they take part: that they
    registered, screened or received, and, once later stages have begun, that are enrolled, placed or in care with them,
    unless consent to that was withdrawn.
    """
    if actor.org_type in BY_REGION and actor.region:
        c = t.child.alias("of_region")
        return exists().where(c.c.case_id == case, c.c.region.startswith(actor.region, autoescape=True))
    if actor.org_type in BY_PART:
        p = t.participant.alias("of_actor")
        still = or_(p.c.until.is_(None), p.c.until > clock.today())
        part = exists().where(p.c.case_id == case, p.c.organisation == actor.organisation, still)
        return part if actor.org_type not in LATER_STAGES else and_(part, _shared(case))
    return false()


def registered_for(
    actor: Actor, case: SQLColumnExpression[object], author: SQLColumnExpression[object], place: str
) -> ColumnElement[bool]:
    """Return which lines of a register an actor sees: registers travel up (孤独症规范; handbook §1.4).

    A county or city institution sees those of its region, an authority too; anyone else what it entered itself.
    `author` is the column of the institution that entered the line, `place` narrows to a region.
    """
    c = t.child.alias("of_register").c
    there = exists().where(c.case_id == case, c.region.startswith(place, autoescape=True), c.erased_at.is_(None))
    if actor.org_type in GATHERING:
        return and_(there, _of_region(actor, case))
    return and_(there, author == actor.organisation, readable_by(actor, case))


def listed_in_register(actor: Actor, case: SQLColumnExpression[object]) -> ColumnElement[bool]:
    """Return whose names a register may show an actor, once it was found to see their lines."""
    return _of_region(actor, case) if actor.org_type in GATHERING else readable_by(actor, case)


def _of_region(actor: Actor, case: SQLColumnExpression[object]) -> ColumnElement[bool]:
    c = t.child.alias("of_gathering").c
    if not actor.region:
        return false()
    return exists().where(c.case_id == case, c.region.startswith(actor.region, autoescape=True))


def lived_in_region_of(actor: Actor, former_region: ColumnElement[str]) -> ColumnElement[bool]:
    """Return whether a child once lived in an authority's region: it sees a stub, where the child went and when."""
    if actor.org_type in BY_REGION and actor.region:
        return former_region.startswith(actor.region, autoescape=True)
    return false()


def _shared(case: SQLColumnExpression[object]) -> ColumnElement[bool]:
    """Return whether later stages may see a child: not once consent was withdrawn (handbook §0 rule 5)."""
    c = t.child.alias("of_consent")
    return not_(exists().where(c.c.case_id == case, c.c.masked))


async def raise_second_wall(session: Session, actor: Actor, *, register: bool = False) -> None:
    """Tell the database who reads in this transaction: row-level security of `child_identity` asks for it.

    In a register a county institution reads by region, as an authority does.
    """
    organisation = actor.organisation if actor.org_type in BY_PART else None
    by_region = actor.org_type in (GATHERING if register else BY_REGION)
    region = actor.region if by_region else ""
    await Wall(organisation, region, clock.today()).tell(session.driver)
