"""Suspicions of disability, and the referral slips on which they travel."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.screening import tables as t
from services.screening.domain.referral import Referral, ReferralStatus
from services.screening.domain.suspicion import Child, Suspicion
from services.screening.errors import NoSuspicion, ReferralNotFound
from services.screening.repository.persons import cases_of
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    ClosingReason,
    RecheckBasis,
    ReferralStep,
    RejectionReason,
    SuspicionState,
)
from shared.db import Session


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Suspicions of children whose row is locked, in the transaction of one session."""

    session: Session

    async def known(self, child: Child, category: ScreeningCategory) -> Suspicion | None:
        """Return the suspicion of a category, closed or not; None when there never was one.

        Of a child with several cases the active one, in whichever case it stands, else the newest.
        """
        s = t.suspicion.c
        wanted = select(t.suspicion).where(s.case_id.in_(cases_of(child.case)), s.category == category.value)
        closed = s.state == SuspicionState.CLOSED.value
        row = (await self.session.execute(wanted.order_by(closed, s.opened_on.desc()).limit(1))).one_or_none()
        return _suspicion(row, child) if row else None

    async def of(self, *cases: UUID, child: Child) -> list[Suspicion]:
        """Return every suspicion of some cases of a child."""
        s = t.suspicion.c
        wanted = select(t.suspicion).where(s.case_id.in_(cases)).order_by(s.case_id, s.category)
        return [_suspicion(row, child) for row in await self.session.execute(wanted)]

    async def get(self, child: Child, category: ScreeningCategory) -> Suspicion:
        """Return the suspicion of a category. Raises NoSuspicion."""
        suspicion = await self.known(child, category)
        if suspicion is None:
            raise NoSuspicion(category=category.value)
        return suspicion

    async def confirmed_as(self, child: Child, category: RehabCategory) -> list[Suspicion]:
        """Return what was confirmed as a rehabilitation category and is not handed over, though it may be lost."""
        s = t.suspicion.c
        wanted = select(t.suspicion).where(
            s.case_id.in_(cases_of(child.case)),
            s.rehab_category == category.value,
            or_(
                s.state == SuspicionState.CONFIRMED.value,
                and_(s.state == SuspicionState.LOST_TO_FOLLOW_UP.value, s.origin == SuspicionState.CONFIRMED.value),
            ),
        )
        return [_suspicion(row, child) for row in await self.session.execute(wanted.order_by(s.category))]

    async def save(self, *suspicions: Suspicion) -> None:
        """Keep suspicions as they are now."""
        if not suspicions:
            return
        kept = upsert(t.suspicion)
        changed = {column.name: kept.excluded[column.name] for column in t.suspicion.columns if not column.primary_key}
        saved = kept.on_conflict_do_update(index_elements=t.suspicion.primary_key, set_=changed)
        await self.session.execute(saved, [_suspicion_row(suspicion) for suspicion in suspicions])

    # Referrals ------------------------------------------------------------------------------------------------------

    async def waiting_referral(self, child: Child, category: ScreeningCategory) -> Referral | None:
        """Return the slip of a suspicion that still awaits its answer."""
        r = t.referral.c
        wanted = select(t.referral).where(
            r.case_id.in_(cases_of(child.case)), r.category == category.value, r.status == ReferralStatus.OPEN.value
        )
        row = (await self.session.execute(wanted)).one_or_none()
        return _referral(row) if row else None

    async def referral(self, referral: UUID, actor: Actor) -> Referral:
        """Return a slip that the actor's institution sent or received. Raises ReferralNotFound."""
        r = t.referral.c
        part = or_(r.receiver == actor.organisation, r.sender == actor.organisation)
        row = (await self.session.execute(select(t.referral).where(r.id == referral, part))).one_or_none()
        if row is None:
            raise ReferralNotFound
        return _referral(row)

    async def save_referral(self, referral: Referral, rejection: RejectionReason | None = None) -> None:
        """Keep a slip as it is now."""
        row = _referral_row(referral) | {"rejection_reason": rejection.value if rejection else None}
        kept = upsert(t.referral).values(row)
        changed = {name: kept.excluded[name] for name in ("status", "answered_on", "rejection_reason")}
        await self.session.execute(kept.on_conflict_do_update(index_elements=t.referral.primary_key, set_=changed))

    async def withdraw_referral(self, child: Child, category: ScreeningCategory, on: date) -> None:
        """Withdraw the slip of a suspicion that ended before its answer, and the sight of the child it gave."""
        waiting = await self.waiting_referral(child, category)
        if waiting is None:
            return
        r, p = t.referral.c, t.participant.c
        withdrawn = update(t.referral).where(r.id == waiting.id).values(status=ReferralStatus.WITHDRAWN.value)
        await self.session.execute(withdrawn)
        of_child = or_(p.case_id == child.case, p.through == child.case)
        ended = update(t.participant).where(of_child, p.source == waiting.id).values(until=on)
        await self.session.execute(ended)


def _suspicion(row: Row[Any], child: Child) -> Suspicion:
    return Suspicion(
        child=replace(child, case=row.case_id),
        category=ScreeningCategory(row.category),
        episode=row.episode,
        state=SuspicionState(row.state),
        owner=row.owner,
        first_screener=row.first_screener,
        first_screener_person=row.first_screener_person,
        opened_on=row.opened_on,
        since=row.since,
        origin=SuspicionState(row.origin) if row.origin else None,
        recheck_due_on=row.recheck_due_on,
        recheck_basis=RecheckBasis(row.recheck_basis) if row.recheck_basis else None,
        trace_on=row.trace_on,
        failed_traces=row.failed_traces,
        rehab_category=RehabCategory(row.rehab_category) if row.rehab_category else None,
        offer_again_on=row.offer_again_on,
        closing_reason=ClosingReason(row.closing_reason) if row.closing_reason else None,
        newborn_hearing=row.newborn_hearing,
    )


def _suspicion_row(suspicion: Suspicion) -> dict[str, Any]:
    row = asdict(suspicion)
    del row["child"]
    return row | {"case_id": suspicion.child.case}


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        id=row.id,
        case=row.case_id,
        category=ScreeningCategory(row.category),
        episode=row.episode,
        step=ReferralStep(row.step),
        sender=row.sender,
        receiver=row.receiver,
        issued_on=row.issued_on,
        answer_by=row.answer_by,
        status=ReferralStatus(row.status),
        answered_on=row.answered_on,
        consented=row.consented,
    )


def _referral_row(referral: Referral) -> dict[str, Any]:
    row = asdict(referral)
    return row | {"case_id": row.pop("case")}
