"""Designation of institutions: admission, suspension, coming back (handbook §3.4)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.rehab.domain.designation import (
    Designation,
    DesignationOrder,
    designation_for,
    grant_designation,
    suspend_designation,
)
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadySuspended,
    DesignationIsSuspended,
    DesignationOverlaps,
    NotALegalPerson,
    NotDesignated,
    OutsideAgreement,
    PeriodBackwards,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import SuspensionReason

AUTISM, HEARING, PHYSICAL = RehabCategory.AUTISM, RehabCategory.HEARING, RehabCategory.PHYSICAL
CENTRE = uuid4()
HELD = Designation(uuid4(), CENTRE, "371602", frozenset({AUTISM}), date(2024, 1, 1), date(2025, 12, 31))
ORDER = DesignationOrder(
    uuid4(), "371602", frozenset({HEARING, AUTISM}), date(2026, 1, 1), None, capacity=40, legal_person=True
)


def test_an_agreement_runs_two_years_by_default():
    granted = grant_designation(ORDER, [HELD], Rules())
    assert (granted.valid_from, granted.valid_until) == (date(2026, 1, 1), date(2027, 12, 31))
    assert granted.categories == (AUTISM, HEARING)


def test_the_length_of_an_agreement_is_configured():
    assert grant_designation(ORDER, [], Rules(designation_years=3)).valid_until == date(2028, 12, 31)


def test_a_branch_is_not_designated():
    with pytest.raises(NotALegalPerson):
        grant_designation(replace(ORDER, legal_person=False), [], Rules())


def test_an_agreement_does_not_end_before_it_starts():
    with pytest.raises(PeriodBackwards):
        grant_designation(replace(ORDER, valid_until=date(2025, 12, 31)), [], Rules())


@pytest.mark.parametrize("starts", [date(2025, 12, 31), date(2024, 1, 1), date(2023, 6, 1)])
def test_a_category_is_not_designated_twice_at_a_time(starts):
    with pytest.raises(DesignationOverlaps) as refusal:
        grant_designation(replace(ORDER, valid_from=starts), [HELD], Rules())
    assert refusal.value.details == {"categories": ["autism"]}


def test_another_category_may_be_added():
    order = replace(ORDER, categories=frozenset({PHYSICAL}), valid_from=date(2024, 6, 1))
    assert grant_designation(order, [HELD], Rules()).categories == (PHYSICAL,)


def test_a_suspended_institution_comes_back_by_a_new_agreement():
    suspended = replace(HELD, suspended_on=date(2025, 3, 1))
    assert grant_designation(replace(ORDER, valid_from=date(2025, 3, 1)), [suspended], Rules())
    with pytest.raises(DesignationOverlaps):
        grant_designation(replace(ORDER, valid_from=date(2025, 2, 28)), [suspended], Rules())


def test_suspension_names_the_agreement_and_the_first_day():
    fact = suspend_designation(HELD, date(2024, 5, 1), SuspensionReason.SERIOUS_BREACH)
    assert (fact.designation, fact.suspended_on) == (HELD.id, date(2024, 5, 1))


def test_suspension_happens_once_and_inside_the_agreement():
    with pytest.raises(AlreadySuspended):
        suspend_designation(replace(HELD, suspended_on=date(2024, 4, 1)), date(2024, 5, 1), SuspensionReason.SAFETY)
    with pytest.raises(OutsideAgreement):
        suspend_designation(HELD, date(2026, 1, 1), SuspensionReason.SAFETY)


@pytest.mark.parametrize("on", [date(2024, 1, 1), date(2025, 12, 31)])
def test_both_ends_of_an_agreement_belong_to_it(on):
    assert designation_for(AUTISM, on, [HELD]) is HELD


@pytest.mark.parametrize(
    ("category", "on"), [(AUTISM, date(2023, 12, 31)), (AUTISM, date(2026, 1, 1)), (HEARING, date(2024, 6, 1))]
)
def test_no_agreement_covers_another_time_or_category(category, on):
    with pytest.raises(NotDesignated):
        designation_for(category, on, [HELD])


def test_a_suspended_agreement_takes_nobody_from_that_day():
    suspended = replace(HELD, suspended_on=date(2025, 3, 1))
    assert designation_for(AUTISM, date(2025, 2, 28), [suspended]) is suspended
    with pytest.raises(DesignationIsSuspended):
        designation_for(AUTISM, date(2025, 3, 1), [suspended])


def test_a_new_agreement_serves_beside_the_suspended_one():
    back = replace(HELD, id=uuid4(), valid_from=date(2025, 6, 1))
    suspended = replace(HELD, suspended_on=date(2025, 3, 1))
    assert designation_for(AUTISM, date(2025, 6, 1), [suspended, back]) is back
