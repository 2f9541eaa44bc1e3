"""The file as it was known at the end of a day."""

from datetime import date, timedelta

from shared.clock import moment_of


def end_of_day(day: str) -> str:
    """Return the first moment after a civil day in Shanghai: what was recorded before it was known on that day."""
    return moment_of(date.fromisoformat(day) + timedelta(days=1)).isoformat()
