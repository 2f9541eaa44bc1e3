"""Instruments of re-screening and diagnosis: only their scoring; item texts are not shipped (handbook §1.4, §3.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from services.screening.domain.protocol import Abc, Cars, CdssIi, MChat23
from services.screening.errors import AnswersIncomplete, ScoreOutOfRange
from shared.contracts.events.screening import Instrument


class DqBand(StrEnum):
    """Bands of the developmental quotient of 儿心量表-II (WS/T 580-2017; handbook §3.6)."""

    DISORDER = "disorder"
    BORDERLINE = "borderline"
    AVERAGE = "average"
    GOOD = "good"
    EXCELLENT = "excellent"


@dataclass(frozen=True, slots=True)
class Quotients:
    """Developmental quotients of 儿心量表-II: the total and the five domains."""

    total: Decimal
    gross_motor: Decimal
    fine_motor: Decimal
    adaptive: Decimal
    language: Decimal
    social: Decimal

    @property
    def domains(self) -> dict[str, Decimal]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "total"}


def m_chat_23_positive(yes: Mapping[int, bool], scoring: MChat23) -> bool:
    """Score the 23 answers of M-CHAT (孤独症规范; handbook §1.4). Not M-CHAT-R/F, which has 20 items.

    Raises AnswersIncomplete when an item is unanswered or unknown.
    """
    items = set(range(1, scoring.items.value + 1))
    if wrong := items ^ yes.keys():
        raise AnswersIncomplete(instrument=Instrument.M_CHAT_23.value, items=sorted(wrong))
    failed = {item for item in items if yes[item] == (item in scoring.fails_on_yes.value)}
    critical = failed & scoring.critical.value
    enough_critical = len(critical) >= scoring.positive_at_critical_fails.value
    return enough_critical or len(failed) >= scoring.positive_at_fails.value


def abc_positive(score: int, scoring: Abc) -> bool:
    """Read a total of the Autism Behavior Checklist (孤独症规范; handbook §1.4). Raises ScoreOutOfRange."""
    if not 0 <= score <= scoring.maximum.value:
        raise ScoreOutOfRange(instrument=Instrument.ABC.value, minimum=0, maximum=scoring.maximum.value, step=1)
    return score >= scoring.positive_from.value


def dq_band(total: Decimal, scoring: CdssIi) -> DqBand:
    """Return the band of a developmental quotient."""
    return DqBand([row.band for row in scoring.bands.value if row.since <= total][-1])


def check_quotients(quotients: Quotients, scoring: CdssIi) -> None:
    """Raise ScoreOutOfRange unless every quotient can be one."""
    maximum = scoring.maximum.value
    if not all(0 <= value <= maximum for value in (quotients.total, *quotients.domains.values())):
        raise ScoreOutOfRange(instrument=Instrument.CDSS_II.value, minimum=0, maximum=maximum, step="0.1")


def deviates(quotients: Quotients, scoring: CdssIi) -> bool:
    """Tell whether language, adaptive or social lags (孤独症规范: deviation, where the total is 80 or more)."""
    low = scoring.domain_low_below.value
    return any(quotients.domains[name] < low for name in scoring.deviation_domains.value)


def any_domain_low(quotients: Quotients, scoring: CdssIi) -> bool:
    """Tell whether any of the five domains is low."""
    return any(value < scoring.domain_low_below.value for value in quotients.domains.values())


def check_cars(score: Decimal, scoring: Cars) -> None:
    """Raise ScoreOutOfRange unless it is a total of 15 items of 1 to 4 in half points."""
    low, high, step = scoring.minimum.value, scoring.maximum.value, scoring.step.value
    if not low <= score <= high or score % step:
        raise ScoreOutOfRange(instrument=Instrument.CARS.value, minimum=str(low), maximum=str(high), step=str(step))


def cars_points_to_autism(score: Decimal, scoring: Cars) -> bool:
    """Read a CARS total: an aid, never the sole basis of a diagnosis (孤独症规范)."""
    return score >= scoring.autism_from.value
