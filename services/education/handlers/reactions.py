"""What screening's facts change here: each is kept as state, and then the child is settled.

So it does not matter in which order they come, how late, or how often: what a child owes is decided from its state.
"""

from uuid import UUID

from services.education.domain.ending import end_on_death
from services.education.domain.school_age import open_watch
from services.education.domain.standing import VOID, Family, confirmed_on, to_be_watched
from services.education.handlers.placements import keep_ends
from services.education.repository import EducationUnitOfWork
from shared.clock import local_date
from shared.contracts.envelope import Event
from shared.contracts.events.screening import (
    CaseClosed,
    ChildErased,
    ChildRegistered,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    DiagnosisRecorded,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)
from shared.journal.reactions import Incoming


async def know_child(incoming: Incoming[ChildRegistered], uow: EducationUnitOfWork) -> None:
    """Keep a child that screening registered; what was heard of it before applies now."""
    event, child = incoming.event, incoming.data
    await uow.children.register(event.case, child.birth_date, child.region)
    await _settle(event.case, event, uow)


async def take_diagnosis(incoming: Incoming[DiagnosisRecorded], uow: EducationUnitOfWork) -> None:
    """A confirmed child is watched until it is placed; one whose diagnosis is taken back is not."""
    event, diagnosis = incoming.event, incoming.data
    await uow.children.diagnose(event.case, diagnosis.category.value, confirmed_on(diagnosis))
    await _settle(event.case, event, uow)


async def drop_void_diagnosis(incoming: Incoming[CaseClosed], uow: EducationUnitOfWork) -> None:
    """A suspicion that was entered in error, or twice, never was confirmed."""
    event, closed = incoming.event, incoming.data
    if closed.reason in VOID:
        await uow.children.diagnose(event.case, closed.category.value, None)
        await _settle(event.case, event, uow)


async def move_responsibility(incoming: Incoming[ResidenceMoved], uow: EducationUnitOfWork) -> None:
    """The new county answers for the child; its placement stays until the school ends it."""
    await uow.children.note(incoming.event.case, county=incoming.data.region)
    await _settle(incoming.event.case, incoming.event, uow)


async def end_placements_on_death(incoming: Incoming[DeathRegistered], uow: EducationUnitOfWork) -> None:
    """A death ends every placement, also one that is decided, or known, only later."""
    event = incoming.event
    await uow.children.note(event.case, died_on=incoming.data.died_on)
    await _settle(event.case, event, uow)


async def know_alive(incoming: Incoming[DeathRetracted], uow: EducationUnitOfWork) -> None:
    """The death was registered wrongly: the placement it ended has ended, and the child is to be placed anew."""
    event = incoming.event
    await uow.children.note(event.case, died_on=None)
    await _settle(event.case, event, uow)


async def show_as_one(incoming: Incoming[IdentityMerged], uow: EducationUnitOfWork) -> None:
    """Two cases are one child. The fact stands in both; it is taken from the case that is merged."""
    event, merged = incoming.event, incoming.data
    if event.case == merged.merged:
        await uow.children.merge(merged.merged, merged.survivor)
        await _settle(event.case, event, uow)


async def show_as_two(incoming: Incoming[IdentityUnmerged], uow: EducationUnitOfWork) -> None:
    """They are two children after all, each with its own history."""
    event, parted = incoming.event, incoming.data
    if event.case == parted.merged:
        await uow.children.merge(parted.merged, None)
        await _settle(parted.merged, event, uow)
        await _settle(parted.survivor, event, uow)


async def mask(incoming: Incoming[ConsentWithdrawn], uow: EducationUnitOfWork) -> None:
    """Education receives nothing new about the child, and authorities see a stub; the school keeps its pupil."""
    await uow.children.note(incoming.event.case, withdrawn_on=incoming.data.withdrawn_on)


async def unmask(incoming: Incoming[ConsentGiven], uow: EducationUnitOfWork) -> None:
    """Consent, or a statutory duty, opens the child to education again."""
    await uow.children.note(incoming.event.case, withdrawn_on=None)
    await _settle(incoming.event.case, incoming.event, uow)


async def forget_words(incoming: Incoming[ChildErased], uow: EducationUnitOfWork) -> None:
    """The identity is gone; so is all free text about the child."""
    await uow.children.note(incoming.event.case, erased_on=incoming.data.erased_on)
    await uow.children.forget_words(incoming.event.case)


async def _settle(case: UUID, event: Event, uow: EducationUnitOfWork) -> None:
    await uow.children.hear_of(case)
    family = await uow.children.held(case)
    await uow.children.answer_for(family)
    await _watch(family, event, uow)
    if family.died_on is not None:
        placements = await uow.placements.of(family.shown_as.case)
        ended = end_on_death(placements, family.died_on)
        await keep_ends(placements, ended, family.died_on, uow, caused_by=event)


async def _watch(family: Family, event: Event, uow: EducationUnitOfWork) -> None:
    shown = family.shown_as
    if family.confirmed_on is None:
        for one in family.cases:
            await uow.children.note(one.case, watched_since=None)
        return
    confirmed = to_be_watched(family)
    if confirmed is None or shown.born is None or shown.county is None:
        return
    opened = max(confirmed, local_date(event.occurred_at))
    watch = open_watch(shown.born, shown.county, opened, uow.policy)
    if watch is not None:
        await uow.children.note(shown.case, watched_since=opened)
        uow.record(shown.case, watch, occurred_at=opened, caused_by=event)
