"""Licensed places and carers: what refuses an admission, and what only explains a shortfall (handbook §5; F22)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from uuid import UUID

from pydantic import Field

from services.custody import errors
from services.custody.domain.admission import Stay
from services.custody.domain.rules import Rules
from shared.contracts.events.custody import CarersDeclared, CustodyLicenceGranted, CustodyMode
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Licence:
    """How many children a house may care for, both days included."""

    day_places: int
    boarding_places: int
    valid_from: date
    valid_until: date

    def valid_on(self, day: date) -> bool:
        """Tell whether the licence holds on a day."""
        return self.valid_from <= day <= self.valid_until

    def places(self, mode: CustodyMode) -> int:
        """Return the places for a form of care: by day, or by night for whoever sleeps in the house."""
        return self.day_places if mode is CustodyMode.DAY else self.boarding_places


@dataclass(frozen=True, slots=True)
class Carers:
    """Carers on duty from a day on."""

    by_day: int
    by_night: int
    since: date


class Heads(Question, of="custody.staff-ratio"):
    """Children in a house, of them those of a severe grade, and the carers declared (none: not declared)."""

    by_day: int = Field(description="Children by day.")
    severe_by_day: int = Field(default=0, description="Of them, those of a severe grade.")
    at_night: int = Field(default=0, description="Children at night.")
    severe_at_night: int = Field(default=0, description="Of them, those of a severe grade.")
    carers_by_day: int | None = Field(
        default=None, description="Carers on duty by day; absent where none were declared."
    )
    carers_at_night: int | None = Field(
        default=None, description="Carers on duty at night; absent where none were declared."
    )
    rules: Rules = Field(
        default=Rules(), description="Figures of the county, where they are not the handbook's defaults."
    )

    def explain(self) -> Explanation:
        """Compare carers with children, as the list of houses does."""
        return ratio(self)


def grant_licence(county: str, licence: Licence) -> CustodyLicenceGranted:
    """License a house for a number of children; a later licence replaces an earlier one from its first day on."""
    if licence.valid_until < licence.valid_from:
        raise errors.PeriodReversed
    return CustodyLicenceGranted(
        licence=new_record(),
        county=county,
        day_places=licence.day_places,
        boarding_places=licence.boarding_places,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
    )


def declare_carers(carers: Carers) -> CarersDeclared:
    """Say how many carers are on duty from a day on."""
    return CarersDeclared(by_day=carers.by_day, by_night=carers.by_night, since=carers.since)


def licence_on(licences: Iterable[Licence], day: date) -> Licence | None:
    """Return the licence that holds on a day: of several, the one that began last."""
    return max((one for one in licences if one.valid_on(day)), key=lambda one: one.valid_from, default=None)


def carers_on(declared: Iterable[Carers], day: date) -> Carers | None:
    """Return the carers on duty on a day."""
    return max((one for one in declared if one.since <= day), key=lambda one: one.since, default=None)


@rule("custody.licensed-places", "assumed", zh="收托人数不得超过核定床位", setting="CUSTODY_RULES__LICENCE_REQUIRED")
def check_places(
    mode: CustodyMode, since: date, stays: Sequence[Stay], licences: Sequence[Licence], rules: Rules
) -> None:
    """Refuse an admission beyond the licensed places, on its day and on every later one with an entry (handbook §5).

    Someone admitted in hindsight takes a place on all days since then.
    """
    alike = [stay for stay in stays if (stay.mode is CustodyMode.DAY) == (mode is CustodyMode.DAY)]
    for day in sorted({since, *(stay.admitted_on for stay in alike if stay.admitted_on > since)}):
        licence = licence_on(licences, day)
        if licence is None and (rules.licence_required or licences):
            raise errors.NotLicensed(on=day.isoformat())
        taken = sum(stay.covers(day) for stay in alike)
        if licence is not None and taken >= licence.places(mode):
            raise errors.NoPlaceFree(places=licence.places(mode), on=day.isoformat())


@rule("custody.staff-ratio", "assumed", zh="护理员与儿童之比：日间1:4、夜间1:6，一、二级更严；不足只作提示")
def ratio(heads: Heads) -> Explanation:
    """Compare carers on duty with children: 1 to 4 by day, 1 to 6 at night, stricter for grades 1 and 2 (handbook §5).

    A shortfall is shown and becomes a finding of the timeline (F22); it never refuses a child.
    """
    r = heads.rules
    by_day = carers_needed(heads.by_day, heads.severe_by_day, r.children_per_carer_by_day, r.severe_per_carer_by_day)
    at_night = carers_needed(
        heads.at_night, heads.severe_at_night, r.children_per_carer_at_night, r.severe_per_carer_at_night
    )
    steps = (
        _compared("day", heads.by_day, heads.severe_by_day, by_day, heads.carers_by_day),
        _compared("night", heads.at_night, heads.severe_at_night, at_night, heads.carers_at_night),
    )
    return Explanation(rule="custody.staff-ratio", outcome=_outcome(steps), steps=steps)


@rule("custody.carers-needed", "assumed", zh="所需护理员数按普通与重度儿童分别折算后进位")
def carers_needed(children: int, severe: int, per_carer: int, severe_per_carer: int) -> int:
    """Work out the carers for some children, of whom some are of a severe grade, rounded up to whole ones (§5)."""
    return ceil(Fraction(children - severe, per_carer) + Fraction(severe, severe_per_carer))


def heads_on(
    day: date, stays: Iterable[tuple[UUID, Stay]], severe: frozenset[UUID], carers: Carers | None, rules: Rules
) -> Heads:
    """Count a house's children on a day: all of them by day, those who board at night too."""
    there = [(case, stay.mode) for case, stay in stays if stay.covers(day)]
    boards = [case for case, mode in there if mode is not CustodyMode.DAY]
    return Heads(
        by_day=len(there),
        severe_by_day=sum(case in severe for case, _ in there),
        at_night=len(boards),
        severe_at_night=sum(case in severe for case in boards),
        carers_by_day=carers.by_day if carers else None,
        carers_at_night=carers.by_night if carers else None,
        rules=rules,
    )


SHIFTS = {"day": ("by day", "日间"), "night": ("at night", "夜间")}


def _compared(shift: str, children: int, severe: int, needed: int, carers: int | None) -> Step:
    shift_en, shift_zh = SHIFTS[shift]
    if carers is None:
        said, says = (
            "{shift_en}: {children} children need {needed} carers, none are declared",
            "{shift_zh}：{children}名儿童需{needed}名护理员，未申报",
        )
    else:
        said = (
            "{shift_en}: {children} children, {severe} of a severe grade, need {needed} carers, {carers} are declared"
        )
        says = "{shift_zh}：儿童{children}名（重度{severe}名），需护理员{needed}名，申报{carers}名"
    holds = needed == 0 if carers is None else carers >= needed
    return step(
        f"carers-{shift}", said, says, holds=holds,
        shift_en=shift_en, shift_zh=shift_zh, children=children, severe=severe, needed=needed, carers=carers,
    )  # fmt: skip


def _outcome(steps: Iterable[Step]) -> str:
    return "enough" if all(one.holds for one in steps) else "short"
