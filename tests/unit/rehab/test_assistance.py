"""Intake, application and decision with their clocks (handbook §3.3)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.rehab.domain import approving
from services.rehab.domain.applying import (
    complete_application,
    needs_assessment_by,
    open_intake,
    refuse_assistance,
    return_application,
    submit_application,
    withdraw_application,
)
from services.rehab.domain.approving import Decision, check_eligibility, grounds_of, lapse, superseded
from services.rehab.domain.assistance import (
    Agency,
    Application,
    ApplicationOrder,
    ApplicationState,
    Approval,
    Asked,
    Assessment,
    Child,
    History,
)
from services.rehab.domain.policy import read_assistance_policies
from services.rehab.domain.rules import Rules
from services.rehab.domain.terms import AgentKind
from services.rehab.errors import (
    AgentDecides,
    AlreadyApplied,
    AuthorisedLater,
    BeforeSubmission,
    ContinuationNeedsEvaluation,
    EstimateMissing,
    KindMissing,
    MaterialsMissing,
    NotEligible,
    NotOpen,
    OutOfCounty,
    ReviewerApproves,
    ReviewMissing,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
    DeviceKind,
    EligibilityBasis,
    IneligibilityReason,
    Material,
    NeedsOutcome,
    RefusalReason,
    SurgeryKind,
    TrainingMode,
)
from shared.workdays import add_working_days

SD_2018, SD_2026 = read_assistance_policies().versions
RULES = Rules()
HOME = False  # no consent to institutions of other counties
CHILD = Child(uuid4(), date(2021, 3, 15), "371602")
MATERIALS = frozenset({Material.IDENTITY, Material.RESIDENCE, Material.DIAGNOSIS})
CLERK, APPROVER = uuid4(), uuid4()
TRAINING = Asked(RehabCategory.AUTISM, TrainingMode.CENTRALISED)
ORDER = ApplicationOrder(uuid4(), TRAINING, EligibilityBasis.DIAGNOSIS, MATERIALS, date(2026, 3, 2), CLERK)
APPLICATION = Application(
    ORDER.id, ApplicationState.SUBMITTED, TRAINING, ORDER.basis, MATERIALS, "371602", date(2026, 3, 2)
)
RETURNED = replace(APPLICATION, state=ApplicationState.RETURNED, materials=frozenset({Material.IDENTITY}))
DIAGNOSED = frozenset(RehabCategory)
NOTHING = History(0, (), diagnoses=DIAGNOSED)
DECISION = Decision(uuid4(), date(2026, 3, 9), APPROVER, experts_agree=False, other_counties=False)


def approve_assistance(*given):
    """The fact alone; what explains it is read in tests of its own."""
    return approving.approve_assistance(*given)[0]


def given_before(*approvals):
    return History(0, approvals, diagnoses=DIAGNOSED)


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


def test_an_approval_that_lapsed_makes_room_for_another_application():
    lapsed = replace(an_approval(2026), lapsed_on=date(2026, 4, 9))
    assert submit_application(CHILD, ORDER, History(0, (lapsed,)), SD_2026, RULES)
    assert not superseded(lapsed, History(0, (lapsed,)))
    assert superseded(lapsed, History(0, (lapsed, an_approval(2026))))


def test_an_approval_lapses_on_the_day_after_the_last():
    assert lapse(DECISION.approval, date(2026, 4, 8)).lapsed_on == date(2026, 4, 9)


CATEGORY = RehabCategory.HEARING
IMPLANT = Asked(CATEGORY, TrainingMode.ONCE, AssistanceItem.SURGERY, SurgeryKind.COCHLEAR_IMPLANT)
HEARING_AID = Asked(CATEGORY, TrainingMode.ONCE, AssistanceItem.DEVICE, device=DeviceKind.HEARING_AID)


@pytest.mark.parametrize(
    "asked",
    [
        replace(IMPLANT, surgery=None), replace(IMPLANT, mode=TrainingMode.CENTRALISED),
        replace(IMPLANT, device=DeviceKind.ORTHOSIS), replace(HEARING_AID, device=None),
        replace(TRAINING, mode=TrainingMode.ONCE), replace(TRAINING, device=DeviceKind.SEATING),
    ],
)  # fmt: skip
def test_an_application_names_the_kind_that_fits_its_item_and_no_other(asked):
    with pytest.raises(KindMissing):
        submit_application(CHILD, replace(ORDER, asked=asked), NOTHING, SD_2026, RULES)


@pytest.mark.parametrize("asked", [IMPLANT, HEARING_AID])
def test_a_surgery_or_device_is_applied_for_beside_the_training_of_the_year(asked):
    order = replace(ORDER, asked=asked)
    fact = submit_application(CHILD, order, given_before(an_approval(2026)), SD_2026, RULES)
    assert (fact.item, fact.surgery, fact.device) == (asked.item, asked.surgery, asked.device)
    assert needs_assessment_by(order, RULES) == add_working_days(date(2026, 3, 2), 10)
    assert needs_assessment_by(ORDER, RULES) is None


def test_an_agent_is_authorised_before_they_apply():
    agent = Agency(AgentKind.COMMUNITY, date(2026, 3, 3))
    with pytest.raises(AuthorisedLater):
        submit_application(CHILD, replace(ORDER, agent=agent), NOTHING, SD_2026, RULES)


def test_an_agent_neither_checks_nor_approves_what_they_brought():
    brought = replace(APPLICATION, submitted_by=APPROVER, agent=AgentKind.FEDERATION_WINDOW)
    with pytest.raises(AgentDecides):
        approve_assistance(CHILD, brought, NOTHING, SD_2026, DECISION, RULES)
    with pytest.raises(AgentDecides):
        check_eligibility(brought, grounds_of(CHILD, brought, NOTHING, DECISION.on), APPROVER, SD_2026, RULES)
    assert approve_assistance(CHILD, replace(brought, submitted_by=CLERK), NOTHING, SD_2026, DECISION, RULES)


def test_who_checked_an_application_does_not_approve_it():
    checked = replace(APPLICATION, checked_by=APPROVER, eligible=True)
    with pytest.raises(ReviewerApproves):
        approve_assistance(CHILD, checked, NOTHING, SD_2026, DECISION, RULES)
    small_county = Rules(reviewer_may_approve=True)
    assert approve_assistance(CHILD, checked, NOTHING, SD_2026, DECISION, small_county)


@pytest.mark.parametrize("eligible", [None, False])
def test_a_county_may_ask_for_a_check_before_each_approval(eligible):
    strict, unchecked = Rules(review_before_approval=True), replace(APPLICATION, checked_by=CLERK, eligible=eligible)
    with pytest.raises(ReviewMissing):
        approve_assistance(CHILD, unchecked, NOTHING, SD_2026, DECISION, strict)
    assert approve_assistance(CHILD, replace(unchecked, eligible=True), NOTHING, SD_2026, DECISION, strict)


def test_a_check_says_item_by_item_what_holds():
    old = replace(CHILD, born=date(2018, 3, 15))
    grounds = grounds_of(old, APPLICATION, NOTHING, date(2026, 3, 9))
    fact, explanation = check_eligibility(APPLICATION, grounds, CLERK, SD_2026, RULES)
    assert (fact.eligible, fact.reasons, fact.policy) == (False, (IneligibilityReason.NEEDS_CERTIFICATE,), "SD-2026")
    assert [step.code for step in explanation.steps if not step.holds] == ["basis"]


def test_an_approval_explains_its_amounts():
    _, explanation = approving.approve_assistance(CHILD, APPLICATION, NOTHING, SD_2026, DECISION, RULES)
    amounts = next(step for step in explanation.steps if step.code == "amounts")
    assert amounts.en == "¥20,000.00 a year over 10 months: at most ¥2,000.00 a month"
    assert (explanation.rule, explanation.policy, explanation.outcome) == ("rehab.approval", "SD-2026", "approved")


def test_a_surgery_is_approved_on_the_hospitals_evaluation_up_to_its_estimate():
    asked = replace(APPLICATION, asked=IMPLANT)
    with pytest.raises(NotEligible) as refusal:
        approve_assistance(CHILD, asked, NOTHING, SD_2026, DECISION, RULES)
    assert refusal.value.details["reasons"] == ["needs_evaluation"]
    fit = replace(NOTHING, assessment=Assessment(NeedsOutcome.SUITABLE, 4_000_000))
    fact = approve_assistance(CHILD, asked, fit, SD_2026, DECISION, RULES)
    assert (fact.mode, fact.ceiling, fact.monthly_cap) == (TrainingMode.ONCE, 4_000_000, 0)
    assert fact.enrol_by == fact.valid_until == date(2026, 12, 31)
    with pytest.raises(EstimateMissing):
        approve_assistance(
            CHILD, asked, replace(NOTHING, assessment=Assessment(NeedsOutcome.SUITABLE, None)), SD_2026, DECISION, RULES
        )


def test_a_child_unfit_for_surgery_is_not_approved():
    unfit = replace(NOTHING, assessment=Assessment(NeedsOutcome.NOT_SUITABLE, 4_000_000))
    with pytest.raises(NotEligible) as refusal:
        approve_assistance(CHILD, replace(APPLICATION, asked=IMPLANT), unfit, SD_2026, DECISION, RULES)
    assert refusal.value.details["reasons"] == ["not_suitable"]


def test_the_guardian_takes_an_application_back():
    fact = withdraw_application(RETURNED, date(2026, 3, 9), SD_2026)
    assert fact.reasons == (RefusalReason.WITHDRAWN_BY_GUARDIAN,)
    with pytest.raises(NotOpen):
        withdraw_application(replace(APPLICATION, state=ApplicationState.APPROVED), date(2026, 3, 9), SD_2026)


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
        approve_assistance(CHILD, APPLICATION, given_before(an_approval(2026)), SD_2026, DECISION, RULES)


def test_going_on_needs_experts_from_2026():
    before = given_before(an_approval(2025))
    with pytest.raises(ContinuationNeedsEvaluation):
        approve_assistance(CHILD, APPLICATION, before, SD_2026, DECISION, RULES)
    assert approve_assistance(CHILD, APPLICATION, before, SD_2026, replace(DECISION, experts_agree=True), RULES)


def test_going_on_before_2026_needed_none():
    earlier = replace(APPLICATION, submitted_on=date(2024, 3, 4))
    decision = replace(DECISION, on=date(2024, 3, 5))
    fact = approve_assistance(CHILD, earlier, given_before(an_approval(2023)), SD_2018, decision, RULES)
    assert (fact.policy, fact.ceiling) == ("SD-2018", 1_500_000)


def test_vision_training_beyond_two_years_needs_experts_whatever_else_holds():
    lenient = SD_2026.model_copy(
        update={
            "continuation_needs_evaluation": SD_2026.continuation_needs_evaluation.model_copy(update={"value": False})
        }
    )
    vision = replace(APPLICATION, asked=replace(TRAINING, category=RehabCategory.VISION))
    years = [an_approval(2024, RehabCategory.VISION), an_approval(2025, RehabCategory.VISION)]
    assert approve_assistance(CHILD, vision, given_before(*years[:1]), lenient, DECISION, RULES).ceiling == 600_000
    with pytest.raises(ContinuationNeedsEvaluation):
        approve_assistance(CHILD, vision, given_before(*years), lenient, DECISION, RULES)


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
