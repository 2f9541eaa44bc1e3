"""Incidents and their clocks, checks of staff, and guardianship, which custody never changes (handbook §5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.custody import consumers, errors
from services.custody.domain.admission import Stay
from services.custody.domain.incidents import Happened, Incident, clocks, follow_up, report
from services.custody.domain.rules import Rules
from services.custody.domain.staff import Check, CheckResult, CheckState, check_day, next_check_on, standing
from shared.contracts.catalogue import FACTS
from shared.contracts.events.custody import IncidentKind, IncidentLevel, IncidentStep
from shared.contracts.events.screening import GuardianChanged
from shared.errors import InTheFuture

STAY = Stay(UUID(int=1), UUID(int=2), date(2024, 3, 1), date(2024, 5, 1))
AT = datetime(2024, 4, 2, 3, 0, tzinfo=UTC)
NOW = AT + timedelta(days=40)
FALL = Incident(IncidentLevel.SERIOUS, IncidentKind.INJURY, AT, AT)
SERIOUS_STEPS = {IncidentStep.GUARDIAN_TOLD: 0, IncidentStep.FEDERATION_TOLD: 2, IncidentStep.WRITTEN_REPORT: 24}
ABUSE_STEPS = SERIOUS_STEPS | {IncidentStep.AUTHORITY_TOLD: 0}


def due_in_hours(level, kind, rules=None):
    due = clocks(Incident(level, kind, AT, AT), rules or Rules())
    return {step: (by - AT) / timedelta(hours=1) for step, by in due.items()}


@pytest.mark.parametrize(
    ("level", "steps"),
    [
        (IncidentLevel.MINOR, {}),
        (IncidentLevel.MODERATE, {}),
        (IncidentLevel.SERIOUS, SERIOUS_STEPS),
        (IncidentLevel.DEATH, SERIOUS_STEPS),
    ],
)
def test_from_level_three_guardian_at_once_federation_in_two_hours_report_in_a_day(level, steps):
    assert due_in_hours(level, IncidentKind.INJURY) == steps


@pytest.mark.parametrize("level", IncidentLevel)
def test_suspected_abuse_is_reported_at_any_level_to_police_and_civil_affairs_too(level):
    assert due_in_hours(level, IncidentKind.SUSPECTED_ABUSE) == ABUSE_STEPS


def test_a_county_sets_its_own_clocks():
    rules = Rules(guardian_within_minutes=30, federation_within_hours=1, report_within_hours=12)
    expected = dict(zip(SERIOUS_STEPS, (0.5, 1, 12), strict=True))
    assert due_in_hours(IncidentLevel.SERIOUS, IncidentKind.MISSING, rules) == expected


def say(incident=FALL, stay=STAY):
    return report(stay, incident, Rules(), now=NOW)


def test_the_fact_carries_the_hours_by_which_each_step_is_due():
    fact, due = say()
    assert (fact.stay, fact.institution, fact.level) == (STAY.id, STAY.institution, IncidentLevel.SERIOUS)
    assert due[IncidentStep.GUARDIAN_TOLD] == fact.family_due_at == AT
    assert fact.federation_due_at == AT + timedelta(hours=2)
    assert (fact.report_due_at, fact.authority_due_at) == (AT + timedelta(hours=24), None)
    assert len(due) == 3


def test_a_small_one_starts_no_clock():
    fact, due = say(replace(FALL, level=IncidentLevel.MINOR))
    assert (fact.federation_due_at, fact.report_due_at, due) == (None, None, {})


def test_the_clock_runs_from_the_moment_of_notice():
    noticed = AT + timedelta(days=1)
    fact, _ = say(replace(FALL, noticed_at=noticed))
    assert (fact.at, fact.federation_due_at) == (AT, noticed + timedelta(hours=2))


TWO_HOURS = timedelta(hours=2)
GONE = Incident(IncidentLevel.MINOR, IncidentKind.MISSING, AT, AT + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("found_at", "now", "since"),
    [
        (None, AT + timedelta(minutes=10), AT + TWO_HOURS),
        (None, AT + TWO_HOURS, AT + TWO_HOURS),
        (None, AT + timedelta(hours=2, seconds=1), AT + TWO_HOURS),
        (AT + TWO_HOURS, NOW, None),
        (AT + timedelta(hours=2, seconds=1), NOW, AT + TWO_HOURS),
    ],
    ids=["just noticed, not found", "two hours, not found", "longer, not found", "found in two hours", "found later"],
)
def test_a_child_missing_for_more_than_two_hours_starts_the_clocks_whatever_level_was_said(found_at, now, since):
    fact, due = report(STAY, replace(GONE, found_at=found_at), Rules(), now=now)
    assert fact.family_due_at == since
    assert due.get(IncidentStep.FEDERATION_TOLD) == (since + TWO_HOURS if since else None)


def test_who_reports_a_missing_child_is_told_from_when_on_it_is_serious():
    explained = Happened(level="minor", kind="missing", noticed_at=AT).explain()
    (said,) = [one for one in explained.steps if one.code == "missing"]
    assert (explained.outcome, said.holds) == ("clocks_run", True)
    assert "2024-04-02 13:00" in said.zh


@pytest.mark.parametrize(
    ("found_at", "said"),
    [
        (AT + TWO_HOURS, "在 2024-04-02 13:00 之前已找到，未达三级"),
        (NOW, "至 2024-04-02 13:00 仍未找到：不论所填级别，自此按三级处理"),
        (None, "至 2024-04-02 13:00 仍未找到的，不论所填级别，自此按三级处理"),
    ],
)
def test_the_explanation_of_a_missing_child_says_how_it_came_out(found_at, said):
    explained = Happened(level="minor", kind="missing", noticed_at=AT, found_at=found_at).explain()
    assert [one.zh for one in explained.steps if one.code == "missing"] == [said]


def test_the_explanation_speaks_chinese():
    explained = Happened(level="serious", kind="injury", noticed_at=AT).explain()
    assert explained.steps[0].zh == "三级（严重），三级起为严重"
    assert explained.steps[1].zh == "受伤：不属于依法强制报告的情形"


@pytest.mark.parametrize(
    ("incident", "refusal"),
    [
        (replace(FALL, found_at=NOW), errors.FoundWithoutMissing),
        (replace(GONE, found_at=AT - timedelta(minutes=1)), errors.FoundWithoutMissing),
        (replace(GONE, found_at=NOW + timedelta(minutes=1)), InTheFuture),
    ],
)
def test_only_a_missing_child_is_found_and_not_before_it_was_missing_or_tomorrow(incident, refusal):
    with pytest.raises(refusal):
        say(incident)


@pytest.mark.parametrize(
    ("incident", "refusal"),
    [
        (replace(FALL, noticed_at=AT - timedelta(minutes=1)), errors.NoticedBefore),
        (replace(FALL, noticed_at=NOW + timedelta(minutes=1)), InTheFuture),
        (replace(FALL, at=AT - timedelta(days=33)), errors.OutsideStay),
        (replace(FALL, at=AT + timedelta(days=30), noticed_at=NOW), errors.OutsideStay),
    ],
    ids=["noticed before", "in the future", "before the stay", "after the stay"],
)
def test_an_incident_happens_during_the_stay_and_is_noticed_after_it_happened(incident, refusal):
    with pytest.raises(refusal):
        say(incident)


def do(step=IncidentStep.FEDERATION_TOLD, at=AT, before=()):
    return follow_up(UUID(int=9), STAY.institution, AT, (step, at), before, now=NOW)


def test_a_step_is_done_once():
    assert do().step is IncidentStep.FEDERATION_TOLD
    with pytest.raises(errors.StepDoneBefore):
        do(before={IncidentStep.FEDERATION_TOLD})
    assert do(IncidentStep.WRITTEN_REPORT, before={IncidentStep.FEDERATION_TOLD})


@pytest.mark.parametrize(
    ("at", "refusal"),
    [(AT - timedelta(seconds=1), errors.StepBeforeIncident), (NOW + timedelta(seconds=1), InTheFuture)],
)
def test_a_step_is_done_after_the_incident_was_noticed_and_before_now(at, refusal):
    with pytest.raises(refusal):
        do(at=at)


@pytest.mark.parametrize(
    ("level", "kind", "outcome", "steps"),
    [
        (IncidentLevel.MINOR, IncidentKind.INJURY, "no_clock", 2),
        (IncidentLevel.DEATH, IncidentKind.ILLNESS, "clocks_run", 5),
        (IncidentLevel.MINOR, IncidentKind.SUSPECTED_ABUSE, "clocks_run", 6),
    ],
)
def test_the_clocks_explain_themselves(level, kind, outcome, steps):
    explained = Happened(level=level, kind=kind, noticed_at=AT).explain()
    assert (explained.rule, explained.outcome, len(explained.steps)) == ("custody.incident-clocks", outcome, steps)


CHECK = Check(UUID(int=3), date(2024, 2, 29), CheckResult.CLEAR)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2025, 1, 29), CheckState.IN_ORDER),
        (date(2025, 1, 30), CheckState.DUE_SOON),
        (date(2025, 3, 1), CheckState.DUE_SOON),
        (date(2025, 3, 2), CheckState.OVERDUE),
    ],
)
def test_staff_is_checked_every_year(today, state):
    assert next_check_on(CHECK.checked_on, Rules()) == date(2025, 3, 1)
    assert standing(CHECK, Rules(), today=today) is state


def test_whoever_has_a_record_must_not_work_with_children():
    found = replace(CHECK, result=CheckResult.ON_RECORD)
    assert standing(found, Rules(), today=date(2024, 3, 1)) is CheckState.MUST_NOT_WORK


def test_a_check_is_not_made_tomorrow():
    check_day(CHECK, today=CHECK.checked_on)
    with pytest.raises(InTheFuture):
        check_day(CHECK, today=date(2024, 2, 28))


def test_no_fact_of_custody_can_change_a_guardian_and_none_makes_custody_act():
    told = [fact for fact in FACTS.values() if fact.producer == "custody"]
    assert len(told) > 8
    assert [fact.type for fact in told if "guardian" in fact.type] == []
    assert [name for fact in told for name in fact.model_fields if "guardian" in name] == []
    assert GuardianChanged not in {reaction.fact for reaction in consumers.REACTIONS}
