"""Surgery and devices: insurance first, then assistance (handbook §3.2)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.rehab.domain.assistance import Approval
from services.rehab.domain.once import Bill, PayOnce, complete_surgery, fit_device, pay_once
from services.rehab.domain.policy import read_assistance_policies
from services.rehab.errors import AlreadyGiven, InsuranceAboveCost, NotThisItem, OutsideApproval, RateNotSet
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AssistanceItem, DeviceKind, SurgeryKind, TrainingMode

SD_2018, SD_2026 = read_assistance_policies().versions
IMPLANT, ORTHOSIS = SurgeryKind.COCHLEAR_IMPLANT, DeviceKind.ORTHOSIS
BILL = Bill(uuid4(), uuid4(), date(2026, 4, 1), cost=18_000_000, insurance_paid=6_000_000)
SURGERY = Approval(
    uuid4(), AssistanceItem.SURGERY, RehabCategory.HEARING, TrainingMode.ONCE, "371602", other_counties=False,
    valid_from=date(2026, 3, 9), valid_until=date(2026, 12, 31), enrol_by=date(2026, 12, 31), surgery=IMPLANT,
)  # fmt: skip
DEVICE = replace(SURGERY, item=AssistanceItem.DEVICE, surgery=None, device=ORTHOSIS)


def with_amount(kind, fen):
    rows = tuple(
        row.model_copy(update={"amount": row.amount.model_copy(update={"value": fen})}) if row.kind == kind else row
        for row in SD_2018.once_amounts
    )
    return SD_2018.model_copy(update={"once_amounts": rows})


@pytest.mark.parametrize("kind", [*SurgeryKind, *DeviceKind])
@pytest.mark.parametrize(("cost", "insurance", "paid"), [(100, 40, 60), (100, 0, 100), (100, 100, 0), (0, 0, 0)])
def test_from_2026_the_whole_rest_is_paid(kind, cost, insurance, paid):
    amount, explanation = pay_once(kind, replace(BILL, cost=cost, insurance_paid=insurance), SD_2026)
    assert (amount, explanation.outcome, explanation.policy) == (paid, str(paid), "SD-2026")


@pytest.mark.parametrize(("insurance", "paid"), [(6_000_000, 1_200_000), (17_500_000, 500_000), (18_000_000, 0)])
def test_before_2026_a_fixed_amount_and_never_more_than_the_rest(insurance, paid):
    assert pay_once(IMPLANT, replace(BILL, insurance_paid=insurance), with_amount(IMPLANT, 1_200_000))[0] == paid


def test_a_fixed_amount_that_nobody_set_pays_nothing_by_guess():
    with pytest.raises(RateNotSet):
        pay_once(IMPLANT, BILL, SD_2018)


def test_insurance_never_paid_more_than_it_cost():
    with pytest.raises(InsuranceAboveCost):
        pay_once(IMPLANT, replace(BILL, insurance_paid=18_000_001), SD_2026)


def test_a_surgery_says_what_it_cost_and_who_paid():
    fact, explanation = complete_surgery(SURGERY, BILL, SD_2026)
    assert (fact.surgery, fact.cost, fact.insurance_paid, fact.assistance_paid) == (
        IMPLANT, 18_000_000, 6_000_000, 12_000_000,
    )  # fmt: skip
    assert [step.en for step in explanation.steps] == [
        "¥180,000.00 for cochlear_implant",
        "insurance paid ¥60,000.00, ¥120,000.00 remain",
        "insurance_first_then_whole_remaining_cost: ¥120,000.00",
    ]


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (DeviceKind.HEARING_AID, date(2030, 4, 1)),
        (DeviceKind.ORTHOSIS, date(2027, 4, 1)),
        (DeviceKind.WHEELCHAIR, date(2029, 4, 1)),
    ],
)
def test_a_device_starts_its_cycle(kind, again):
    fact, _ = fit_device(replace(DEVICE, device=kind), BILL, SD_2026)
    assert (fact.device, fact.replace_after) == (kind, again)


def test_an_approval_is_used_once_for_its_own_item_and_in_its_time():
    with pytest.raises(AlreadyGiven):
        complete_surgery(replace(SURGERY, used_on=date(2026, 3, 20)), BILL, SD_2026)
    with pytest.raises(NotThisItem):
        complete_surgery(DEVICE, BILL, SD_2026)
    with pytest.raises(NotThisItem):
        fit_device(SURGERY, BILL, SD_2026)
    for day in (date(2026, 3, 8), date(2027, 1, 1)):
        with pytest.raises(OutsideApproval):
            complete_surgery(SURGERY, replace(BILL, on=day), SD_2026)


def test_the_command_line_works_out_the_same_amount():
    asked = PayOnce(policy="SD-2026", kind=ORTHOSIS, cost=500_000, insurance_paid=100_000)
    assert asked.explain().outcome == "400000"
