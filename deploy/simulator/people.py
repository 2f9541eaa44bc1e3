"""Invented identities: names that say so, numbers of an unassigned region (handbook §2.3), dead phones."""

from dataclasses import dataclass
from datetime import date
from random import Random

from deploy.simulator.sources import source
from shared.contracts.codes import Sex
from shared.identifiers import resident_check

UNASSIGNED_REGION = "379999"
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Person:
    """A child's identity as a clerk would take it down. Exactly one of the two numbers is given."""

    name: str
    sex: Sex
    birth_date: date
    resident_number: str | None
    birth_certificate: str | None
    guardian_name: str
    guardian_relation: str
    guardian_phone: str
    address: str


def invent(dice: Random, index: int, county: str, born: date, sex: Sex, serial: int) -> Person:
    """Invent a child. `serial` tells children of one sex and birthday apart, so that numbers never repeat."""
    by_certificate = born >= source().period.since
    number = resident_number(born, sex, serial)
    tail = "".join(DIGITS[int(digit)] for digit in f"{index:04d}")
    return Person(
        name=f"样例{tail}",
        sex=sex,
        birth_date=born,
        resident_number=None if by_certificate else number,
        birth_certificate=f"T{370000000 + index}" if by_certificate else None,
        guardian_name=f"样家长{tail}",
        guardian_relation=dice.choice(("母亲", "母亲", "父亲", "祖父母")),
        # No network gives out numbers that begin with 100.
        guardian_phone=f"100{index:08d}",
        address=f"{source().city.name}{_name_of(county)}样例路{dice.randint(1, 400)}号",
    )


def resident_number(born: date, sex: Sex, serial: int) -> str:
    """Return a valid number of nobody: odd sequence for boys, even for girls (GB 11643)."""
    sequence = 2 * serial + (1 if sex is Sex.MALE else 2)
    first17 = f"{UNASSIGNED_REGION}{born:%Y%m%d}{sequence:03d}"
    return first17 + resident_check(first17)


def _name_of(county: str) -> str:
    return next(place.name for place in source().counties if place.region == county)
