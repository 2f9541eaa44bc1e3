"""Commands about disability certificates (handbook §2.2): apply, grade, issue, regrade, refuse, cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain import applications, certificates
from services.screening.domain.applications import Application
from services.screening.domain.certificates import RefusalReason, Standing
from services.screening.domain.grading import Measurement
from services.screening.domain.person import Person
from services.screening.errors import ApplicationOpen, CertificateNotFound
from services.screening.repository.registry import Part
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from services.screening.tables import Basis
from shared import clock, ids
from shared.access.policy import Actor
from shared.contracts.events.screening import CancellationReason
from shared.rulebook.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Apply:
    """An application: to be graded by this hospital, for a first certificate or for another grade."""

    id: UUID
    case: UUID
    hospital: UUID
    applied_on: date
    certificate: UUID | None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A certificate that was issued before this system, as it lies on the desk."""

    id: UUID
    number: str
    standing: Standing
    issued_on: date


async def apply(command: Apply, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Open an application; the hospital that is to grade sees the child from now on."""
    person = await uow.persons.locked(command.case, actor)
    person.must_live_on(command.applied_on, clock.today(), "applied_on")
    if await uow.certificates.on_its_way(person):
        raise ApplicationOpen
    own = await uow.certificates.of(person)
    if command.certificate is None:
        certificates.check_application(own, command.applied_on)
    elif command.certificate not in {one.id for one in own if one.valid_on(command.applied_on)}:
        raise CertificateNotFound
    application = Application(command.id, person.case, command.hospital, command.applied_on, command.certificate)
    await uow.certificates.apply(application)
    await uow.registry.take_part(Part(person.case, command.hospital, Basis.GRADING, command.applied_on, command.id))


async def grade(
    application: UUID, measured: Sequence[Measurement], on: date, actor: Actor, uow: ScreeningUnitOfWork
) -> Explanation:
    """Grade a child; where that gives a grade, the public notice begins."""
    asked = await uow.certificates.application(application, actor)
    person = await uow.persons.locked(asked.case, actor)
    person.must_live_on(on, clock.today(), "on")
    asked = await uow.certificates.application(application, actor)
    done, found = applications.graded(asked, measured, person.born, on, actor.organisation, uow.registry_policy(on))
    await uow.certificates.grade(done, [one.model_dump(mode="json", exclude_none=True) for one in measured])
    return found.explanation


async def grant(application: UUID, number: str, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> UUID:
    """Issue the certificate that was applied for, or give an older one its new grade; return its id."""
    asked = await uow.certificates.application(application, actor)
    person = await uow.persons.locked(asked.case, actor)
    certificates.check_day(person, on, clock.today(), "on")
    done, shown = applications.granted(await uow.certificates.application(application, actor), on)
    reissue = await _checked(number, person, shown, actor, uow)
    await uow.certificates.decide(done, on)
    if done.certificate is None:
        return await _issue(ids.new_record(), shown, on, reissue, person, uow)
    return await _regrade(done.certificate, shown, on, reissue, person, uow)


async def refuse(application: UUID, reason: RefusalReason, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """End an application without a certificate."""
    asked = await uow.certificates.application(application, actor)
    person = await uow.persons.locked(asked.case, actor)
    certificates.check_day(person, on, clock.today(), "on", after_death=True)
    asked = await uow.certificates.application(application, actor)
    await uow.certificates.decide(asked.refused(reason, on), on)


async def take_over(case: UUID, command: TakeOver, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Take up a certificate that was issued before this system; its grading lies with the hospital of then."""
    person = await uow.persons.locked(case, actor)
    certificates.check_day(person, command.issued_on, clock.today(), "issued_on")
    certificates.check_application(await uow.certificates.of(person), command.issued_on)
    reissue = await _checked(command.number, person, command.standing, actor, uow)
    await _issue(command.id, command.standing, command.issued_on, reissue, person, uow)


async def cancel(
    certificate: UUID, reason: CancellationReason, on: date, actor: Actor, uow: ScreeningUnitOfWork
) -> None:
    """Cancel a certificate."""
    person = await uow.persons.locked(await uow.certificates.case_of(certificate, actor), actor)
    certificates.check_day(person, on, clock.today(), "cancelled_on", after_death=True)
    own = next(one for one in await uow.certificates.of(person) if one.id == certificate)
    fact = certificates.cancel(own, reason, on, uow.registry_policy(on))
    await uow.certificates.cancel(fact)
    for case in person.cases:
        uow.record(case, fact, occurred_at=on)


async def _checked(number: str, person: Person, shown: Standing, actor: Actor, uow: ScreeningUnitOfWork) -> str | None:
    identity = await uow.persons.identity(person, actor)
    return certificates.check_number(number, identity["resident_number"], shown)


async def _issue(
    certificate: UUID, shown: Standing, on: date, reissue: str | None, person: Person, uow: ScreeningUnitOfWork
) -> UUID:
    fact = certificates.issue(certificate, shown, on, person.region, uow.registry_policy(on))
    await uow.certificates.add(person.case, fact, reissue)
    for case in person.cases:
        uow.record(case, fact, occurred_at=on)
    return certificate


async def _regrade(
    certificate: UUID, shown: Standing, on: date, reissue: str | None, person: Person, uow: ScreeningUnitOfWork
) -> UUID:
    own = next(one for one in await uow.certificates.of(person) if one.id == certificate)
    fact = certificates.regrade(own, shown, on, uow.registry_policy(on))
    await uow.certificates.regrade(fact, reissue)
    for case in person.cases:
        uow.record(case, fact, occurred_at=on)
    return certificate
