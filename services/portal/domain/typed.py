"""What people type: a day in any of the usual ways, a resident number that tells birth date and sex by itself."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal

from shared.ages import age_in_months
from shared.identifiers import InvalidIdentifier, ResidentNumber

DAY = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?)")
FULL_TERM_WEEKS, PREMATURE_BEFORE = 40, 37
CORRECTED_UNTIL_MONTHS = 24
"""From the second birthday on the age of a premature child is told like any other's. [assumed]"""


def typed_day(text: str) -> str:
    """Return a day as ISO writes it, of 20240506, 2024-5-6, 2024.5.6 or 2024年5月6日; what is none stays as it is."""
    narrow = unicodedata.normalize("NFKC", text).replace(" ", "")
    found = DAY.fullmatch(narrow)
    if found is None:
        return text
    year, *rest = (int(part) for part in found.groups() if part)
    try:
        return date(year, *rest).isoformat()
    except ValueError:
        return text


def day_of(text: str) -> date | None:
    """Return a day that was typed; none for what is no day."""
    try:
        return date.fromisoformat(typed_day(text))
    except ValueError:
        return None


def slip_number(text: str) -> str:
    """Return the number of a slip as it is printed, of whatever was typed; nothing for what is none.

    It has no letters O, I and L: who types one means the digit.
    """
    narrow = unicodedata.normalize("NFKC", text).upper().translate(str.maketrans("OIL", "011"))
    digits = re.sub(r"[\s\-–—]", "", narrow)
    return "-".join(digits[at : at + 4] for at in range(0, 12, 4)) if re.fullmatch("[0-9A-F]{12}", digits) else ""


def fen_of(yuan: str) -> int | str:
    """Return an amount in fen; what is no amount of whole fen goes as it is, for the service to refuse in words."""
    try:
        fen = Decimal(unicodedata.normalize("NFKC", yuan).replace(",", "").strip()) * 100
        return int(fen) if fen == int(fen) else yuan
    except (ArithmeticError, ValueError):
        return yuan


def told_by(number: str) -> dict[str, str]:
    """Return what a resident number tells of whoever bears it; nothing for what is no number."""
    try:
        read = ResidentNumber.parse(unicodedata.normalize("NFKC", number))
        return {"birth_date": read.born.isoformat(), "sex": read.sex.value}
    except InvalidIdentifier:
        return {}


def due_date(born: date, weeks: str) -> date | None:
    """Return the day on which a premature child was due, after so many completed weeks; none for any other child."""
    if not weeks.isascii() or not weeks.isdigit() or not 20 <= int(weeks) < PREMATURE_BEFORE:  # noqa: PLR2004 - viable
        return None
    return born + timedelta(weeks=FULL_TERM_WEEKS - int(weeks))


def corrected(born: date, weeks: str, on: date) -> date | None:
    """Return the day from which the corrected age of a premature child counts, while it is told."""
    due = due_date(born, weeks)
    return due if due and age_in_months(born, on) < CORRECTED_UNTIL_MONTHS else None
