"""Clocks of the working list (handbook §3.3)."""

from datetime import date, timedelta
from enum import StrEnum

from services.rehab.domain.rules import Rules
from shared.rulebook.registry import rule


class Clock(StrEnum):
    """What is due to whom."""

    CONTACT = "contact"
    """The federation informs the family (§1.4)."""
    REPLY = "reply"
    """The federation says whether an application is complete (§3.3 step 1)."""
    REVIEW = "review"
    """The federation decides (§3.3 step 2)."""
    ASSESSMENT = "assessment"
    """A hospital or centre assesses the need (§3.3 step 3)."""
    ENROLMENT = "enrolment"
    """The family takes an approval up before it lapses (§3.3 step 5)."""
    CONTINUATION = "continuation"
    """Federation and experts decide before the period ends (§3.3 step 8)."""


class Urgency(StrEnum):
    """Whether there is time left."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"


@rule("rehab.urgency", "assumed", zh="到期日之后为逾期，到期前数日内为临期", setting="REHAB_RULES__DUE_SOON_DAYS")
def urgency(due_on: date, today: date) -> Urgency:
    """Tell what is overdue from what is due soon: the day itself is still in time (handbook §3.3)."""
    return Urgency.OVERDUE if due_on < today else Urgency.DUE_SOON


def listed_days(today: date, wanted: Urgency | None, rules: Rules) -> tuple[date, date]:
    """Return the first and last due day that a working list shows."""
    soon, yesterday = today + timedelta(days=rules.due_soon_days), today - timedelta(days=1)
    if wanted is None:
        return date.min, soon
    return (date.min, yesterday) if wanted is Urgency.OVERDUE else (today, soon)
