"""Commands about who a child is: confirm its number, note a doubt, compare, merge and take apart (handbook §1.4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain import identity, merging
from services.screening.domain.identity import Doubt, Given, Settlement
from services.screening.domain.merging import Alike
from services.screening.domain.registry import NewChild, register
from services.screening.domain.suspicion import Child
from services.screening.errors import NotMerged, OneAndTheSameCase
from services.screening.handlers.person import share_death
from services.screening.handlers.together import keep
from services.screening.repository.registry import given_in
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared import clock, ids
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ConflictKind, IdentifierKind
from shared.rulebook.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Merge:
    """A person's decision that two cases are one child."""

    survivor: UUID
    merged: UUID
    on: date


async def confirm(case: UUID, number: str, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Give a provisional child its resident number. Raises DuplicateChild where another case has it."""
    person = await uow.persons.locked(case, actor)
    known = await uow.persons.identity(person, actor)
    confirmed = identity.confirm(person, known["resident_number"], number, on, clock.today())
    given = _given(uow, confirmed.number, known["name"] or "")
    await uow.registry.confirm(person, given, actor)
    await uow.persons.change_identity(person, actor, {"resident_number": confirmed.number})
    for one in person.cases:
        uow.record(one, confirmed.fact, occurred_at=on)


async def doubt_registrations(children: Sequence[NewChild], uow: ScreeningUnitOfWork) -> None:
    """Note what contradicts itself where registrations were refused because a number is known."""
    today = clock.today()
    registered = [register(child, today, uow.protocol(today)) for child in children]
    given = [given_in(uow.tools.vault, one.identity) for one in registered]
    holding = await uow.merges.holders(*given)
    for numbers in given:
        await _note(identity.conflicts(numbers, holding), numbers, uow)


async def doubt_confirmation(case: UUID, number: str, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Note what contradicts itself where a number was refused as a child's: two of them, or another child's.

    Nothing is locked: the refused request still holds the child.
    """
    child: UUID = (await uow.registry.child(case, actor)).case_id
    known = await uow.registry.identities([child], actor, ("name",))
    given = _given(uow, number.strip().upper(), known[child]["name"] or "")
    holding = await uow.merges.holders(given)
    shown = await uow.registry.shown([one.case for one in holding])
    others, kind = sorted(set(shown.values()) - {child}), ConflictKind.TWO_NUMBERS_ONE_CHILD
    doubts = [Doubt(child, kind, others[0] if others else None), *(Doubt(other, kind, child) for other in others)]
    await _note([*identity.conflicts(given, holding), *doubts], given, uow)


async def _note(doubts: list[Doubt], given: Mapping[IdentifierKind, Given], uow: ScreeningUnitOfWork) -> None:
    today = clock.today()
    for doubt in doubts:
        if await uow.merges.doubt(doubt, given, today):
            uow.record(doubt.case, doubt.noticed(today), occurred_at=today)


async def settle(case: UUID, settlement: Settlement, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Settle one doubt about a child; of another child's file its own county decides."""
    person = await uow.persons.locked(case, actor)
    noticed = await uow.merges.settle(person.cases, settlement)
    for one, fact in identity.settle(noticed, settlement, clock.today()):
        uow.record(one, fact, occurred_at=settlement.on)


async def _compared(case: UUID, other: UUID, actor: Actor, uow: ScreeningUnitOfWork) -> Alike:
    traits = await uow.merges.traits([case, other], actor)
    common = merging.common_traits(traits[case], traits[other])
    return merging.likeness(common, uow.registry_policy(clock.today()))


async def tell_apart(case: UUID, others: Collection[UUID], actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Keep a person's decision that children who are much alike are others; of whom it may not know, it decides not."""
    if others:
        await uow.merges.tell_apart(case, await uow.merges.known_to(others, actor))


async def decide_apart(case: UUID, other: UUID, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Keep the federation's decision that two cases are two children. Raises CaseNotFound, OneAndTheSameCase."""
    one, two = [(await uow.registry.child(each, actor)).case_id for each in (case, other)]
    if one == two:
        raise OneAndTheSameCase
    await uow.merges.tell_apart(one, [two])


async def merge(command: Merge, actor: Actor, uow: ScreeningUnitOfWork) -> Explanation:
    """Show two cases as one child from now on: of what is suspected twice, the survivor's stays."""
    survivor, merged = await uow.merges.pair(command.survivor, command.merged, actor)
    alike = await _compared(survivor.id, merged.id, actor, uow)
    fact = merging.merge(survivor, merged, command.on, alike.common)
    closed = await _close_duplicates(command, actor, uow)
    await uow.merges.keep(ids.new_record(), survivor.id, merged.id, command.on, alike, closed)
    for case in (survivor.id, merged.id):
        uow.record(case, fact, occurred_at=command.on)
    await share_death(await uow.persons.locked(command.survivor, actor), uow)
    return alike.explanation


async def _close_duplicates(command: Merge, actor: Actor, uow: ScreeningUnitOfWork) -> list[ScreeningCategory]:
    born = (await uow.registry.child(command.survivor, actor)).birth_date
    kept = await uow.suspicions.of(command.survivor, child=Child(command.survivor, born))
    doubled = await uow.suspicions.of(command.merged, child=Child(command.merged, born))
    protocol = uow.protocol(command.on)
    by_category = {one.category: one for one in kept}
    decisions = merging.close_duplicates(by_category, doubled, command.on, protocol)
    for decision in decisions:
        await keep(decision, max(command.on, decision.suspicion.opened_on), uow)
    return [decision.suspicion.category for decision in decisions]


async def unmerge(case: UUID, merged: UUID, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Show two children again: what only the merge had closed is open again, where it was."""
    person = await uow.persons.locked(merged, actor)
    if person.case != case:
        raise NotMerged
    survivor, apart = await uow.merges.pair(person.case, merged, actor)
    fact = merging.unmerge(apart, on)
    standing = await uow.merges.standing(merged)
    suspicions = await uow.suspicions.of(merged, child=Child(merged, person.born, person.died_on))
    closed_then = [one for one in suspicions if one.category in standing.closed]
    for decision in merging.reopen_duplicates(closed_then, on, uow.protocol(on)):
        await keep(decision, on, uow)
    await uow.merges.undo(standing, survivor.id, merged, on)
    for one in (survivor.id, merged):
        uow.record(one, fact, occurred_at=on)


def _given(uow: ScreeningUnitOfWork, number: str, name: str) -> dict[IdentifierKind, Given]:
    kind, vault = IdentifierKind.RESIDENT_NUMBER, uow.tools.vault
    return {kind: Given(vault.blind(kind, number), vault.named(kind, number, name))}
