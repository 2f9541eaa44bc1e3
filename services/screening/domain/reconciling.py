"""Monthly reconciliation between the lists of health authority and federation (handbook §1.4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.screening.domain.figures import AgeLimits
from services.screening.domain.registry_policy import RegistryPolicy
from services.screening.errors import MonthNotBegun
from shared.ages import anniversary, birthday
from shared.contracts.codes import RehabCategory
from shared.rulebook.registry import rule


class DifferenceKind(StrEnum):
    """In what the two lists differ."""

    INVALID_NUMBER = "invalid_number"
    """The line has no number, or one that cannot be a number."""
    NOT_REGISTERED = "not_registered"
    """The registry knows no child with this number."""
    LIVES_ELSEWHERE = "lives_elsewhere"
    """The child is registered, and lives in another county by now."""
    OTHER_NAME = "other_name"
    """The number is registered under another name."""
    DIED = "died"
    """A death is registered."""
    LISTED_TWICE = "listed_twice"
    """An earlier line has the same child with the same category."""
    NOT_CONFIRMED = "not_confirmed"
    """The health side has no confirmed diagnosis of this category."""
    NOT_LISTED = "not_listed"
    """The health side confirmed the child, and the federation's list lacks it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The child that the registry has under a number, and whether it has it under the name that was given."""

    case: UUID
    region: str
    died: bool
    same_name: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the federation's list, by its place in it, and the child that was found by its number."""

    place: int
    category: RehabCategory
    valid: bool = True
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference, told by the federation's line, by the case, or by both; a person finds out which list is right."""

    kind: DifferenceKind
    category: RehabCategory
    line: int | None = None
    case: UUID | None = None


Pair = tuple[UUID, RehabCategory]
"""A child and what it is listed with."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the health side confirmed of somebody who lives in a county, whatever the age by now."""

    case: UUID
    category: RehabCategory
    born: date
    since: date
    """Day from which the county knew it: of the diagnosis, or of the move there."""

    @property
    def pair(self) -> Pair:
        return self.case, self.category


@rule(
    "screening.reconciled-children",
    "assumed",
    zh="名单核对的对象：未满18周岁的儿童；已满的不再计为漏列",
    setting="SCREENING_PROTOCOLS: age_limits.registry_years",
)
def children_of(health: Sequence[Confirmed], today: date, limits: AgeLimits) -> list[Confirmed]:
    """Say whom the list has to hold: children before the 18th birthday (山东办法2026; handbook §0, §1.4)."""
    return [one for one in health if today < birthday(one.born, limits.registry_years.value)]


@rule("screening.reconciliation", "assumed", zh="每月核对：逐行比对残联名单与卫健确诊名单，只列差异，由人核实")
def reconcile(
    county: str, lines: Sequence[Line], health: Sequence[Confirmed], children: Sequence[Confirmed]
) -> list[Difference]:
    """Say in what the federation's list and the health side's differ; a person finds out who is right (handbook §1.4).

    Of a line the first reason is told. Of a child in another county nothing is told unless number and name agree.
    Lines are held against all who were confirmed (`health`), but only `children` can be missing.
    """
    confirmed = frozenset(one.pair for one in health)
    met: set[Pair] = set()
    differences: list[Difference] = []
    for line in lines:
        differences.extend(_of_line(line, county, confirmed, met))
        if line.found is not None:
            met.add((line.found.case, line.category))
    missing = sorted({one.pair for one in children} - met, key=lambda one: (one[0].hex, one[1].value))
    return [*differences, *(Difference(DifferenceKind.NOT_LISTED, category, case=case) for case, category in missing)]


@rule(
    "screening.reconciliation-month",
    "assumed",
    zh="核对周期：默认每月一次，至当月末为限；从未核对的，自该县区首名确诊儿童起算",
    setting="SCREENING_REGISTRY_POLICIES: reconciliation.every_months",
)
def due_on(last: date | None, children: Sequence[Confirmed], today: date, policy: RegistryPolicy) -> date:
    """Say by which day the lists are to be compared next: month by month, to the month's end (handbook §1.4).

    `last` is the month that was reconciled last. Where no list ever was, the month in which the county first knew a
    confirmed child counts as that one; where it knows none, nothing is owed before the end of this month.
    """
    begun = last or min((one.since for one in children), default=None)
    months = policy.reconciliation.every_months.value if begun else 0
    month = anniversary((begun or today).replace(day=1), months=months)
    return anniversary(month, months=1) - timedelta(days=1)


def check_month(month: date, today: date) -> None:
    """Raise MonthNotBegun for a month to come."""
    if month > today:
        raise MonthNotBegun


def _of_line(line: Line, county: str, confirmed: frozenset[Pair], met: set[Pair]) -> Iterator[Difference]:
    found = line.found
    if not line.valid:
        yield Difference(DifferenceKind.INVALID_NUMBER, line.category, line.place)
    elif found is None or (found.region != county and not found.same_name):
        yield Difference(DifferenceKind.NOT_REGISTERED, line.category, line.place)
    elif found.region != county:
        yield Difference(DifferenceKind.LIVES_ELSEWHERE, line.category, line.place)
    elif kind := _of_child(found, line.category, confirmed, met):
        yield Difference(kind, line.category, line.place, found.case)


def _of_child(
    found: Found, category: RehabCategory, confirmed: frozenset[Pair], met: set[Pair]
) -> DifferenceKind | None:
    told: Mapping[DifferenceKind, bool] = {
        DifferenceKind.OTHER_NAME: not found.same_name,
        DifferenceKind.DIED: found.died,
        DifferenceKind.LISTED_TWICE: (found.case, category) in met,
        DifferenceKind.NOT_CONFIRMED: (found.case, category) not in confirmed,
    }
    return next((kind for kind, holds in told.items() if holds), None)
