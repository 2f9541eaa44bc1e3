"""Every SQL statement of custody. What an actor may see is decided in `readable_by` and nowhere else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, false, insert, or_, select, update

from services.custody.domain import Stay
from services.custody.tables import child, enrolment, stay
from shared import clock
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded
from shared.contracts.events.rehab import EnrolmentStarted
from shared.errors import NotFound
from shared.journal.unit_of_work import UnitOfWork
from shared.stage import within

CARERS = frozenset({OrgType.CARE_HOME, OrgType.REHAB_CENTRE})


def readable_by(
    actor: Actor, county: ColumnElement[str], own: ColumnElement[bool], kinds: frozenset[OrgType]
) -> ColumnElement[bool]:
    """Return which rows an actor may see (docs/access.md).

    A federation those of its region; an institution of these kinds its own; nobody else any.
    """
    if actor.org_type is OrgType.FEDERATION:
        return within(county, actor.region)
    return own if actor.org_type in kinds else false()


def readable(actor: Actor, visible_after_days: int, case: UUID | None = None) -> Select[Any]:
    """Return the statement that reads an actor's stays, of one child or of all.

    An institution sees its own while the child stays and for some days after.
    """
    in_sight = stay.c.ended_on > clock.today() - timedelta(days=visible_after_days)
    own = and_(stay.c.institution == actor.organisation, or_(stay.c.ended_on.is_(None), in_sight))
    wanted = select(stay).where(readable_by(actor, stay.c.county, own, CARERS))
    return wanted if case is None else wanted.where(stay.c.case_id == case)


def candidates(actor: Actor) -> Select[Any]:
    """Return the statement that reads the children in rehabilitation who are in no care: a centre its own.

    Care homes see none: a child is theirs to know of once its guardian brings it (docs/access.md).
    """
    in_care = exists().where(stay.c.case_id == enrolment.c.case_id, stay.c.ended_on.is_(None))
    own = enrolment.c.institution == actor.organisation
    wanted = select(enrolment).join(child, child.c.case_id == enrolment.c.case_id).where(~in_care)
    return wanted.where(readable_by(actor, child.c.county, own, frozenset({OrgType.REHAB_CENTRE})))


class CustodyUnitOfWork(UnitOfWork):
    """A unit of work with custody's statements."""

    __slots__ = ()

    async def stays_of(self, case: UUID) -> list[Stay]:
        """Return all stays of a child, wherever; the caller holds the child's row."""
        return [_stay(row) for row in await self.execute(select(stay).where(stay.c.case_id == case))]

    async def own_stay(self, institution: UUID, stay_id: UUID) -> tuple[UUID, Stay]:
        """Return the case and the stay of an institution's own child, and hold its row. Raises NotFound."""
        own = select(stay).where(stay.c.id == stay_id, stay.c.institution == institution)
        row = (await self.execute(own.with_for_update())).one_or_none()
        if row is None:
            raise NotFound(kind="stay")
        return row.case_id, _stay(row)

    async def add_enrolment(self, case: UUID, fact: EnrolmentStarted) -> None:
        """Keep that a child is in rehabilitation."""
        values = fact.model_dump(include={"institution", "started_on"})
        await self.execute(insert(enrolment).values(id=fact.enrolment, case_id=case, **values))

    async def drop_enrolment(self, enrolment_id: UUID) -> None:
        """Forget an enrolment that ended."""
        await self.execute(delete(enrolment).where(enrolment.c.id == enrolment_id))

    async def add(self, case: UUID, county: str, fact: CustodyAdmitted) -> None:
        """Keep a stay."""
        values = fact.model_dump(include={"institution", "mode", "admitted_on", "until"})
        await self.execute(insert(stay).values(id=fact.stay, case_id=case, county=county, **values))

    async def end(self, fact: CustodyEnded) -> None:
        """Keep the end of a stay."""
        ended = update(stay).where(stay.c.id == fact.stay)
        await self.execute(ended.values(ended_on=fact.ended_on, end_reason=fact.reason))


def _stay(row: Row[Any]) -> Stay:
    return Stay(row.id, row.institution, row.admitted_on, row.ended_on)
