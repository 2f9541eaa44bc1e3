"""The cohort: the figures that must come out, the organisations, and one plan per child, made when it is asked for.

    whole = cohort(full=True)      # or cohort() for a tenth, cohort(children=40)
    whole.figures                  # {"newly_found_suspected_children": 159, ...}
    for child in whole: ...        # plain values; the same every time

The figures hold by construction at full scale and are each its share, rounded, at any other. Among the children are
decoys (`sources.Role`) that a careless indicator would count. The institutions live on until today: some children go on
in rehabilitation, pupils have their programmes, and beside the cohort (`lately`) some were screened lately.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil
from random import Random

from deploy.simulator import boarding, caring, days, finding, following, people, rehabilitation, renewing, schooling
from deploy.simulator.casting import ENROLLED, IN_CARE, Cast, cast_children, cast_lately, full_size, scaled_figures
from deploy.simulator.journeys import Child
from deploy.simulator.organisations import (
    CarePlan,
    Designation,
    LicencePlan,
    Organisation,
    all_organisations,
    care_home_of,
    categories_of,
    centres_of,
    hospital,
    houses_of,
    licences,
)
from deploy.simulator.sources import invention, source
from shared import clock
from shared.contracts.events.rehab import Discipline

FEWEST_PLACES = 20
FIRST_CARED, CARED_YEARS = 2023, 4
FIRST_AGREED, AGREED_YEARS = 2023, 2


@dataclass(frozen=True, slots=True)
class Cohort:
    """A plan of the size that was asked for. Iterating makes each child's plan anew: no more than one is held."""

    seed: int
    casts: tuple[Cast, ...]
    today: date
    """Up to when its institutions work on; the figures' period is long over by then."""

    lately: tuple[Cast, ...] = ()
    """Children beside the cohort: they were screened in the last weeks before today, and count in no figure."""

    def __len__(self) -> int:
        return len(self.casts)

    def __iter__(self) -> Iterator[Child]:
        return (_plan(cast, self.seed, self.today) for cast in (*self.casts, *self.lately))

    @property
    def figures(self) -> dict[str, int]:
        """What the timeline's own indicators must say in the end, by the keys of the source."""
        return scaled_figures(len(self.casts))

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations of the seven counties and the city."""
        return all_organisations()

    @property
    def licences(self) -> tuple[LicencePlan, ...]:
        """The education licences, renewed up to today."""
        return tuple(licences(self.today))

    @property
    def care(self) -> tuple[CarePlan, ...]:
        """Licensed places and carers up to today: for every child that might come, and by the strictest ratio."""
        cared_for = [cast for cast in self.casts if cast.role in IN_CARE]
        children = Counter(cast.centre for cast in cared_for) + Counter(care_home_of(cast.county) for cast in cared_for)
        return tuple(
            _care_plan(house, county.region, max(FEWEST_PLACES, children[house]), year)
            for county in source().counties
            for house in houses_of(county.region)
            for year in range(FIRST_CARED, self.today.year + 1, CARED_YEARS)
        )

    @property
    def staff(self) -> dict[str, tuple[str, frozenset[Discipline]]]:
        """Who trains the children, each with the centre and what their children need."""
        needed: dict[str, tuple[str, frozenset[Discipline]]] = {}
        for cast in self.casts:
            if cast.role in ENROLLED:
                who = rehabilitation.therapist_of(cast)
                known = needed.get(who, (cast.centre, frozenset()))[1]
                needed[who] = (cast.centre, known | set(rehabilitation.DISCIPLINES[cast.category]))
        return needed

    @property
    def designations(self) -> tuple[Designation, ...]:
        """The agreements of the rehabilitation centres, with room for a fifth more children than they have."""
        children = Counter(cast.centre for cast in self.casts if cast.role in ENROLLED)
        return tuple(
            Designation(
                centre=centre,
                county=county.region,
                categories=categories_of(centre),
                valid_from=date(year, 1, 1),
                valid_until=date(year + AGREED_YEARS - 1, 12, 31),
                capacity=max(FEWEST_PLACES, children[centre] * 6 // 5),
            )
            for county in source().counties
            for centre in centres_of(county.region)
            for year in range(FIRST_AGREED, self.today.year + 1, AGREED_YEARS)
        )


def cohort(
    children: int | None = None, *, full: bool = False, seed: int | None = None, today: date | None = None
) -> Cohort:
    """Plan a cohort: a tenth of the whole, the whole, or a number of children. The same arguments, the same plan.

    What its institutions do goes on until today.
    """
    size = children or (full_size() if full else round(full_size() * invention().default_fraction))
    if size < 1:
        raise ValueError("a cohort has at least one child")
    seed = invention().seed if seed is None else seed
    today = today or clock.today()
    return Cohort(seed, cast_children(size, seed), today, cast_lately(size, seed, today))


def _plan(cast: Cast, seed: int, today: date) -> Child:
    dice = Random(f"{seed}/{cast.index}")  # noqa: S311 - a plan that can be repeated, no secret
    suspicion = finding.find(dice, cast, today)
    application = rehabilitation.apply(dice, cast, suspicion)
    enrolment = rehabilitation.enrol(dice, cast, application)
    renewal = renewing.renew(dice, cast, application, enrolment, today)
    placement, stay = schooling.place(dice, cast, suspicion, today), schooling.stay(dice, cast)
    return Child(
        index=cast.index,
        role=cast.role,
        person=people.invent(dice, cast.index, cast.county, cast.born, cast.sex, cast.serial),
        county=cast.county,
        registered_by=suspicion.screening.clinic if suspicion.screening else hospital(),
        suspicion=following.follow(dice, cast, suspicion, enrolment, today if renewal else None),
        application=application,
        enrolment=enrolment,
        evaluations=tuple(rehabilitation.evaluate(dice, cast, enrolment, today)),
        sessions=tuple(rehabilitation.train(dice, cast, enrolment, days.last_day())),
        placement=placement,
        school_days=tuple(schooling.attend(dice, cast, placement, today)),
        stay=stay,
        leave=boarding.leave_of(cast, stay, renewal, today),
        incidents=tuple(boarding.incidents_of(cast, stay, today)),
        care=caring.care_for(cast, enrolment),
        programmes=tuple(schooling.programmes(dice, cast, placement, today)),
        visits=tuple(schooling.teach_at_home(cast, placement, today)),
        renewal=renewal,
    )


def _care_plan(house: str, county: str, places: int, year: int) -> CarePlan:
    """Give a house a carer for two children by day and four at night, as if all were of grades 1 and 2."""
    since, until = date(year, 1, 1), date(year + CARED_YEARS - 1, 12, 31)
    return CarePlan(house, county, places, ceil(places / 2), ceil(places / 4), since, until)
