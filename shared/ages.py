"""Ages by birthday (handbook §0 rule 2): "0-6" is before the 7th birthday, "7 and above" from it to before the 18th."""

from datetime import date, timedelta


def birthday(born: date, age: int) -> date:
    """Return the day on which a child turns `age`; a leap day's child on 1 March in other years [assumed]."""
    return anniversary(born, months=12 * age)


def anniversary(born: date, *, months: int) -> date:
    """Return the day on which a child turns `months` months; a day the month lacks falls on the first of the next.

    This is the rule of handbook §0 for 29 February, taken to every month end.
    """
    year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
    try:
        return date(year, month + 1, born.day)
    except ValueError:
        # Day 28 exists in every month; four days later is always inside the next one.
        return (date(year, month + 1, 28) + timedelta(days=4)).replace(day=1)


def age_in_months(born: date, on: date) -> int:
    """Return completed months of age on a day; negative before birth."""
    months = (on.year - born.year) * 12 + on.month - born.month
    return months if anniversary(born, months=months) <= on else months - 1


def age_in_years(born: date, on: date) -> int:
    """Return completed years of age on a day."""
    return age_in_months(born, on) // 12
