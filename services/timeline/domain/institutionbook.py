"""What is known of one institution by date: designation, staff, closure days, licences. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.timeline.domain.noted import Noted, Shelf, shelved
from shared.contracts.envelope import Fact
from shared.contracts.events.custody import CarersDeclared, CustodyLicenceGranted
from shared.contracts.events.education import EducationLicenceGranted
from shared.contracts.events.rehab import (
    ClosureDayDeclared,
    DesignationGranted,
    DesignationReinstated,
    DesignationRemoved,
    DesignationSuspended,
    StaffLapsed,
    StaffQualified,
)


@dataclass(frozen=True, slots=True)
class InstitutionBook:
    """The facts about one institution, in the order in which they happened."""

    institution: UUID
    facts: tuple[Noted, ...] = ()
    shelf: Shelf = field(default_factory=dict)
    read: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    """Its facts as whoever judges has read them: once for all children that met it."""

    def of(self, *kinds: type[Fact]) -> tuple[Noted, ...]:
        """Return the facts of some kinds, in the order in which they happened."""
        return tuple(sorted((fact for kind in kinds for fact in self.shelf.get(kind.type, ())), key=Noted.place))

    def designations_on(self, day: date) -> tuple[Noted, ...]:
        """Return the agreements in force on a day: granted, and neither over nor removed; a suspended one too."""
        removed = {fact.id_of("designation"): fact.day("removed_on") for fact in self.of(DesignationRemoved)}
        return tuple(
            fact
            for fact in self.of(DesignationGranted)
            if fact.day("valid_from") <= day <= fact.day("valid_until")
            and not removed.get(fact.id_of("designation"), date.max) <= day
        )

    def suspended_on(self, day: date, designation: UUID) -> Noted | None:
        """Return the suspension under which a designation rests on a day."""
        steps = [
            (fact.day("suspended_on" if fact.is_a(DesignationSuspended) else "reinstated_on"), fact)
            for fact in self.of(DesignationSuspended, DesignationReinstated)
            if fact.id_of("designation") == designation
        ]
        until_then = [fact for since, fact in sorted(steps, key=lambda s: (s[0], *s[1].place())) if since <= day]
        return until_then[-1] if until_then and until_then[-1].is_a(DesignationSuspended) else None

    def closed_on(self, day: date) -> Noted | None:
        """Return the declaration that the institution is closed on a day."""
        found = [fact for fact in self.of(ClosureDayDeclared) if fact.day("closed_on") == day]
        return found[0] if found else None

    @property
    def closure_days(self) -> frozenset[date]:
        """Days on which the institution is closed."""
        return frozenset(fact.day("closed_on") for fact in self.of(ClosureDayDeclared))

    def staffed_on(self, day: date, therapist: UUID) -> Noted | None:
        """Return the entry under which a person stands on the staff list on a day, its licence in force."""
        steps = [
            (fact.day("since" if fact.is_a(StaffQualified) else "lapsed_on"), fact)
            for fact in self.of(StaffQualified, StaffLapsed)
            if fact.id_of("therapist") == therapist
        ]
        until_then = [fact for since, fact in sorted(steps, key=lambda s: (s[0], *s[1].place())) if since <= day]
        last = until_then[-1] if until_then else None
        return last if last and last.is_a(StaffQualified) and day <= last.day("licence_until") else None

    def licences_on(self, day: date, kind: type[EducationLicenceGranted | CustodyLicenceGranted]) -> tuple[Noted, ...]:
        """Return the licences of a kind that are valid on a day."""
        return tuple(fact for fact in self.of(kind) if fact.day("valid_from") <= day <= fact.day("valid_until"))

    def carers_on(self, day: date) -> Noted | None:
        """Return the declaration of carers that holds on a day."""
        found = [fact for fact in self.of(CarersDeclared) if fact.day("since") <= day]
        return max(found, key=lambda fact: (fact.day("since"), *fact.place())) if found else None


def institutionbook(institution: UUID, facts: Iterable[Noted]) -> InstitutionBook:
    """Return the book of one institution from facts in any order; corrected ones are gone."""
    told = sorted(facts, key=Noted.place)
    corrected = {fact.corrects for fact in told if fact.corrects is not None}
    stands = tuple(fact for fact in told if fact.id not in corrected)
    return InstitutionBook(institution, stands, shelved(stands))
