"""The three official rates that the plan of a cohort leads to (孤独症规范; handbook §1.5), counted from the plan alone.

How many children live in a county is invented: the norm's denominator is the health authority's number.
"""

from collections.abc import Iterable
from datetime import date

from deploy.simulator.journeys import Child, Suspicion
from deploy.simulator.sources import source
from shared.contracts.events.screening import Regression, RescreeningOutcome

RESIDENTS_OF_A_COUNTY = 1000
SOURCE_OF_RESIDENTS = "invented for the demonstration"

Rates = dict[str, tuple[int, int]]
"""Numerator and denominator by the name of the rate."""


def rates_of(children: Iterable[Child]) -> Rates:
    """Return the rates of the whole city in the period of the programme."""
    suspicions = [child.suspicion for child in children]
    screened = [one for one in suspicions if one.screening and _inside(one.screening.on)]
    abnormal = [one for one in screened if _abnormal(one)]
    again = [one for one in suspicions if _abnormal_again(one)]
    return {
        "initial_screening": (len(screened), RESIDENTS_OF_A_COUNTY * len(source().counties)),
        "rescreening": (sum(one.rescreening is not None for one in abnormal), len(abnormal)),
        "diagnosis": (sum(one.diagnosis is not None for one in again), len(again)),
    }


def _inside(day: date) -> bool:
    period = source().period
    return period.since <= day <= period.to


def _abnormal(suspicion: Suspicion) -> bool:
    found = suspicion.screening
    return found is not None and (bool(found.positive_signs) or found.regression is not Regression.NONE)


def _abnormal_again(suspicion: Suspicion) -> bool:
    seen = filter(None, (suspicion.rescreening, suspicion.recheck))
    return any(one.outcome is RescreeningOutcome.ABNORMAL and _inside(one.on) for one in seen)
