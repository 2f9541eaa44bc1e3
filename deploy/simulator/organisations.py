"""The organisations of the seven counties and the city. Invented; keys are stable, ids are the directory's to give."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from deploy.simulator.sources import Place, source
from shared.contracts.codes import OrgType, RehabCategory
from shared.contracts.events.education import LicenceStage

CLINICS_PER_COUNTY = 3
LATE_LICENCE = "rehab-371602-2"
"""The eighth licensed institution: its licence began in the middle of the period."""
LATE_BEGIN = date(2024, 3, 1)
FIRST_LICENSED, LICENSED_YEARS = 2023, 3
"""Licences run from September for so many years, and are renewed."""
EXPIRED_LICENCE = "rehab-371681-2"
"""An institution that was licensed once, before the period: not one of the eight."""
SHOWN_COUNTY = "371602"
SHOWN_CLINIC, SHOWN_CENTRE = f"clinic-{SHOWN_COUNTY}-1", f"rehab-{SHOWN_COUNTY}-1"
"""As which a visitor of the demo signs in: there is always something to do there."""
LARGE_COUNTIES = frozenset({"371602", "371681"})
ALL = frozenset(RehabCategory)
DEVELOPMENTAL = frozenset(
    {RehabCategory.AUTISM, RehabCategory.INTELLECTUAL, RehabCategory.SPEECH, RehabCategory.PHYSICAL}
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as the directory takes it up."""

    key: str
    name: str
    org_type: OrgType
    region: str


@dataclass(frozen=True, slots=True)
class Designation:
    """A rehabilitation centre's agreement with its county federation."""

    centre: str
    county: str
    categories: frozenset[RehabCategory]
    valid_from: date
    valid_until: date
    capacity: int


@dataclass(frozen=True, slots=True)
class LicencePlan:
    """An education licence of a rehabilitation centre."""

    centre: str
    county: str
    stage: LicenceStage
    valid_from: date
    valid_until: date
    partner_school: str


@dataclass(frozen=True, slots=True)
class CarePlan:
    """Licensed places and carers on duty of an institution that cares for children."""

    house: str
    county: str
    places: int
    by_day: int
    by_night: int
    valid_from: date
    valid_until: date


@cache
def all_organisations() -> tuple[Organisation, ...]:
    """Return all organisations, the city's last."""
    return (*(org for county in source().counties for org in _of_county(county)), *_of_city(source().city))


@cache
def centres_of(county: str) -> tuple[str, ...]:
    """Return the rehabilitation centres of a county; the first is licensed and covers every category."""
    return tuple(f"rehab-{county}-{number}" for number in range(1, 4 if county in LARGE_COUNTIES else 3))


def licensed_centres_of(county: str) -> tuple[str, ...]:
    """Return the centres of a county that hold a licence at the end of the period."""
    return tuple(centre for centre in centres_of(county) if centre.endswith("-1") or centre == LATE_LICENCE)


def unlicensed_centres_of(county: str) -> tuple[str, ...]:
    """Return the centres of a county that never held a licence."""
    licensed = {*licensed_centres_of(county), EXPIRED_LICENCE}
    return tuple(centre for centre in centres_of(county) if centre not in licensed)


def categories_of(centre: str) -> frozenset[RehabCategory]:
    """Return the categories that a centre's designation covers."""
    return ALL if centre.endswith(("-1", "-3")) else DEVELOPMENTAL


def licences(today: date) -> Iterator[LicencePlan]:
    """Yield the licences up to today: both stages for each of the eight, and one that ran out before the period."""
    for since, until in _terms_of_licence(today):
        for county in source().counties:
            for centre in licensed_centres_of(county.region):
                begins = max(since, LATE_BEGIN) if centre == LATE_LICENCE else since
                for stage in (LicenceStage.PRESCHOOL, LicenceStage.COMPULSORY):
                    yield _licence(centre, stage, begins, until)
    yield _licence(EXPIRED_LICENCE, LicenceStage.PRESCHOOL, date(2021, 9, 1), date(2023, 8, 31))


def _terms_of_licence(today: date) -> Iterator[tuple[date, date]]:
    for year in range(FIRST_LICENSED, today.year + 1, LICENSED_YEARS):
        if (since := date(year, 9, 1)) <= today:
            yield since, date(year + LICENSED_YEARS, 8, 31)


def _licence(centre: str, stage: LicenceStage, since: date, until: date) -> LicencePlan:
    county = centre.split("-")[1]
    return LicencePlan(centre, county, stage, since, until, special_school_of(county))


def houses_of(county: str) -> tuple[str, ...]:
    """Return the institutions of a county that care for children: its care home, and its centres."""
    return (care_home_of(county), *centres_of(county))


def clinics_of(county: str) -> tuple[str, ...]:
    """Return the township clinics of a county."""
    return tuple(f"clinic-{county}-{number}" for number in range(1, CLINICS_PER_COUNTY + 1))


def mch_of(county: str) -> str:
    """Return the maternal-and-child-health institution of a county."""
    return f"mch-{county}"


def special_school_of(county: str) -> str:
    """Return the special school of a county: partner of its teaching sites."""
    return f"school-{county}-special"


def ordinary_school_of(county: str) -> str:
    """Return an ordinary school of a county."""
    return f"school-{county}-ordinary"


def care_home_of(county: str) -> str:
    """Return the care home of a county."""
    return f"care-{county}"


def hospital() -> str:
    """Return the city's hospital with diagnostic capability."""
    return f"hospital-{source().city.region}"


def _of_county(county: Place) -> Iterator[Organisation]:
    region, name = county.region, county.name
    for number, clinic in enumerate(clinics_of(region), 1):
        yield Organisation(clinic, f"{name}样例第{number}卫生院", OrgType.CLINIC, region)
    for number, centre in enumerate(centres_of(region), 1):
        yield Organisation(centre, f"{name}样例第{number}康复中心", OrgType.REHAB_CENTRE, region)
    yield Organisation(mch_of(region), f"{name}样例妇幼保健院", OrgType.MCH, region)
    yield Organisation(special_school_of(region), f"{name}样例特殊教育学校", OrgType.SCHOOL, region)
    yield Organisation(ordinary_school_of(region), f"{name}样例实验小学", OrgType.SCHOOL, region)
    yield Organisation(care_home_of(region), f"{name}样例托养中心", OrgType.CARE_HOME, region)
    yield Organisation(f"federation-{region}", f"{name}样例残疾人联合会", OrgType.FEDERATION, region)
    yield Organisation(f"education-{region}", f"{name}样例教育局", OrgType.EDUCATION_AUTHORITY, region)


def _of_city(city: Place) -> Iterator[Organisation]:
    region, name = city.region, city.name
    yield Organisation(hospital(), f"{name}样例医院", OrgType.HOSPITAL, region)
    yield Organisation(f"federation-{region}", f"{name}样例残疾人联合会", OrgType.FEDERATION, region)
    yield Organisation(f"education-{region}", f"{name}样例教育局", OrgType.EDUCATION_AUTHORITY, region)
    yield Organisation(f"health-{region}", f"{name}样例卫生健康委", OrgType.HEALTH_AUTHORITY, region)
    yield Organisation(f"auditor-{region}", f"{name}样例审计处", OrgType.AUDITOR, region)
