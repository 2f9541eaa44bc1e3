"""Intake, application and decision with their clocks (handbook §3.3)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.rehab.domain.assistance import (
    Application,
    ApplicationOrder,
    ApplicationState,
    Approval,
    Child,
    Decision,
    History,
    approve_assistance,
    complete_application,
    open_intake,
    refuse_assistance,
    return_application,
    submit_application,
)
from services.rehab.domain.policy import read_assistance_policies
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyApplied,
    BeforeSubmission,
    ContinuationNeedsEvaluation,
    MaterialsMissing,
    NotOpen,
    OutOfCounty,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AssistanceItem, EligibilityBasis, Material, RefusalReason, TrainingMode
from shared.workdays import add_working_days

SD_2018, SD_2026 = read_assistance_policies().versions
RULES = Rules()
HOME = False  # no consent to institutions of other counties
CHILD = Child(uuid4(), date(2021, 3, 15), "371602")
MATERIALS = frozenset({Material.IDENTITY, Material.RESIDENCE, Material.DIAGNOSIS})
ORDER = ApplicationOrder(
    uuid4(), RehabCategory.AUTISM, TrainingMode.CENTRALISED, EligibilityBasis.DIAGNOSIS, MATERIALS, date(2026, 3, 2)
)
APPLICATION = Application(
    ORDER.id, ApplicationState.SUBMITTED, ORDER.category, ORDER.mode, ORDER.basis, MATERIALS, "371602", date(2026, 3, 2)
)
RETURNED = replace(APPLICATION, state=ApplicationState.RETURNED, materials=frozenset({Material.IDENTITY}))
NOTHING = History(0, ())
DECISION = Decision(uuid4(), date(2026, 3, 9), experts_agree=False, other_counties=False)


def an_approval(year, category=RehabCategory.AUTISM):
    return Approval(
        uuid4(), AssistanceItem.TRAINING, category, TrainingMode.CENTRALISED, "371602", HOME,
        date(year, 3, 9), date(year, 12, 31), date(year, 4, 8),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "count", "off", "expected"),
    [
        (date(2026, 3, 2), 5, (), date(2026, 3, 9)),
        (date(2026, 3, 6), 1, (), date(2026, 3, 9)),
        (date(2026, 3, 7), 1, (), date(2026, 3, 9)),
        (date(2026, 3, 6), 0, (), date(2026, 3, 6)),
        (date(2026, 4, 3), 1, (date(2026, 4, 6),), date(2026, 4, 7)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(day, count, off, expected):
    assert add_working_days(day, count, off) == expected


def test_an_intake_goes_to_the_childs_county_with_a_clock():
    intake = open_intake(CHILD, RehabCategory.AUTISM, date(2026, 3, 2), RULES)
    assert (intake.county, intake.diagnosed_on) == ("371602", date(2026, 3, 2))
    assert intake.contact_due_on == date(2026, 3, 9)


def test_an_application_starts_its_clocks_and_names_its_policy():
    fact = submit_application(CHILD, ORDER, NOTHING, SD_2026, RULES)
    assert (fact.reply_due_on, fact.review_due_on) == (date(2026, 3, 9), date(2026, 3, 16))
    assert (fact.policy, fact.county, fact.application) == ("SD-2026", "371602", ORDER.id)


@pytest.mark.parametrize("history", [History(1, ()), History(0, (an_approval(2026),))])
def test_one_training_category_per_child_and_year(history):
    with pytest.raises(AlreadyApplied):
        submit_application(CHILD, ORDER, history, SD_2026, RULES)


def test_a_new_year_is_a_new_application():
    assert submit_application(CHILD, ORDER, History(0, (an_approval(2025),)), SD_2026, RULES)


def test_what_is_missing_is_said_once_and_sorted():
    fact = return_application(APPLICATION, frozenset({Material.RESIDENCE, Material.DIAGNOSIS}), date(2026, 3, 4))
    assert fact.missing == (Material.DIAGNOSIS, Material.RESIDENCE)
    with pytest.raises(NotOpen):
        return_application(RETURNED, frozenset({Material.RESIDENCE}), date(2026, 3, 4))


def test_a_completed_application_starts_its_clocks_anew():
    fact = complete_application(RETURNED, date(2026, 3, 10), SD_2026, RULES)
    assert (fact.application, fact.submitted_on, fact.reply_due_on) == (ORDER.id, date(2026, 3, 10), date(2026, 3, 17))
    with pytest.raises(NotOpen):
        complete_application(APPLICATION, date(2026, 3, 10), SD_2026, RULES)


def test_an_approval_carries_amounts_period_and_clock():
    fact = approve_assistance(CHILD, APPLICATION, NOTHING, SD_2026, DECISION, RULES)
    assert (fact.ceiling, fact.monthly_cap, fact.policy) == (2_000_000, 200_000, "SD-2026")
    assert (fact.valid_from, fact.valid_until) == (date(2026, 3, 9), date(2026, 12, 31))
    assert fact.enrol_by == date(2026, 4, 8)
    assert not fact.other_counties


def test_a_county_may_consent_to_an_institution_elsewhere():
    decision = replace(DECISION, other_counties=True)
    assert approve_assistance(CHILD, APPLICATION, NOTHING, SD_2026, decision, RULES).other_counties


@pytest.mark.parametrize("state", [ApplicationState.RETURNED, ApplicationState.APPROVED, ApplicationState.REFUSED])
def test_only_a_submitted_application_is_approved(state):
    with pytest.raises(NotOpen):
        approve_assistance(CHILD, replace(APPLICATION, state=state), NOTHING, SD_2026, DECISION, RULES)


def test_nobody_decides_before_the_application_came():
    with pytest.raises(BeforeSubmission):
        approve_assistance(CHILD, APPLICATION, NOTHING, SD_2026, replace(DECISION, on=date(2026, 3, 1)), RULES)


def test_approval_needs_the_whole_file():
    bare = replace(APPLICATION, materials=frozenset({Material.IDENTITY}))
    with pytest.raises(MaterialsMissing) as refusal:
        approve_assistance(CHILD, bare, NOTHING, SD_2026, DECISION, RULES)
    assert refusal.value.details == {"missing": ["diagnosis", "residence"]}


def test_a_child_who_moved_applies_in_the_new_county():
    with pytest.raises(OutOfCounty):
        approve_assistance(replace(CHILD, county="371621"), APPLICATION, NOTHING, SD_2026, DECISION, RULES)


def test_a_second_approval_of_the_year_is_not_given():
    with pytest.raises(AlreadyApplied):
        approve_assistance(CHILD, APPLICATION, History(0, (an_approval(2026),)), SD_2026, DECISION, RULES)


def test_going_on_needs_experts_from_2026():
    before = History(0, (an_approval(2025),))
    with pytest.raises(ContinuationNeedsEvaluation):
        approve_assistance(CHILD, APPLICATION, before, SD_2026, DECISION, RULES)
    assert approve_assistance(CHILD, APPLICATION, before, SD_2026, replace(DECISION, experts_agree=True), RULES)


def test_going_on_before_2026_needed_none():
    earlier = replace(APPLICATION, submitted_on=date(2024, 3, 4))
    decision = replace(DECISION, on=date(2024, 3, 5))
    fact = approve_assistance(CHILD, earlier, History(0, (an_approval(2023),)), SD_2018, decision, RULES)
    assert (fact.policy, fact.ceiling) == ("SD-2018", 1_500_000)


def test_vision_training_beyond_two_years_needs_experts_whatever_else_holds():
    lenient = SD_2026.model_copy(
        update={
            "continuation_needs_evaluation": SD_2026.continuation_needs_evaluation.model_copy(update={"value": False})
        }
    )
    vision = replace(APPLICATION, category=RehabCategory.VISION)
    years = [an_approval(2024, RehabCategory.VISION), an_approval(2025, RehabCategory.VISION)]
    assert approve_assistance(CHILD, vision, History(0, years[:1]), lenient, DECISION, RULES).ceiling == 600_000
    with pytest.raises(ContinuationNeedsEvaluation):
        approve_assistance(CHILD, vision, History(0, years), lenient, DECISION, RULES)


@pytest.mark.parametrize("application", [APPLICATION, RETURNED])
def test_a_refusal_states_its_reasons(application):
    reasons = frozenset({RefusalReason.NOT_RESIDENT, RefusalReason.AGED_OUT})
    fact = refuse_assistance(application, reasons, date(2026, 3, 9), SD_2026)
    assert fact.reasons == (RefusalReason.AGED_OUT, RefusalReason.NOT_RESIDENT)


def test_a_decided_application_is_not_refused_again():
    with pytest.raises(NotOpen):
        refuse_assistance(
            replace(APPLICATION, state=ApplicationState.APPROVED),
            frozenset({RefusalReason.AGED_OUT}), date(2026, 3, 9), SD_2026,
        )  # fmt: skip
