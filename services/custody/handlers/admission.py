"""Admission and the end of a stay."""

from datetime import date
from uuid import UUID

from services.custody.domain import admission as rules_of
from services.custody.domain.admission import Admission
from services.custody.domain.papers import Contact
from services.custody.domain.places import carers_on, check_places, heads_on
from services.custody.repository import CustodyUnitOfWork
from services.custody.repository.children import Known
from shared import clock
from shared.contracts.events.custody import CustodyEndReason
from shared.errors import CaseNotFound
from shared.rulebook.explanation import Explanation


async def admit(case: UUID, county: str, admission: Admission, uow: CustodyUnitOfWork) -> tuple[UUID, Explanation]:
    """Take a child into care; return the stay's id, and how the house's carers stand with it.

    An institution cannot see a child before it is there: the case id, which is random, is what the guardian brings.
    `county` is the institution's.
    """
    child = await uow.children.held(case)
    if child.erased:
        raise CaseNotFound
    stays = [stay for _, stay in await uow.stays.of(child.cases)]
    fact = rules_of.admit(child.subject, admission, stays, uow.rules, today=clock.today())
    await uow.houses.hold(admission.institution, county)
    explanation = await _take_a_place(child, admission, uow)
    await uow.stays.add(case, child.county, fact)
    await uow.papers.add_sheet(case, fact.stay, admission.sheet)
    uow.record(case, fact, occurred_at=fact.admitted_on)
    return fact.stay, explanation


async def _take_a_place(child: Known, admission: Admission, uow: CustodyUnitOfWork) -> Explanation:
    """Refuse what the licence does not allow; explain how many carers the house then needs and has."""
    house, day = admission.institution, admission.admitted_on
    there = await uow.stays.in_house(house, day)
    licences = await uow.houses.licences(house)
    check_places(admission.mode, day, [stay for _, stay in there], licences, uow.rules)
    new = rules_of.Stay(child.case, house, day, None, admission.mode)
    severe = await uow.children.severe([child.case, *(case for case, _ in there)], day, uow.rules.severe_grades)
    carers = carers_on(await uow.houses.carers(house), day)
    return heads_on(day, [*there, (child.case, new)], severe, carers, uow.rules).explain()


async def end_stay(
    institution: UUID, stay: UUID, ended_on: date, reason: CustodyEndReason, uow: CustodyUnitOfWork
) -> None:
    """End a stay of the institution's own."""
    held = await uow.stays.own(institution, stay)
    leaver = rules_of.Leaver(held.born, await uow.stays.last_recorded(stay))
    fact = rules_of.end_stay(held.stay, ended_on, reason, leaver, uow.rules, today=clock.today())
    await uow.stays.end(fact)
    uow.record(held.case, fact, occurred_at=fact.ended_on)


async def add_contact(institution: UUID, stay: UUID, contact: Contact, uow: CustodyUnitOfWork) -> UUID:
    """Put a person on a child's list; words stay in the house, no fact tells of it."""
    held = await uow.stays.own(institution, stay)
    (added,) = await uow.papers.add_contacts(held.case, stay, [contact])
    return added
