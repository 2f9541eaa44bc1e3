"""Numbers of people and institutions: their form, what they tell, and their check characters (handbook §2.2, §2.3).

A number is identity: none of the values here shows it in its representation, and no error repeats it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Self

from shared.contracts.codes import Sex

RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS: Final = "10X98765432"
CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capitals without I, O, S, V and Z (GB 32100)."""
CREDIT_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))

# [0-9], never \d: the latter also takes the digits of other scripts.
RESIDENT_FORM: Final = re.compile(r"[0-9]{17}[0-9X]")
CERTIFICATE_FORM: Final = re.compile(r"([0-9]{17}[0-9X])([1-7])([1-4])(B[0-9])?")
CREDIT_FORM: Final = re.compile(rf"[{CREDIT_ALPHABET}]{{18}}")


class Flaw(StrEnum):
    """What is wrong with a number."""

    FORM = "form"
    BIRTH_DATE = "birth_date"
    CHECK_CHARACTER = "check_character"


class InvalidIdentifier(ValueError):  # noqa: N818 - a verdict about a number
    """A number that cannot be one; says what is wrong with it, never the number."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """Resident identity number, 18 characters (GB 11643)."""

    text: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number as people write it. Raises InvalidIdentifier.

        The region digits are historical and are not checked (handbook §2.3, [assumed]).
        """
        number = text.strip().upper()
        if not RESIDENT_FORM.fullmatch(number):
            raise InvalidIdentifier(Flaw.FORM)
        _birth_date(number)
        if resident_check(number[:17]) != number[17]:
            raise InvalidIdentifier(Flaw.CHECK_CHARACTER)
        return cls(number)

    @property
    def region(self) -> str:
        """County of first registration, as it was called then."""
        return self.text[:6]

    @property
    def born(self) -> date:
        return _birth_date(self.text)

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.text[16]) % 2 else Sex.FEMALE


@dataclass(frozen=True, slots=True)
class DisabilityCertificate:
    """Number of a disability certificate: resident number, category, grade, perhaps a reissue suffix (handbook §2.2).

    A regrade changes its last digits, so it is no stable key: key on the person.
    """

    resident: ResidentNumber
    category: int
    grade: int
    reissue: str | None = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a certificate number. Raises InvalidIdentifier."""
        parts = CERTIFICATE_FORM.fullmatch(text.strip().upper())
        if parts is None:
            raise InvalidIdentifier(Flaw.FORM)
        resident, category, grade, reissue = parts.groups()
        return cls(ResidentNumber.parse(resident), int(category), int(grade), reissue)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """Unified social credit code of an institution, 18 characters (GB 32100)."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code. Raises InvalidIdentifier."""
        code = text.strip().upper()
        if not CREDIT_FORM.fullmatch(code):
            raise InvalidIdentifier(Flaw.FORM)
        if credit_check(code[:17]) != code[17]:
            raise InvalidIdentifier(Flaw.CHECK_CHARACTER)
        return cls(code)


def resident_check(first17: str) -> str:
    """Return the check character of a resident number for its first 17 digits."""
    return RESIDENT_CHECKS[_weighted_sum([int(digit) for digit in first17], RESIDENT_WEIGHTS) % 11]


def credit_check(first17: str) -> str:
    """Return the check character of a unified social credit code for its first 17 characters."""
    total = _weighted_sum([CREDIT_ALPHABET.index(character) for character in first17], CREDIT_WEIGHTS)
    return CREDIT_ALPHABET[-total % 31]


def _weighted_sum(values: Sequence[int], weights: Sequence[int]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def _birth_date(number: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        # Without the cause: its text may repeat digits of the number.
        raise InvalidIdentifier(Flaw.BIRTH_DATE) from None
