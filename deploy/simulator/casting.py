"""Who is in the cohort: roles in exact numbers, dealt over counties, centres and ages. A few hundred bytes a child."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from random import Random
from typing import TypeVar

from deploy.simulator import days, organisations
from deploy.simulator.sources import Chance, Role, happens, invention, source
from shared.ages import anniversary
from shared.contracts.codes import RehabCategory, Sex

Key = TypeVar("Key", bound=str)

FOUND = frozenset({Role.FOUND_IN_PROGRESS, Role.FOUND_REHABILITATED})
EDUCATED = frozenset({Role.EDUCATED, Role.CUSTODY_BEFORE_SCHOOLING, Role.INTEGRATED})
NOT_REHABILITATED = frozenset(
    {Role.FOUND_IN_PROGRESS, Role.NEVER_CAME, Role.NEVER_ATTENDED, Role.ENDED_BEFORE, Role.SCREENED_NORMAL}
    | {Role.FOUND_BEFORE, Role.LATELY}
)
ENROLLED = frozenset(Role) - {
    Role.FOUND_IN_PROGRESS, Role.NEVER_CAME, Role.SCREENED_NORMAL, Role.FOUND_BEFORE, Role.LATELY
}  # fmt: skip
SCREENED = FOUND | {Role.SCREENED_NORMAL, Role.FOUND_BEFORE, Role.LATELY}
IN_CARE = frozenset({Role.INTEGRATED, Role.CUSTODY_BEFORE_SCHOOLING, Role.CUSTODY_ONLY, Role.ONLY_ABSENT})
TAUGHT_ON_SITE = EDUCATED | {Role.UNLICENSED_SITE, Role.EXPIRED_LICENCE, Role.BEFORE_LICENCE, Role.ONLY_ABSENT}

SCREENING_MONTHS: Mapping[RehabCategory, Sequence[int]] = {
    RehabCategory.AUTISM: (18, 24, 24, 30, 36, 48),
    RehabCategory.INTELLECTUAL: (12, 18, 24, 36, 48, 60),
    RehabCategory.PHYSICAL: (6, 8, 12, 18),
    RehabCategory.HEARING: (6, 12, 24, 36),
    RehabCategory.SPEECH: (24, 30, 36),
}
"""Check-ups at which a suspicion of each kind usually comes up, in months of age."""


class Progress(IntEnum):
    """How far a found child has come that is not in rehabilitation yet: the variants of its role in turn."""

    REFERRED = 0
    RECHECK_DUE = 1
    EXCLUDED = 2
    CONFIRMED = 3
    LOST = 4
    SLIP_OPEN = 5
    NORMAL_ON_RECHECK = 6
    UNDETERMINED = 7
    APPLIED = 8
    REFUSED = 9


@dataclass(frozen=True, slots=True)
class Cast:
    """One child's part: what all else is derived from."""

    index: int
    role: Role
    variant: int
    """Number of the child within its role: children of one role differ by it."""
    county: str
    category: RehabCategory
    sex: Sex
    born: date
    serial: int
    screened_on: date | None
    centre: str
    place: int
    """Number of the child within its centre: its therapist and time follow from it, so that no two clash."""

    @property
    def progress(self) -> Progress:
        """How far a child of the role FOUND_IN_PROGRESS or LATELY has come."""
        return Progress(self.variant % len(Progress))

    @property
    def is_shown(self) -> bool:
        """Whether it is of the first who were screened lately: one in each progress, by the clinic of the visitors."""
        return self.role is Role.LATELY and self.variant < len(Progress)


DAYS_AGO: Mapping[Progress, int] = {
    Progress.REFERRED: 4,
    Progress.SLIP_OPEN: 2,
    Progress.RECHECK_DUE: 92,
    Progress.EXCLUDED: 80,
    Progress.CONFIRMED: 34,
    Progress.LOST: 96,
    Progress.NORMAL_ON_RECHECK: 130,
    Progress.UNDETERMINED: 88,
    Progress.APPLIED: 48,
    Progress.REFUSED: 20,
}
"""How many days before today a child was screened, at least, so that it stands where it should today."""
FORTNIGHT = 13
LATE_SERIALS, HELD_FREE = 250, 150
"""Their resident numbers begin where no child of the cohort has one; so many follow before those of strangers."""
LATELY_OUT_OF = 15
"""On so many children of the year comes one who was screened lately."""


def full_size() -> int:
    """Return the number of children of the whole cohort."""
    return sum(invention().roles.values())


def scaled_figures(size: int) -> dict[str, int]:
    """Return the source's figures for a cohort of a size; the eight institutions stay eight."""
    figures, roles = source().figures, role_counts(size)
    counted = {
        "newly_found_suspected_children": sum(roles[role] for role in FOUND),
        "children_given_free_rehabilitation": sum(roles[role] for role in Role if role not in NOT_REHABILITATED),
        "children_educated_in_rehabilitation_institutions": sum(roles[role] for role in EDUCATED),
        "children_in_integrated_rehabilitation_education_custody": roles[Role.INTEGRATED],
    }
    institutions = "rehabilitation_institutions_with_education_licence"
    return counted | {institutions: figures[institutions]}


def role_counts(size: int) -> dict[Role, int]:
    """Return how many children play each role, so that the figures hold exactly: each is its share, rounded."""
    whole = invention().roles
    total = full_size()

    def share(*roles: Role) -> int:
        return round(sum(whole[role] for role in roles) * size / total)

    found = share(*FOUND)
    both = min(share(Role.FOUND_REHABILITATED), found)
    rehabilitated = min(share(*(frozenset(whole) - NOT_REHABILITATED)), size - found + both)
    educated = min(share(*EDUCATED), rehabilitated - both)
    integrated = min(share(Role.INTEGRATED), educated)
    known = frozenset(Role) - NOT_REHABILITATED - FOUND - EDUCATED
    others = frozenset(whole) - known - FOUND - EDUCATED
    return {
        Role.FOUND_IN_PROGRESS: found - both,
        Role.FOUND_REHABILITATED: both,
        Role.INTEGRATED: integrated,
        **deal(educated - integrated, _weights(EDUCATED - {Role.INTEGRATED})),
        **deal(rehabilitated - both - educated, _weights(known)),
        **deal(size - rehabilitated - found + both, _weights(others)),
    }


def deal(number: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Share a number out by weights with the largest remainders, in whole parts that add up."""
    total = sum(weights.values())
    shares = {key: number * weight // total for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(number * weights[key] % total), key))
    for key in by_remainder[: number - sum(shares.values())]:
        shares[key] += 1
    return shares


def cast_children(size: int, seed: int) -> tuple[Cast, ...]:
    """Cast a cohort: the same size and seed give the same children."""
    dice = Random(f"{seed}/casting")  # noqa: S311 - a plan that can be repeated, no secret
    parts = [
        (role, variant, county)
        for role, number in role_counts(size).items()
        for variant, county in enumerate(_counties(dice, role, number))
    ]
    dice.shuffle(parts)
    serials: Counter[tuple[date, Sex]] = Counter()
    places: Counter[str] = Counter()
    return tuple(_cast(dice, index, *part, serials, places) for index, part in enumerate(parts, 1))


def cast_lately(size: int, seed: int, today: date) -> tuple[Cast, ...]:
    """Cast the children beside a cohort who were screened in the last weeks; their indices follow on its own."""
    dice = Random(f"{seed}/lately")  # noqa: S311 - a plan that can be repeated, no secret
    number = round(size / LATELY_OUT_OF)
    shown = min(number, len(Progress))
    counties = [organisations.SHOWN_COUNTY] * shown + _counties(dice, Role.LATELY, number - shown)
    return tuple(_cast_lately(dice, size + place + 1, place, county, today) for place, county in enumerate(counties))


def _cast_lately(dice: Random, index: int, variant: int, county: str, today: date) -> Cast:
    latest = today - timedelta(days=DAYS_AGO[Progress(variant % len(Progress))])
    screened_on = days.a_workday(dice, latest - timedelta(days=FORTNIGHT), latest)
    centre = _centre(dice, Role.LATELY, county)
    category = _category(dice, centre)
    sex = Sex.MALE if happens(dice, Chance.BOY) else Sex.FEMALE
    born = _born(dice, Role.LATELY, category, screened_on)
    return Cast(
        index=index,
        role=Role.LATELY,
        variant=variant,
        county=county,
        category=category,
        sex=sex,
        born=born,
        serial=LATE_SERIALS + variant % HELD_FREE,
        screened_on=screened_on,
        centre=centre,
        place=0,
    )


def _cast(
    dice: Random,
    index: int,
    role: Role,
    variant: int,
    county: str,
    serials: Counter[tuple[date, Sex]],
    places: Counter[str],
) -> Cast:
    centre = _centre(dice, role, county)
    category = _category(dice, centre)
    sex = Sex.MALE if happens(dice, Chance.BOY) else Sex.FEMALE
    screened_on = _screened_on(dice, role, variant)
    born = _born(dice, role, category, screened_on)
    serial, place = serials[born, sex], places[centre]
    serials[born, sex] += 1
    places[centre] += role in ENROLLED
    return Cast(index, role, variant, county, category, sex, born, serial, screened_on, centre, place)


def _weights(roles: frozenset[Role]) -> dict[Role, int]:
    return {role: invention().roles[role] for role in Role if role in roles}


def _counties(dice: Random, role: Role, number: int) -> list[str]:
    only = {Role.BEFORE_LICENCE: organisations.LATE_LICENCE, Role.EXPIRED_LICENCE: organisations.EXPIRED_LICENCE}
    if role in only:
        return [only[role].split("-")[1]] * number
    shares = deal(number, invention().county_weights)
    counties = [county for county, share in shares.items() for _ in range(share)]
    dice.shuffle(counties)
    return counties


def _centre(dice: Random, role: Role, county: str) -> str:
    if role is Role.BEFORE_LICENCE:
        return organisations.LATE_LICENCE
    if role is Role.EXPIRED_LICENCE:
        return organisations.EXPIRED_LICENCE
    if role is Role.UNLICENSED_SITE:
        return dice.choice(organisations.unlicensed_centres_of(county))
    if role in TAUGHT_ON_SITE:
        return dice.choice(organisations.licensed_centres_of(county))
    return dice.choice(organisations.centres_of(county))


def _category(dice: Random, centre: str) -> RehabCategory:
    covered = organisations.categories_of(centre)
    weights = {category: weight for category, weight in invention().category_weights.items() if category in covered}
    return dice.choices(list(weights), list(weights.values()))[0]


def _screened_on(dice: Random, role: Role, variant: int) -> date | None:
    period = source().period
    if role not in SCREENED:
        return None
    if role is Role.FOUND_BEFORE:
        return days.a_workday(dice, date(2023, 9, 4), date(2023, 10, 31))
    if role is Role.FOUND_IN_PROGRESS and variant % len(Progress) in {Progress.REFERRED, Progress.SLIP_OPEN}:
        # Found in the last weeks: nothing but the slip exists yet.
        return days.a_workday(dice, period.to - timedelta(days=25), period.to - timedelta(days=6))
    return days.a_workday(dice, period.since, period.since + timedelta(days=134))


def _born(dice: Random, role: Role, category: RehabCategory, screened_on: date | None) -> date:
    if screened_on is not None:
        months = dice.choice(SCREENING_MONTHS[category])
        return anniversary(screened_on, months=-months) - timedelta(days=dice.randint(5, 20))
    youngest, oldest = _ages(dice, role)
    return date.fromordinal(dice.randint(oldest.toordinal(), youngest.toordinal()))


def _ages(dice: Random, role: Role) -> tuple[date, date]:
    """Return the latest and the earliest birthday: seven in ten are under 7, none turns 18 before the end."""
    if role in TAUGHT_ON_SITE | {Role.CUSTODY_ONLY}:
        # Three years old on the first day of a placement in September 2023, so old enough for care as well.
        return date(2020, 8, 31), date(2009, 1, 1) if happens(dice, Chance.SCHOOL_AGE_ON_SITE) else date(2017, 1, 1)
    if role is Role.ORDINARY_SCHOOL:
        return date(2016, 8, 31), date(2009, 1, 1)
    if happens(dice, Chance.UNDER_SEVEN):
        return date(2022, 6, 1), date(2017, 1, 1)
    return date(2016, 12, 31), date(2006, 10, 1)
