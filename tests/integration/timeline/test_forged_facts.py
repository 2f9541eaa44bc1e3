"""Frauds that no door lets in, as facts of other producers: a forged journal, a record taken over from paper.

The doors of the other rules let a fraud through as it happens in the field, and the simulator plants it there
(`deploy/simulator/frauds`). These five the doors refuse: they work out the age band (F07), the cycle of a device (F19),
what a diagnosis supports (F21) and the term of vision training (F24) by themselves, and of a device what insurance left
(F18; of a claimed month that is planted at a door). So here the facts are handed to the timeline's inbox, among honest
children of whom nothing may be found.
"""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from deploy.simulator.frauds.records import Found, Fraud, compare
from services.timeline.assessment import Assessment
from services.timeline.domain.findings.assessor import findings_by
from services.timeline.domain.findings.limits import Limits
from shared.contracts.codes import RehabCategory
from shared.contracts.events import rehab
from tests.integration.timeline.snapshot import emptied
from tests.support.findings import FROM, MONDAY, Centre, Way, a_child_in_training

HONEST = 8
OPEN = """
SELECT rule, case_id, institution, first_day, last_day FROM finding WHERE state = 'open' AND case_id = ANY ($1)
"""
MARCH = "2026-03"


@pytest.fixture
async def assessment(timeline) -> Assessment:
    await emptied(timeline)
    return replace(timeline.app.state.assessment, assessors=(findings_by(Limits(checkpoint_months=())),))


def planted(rule: str, way: Way, centre: Centre, month: str, done: str) -> Fraud:
    return Fraud(rule, str(way.case), str(centre.id), month, done)


def wrong_band(centre: Centre, dice: Random) -> tuple[Way, Fraud]:
    """F07: an approval with the band of younger children for a child of eight."""
    way = Way()
    way.registered(date(2018, dice.randint(1, 12), dice.randint(1, 28)))
    way.diagnosed()
    enrolment = way.enrolled(centre.id, way.approved(age_band=rehab.AgeBand.UNDER_7).approval)
    way.trained(enrolment, centre.id, **nobody_else())
    return way, planted("F07", way, centre, MARCH, "an eight-year-old under the band of younger children")


def paid_by_both(centre: Centre, dice: Random) -> tuple[Way, Fraud]:
    """F18: insurance paid for a device, and assistance paid its whole cost again."""
    way, _ = a_child_in_training(centre)
    paid = dice.randint(100_000, 300_000)
    fit(way, centre, MONDAY, cost=400_000, insurance_paid=paid, assistance_paid=400_000)
    return way, planted("F18", way, centre, MARCH, f"insurance paid {paid} fen, assistance the whole cost")


def two_devices(centre: Centre, dice: Random) -> tuple[Way, Fraud]:
    """F19: a second device of a kind weeks after the first."""
    way, _ = a_child_in_training(centre)
    again = MONDAY + timedelta(days=dice.randint(5, 20))
    for day in (MONDAY, again):
        fit(way, centre, day)
    return way, planted("F19", way, centre, MARCH, f"fitted on {MONDAY} and again on {again}")


def not_diagnosed(centre: Centre, dice: Random) -> tuple[Way, Fraud]:
    """F21: training for a category of which nobody made a diagnosis."""
    way = Way()
    way.registered()
    way.diagnosed(RehabCategory.AUTISM)
    other = dice.choice((RehabCategory.HEARING, RehabCategory.PHYSICAL))
    way.enrolled(centre.id, way.approved(category=other).approval, category=other)
    return way, planted("F21", way, centre, "2026-01", f"trained for {other}, diagnosed with autism")


def third_year_of_vision(centre: Centre, dice: Random) -> tuple[Way, Fraud]:
    """F24: vision training in its third year."""
    way = Way()
    way.registered()
    way.diagnosed(RehabCategory.VISION, date(2023, 9, dice.randint(1, 28)))
    for year in (2024, 2025, 2026):
        days = {"valid_from": date(year, 1, 1), "valid_until": date(year, 12, 31), "approved_on": date(year, 1, 1)}
        approval = way.approved(category=RehabCategory.VISION, **days).approval
        until = {"started_on": date(year, 1, 1), "expected_until": date(year, 12, 31)}
        enrolment = way.enrolled(centre.id, approval, category=RehabCategory.VISION, **until)
    way.trained(enrolment, centre.id, **nobody_else())
    return way, planted("F24", way, centre, MARCH, "vision training in its third year")


FORGERS = (wrong_band, paid_by_both, two_devices, not_diagnosed, third_year_of_vision)


def nobody_else() -> dict[str, UUID]:
    """A therapist who sees nobody else, and is on no list of another."""
    return {"therapist": uuid4()}


def fit(way: Way, centre: Centre, day: date, **bill: int) -> None:
    amounts = {"cost": 400_000, "insurance_paid": 100_000, "assistance_paid": 300_000} | bill
    fact = rehab.DeviceFitted(
        fitting=uuid4(), approval=uuid4(), institution=centre.id, device=rehab.DeviceKind.HEARING_AID, fitted_on=day,
        replace_after=day + timedelta(days=4 * 365), **amounts,
    )  # fmt: skip
    way.told(fact, day)


def honest(centre: Centre) -> Way:
    """A child of whom nothing may be found."""
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, **nobody_else())
    fit(way, centre, FROM + timedelta(days=30))
    return way


@pytest.mark.parametrize("seed", range(3))
async def test_every_forged_fact_is_found_and_no_honest_child_is_flagged(timeline, assessment, seed):
    dice, centre = Random(seed), Centre()
    centre.designated(valid_from=date(2023, 1, 1))
    forged = [forge(centre, dice) for forge in FORGERS]
    ways = [way for way, _ in forged] + [honest(centre) for _ in range(HONEST)]
    dice.shuffle(ways)
    await timeline.deliver(*centre.records)
    for way in ways:
        await timeline.deliver(*way.records)
    await assessment.settle()
    found = [told(row) for row in await timeline.fetch(OPEN, [way.case for way in ways])]
    outcomes = compare((fraud for _, fraud in forged), found)
    planted_and_found = {one.rule: (one.planted, one.found) for one in outcomes if one.planted}
    assert planted_and_found == dict.fromkeys(("F07", "F18", "F19", "F21", "F24"), (1, 1))
    assert [one.false_alarms for one in outcomes if one.false_alarms] == []


def told(row) -> Found:
    return Found(row["rule"], str(row["case_id"]), str(row["institution"]), row["first_day"], row["last_day"])
