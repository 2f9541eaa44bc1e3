"""Ages by birthday, 29 February and month ends too (handbook §0 rule 2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ages import age_in_months, age_in_years, anniversary, birthday


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2019, 5, 4), 7, date(2026, 5, 4)),
        (date(2020, 2, 29), 4, date(2024, 2, 29)),
        (date(2020, 2, 29), 6, date(2026, 3, 1)),
        (date(2020, 2, 29), 7, date(2027, 3, 1)),
        (date(2020, 2, 28), 7, date(2027, 2, 28)),
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(1896, 2, 29), 4, date(1900, 3, 1)),
    ],
)
def test_the_day_of_a_birthday(born: date, age: int, day: date):
    assert birthday(born, age) == day
    assert age_in_years(born, day) == age
    assert age_in_years(born, day - timedelta(days=1)) == age - 1


@pytest.mark.parametrize(
    ("born", "months", "day"),
    [
        (date(2025, 1, 31), 1, date(2025, 3, 1)),
        (date(2024, 1, 31), 1, date(2024, 3, 1)),
        (date(2024, 1, 29), 1, date(2024, 2, 29)),
        (date(2025, 1, 29), 1, date(2025, 3, 1)),
        (date(2025, 3, 31), 1, date(2025, 5, 1)),
        (date(2025, 8, 31), 6, date(2026, 3, 1)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 5, 4), 0, date(2025, 5, 4)),
    ],
)
def test_a_month_that_lacks_the_day_is_full_on_the_first_of_the_next(born: date, months: int, day: date):
    assert anniversary(born, months=months) == day
    assert age_in_months(born, day) == months
    assert age_in_months(born, day - timedelta(days=1)) == months - 1


@pytest.mark.parametrize(
    ("on", "months"),
    [
        (date(2026, 5, 3), -1),
        (date(2026, 5, 4), 0),
        (date(2026, 6, 3), 0),
        (date(2026, 6, 4), 1),
        (date(2027, 5, 3), 11),
    ],
)
def test_completed_months_around_the_day_of_birth(on: date, months: int):
    assert age_in_months(date(2026, 5, 4), on) == months


born_days = st.dates(date(1990, 1, 1), date(2030, 12, 31))


@given(born_days, st.integers(0, 250))
def test_an_age_is_reached_on_its_anniversary_and_not_a_day_before(born: date, months: int):
    day = anniversary(born, months=months)
    assert age_in_months(born, day) == months
    assert age_in_months(born, day - timedelta(days=1)) == months - 1


@given(born_days, st.integers(0, 7000))
def test_nobody_grows_younger(born: date, days: int):
    on = born + timedelta(days=days)
    assert age_in_months(born, on) <= age_in_months(born, on + timedelta(days=1)) <= age_in_months(born, on) + 1
    assert age_in_years(born, on) == age_in_months(born, on) // 12
