"""Eligibility item by item, golden cases of handbook §3.2."""

from datetime import date

import pytest

from services.rehab.domain.eligibility import CheckEligibility, judge
from services.rehab.domain.grounds import Certificate, Grounds
from services.rehab.domain.policy import AgeRule, read_assistance_policies
from services.rehab.domain.rules import Rules
from services.rehab.domain.terms import Hardship, ResidenceKind, ResidenceProof
from services.rehab.errors import AlreadyApplied, ContinuationNeedsEvaluation, NoConfirmedDiagnosis, NotEligible
from shared.contracts.codes import DisabilityCategory, RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
    DeviceKind,
    EligibilityBasis,
    IneligibilityReason,
    NeedsOutcome,
)
from shared.rehabilitation.support import SUPPORTED_BY

POLICIES = read_assistance_policies()
SD_2018, SD_2026 = POLICIES.versions
CERTIFICATE, DIAGNOSIS = EligibilityBasis
ALL = frozenset(RehabCategory)
GROUNDS = Grounds(
    born=date(2021, 3, 15), on=date(2026, 3, 2), category=RehabCategory.AUTISM, basis=DIAGNOSIS,
    diagnoses=frozenset({RehabCategory.AUTISM}),
)  # fmt: skip
PAPER = Certificate(
    category=DisabilityCategory.MENTAL, grade=2, issued_on=date(2024, 1, 1), valid_until=date(2033, 12, 31)
)


def reasons(policy=SD_2026, rules=None, **changes):
    return judge(GROUNDS.model_copy(update=changes), policy, rules or Rules()).reasons


def with_figures(**figures):
    changed = {name: getattr(SD_2026, name).model_copy(update={"value": value}) for name, value in figures.items()}
    return SD_2026.model_copy(update=changed)


def test_every_item_holds_for_an_ordinary_child():
    verdict = judge(GROUNDS, SD_2026, Rules())
    assert (verdict.eligible, verdict.explanation.outcome) == (True, "eligible")
    assert all(step.holds for step in verdict.explanation.steps)


@pytest.mark.parametrize(
    ("year", "basis", "born", "on", "expected"),
    [
        (2026, DIAGNOSIS, date(2019, 5, 20), date(2026, 5, 19), ()),
        (2026, DIAGNOSIS, date(2019, 5, 20), date(2026, 5, 20), (IneligibilityReason.NEEDS_CERTIFICATE,)),
        (2026, CERTIFICATE, date(2019, 5, 20), date(2026, 5, 20), ()),
        (2026, CERTIFICATE, date(2008, 5, 20), date(2026, 5, 19), ()),
        (2026, CERTIFICATE, date(2008, 5, 20), date(2026, 5, 20), (IneligibilityReason.AGED_OUT,)),
        (2026, DIAGNOSIS, date(2008, 2, 29), date(2026, 3, 1), (IneligibilityReason.AGED_OUT,)),
        (2026, CERTIFICATE, date(2008, 2, 29), date(2026, 2, 28), ()),
        (2024, DIAGNOSIS, date(2010, 5, 20), date(2024, 5, 20), ()),
        (2024, DIAGNOSIS, date(2006, 5, 20), date(2024, 5, 20), (IneligibilityReason.AGED_OUT,)),
    ],
)
def test_age_and_basis_by_birthday(year, basis, born, on, expected):
    assert reasons(POLICIES.in_force(date(year, 6, 1)), basis=basis, born=born, on=on) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("at_approval", (IneligibilityReason.NEEDS_CERTIFICATE,)), ("at_year_start", ())],
)
def test_the_age_rule_names_the_day(rule, expected):
    assert reasons(with_figures(age_rule=AgeRule(rule)), born=date(2019, 2, 1)) == expected


def test_a_diagnosis_basis_needs_the_diagnosis_of_its_category():
    assert reasons(diagnoses=frozenset({RehabCategory.HEARING})) == (IneligibilityReason.NO_DIAGNOSIS,)


@pytest.mark.parametrize(
    ("certificates", "diagnoses", "expected"),
    [
        ((PAPER,), (), ()),
        ((PAPER.model_copy(update={"category": DisabilityCategory.VISUAL}),), (), ("no_assisted_category",)),
        ((PAPER.model_copy(update={"category": DisabilityCategory.VISUAL}),), ("autism",), ()),
        ((PAPER.model_copy(update={"cancelled_on": date(2026, 3, 2)}),), ("autism",), ("needs_certificate",)),
        ((PAPER.model_copy(update={"cancelled_on": date(2026, 3, 3)}),), (), ()),
        ((PAPER.model_copy(update={"valid_until": date(2026, 3, 1)}),), (), ("needs_certificate",)),
        ((PAPER.model_copy(update={"issued_on": date(2026, 3, 3)}),), (), ("needs_certificate",)),
        ((), (), ()),
    ],
)
def test_a_category_is_supported_by_a_valid_certificate_or_a_diagnosis(certificates, diagnoses, expected):
    found = reasons(basis=CERTIFICATE, certificates=certificates, diagnoses=frozenset(map(RehabCategory, diagnoses)))
    assert found == tuple(map(IneligibilityReason, expected))


def test_a_county_may_want_the_certificate_from_the_registry():
    strict = Rules(certificate_on_paper=False)
    assert reasons(rules=strict, basis=CERTIFICATE) == (IneligibilityReason.NEEDS_CERTIFICATE,)


def test_a_multiple_disability_counts_by_its_parts():
    parts = frozenset({DisabilityCategory.HEARING, DisabilityCategory.INTELLECTUAL})
    multiple = PAPER.model_copy(update={"category": DisabilityCategory.MULTIPLE, "parts": parts})
    assert [category for category in RehabCategory if multiple.supports(category)] == [
        RehabCategory.HEARING, RehabCategory.SPEECH, RehabCategory.INTELLECTUAL,
    ]  # fmt: skip


def test_autism_stands_under_mental_on_the_certificate():
    assert SUPPORTED_BY.keys() == ALL
    assert SUPPORTED_BY[RehabCategory.AUTISM] == {DisabilityCategory.MENTAL}


@pytest.mark.parametrize("proof", ResidenceProof)
def test_a_residence_permit_needs_one_record_beside_it_from_2026(proof):
    permit = ResidenceKind.RESIDENCE_PERMIT
    assert reasons(residence=permit) == (IneligibilityReason.NOT_RESIDENT,)
    assert reasons(residence=permit, proofs=frozenset({proof})) == ()
    assert reasons(SD_2018, residence=permit, on=date(2025, 3, 2)) == ()


def test_who_lives_elsewhere_is_not_resident():
    assert reasons(lives_in_county=False) == (IneligibilityReason.NOT_RESIDENT,)


def test_hardship_is_asked_for_only_where_income_is_tested():
    tested = with_figures(income_test=True)
    assert reasons(tested) == (IneligibilityReason.INCOME_ABOVE_LIMIT,)
    assert reasons(tested, hardship=Hardship.TEKUN) == ()
    narrow = with_figures(income_test=True, hardship=(Hardship.DIBAO,))
    assert reasons(narrow, hardship=Hardship.TEKUN) == (IneligibilityReason.INCOME_ABOVE_LIMIT,)


def test_one_training_category_a_year():
    assert reasons(approved_this_year=1) == (IneligibilityReason.CATEGORY_TAKEN,)
    assert reasons(with_figures(training_categories_per_year=2), approved_this_year=1) == ()


def test_going_on_needs_the_experts_from_2026():
    assert reasons(approved_before=True) == (IneligibilityReason.NEEDS_EVALUATION,)
    assert reasons(approved_before=True, experts_agree=True) == ()
    assert reasons(SD_2018, approved_before=True, on=date(2025, 3, 2)) == ()


@pytest.mark.parametrize(("years", "expected"), [(1, ()), (2, (IneligibilityReason.TERM_USED_UP,))])
def test_vision_training_lasts_two_years_in_principle(years, expected):
    vision = {"category": RehabCategory.VISION, "diagnoses": ALL, "vision_years": years}
    assert reasons(**vision) == expected
    assert reasons(**vision, experts_agree=True) == ()


@pytest.mark.parametrize(
    ("item", "assessment", "expected"),
    [
        (AssistanceItem.TRAINING, None, ()),
        (AssistanceItem.TRAINING, NeedsOutcome.NOT_SUITABLE, ("not_suitable",)),
        (AssistanceItem.SURGERY, None, ("needs_evaluation",)),
        (AssistanceItem.SURGERY, NeedsOutcome.NOT_SUITABLE, ("not_suitable",)),
        (AssistanceItem.SURGERY, NeedsOutcome.SUITABLE, ()),
        (AssistanceItem.DEVICE, None, ("needs_evaluation",)),
        (AssistanceItem.DEVICE, NeedsOutcome.SUITABLE, ()),
    ],
)
def test_a_surgery_or_device_needs_its_evaluation(item, assessment, expected):
    assert reasons(item=item, assessment=assessment) == tuple(map(IneligibilityReason, expected))


@pytest.mark.parametrize(
    ("again", "expected"),
    [(None, ()), (date(2026, 3, 2), ()), (date(2026, 3, 3), (IneligibilityReason.DEVICE_CYCLE,))],
)
def test_a_device_serves_its_cycle_first(again, expected):
    device = {"item": AssistanceItem.DEVICE, "device": DeviceKind.ORTHOSIS, "assessment": NeedsOutcome.SUITABLE}
    assert reasons(**device, device_again_from=again) == expected


def test_all_that_fails_is_said_at_once():
    assert reasons(lives_in_county=False, diagnoses=frozenset(), approved_this_year=1) == (
        IneligibilityReason.CATEGORY_TAKEN, IneligibilityReason.NO_DIAGNOSIS, IneligibilityReason.NOT_RESIDENT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"diagnoses": frozenset()}, NoConfirmedDiagnosis),
        ({"approved_this_year": 1}, AlreadyApplied),
        ({"approved_before": True}, ContinuationNeedsEvaluation),
        ({"lives_in_county": False}, NotEligible),
        ({"born": date(2005, 1, 1)}, NotEligible),
    ],
)
def test_an_approval_is_refused_with_what_says_it_best(changes, refusal):
    grounds = GROUNDS.model_copy(update=changes)
    with pytest.raises(refusal):
        judge(grounds, SD_2026, Rules()).expect(grounds)


def test_the_command_line_asks_the_same_function():
    asked = CheckEligibility(policy="SD-2026", grounds=GROUNDS.model_copy(update={"approved_this_year": 1}))
    explained = asked.explain()
    assert (explained.policy, explained.outcome) == ("SD-2026", "not_eligible")
    assert [step.code for step in explained.steps if not step.holds] == ["one-category"]
