"""Certificates: numbers, clocks, ten years, a year after cancellation (残疾人证办法; handbook §2.2)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.applications import Application, graded, granted
from services.screening.domain.certificates import (
    ApplicationStatus,
    Certificate,
    RefusalReason,
    Standing,
    cancel,
    check_application,
    check_number,
    clocks,
    issue,
    regrade,
    standing,
)
from services.screening.domain.grading import Measurement
from services.screening.domain.registry_policy import registry_policies
from services.screening.errors import (
    ApplicationNotNow,
    BeforeApplication,
    BeforeCertificate,
    CertificateDisagrees,
    CertificateNotValid,
    CertificateStands,
    InvalidNumber,
    NothingRegraded,
    NoticeRuns,
    NotTheGradingHospital,
    PartsDoNotFit,
    ReapplyLater,
    ResidentNumberNeeded,
)
from shared.contracts.codes import DisabilityCategory as Category
from shared.contracts.events.screening import CancellationReason

NUMBER = "379999202103150019"
BORN = date(2021, 3, 15)
POLICY = registry_policies().in_force(date(2026, 3, 2))
MENTAL_3 = Standing(Category.MENTAL, 3)
HOSPITAL, CASE = UUID(int=3), UUID(int=7)


def a_certificate(**changes) -> Certificate:
    usual = Certificate(UUID(int=1), MENTAL_3, date(2026, 3, 2), date(2036, 3, 1), date(2026, 3, 2))
    return replace(usual, **changes)


def test_nobody_waits_a_year_because_a_certificate_was_cancelled_for_a_death_that_was_none():
    cancelled = cancel(a_certificate(), CancellationReason.DECEASED, date(2026, 6, 1), POLICY)
    old = a_certificate(
        cancelled_on=cancelled.cancelled_on,
        reapply_from=cancelled.reapply_from,
        cancelled_because=CancellationReason.DECEASED,
    )
    check_application([old], date(2026, 6, 10))


def test_the_number_is_the_childs_own_with_category_and_grade():
    assert check_number(f"{NUMBER}63", NUMBER, MENTAL_3) is None
    assert check_number(f" {NUMBER}63b1 ", NUMBER, MENTAL_3) == "B1"


@pytest.mark.parametrize(
    ("number", "field"),
    [
        ("37999920210315003543", "resident_number"),
        (f"{NUMBER}53", "category"),
        (f"{NUMBER}62", "grade"),
    ],
)
def test_a_number_that_says_otherwise_is_refused(number, field):
    with pytest.raises(CertificateDisagrees) as refusal:
        check_number(number, NUMBER, MENTAL_3)
    assert refusal.value.details == {"field": field}


@pytest.mark.parametrize("number", [NUMBER, f"{NUMBER}83", f"{NUMBER}65", f"{NUMBER}63C1", "379999202103150018" + "63"])
def test_a_number_that_cannot_be_one_is_named_by_its_flaw_only(number):
    with pytest.raises(InvalidNumber) as refusal:
        check_number(number, NUMBER, MENTAL_3)
    assert NUMBER not in str(refusal.value.details)


def test_without_a_resident_number_there_is_no_certificate():
    with pytest.raises(ResidentNumberNeeded):
        check_number(f"{NUMBER}63", None, MENTAL_3)


@pytest.mark.parametrize(
    ("on", "last_day"), [(date(2026, 3, 2), date(2036, 3, 1)), (date(2024, 2, 29), date(2034, 2, 28))]
)
def test_a_certificate_holds_for_ten_years(on, last_day):
    issued = issue(UUID(int=1), MENTAL_3, on, "371602", POLICY)
    assert issued.valid_until == last_day
    assert issued.policy == POLICY.policy


@pytest.mark.parametrize(
    ("graded_on", "notice_until", "review_by"),
    [
        (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)),
        # 清明 and the May holidays lie in between.
        (date(2026, 4, 29), date(2026, 5, 9), date(2026, 5, 15)),
    ],
)
def test_the_clocks_of_an_application_count_working_days(graded_on, notice_until, review_by):
    run = clocks(graded_on, POLICY.certificate)
    assert (run.notice_until, run.review_by) == (notice_until, review_by)


@pytest.mark.parametrize(
    ("category", "parts"),
    [
        (Category.MULTIPLE, []),
        (Category.MULTIPLE, [Category.HEARING]),
        (Category.MULTIPLE, [Category.HEARING, Category.HEARING]),
        (Category.MULTIPLE, [Category.HEARING, Category.MULTIPLE]),
        (Category.HEARING, [Category.HEARING]),
    ],
)
def test_exactly_a_multiple_disability_names_its_parts(category, parts):
    with pytest.raises(PartsDoNotFit):
        standing(category, 2, parts)


def test_parts_are_kept_in_the_order_of_their_digits():
    shown = standing(Category.MULTIPLE, 2, [Category.MENTAL, Category.VISUAL])
    assert shown.parts == (Category.VISUAL, Category.MENTAL)


def test_who_holds_a_certificate_does_not_apply_again_and_one_that_ran_out_does():
    with pytest.raises(CertificateStands):
        check_application([a_certificate()], date(2036, 3, 1))
    with pytest.raises(CertificateStands):
        check_application([a_certificate()], date(2025, 3, 1))
    check_application([a_certificate()], date(2036, 3, 2))


def test_after_a_cancellation_a_child_waits_for_a_year():
    cancelled = cancel(a_certificate(), CancellationReason.OWN_REQUEST, date(2026, 6, 1), POLICY)
    assert cancelled.reapply_from == date(2027, 6, 1)
    old = a_certificate(cancelled_on=cancelled.cancelled_on, reapply_from=cancelled.reapply_from)
    with pytest.raises(ReapplyLater) as refusal:
        check_application([old], date(2027, 5, 31))
    assert refusal.value.details == {"reapply_from": "2027-06-01"}
    check_application([old], date(2027, 6, 1))


def test_a_regrade_keeps_the_record_and_changes_what_it_shows():
    changed = regrade(a_certificate(), Standing(Category.MENTAL, 2), date(2026, 9, 1), POLICY)
    assert (changed.grading, changed.grade, changed.category) == (UUID(int=1), 2, Category.MENTAL)
    with pytest.raises(NothingRegraded):
        regrade(a_certificate(), MENTAL_3, date(2026, 9, 1), POLICY)
    with pytest.raises(BeforeCertificate):
        regrade(a_certificate(), Standing(Category.MENTAL, 2), date(2026, 3, 2), POLICY)


@pytest.mark.parametrize("gone", [{"cancelled_on": date(2026, 5, 1)}, {"valid_until": date(2026, 8, 31)}])
def test_what_is_no_certificate_any_more_is_neither_regraded_nor_cancelled(gone):
    old = a_certificate(**gone)
    with pytest.raises(CertificateNotValid):
        regrade(old, Standing(Category.MENTAL, 2), date(2026, 9, 1), POLICY)
    with pytest.raises(CertificateNotValid):
        cancel(old, CancellationReason.OWN_REQUEST, date(2026, 9, 1), POLICY)


@pytest.mark.parametrize("changed_on", [date(2026, 3, 2), date(2026, 9, 1)])
def test_a_cancellation_does_not_lie_before_the_last_grade(changed_on):
    with pytest.raises(BeforeCertificate):
        cancel(a_certificate(changed_on=changed_on), CancellationReason.OWN_REQUEST, date(2026, 3, 1), POLICY)


# Applications -------------------------------------------------------------------------------------------------------

LOSS = Measurement(category="hearing", better_ear_db=85)


def an_application(**changes) -> Application:
    return replace(Application(UUID(int=9), CASE, HOSPITAL, date(2026, 3, 2)), **changes)


def test_a_grading_opens_the_public_notice():
    done, found = graded(an_application(), [LOSS], BORN, date(2026, 3, 2), HOSPITAL, POLICY)
    assert (done.status, done.standing) == (ApplicationStatus.NOTICE, Standing(Category.HEARING, 2))
    assert done.clocks is not None
    assert done.clocks.notice_until == date(2026, 3, 9)
    assert found.explanation.outcome == "hearing-2"


def test_a_child_without_a_grade_gets_no_certificate():
    mild = Measurement(category="hearing", better_ear_db=20)
    done, _ = graded(an_application(), [mild], BORN, date(2026, 3, 2), HOSPITAL, POLICY)
    assert (done.status, done.standing) == (ApplicationStatus.NOT_DISABLED, None)
    with pytest.raises(ApplicationNotNow):
        granted(done, date(2026, 4, 1))


def test_only_the_hospital_that_was_asked_grades_and_only_once():
    with pytest.raises(NotTheGradingHospital):
        graded(an_application(), [LOSS], BORN, date(2026, 3, 2), UUID(int=4), POLICY)
    with pytest.raises(BeforeApplication):
        graded(an_application(), [LOSS], BORN, date(2026, 3, 1), HOSPITAL, POLICY)
    done, _ = graded(an_application(), [LOSS], BORN, date(2026, 3, 2), HOSPITAL, POLICY)
    with pytest.raises(ApplicationNotNow):
        graded(done, [LOSS], BORN, date(2026, 3, 3), HOSPITAL, POLICY)


@pytest.mark.parametrize(("on", "runs"), [(date(2026, 3, 9), True), (date(2026, 3, 10), False)])
def test_a_certificate_comes_when_the_public_notice_is_over(on, runs):
    noticed = an_application(
        status=ApplicationStatus.NOTICE,
        graded_on=date(2026, 3, 2),
        standing=MENTAL_3,
        notice_until=date(2026, 3, 9),
    )
    if runs:
        with pytest.raises(NoticeRuns):
            granted(noticed, on)
    else:
        done, shown = granted(noticed, on)
        assert (done.status, shown) == (ApplicationStatus.ISSUED, MENTAL_3)


def test_an_application_is_refused_once_and_for_a_reason():
    refused = an_application().refused(RefusalReason.WITHDRAWN, date(2026, 3, 3))
    assert (refused.status, refused.refusal) == (ApplicationStatus.REFUSED, RefusalReason.WITHDRAWN)
    with pytest.raises(ApplicationNotNow):
        refused.refused(RefusalReason.WITHDRAWN, date(2026, 3, 3))
