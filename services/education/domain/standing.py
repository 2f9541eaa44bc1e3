"""What screening's facts say of a child beside its registration, taken together where two cases are one child."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.education.domain.calendar import SchoolPolicy
from services.education.domain.placement import Pupil
from services.education.domain.school_age import compulsory_age
from shared.contracts.events.screening import ClosingReason, DiagnosisOutcome, DiagnosisRecorded
from shared.rulebook.registry import rule

VOID = frozenset({ClosingReason.ENTERED_IN_ERROR, ClosingReason.DUPLICATE_MERGED})
"""Closed for these reasons, a suspicion never was one of this child's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One case as it stands."""

    case: UUID
    person: UUID
    born: date | None = None
    county: str | None = None
    watched_since: date | None = None
    died_on: date | None = None
    withdrawn_on: date | None = None
    erased_on: date | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """All cases that are one child; the one under which it is shown comes first."""

    cases: tuple[Standing, ...]

    @property
    def shown_as(self) -> Standing:
        """The case under which the child is shown."""
        return next((one for one in self.cases if one.case == one.person), self.cases[0])

    @property
    def died_on(self) -> date | None:
        """The day of death, the earliest that was registered."""
        return min((one.died_on for one in self.cases if one.died_on), default=None)

    @property
    def confirmed_on(self) -> date | None:
        """The first day of a diagnosis that is confirmed as things stand."""
        return min((one.confirmed_on for one in self.cases if one.confirmed_on), default=None)

    @property
    def withdrawn(self) -> bool:
        """Whether the guardian withdrew consent, under any of the cases."""
        return any(one.withdrawn_on for one in self.cases)

    @property
    def erased(self) -> bool:
        """Whether the identity under which the child is shown was erased."""
        return self.shown_as.erased_on is not None

    def pupil(self, policy: SchoolPolicy) -> Pupil | None:
        """Return the child as the rules of placement take it; none before it is registered."""
        shown = self.shown_as
        if shown.born is None or shown.county is None:
            return None
        begins = compulsory_age(shown.born, policy).first
        return Pupil(shown.born, shown.county, begins, self.died_on, self.withdrawn, self.erased)


@rule("education.watched-child", "assumed", zh="关注对象：确诊、在世、同意未撤回、身份未删除的儿童，每名儿童一次")
def to_be_watched(family: Family) -> date | None:
    """Return the day of diagnosis of a child that is to be watched and is not: alive, with consent (handbook §4)."""
    watched = any(one.watched_since for one in family.cases)
    if watched or family.died_on or family.withdrawn or family.erased:
        return None
    return family.confirmed_on


@rule("education.confirmed", "source", zh="确诊、排除、未定：以该类别最近一次诊断为准")
def confirmed_on(diagnosis: DiagnosisRecorded) -> date | None:
    """Take a category as confirmed until a later one says otherwise (孤独症规范; handbook §1.4, §4)."""
    return diagnosis.diagnosed_on if diagnosis.outcome is DiagnosisOutcome.CONFIRMED else None


def one_child(cases: Iterable[Standing]) -> Family:
    """Return cases as one child."""
    return Family(tuple(sorted(cases, key=lambda one: (one.case != one.person, one.case))))
