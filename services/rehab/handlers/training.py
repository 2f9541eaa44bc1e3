"""Sessions (handbook §3.5)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.rehab.domain import sessions
from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.rules import Rules
from services.rehab.domain.session_ties import Ties
from services.rehab.domain.sessions import SessionOrder
from services.rehab.repository import RehabUnitOfWork, Repositories
from shared import clock, ids
from shared.access.policy import Actor
from shared.contracts.events.rehab import SessionRecorded
from shared.errors import CaseNotFound, Refusal


async def record_session(order: SessionOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Log one session and return its id, under the case of its enrolment where another of the child was named."""
    try:
        return await _record(order, actor, uow)
    except CaseNotFound:
        case = await uow.records.children.where_enrolled(order.case, order.enrolment)
        if case == order.case:
            raise
    return await _record(replace(order, case=case), actor, uow)


async def _record(order: SessionOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Log one session. A refusal after the write rolls it back: so it needs one round trip less."""
    (order,) = await _with_digests([order], actor, uow)
    sessions.check_times(order.content, clock.now(), uow.rules)
    await uow.hold([order.case])
    (await uow.records.sessions.ties([order])).check(order, actor.organisation, uow.rules)
    session, fact_id = ids.new_record(), ids.new_fact()
    enrolled = await uow.records.sessions.add(session, order, fact_id, actor)
    fact = sessions.record_session(session, enrolled, order.content)
    uow.record(order.case, fact, occurred_at=fact.starts_at, fact_id=fact_id)
    return session


async def record_sessions(orders: Sequence[SessionOrder], actor: Actor, uow: RehabUnitOfWork) -> list[UUID | Refusal]:
    """Log a day of sessions: each becomes a session or is refused by itself; one statement per step for all."""
    orders = await _under_their_enrolments(orders, actor, uow.records)
    await uow.hold({order.case for order in orders})
    own = await _own(orders, actor, uow.records)
    orders = await _with_digests(orders, actor, uow)
    judged = await _judged(orders, own, actor, uow.records, uow.rules)
    taken = [
        (fact.session, order, uow.record(order.case, fact, occurred_at=fact.starts_at))
        for order, fact in zip(orders, judged, strict=True)
        if not isinstance(fact, Refusal)
    ]
    await uow.records.sessions.add_many(taken, actor)
    return [fact if isinstance(fact, Refusal) else fact.session for fact in judged]


async def rehearse_sessions(
    orders: Sequence[SessionOrder], actor: Actor, records: Repositories, rules: Rules
) -> list[Refusal | None]:
    """Tell of each session of a batch why it would be refused, or that it would be taken; nothing is written."""
    orders = await _under_their_enrolments(orders, actor, records)
    judged = await _judged(orders, await _own(orders, actor, records), actor, records, rules)
    return [fact if isinstance(fact, Refusal) else None for fact in judged]


async def _own(orders: Sequence[SessionOrder], actor: Actor, records: Repositories) -> dict[UUID, Enrolment]:
    """Return the enrolments of a day with the actor's own centre."""
    return await records.enrolments.at_own_of_many({order.enrolment for order in orders}, actor)


async def _under_their_enrolments(
    orders: Sequence[SessionOrder], actor: Actor, records: Repositories
) -> Sequence[SessionOrder]:
    """Name the enrolment's own case, which never changes, wherever another case of the same child was named.

    It is asked before any child is held: all of them are held at once, or two days could wait for each other.
    """
    known = {key: enrolment.case for key, enrolment in (await _own(orders, actor, records)).items()}
    strays = {one.case for one in orders if known.get(one.enrolment, one.case) != one.case}
    if not strays:
        return orders
    kin = {case: await records.children.together(case) for case in strays}
    return [
        replace(order, case=known[order.enrolment]) if known.get(order.enrolment) in kin.get(order.case, ()) else order
        for order in orders
    ]


async def _judged(
    orders: Sequence[SessionOrder], own: dict[UUID, Enrolment], actor: Actor, records: Repositories, rules: Rules
) -> list[SessionRecorded | Refusal]:
    clashes = await records.sessions.clashes([(order.case, order.times) for order in orders])
    day = _Day(own, await records.sessions.ties(orders), actor.organisation, rules)
    return [day.take(order, clashes.get(place)) for place, order in enumerate(orders)]


class _Day:
    """The sessions of one batch, each judged beside those that were taken before it."""

    def __init__(self, own: dict[UUID, Enrolment], ties: Ties, centre: UUID, rules: Rules) -> None:
        self.own, self.ties, self.centre, self.rules, self.now = own, ties, centre, rules, clock.now()
        self.busy: dict[UUID, sessions.BusyTimes] = {}

    def take(self, order: SessionOrder, clash: sessions.Interval | None) -> SessionRecorded | Refusal:
        try:
            return self._recorded(order, clash)
        except Refusal as refusal:
            return refusal

    def _recorded(self, order: SessionOrder, clash: sessions.Interval | None) -> SessionRecorded:
        enrolled = self.own.get(order.enrolment)
        if enrolled is None or enrolled.case != order.case:
            raise CaseNotFound
        sessions.check_times(order.content, self.now, self.rules)
        fact = sessions.record_session(ids.new_record(), enrolled, order.content)
        if clash is not None:
            raise sessions.overlap(clash)
        self.ties.check(order, self.centre, self.rules)
        self.busy.setdefault(order.case, sessions.BusyTimes()).add(*order.times)
        self.ties.join(order, self.centre)
        return fact


async def correct_session(session: UUID, correction: sessions.Correction, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Correct a session of the actor's own institution, or make it void."""
    now = clock.now()
    case, enrolled = await uow.records.sessions.place_of(session, actor)
    await uow.hold([case])
    held = await uow.records.enrolments.at_own(case, enrolled, actor)
    correction, order = await _digested(correction, case, enrolled, actor, uow)
    logged = await uow.records.sessions.logged(session)
    fact = sessions.correct_session(logged, held, correction, now, uow.rules)
    said_by = uow.record(case, fact, occurred_at=now)
    if logged.content is not None:
        await uow.records.sessions.keep_corrected(case, fact, logged.content, said_by, now)
    if order is None:
        await uow.records.sessions.make_void(session, said_by)
        return
    (await uow.records.sessions.ties([order], beside=session)).check(order, actor.organisation, uow.rules)
    await uow.records.sessions.replace(session, order, actor.organisation, said_by)


async def _with_digests(orders: Sequence[SessionOrder], actor: Actor, uow: RehabUnitOfWork) -> list[SessionOrder]:
    """Put the digest of its words into what travels of a session; of an erased child there are no words any more."""
    speaking = {order.case for order in orders if order.words is not None}
    erased = await uow.records.children.erased(speaking) if speaking else set()
    return [_with_digest(order, actor, uow) if order.case not in erased else _silent(order) for order in orders]


def _with_digest(order: SessionOrder, actor: Actor, uow: RehabUnitOfWork) -> SessionOrder:
    if order.words is None:
        return order
    digest = uow.wordings.digest(actor.organisation, order.words)
    return replace(order, content=order.content.model_copy(update={"wording": digest}))


def _silent(order: SessionOrder) -> SessionOrder:
    return replace(order, words=None)


async def _digested(
    correction: sessions.Correction, case: UUID, enrolled: UUID, actor: Actor, uow: RehabUnitOfWork
) -> tuple[sessions.Correction, SessionOrder | None]:
    if correction.replacement is None:
        return correction, None
    asked = SessionOrder(case, enrolled, correction.replacement, correction.words)
    (order,) = await _with_digests([asked], actor, uow)
    return replace(correction, replacement=order.content), order
