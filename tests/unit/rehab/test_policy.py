"""Golden cases of handbook §3.2: policy by date, amounts in fen, age bands at birthdays."""

import json
from datetime import date

import pytest

from services.rehab.domain.entitlement import WorkOutEntitlement, entitle
from services.rehab.domain.policy import BUILT_IN, AssistancePolicy, age_band, newest, read_assistance_policies
from services.rehab.errors import RateNotSet
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AgeBand, EligibilityBasis, Material, TrainingMode
from shared.policyfile import NoPolicyInForce, Policies

POLICIES = read_assistance_policies()
CERTIFICATE, DIAGNOSIS = EligibilityBasis
CENTRALISED, FAMILY = TrainingMode.CENTRALISED, TrainingMode.INSTITUTION_COMMUNITY_FAMILY
TRAINED = [c for c in RehabCategory if c is not RehabCategory.VISION]


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2018, 10, 1), "SD-2018"),
        (date(2024, 9, 18), "SD-2018"),
        (date(2025, 12, 31), "SD-2018"),
        (date(2026, 1, 1), "SD-2026"),
        (date(2030, 12, 31), "SD-2026"),
    ],
)
def test_the_date_chooses_the_policy(on, name):
    assert POLICIES.in_force(on).policy == name


@pytest.mark.parametrize("on", [date(2018, 9, 30), date(2031, 1, 1)])
def test_no_policy_holds_outside_the_files(on):
    with pytest.raises(NoPolicyInForce):
        POLICIES.in_force(on)


@pytest.mark.parametrize("category", TRAINED)
@pytest.mark.parametrize(
    ("year", "mode", "band", "fen", "month"),
    [
        (2025, CENTRALISED, AgeBand.UNDER_7, 15_000_00, 1_500_00),
        (2025, CENTRALISED, AgeBand.FROM_7, 15_000_00, 1_500_00),
        (2026, CENTRALISED, AgeBand.UNDER_7, 20_000_00, 2_000_00),
        (2026, CENTRALISED, AgeBand.FROM_7, 15_000_00, 1_500_00),
        (2026, FAMILY, AgeBand.FROM_7, 5_000_00, 500_00),
    ],
)
def test_the_annual_standard_and_the_monthly_cap(category, year, mode, band, fen, month):
    policy = POLICIES.in_force(date(year, 6, 1))
    assert policy.annual_standard(category, mode, band) == fen
    assert policy.monthly_cap(fen) == month


@pytest.mark.parametrize("band", AgeBand)
def test_vision_training_is_paid_less_and_only_from_2026(band):
    assert POLICIES.named("SD-2026").annual_standard(RehabCategory.VISION, CENTRALISED, band) == 6_000_00
    with pytest.raises(RateNotSet):
        POLICIES.named("SD-2018").annual_standard(RehabCategory.VISION, CENTRALISED, band)


@pytest.mark.parametrize("policy", ["SD-2018", "SD-2026"])
def test_no_standard_for_a_small_child_trained_mostly_at_home(policy):
    with pytest.raises(RateNotSet):
        POLICIES.named(policy).annual_standard(RehabCategory.AUTISM, FAMILY, AgeBand.UNDER_7)


def test_the_unclear_home_mode_before_2026_is_a_figure_to_be_set():
    with pytest.raises(RateNotSet):
        POLICIES.named("SD-2018").annual_standard(RehabCategory.AUTISM, FAMILY, AgeBand.FROM_7)


def test_the_monthly_cap_never_rounds_up():
    assert POLICIES.named("SD-2026").monthly_cap(1_000_009) == 100_000


@pytest.mark.parametrize(
    ("born", "on", "band"),
    [
        (date(2019, 5, 20), date(2026, 5, 19), AgeBand.UNDER_7),
        (date(2019, 5, 20), date(2026, 5, 20), AgeBand.FROM_7),
        (date(2020, 2, 29), date(2027, 2, 28), AgeBand.UNDER_7),
        (date(2020, 2, 29), date(2027, 3, 1), AgeBand.FROM_7),
    ],
)
def test_the_band_changes_on_the_seventh_birthday(born, on, band):
    assert age_band(born, on) is band


def test_an_approval_ends_with_the_benefit_year():
    given = entitle(
        POLICIES.named("SD-2026"), date(2020, 1, 1), DIAGNOSIS, (RehabCategory.AUTISM, CENTRALISED), date(2026, 3, 2)
    )
    assert (given.valid_from, given.valid_until) == (date(2026, 3, 2), date(2026, 12, 31))
    assert (given.policy, given.ceiling, given.monthly_cap) == ("SD-2026", 2_000_000, 200_000)


def test_an_approval_ends_before_the_eighteenth_birthday():
    given = entitle(
        POLICIES.named("SD-2026"), date(2008, 9, 1), CERTIFICATE, (RehabCategory.PHYSICAL, FAMILY), date(2026, 3, 2)
    )
    assert given.valid_until == date(2026, 8, 31)
    assert given.age_band is AgeBand.FROM_7


def with_figures(**figures):
    raw = json.loads((BUILT_IN / "SD-2026.json").read_bytes())
    for name, value in figures.items():
        raw[name]["value"] = value
    return AssistancePolicy.model_validate_json(json.dumps(raw))


def test_a_county_may_test_the_age_on_new_years_day():
    policy = with_figures(age_rule="at_year_start")
    training = (RehabCategory.AUTISM, CENTRALISED)
    given = entitle(policy, date(2019, 3, 1), DIAGNOSIS, training, date(2026, 3, 2))
    assert (given.age_band, given.ceiling) == (AgeBand.UNDER_7, 2_000_000)


def test_where_age_counts_on_each_day_a_diagnosis_carries_to_the_seventh_birthday():
    policy, born = with_figures(age_rule="at_service_date"), date(2019, 5, 20)
    training = (RehabCategory.AUTISM, CENTRALISED)
    assert entitle(policy, born, DIAGNOSIS, training, date(2026, 3, 2)).valid_until == date(2026, 5, 19)
    assert entitle(policy, born, CERTIFICATE, training, date(2026, 3, 2)).valid_until == date(2026, 12, 31)


def test_an_entitlement_explains_itself():
    asked = WorkOutEntitlement(
        policy="SD-2026", born=date(2020, 1, 1), basis=DIAGNOSIS, category=RehabCategory.AUTISM, mode=CENTRALISED,
        on=date(2026, 3, 2),
    )  # fmt: skip
    explained = asked.explain()
    assert (explained.rule, explained.outcome) == ("rehab.entitlement", "2000000")
    assert [step.code for step in explained.steps] == ["age-band", "amounts", "period"]


def test_an_income_test_asks_for_proof_of_hardship():
    assert with_figures(income_test=True).materials(DIAGNOSIS) == {
        Material.IDENTITY, Material.RESIDENCE, Material.DIAGNOSIS, Material.HARDSHIP,
    }  # fmt: skip
    assert Material.HARDSHIP not in POLICIES.named("SD-2026").materials(DIAGNOSIS)


def test_a_certificate_application_needs_the_certificate():
    assert Material.CERTIFICATE in POLICIES.named("SD-2026").materials(CERTIFICATE)


def test_two_versions_never_hold_on_the_same_day():
    older = POLICIES.named("SD-2018").model_copy(update={"effective_until": date(2026, 1, 1)})
    with pytest.raises(ValueError, match="hold on the same day"):
        Policies([POLICIES.named("SD-2026"), older])


def test_a_version_that_ends_before_it_starts_is_no_policy():
    raw = json.loads((BUILT_IN / "SD-2026.json").read_bytes()) | {"effective_until": "2025-12-31"}
    with pytest.raises(ValueError, match="ends before it starts"):
        AssistancePolicy.model_validate_json(json.dumps(raw))


@pytest.mark.parametrize(
    ("today", "name"),
    [(date(2018, 1, 1), "SD-2026"), (date(2020, 1, 1), "SD-2018"), (date(2031, 1, 1), "SD-2026")],
)
def test_the_clock_goes_on_by_the_newest_version_that_began(today, name):
    assert newest(POLICIES, today).policy == name


def test_every_figure_carries_its_mark():
    raw = json.loads((BUILT_IN / "SD-2018.json").read_bytes())
    del raw["fundable_months"]["mark"]
    with pytest.raises(ValueError, match="mark"):
        AssistancePolicy.model_validate_json(json.dumps(raw))
