from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.education import errors
from services.education.domain.calendar import read_school_policies
from services.education.domain.placement import (
    Placement,
    PlacementOrder,
    Pupil,
    decide_placement,
    in_force,
    mode_rules,
)
from services.education.domain.questions import AskPlacementOrder
from services.education.domain.school_age import compulsory_age
from shared.contracts.events.education import PlacementMode, PlacementStep, SkipReason
from shared.errors import InTheFuture

SCHOOL, SITE = UUID(int=1), UUID(int=2)
POLICY = read_school_policies().in_force(date(2024, 9, 18))
TODAY = date(2024, 9, 18)
NINE_YEARS_OLD = date(2015, 3, 1)
FOUR_YEARS_OLD = date(2020, 3, 1)
NEARBY, DESIGNATED, SPECIAL = (
    PlacementStep.NEARBY_ORDINARY,
    PlacementStep.DESIGNATED_ORDINARY,
    PlacementStep.SPECIAL_SCHOOL,
)
SUPPORT = SkipReason.NEEDS_SPECIAL_SUPPORT


def an_order(mode=PlacementMode.REGULAR_CLASS, **changes):
    rule = mode_rules()[mode]
    order = PlacementOrder(
        mode=mode,
        school=SCHOOL if rule.school else None,
        site=SITE if rule.site else None,
        decided_on=date(2024, 7, 1),
        starts_on=date(2024, 9, 1),
        ends_on=None,
        reasons={},
    )
    return replace(order, **changes)


def decide(order, born=NINE_YEARS_OLD, earlier=()):
    pupil = Pupil(born, "371602", compulsory_age(born, POLICY).first)
    return decide_placement(pupil, order, earlier, POLICY, today=TODAY)


def test_the_table_is_the_handbooks():
    table = [(r.mode.value, r.zh, r.step and r.step.value, r.roll) for r in mode_rules().values()]
    assert table == [
        ("regular_class", "随班就读", "nearby_ordinary", "ordinary school"),
        ("special_class", "特教班", "designated_ordinary", "ordinary school"),
        ("special_school", "特教学校", "special_school", "special school"),
        ("home_teaching", "送教上门", "home_or_distance", "ordinary or special school"),
        ("teaching_site", "儿童福利/康复机构教学点(班)", "home_or_distance", "partner school"),
        ("preschool_inclusive", "融合幼儿园", None, "kindergarten"),
        ("vocational", "职业教育", None, "vocational school"),
        ("deferred", "延缓入学", None, "none"),
    ]


def test_every_form_has_its_rule():
    assert set(mode_rules()) == set(PlacementMode)


def test_the_nearby_ordinary_school_needs_no_reason():
    fact = decide(an_order())
    assert (fact.mode, fact.school, fact.site, fact.skipped) == (PlacementMode.REGULAR_CLASS, SCHOOL, None, ())
    assert (fact.decided_on, fact.starts_on, fact.ends_on) == (date(2024, 7, 1), date(2024, 9, 1), None)


@pytest.mark.parametrize(
    ("mode", "given", "unexplained"),
    [
        (PlacementMode.SPECIAL_CLASS, (), (NEARBY,)),
        (PlacementMode.SPECIAL_SCHOOL, (), (NEARBY, DESIGNATED)),
        (PlacementMode.SPECIAL_SCHOOL, (NEARBY,), (DESIGNATED,)),
        (PlacementMode.HOME_TEACHING, (NEARBY, DESIGNATED), (SPECIAL,)),
        (PlacementMode.TEACHING_SITE, (SPECIAL,), (NEARBY, DESIGNATED)),
    ],
)
def test_a_later_form_needs_a_reason_for_every_step_that_it_skips(mode, given, unexplained):
    with pytest.raises(errors.SkippedStepNeedsReason) as refusal:
        decide(an_order(mode, reasons=dict.fromkeys(given, SUPPORT)))
    assert tuple(refusal.value.details["steps"]) == unexplained


def test_the_reasons_stand_in_the_fact_in_the_order_of_the_law():
    reasons = {SPECIAL: SkipReason.NEEDS_FULL_TIME_NURSING, DESIGNATED: SUPPORT, NEARBY: SkipReason.NO_PLACE_NEARBY}
    fact = decide(an_order(PlacementMode.TEACHING_SITE, reasons=reasons))
    assert [(s.step, s.reason) for s in fact.skipped] == [
        (step, reasons[step]) for step in (NEARBY, DESIGNATED, SPECIAL)
    ]
    assert (fact.school, fact.site) == (SCHOOL, SITE)


def test_the_order_is_that_of_compulsory_schooling_and_asks_nothing_for_a_younger_child():
    assert decide(an_order(PlacementMode.TEACHING_SITE), born=FOUR_YEARS_OLD).skipped == ()


@pytest.mark.parametrize(
    ("born", "first_day"),
    [
        (date(2018, 8, 31), date(2024, 9, 1)),
        (date(2018, 9, 1), date(2025, 9, 1)),
        (date(2018, 1, 1), date(2024, 9, 1)),
        (date(2016, 2, 29), date(2022, 9, 1)),
    ],
)
def test_school_age_begins_in_the_september_after_the_sixth_birthday(born, first_day):
    assert compulsory_age(born, POLICY).first == first_day


@pytest.mark.parametrize(
    ("mode", "changes", "refusal"),
    [
        (PlacementMode.REGULAR_CLASS, {"school": None}, errors.SchoolRequired),
        (PlacementMode.REGULAR_CLASS, {"site": SITE}, errors.SiteNotExpected),
        (PlacementMode.TEACHING_SITE, {"site": None}, errors.SiteRequired),
        (PlacementMode.DEFERRED, {"school": SCHOOL, "ends_on": date(2025, 7, 1)}, errors.SchoolNotExpected),
        (PlacementMode.REGULAR_CLASS, {"ends_on": date(2024, 8, 31)}, errors.PeriodReversed),
        (PlacementMode.REGULAR_CLASS, {"decided_on": date(2024, 9, 19)}, InTheFuture),
        (PlacementMode.DEFERRED, {}, errors.DeferralTooLong),
        (PlacementMode.DEFERRED, {"ends_on": date(2025, 9, 1)}, errors.DeferralTooLong),
    ],
)
def test_an_order_that_contradicts_itself_is_refused(mode, changes, refusal):
    with pytest.raises(refusal):
        decide(an_order(mode, **changes))


def test_a_deferral_of_just_a_year_is_possible_and_keeps_no_roll():
    fact = decide(an_order(PlacementMode.DEFERRED, ends_on=date(2025, 8, 31), applied_on=date(2024, 6, 3)))
    assert (fact.school, fact.site, fact.ends_on) == (None, None, date(2025, 8, 31))
    assert fact.review_by == date(2025, 8, 31)


@pytest.mark.parametrize(
    ("born", "fits"),
    [(date(2018, 9, 1), True), (date(2018, 9, 2), False), (date(2008, 9, 2), True), (date(2008, 9, 1), False)],
)
def test_home_teaching_is_from_six_to_fifteen_years(born, fits):
    order = an_order(PlacementMode.HOME_TEACHING, reasons=dict.fromkeys((NEARBY, DESIGNATED, SPECIAL), SUPPORT))
    if fits:
        assert decide(order, born=born).mode is PlacementMode.HOME_TEACHING
    else:
        with pytest.raises(errors.AgeOutsideMode):
            decide(order, born=born)


def a_placement(starts_on, ends_on=None, place=SCHOOL):
    return Placement(UUID(int=9), PlacementMode.REGULAR_CLASS, place, starts_on, ends_on)


@pytest.mark.parametrize("starts_on", [date(2024, 9, 1), date(2024, 9, 2)])
def test_a_new_placement_starts_after_the_last_one(starts_on):
    with pytest.raises(errors.PlacementNotAfterTheLast):
        decide(an_order(), earlier=[a_placement(date(2022, 9, 1)), a_placement(starts_on)])


def test_a_child_moves_on_review_and_the_later_placement_holds_from_its_first_day():
    old, new = a_placement(date(2022, 9, 1)), a_placement(date(2024, 9, 1), date(2025, 7, 4), place=SITE)
    assert decide(an_order(), earlier=[old]).starts_on == date(2024, 9, 1)
    held = [
        in_force((new, old), day) for day in (date(2022, 8, 31), date(2024, 8, 31), date(2024, 9, 1), date(2025, 7, 5))
    ]
    assert held == [None, old, new, None]


def the_steps(mode, reasons, language="zh"):
    asked = {"born": "2015-03-01", "mode": mode, "starts_on": "2024-09-01", "reasons": reasons}
    explained = AskPlacementOrder.model_validate(asked).explain()
    return [getattr(step, language) for step in explained.steps]


def test_a_regular_class_is_at_a_designated_school_when_the_nearby_one_was_passed_over():
    reasons = {"nearby_ordinary": "needs_special_support"}
    assert the_steps("regular_class", reasons) == [
        "跳过就近的普通学校：需要专门支持。",
        "选择随班就读，学籍由普通学校保留。",
    ]
    assert the_steps("regular_class", reasons, "en")[0] == (
        "A nearby ordinary school is passed over: needs special support."
    )


def test_a_deferred_child_is_on_no_roll():
    assert the_steps("deferred", {}) == ["延缓入学：暂不建立学籍。"]


def test_a_refusal_names_the_steps_in_the_language_of_its_reader():
    with pytest.raises(errors.SkippedStepNeedsReason) as refused:
        decide(an_order(PlacementMode.SPECIAL_SCHOOL))
    assert refused.value.words("zh") == "跳过了靠前的安置方式而未说明理由：就近的普通学校、指定的有条件的普通学校。"
