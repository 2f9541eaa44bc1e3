"""Commands about the child itself: guardian, residence, consent, hospital, death, erasure (handbook §2).

A fact about the child stands in each of its cases, so that every stage meets it under the case that it knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain import consents, death, erasure, guardians, hospital, residence
from services.screening.domain.consents import Consent
from services.screening.domain.death import Retraction
from services.screening.domain.guardians import NewGuardian
from services.screening.domain.hospital import Stay
from services.screening.domain.person import Person
from services.screening.domain.registry import Numbered
from services.screening.domain.suspicion import Child
from services.screening.errors import DeathNotRegistered, NoSuchChild
from services.screening.handlers.together import end_with_death, keep
from services.screening.handlers.transferring import take_over
from services.screening.repository.registry import Part, given_in
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from services.screening.tables import Basis
from shared import clock, ids
from shared.access.policy import Actor
from shared.contracts.envelope import Fact
from shared.contracts.events.screening import ErasureBasis
from shared.rulebook.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Move:
    """A child that lives elsewhere now; where a family says so, with its new address and phone."""

    region: str
    moved_on: date
    institution: UUID | None
    institution_region: str
    told: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A child that stands in front of an institution of its new county: who it says it is, and the move."""

    identity: Numbered
    move: Move


def record_in_each(person: Person, fact: Fact, on: date, uow: ScreeningUnitOfWork) -> dict[UUID, UUID]:
    """Record a fact in every case of a child; return the fact's id in each."""
    return {case: uow.record(case, fact, occurred_at=on) for case in person.cases}


async def change_guardian(case: UUID, new: NewGuardian, actor: Actor, uow: ScreeningUnitOfWork) -> Explanation:
    """Record another guardian; the answer says how the order of guardians was kept."""
    person = await uow.persons.locked(case, actor)
    policy = uow.registry_policy(new.changed_on)
    explanation = guardians.check_guardian(new.kind, new.unavailable, new.consent_of, policy)
    fact = guardians.change_guardian(person, new, clock.today(), policy)
    await uow.persons.change_guardian(person, ids.new_record(), new, actor)
    record_in_each(person, fact, new.changed_on, uow)
    return explanation


async def move(case: UUID, command: Move, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Record a move: the new county's authorities see the child from now on, those of the old one a stub."""
    await _move(await uow.persons.locked(case, actor), command, actor, uow)


async def arrive(arrival: Arrival, actor: Actor, uow: ScreeningUnitOfWork) -> UUID:
    """Let an institution where a known child lives now take it over, found by number and name; return its case."""
    case = await uow.merges.named(given_in(uow.tools.vault, arrival.identity))
    person = await uow.persons.held(case) if case else None
    if person is None:
        raise NoSuchChild
    if person.region == arrival.move.region:
        residence.check_receiver(arrival.move.institution_region, person.region)
        person.must_live_on(arrival.move.moved_on, clock.today(), "moved_on")
        await _receive(person, arrival.move, uow)
    else:
        await _move(person, arrival.move, actor, uow)
    return person.case


async def _move(person: Person, command: Move, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    last, on = await uow.persons.last_move(person), command.moved_on
    fact = residence.move(person, command.region, on, last, clock.today())
    if command.institution is not None:
        residence.check_receiver(command.institution_region, command.region)
    record_in_each(person, fact, on, uow)
    await _receive(person, command, uow)
    await uow.persons.change_identity(person, actor, command.told)
    await uow.persons.move(person, command.region, on)


async def _receive(person: Person, command: Move, uow: ScreeningUnitOfWork) -> None:
    if command.institution is not None:
        await uow.registry.take_part(Part(person.case, command.institution, Basis.MOVED, command.moved_on))
        await take_over(person, command.institution, command.moved_on, uow)


async def give_consent(case: UUID, consent: Consent, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Record on what sharing with later stages stands."""
    person = await uow.persons.locked(case, actor)
    before = await uow.persons.consents(person)
    fact = consents.give(person, consent, before, clock.today())
    await uow.persons.give_consent(person, consent)
    await uow.persons.mask(person, masked=consents.masked([*before, consent]))
    record_in_each(person, fact, consent.given_on, uow)


async def withdraw_consent(case: UUID, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Record that the guardian withdrew: later stages lose sight of the child unless a duty keeps it."""
    person = await uow.persons.locked(case, actor)
    person.must_live_on(on, clock.today(), "withdrawn_on")
    fact = consents.withdraw(await uow.persons.consents(person), on)
    await uow.persons.withdraw_consent(person, on)
    await uow.persons.mask(person, masked=consents.masked(await uow.persons.consents(person)))
    record_in_each(person, fact, on, uow)


async def admit(case: UUID, stay: Stay, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Record a hospital stay; one that is entered when it is over, with its end."""
    person = await uow.persons.locked(case, actor)
    hospital.check_stay(person, stay, await uow.persons.stays(person), clock.today())
    admissions = record_in_each(person, hospital.admission(stay), stay.admitted_on, uow)
    departures: dict[UUID, UUID] = {}
    if stay.discharged_on is not None:
        departed = hospital.departure(stay, stay.discharged_on)
        departures = record_in_each(person, departed, stay.discharged_on, uow)
    for one in person.cases:
        await uow.persons.add_stay(one, stay, admissions[one], departures.get(one))


async def discharge(case: UUID, stay: UUID, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Record the end of a stay."""
    person = await uow.persons.locked(case, actor)
    rows = await uow.persons.stay_facts(person, stay)
    stays = await uow.persons.stays(person)
    ended = hospital.discharge(next(one for one in stays if one.id == stay), on)
    hospital.check_stay(person, ended, stays, clock.today())
    for one, row in rows.items():
        fact = uow.record(one, hospital.departure(ended, on), occurred_at=on)
        await uow.persons.change_stay(one, ended, row.admission_fact, fact)


async def correct_stay(
    case: UUID, stay: UUID, days: tuple[date | None, date | None], actor: Actor, uow: ScreeningUnitOfWork
) -> None:
    """Correct the days of a stay: each day that changed is told by a fact that names the one it corrects."""
    person = await uow.persons.locked(case, actor)
    rows = await uow.persons.stay_facts(person, stay)
    stays = await uow.persons.stays(person)
    before = next(one for one in stays if one.id == stay)
    after = hospital.corrected(before, *days)
    hospital.check_stay(person, after, stays, clock.today())
    for one, row in rows.items():
        admission, departure = row.admission_fact, row.discharge_fact
        if after.admitted_on != before.admitted_on:
            admission = uow.record(one, hospital.admission(after, admission), occurred_at=after.admitted_on)
        if after.discharged_on is not None and after.discharged_on != before.discharged_on:
            corrected = hospital.departure(after, after.discharged_on, departure)
            departure = uow.record(one, corrected, occurred_at=after.discharged_on)
        await uow.persons.change_stay(one, after, admission, departure)


async def register_death(case: UUID, died_on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Register a death, however late, and close what is suspected of the child."""
    person = await uow.persons.locked(case, actor)
    fact = death.register_death(person, died_on, clock.today())
    for one, told in record_in_each(person, fact, died_on, uow).items():
        await uow.persons.die(one, died_on, told)
    await _end_suspicions(person, died_on, uow)


async def correct_death(case: UUID, died_on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Correct the day of a death; in each case the fact names the one that it corrects."""
    person = await uow.persons.locked(case, actor)
    if person.died_on is None:
        raise DeathNotRegistered
    for one, told in (await uow.persons.deaths(person)).items():
        fact = death.correct_death(person, died_on, clock.today(), told.fact)
        await uow.persons.die(one, died_on, uow.record(one, fact, occurred_at=died_on))


async def retract_death(case: UUID, retraction: Retraction, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Take a wrongly registered death back in each case that was told of it; what it closed is open again."""
    person = await uow.persons.locked(case, actor)
    deaths = await uow.persons.deaths(person)
    if not deaths:
        raise DeathNotRegistered
    for one, registered in deaths.items():
        uow.record(one, death.retract_death(registered, retraction, clock.today()), occurred_at=retraction.on)
        await uow.persons.live(one)
    child = Child(person.case, person.born)
    found = await uow.suspicions.of(*person.cases, child=child)
    suspicions = sorted(found, key=lambda one: person.cases.index(one.child.case))
    for decision in death.reopen_the_living(suspicions, retraction.on, uow.protocol(retraction.on)):
        await keep(decision, decision.suspicion.since, uow)


async def share_death(person: Person, uow: ScreeningUnitOfWork) -> None:
    """Tell of a death in those cases of a child that had not heard of it, and close what is suspected there."""
    deaths = await uow.persons.deaths(person)
    fact = death.told_again(deaths, person)
    if fact is None:
        return
    for one in [case for case in person.cases if case not in deaths]:
        await uow.persons.die(one, fact.died_on, uow.record(one, fact, occurred_at=fact.died_on))
    await _end_suspicions(person, fact.died_on, uow)


async def _end_suspicions(person: Person, died_on: date, uow: ScreeningUnitOfWork) -> None:
    child = Child(person.case, person.born, died_on)
    for suspicion in await uow.suspicions.of(*person.cases, child=child):
        await end_with_death(suspicion, uow)


async def erase(case: UUID, basis: ErasureBasis, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Destroy the child's key: identity is gone for good, what happened stays."""
    person = await uow.persons.locked(case, actor)
    today = clock.today()
    await uow.persons.erase(person, actor)
    record_in_each(person, erasure.erase(basis, today), today, uow)
