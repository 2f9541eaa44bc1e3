"""What happens to a child: guardians, moves, consent, hospital, death (handbook §2, §5, §1.5)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain import consents, death, hospital, residence
from services.screening.domain.consents import Consent
from services.screening.domain.guardians import ConsentOf, MayBeGuardian, Unavailable, check_guardian
from services.screening.domain.hospital import Stay, check_stay
from services.screening.domain.person import Person
from services.screening.domain.registry_policy import registry_policies
from services.screening.domain.suspicion import Child
from services.screening.errors import (
    AfterDeath,
    BeforeLastMove,
    ConsentOfNeeded,
    ConsentStands,
    DeathRegisteredBefore,
    Discharged,
    DischargedBeforeAdmission,
    EarlierGuardianFirst,
    NoConsentToWithdraw,
    NothingCorrected,
    NotYetBorn,
    SameCounty,
    StaysOverlap,
)
from shared.contracts.codes import Sex
from shared.contracts.events.screening import ClosingReason, ConsentBasis, GuardianKind, SuspicionState
from shared.errors import InTheFuture

TODAY = date(2026, 3, 2)
CHILD = Person((UUID(int=7),), Sex.MALE, date(2022, 3, 15), "371602")
POLICY = registry_policies().in_force(TODAY)
KIND, GONE = GuardianKind, Unavailable.DECEASED


def days(first: int, last: int | None = None, stay: int = 1) -> Stay:
    end = None if last is None else date(2026, 2, last)
    return Stay(UUID(int=stay), None, date(2026, 2, first), end)


# Guardians ----------------------------------------------------------------------------------------------------------


def test_the_order_of_guardians_is_that_of_the_civil_code():
    assert [kind.value for kind in POLICY.guardian.order.value] == [
        "parent",
        "grandparent",
        "adult_sibling",
        "other_with_consent",
        "institution",
    ]


@pytest.mark.parametrize(
    ("kind", "unavailable", "consent"),
    [
        (KIND.PARENT, {}, None),
        (KIND.GRANDPARENT, {KIND.PARENT: GONE}, None),
        (KIND.ADULT_SIBLING, {KIND.PARENT: GONE, KIND.GRANDPARENT: Unavailable.INCAPABLE}, None),
        (
            KIND.OTHER_WITH_CONSENT,
            {KIND.PARENT: GONE, KIND.GRANDPARENT: GONE, KIND.ADULT_SIBLING: Unavailable.NONE_KNOWN},
            ConsentOf.VILLAGE_COMMITTEE,
        ),
    ],
)
def test_a_later_guardian_comes_when_all_earlier_ones_are_accounted_for(kind, unavailable, consent):
    explained = check_guardian(kind, unavailable, consent, POLICY)
    assert explained.outcome == kind.value
    assert len(explained.steps) == len(unavailable) + (consent is not None)


def test_a_skipped_kind_is_named():
    with pytest.raises(EarlierGuardianFirst) as refusal:
        check_guardian(KIND.ADULT_SIBLING, {KIND.PARENT: GONE}, None, POLICY)
    assert refusal.value.details == {"kind": "adult_sibling", "silent": ["grandparent"]}


@pytest.mark.parametrize(("kind", "consent"), [("other_with_consent", None), ("parent", ConsentOf.CIVIL_AFFAIRS)])
def test_exactly_a_guardian_outside_the_family_names_who_agreed(kind, consent):
    everyone = dict.fromkeys((KIND.PARENT, KIND.GRANDPARENT, KIND.ADULT_SIBLING), GONE)
    with pytest.raises(ConsentOfNeeded):
        check_guardian(GuardianKind(kind), everyone, consent, POLICY)


def test_the_order_can_be_asked_for_without_a_child():
    asked = MayBeGuardian.model_validate({"kind": "grandparent", "unavailable": {"parent": "rights_revoked"}})
    assert [step.code for step in asked.explain().steps] == ["no-parent"]


# Residence ----------------------------------------------------------------------------------------------------------


def test_a_move_names_both_counties():
    moved = residence.move(CHILD, "371603", date(2026, 3, 1), None, TODAY)
    assert (moved.previous, moved.region, moved.moved_on) == ("371602", "371603", date(2026, 3, 1))


@pytest.mark.parametrize(
    ("region", "on", "last", "refusal"),
    [
        ("371602", date(2026, 3, 1), None, SameCounty),
        ("371603", date(2026, 3, 1), date(2026, 3, 1), BeforeLastMove),
        ("371603", date(2026, 3, 3), None, InTheFuture),
        ("371603", date(2022, 3, 14), None, NotYetBorn),
    ],
)
def test_a_move_that_cannot_be_is_refused(region, on, last, refusal):
    with pytest.raises(refusal):
        residence.move(CHILD, region, on, last, TODAY)


# Consent ------------------------------------------------------------------------------------------------------------

AGREED = Consent(ConsentBasis.GUARDIAN_CONSENT, date(2026, 1, 5))
DUTY = Consent(ConsentBasis.STATUTORY_DUTY, date(2026, 1, 5))
WITHDRAWN = replace(AGREED, withdrawn_on=date(2026, 2, 1))


def test_a_ground_stands_once_at_a_time():
    with pytest.raises(ConsentStands):
        consents.give(CHILD, AGREED, [AGREED], TODAY)
    assert consents.give(CHILD, AGREED, [WITHDRAWN, DUTY], TODAY).basis is ConsentBasis.GUARDIAN_CONSENT


@pytest.mark.parametrize("before", [[], [DUTY], [WITHDRAWN]])
def test_only_a_consent_that_stands_is_withdrawn(before):
    with pytest.raises(NoConsentToWithdraw):
        consents.withdraw(before, date(2026, 2, 1))


def test_a_consent_is_withdrawn_from_its_first_day_on():
    assert consents.withdraw([AGREED], AGREED.given_on).withdrawn_on == AGREED.given_on
    with pytest.raises(NoConsentToWithdraw):
        consents.withdraw([AGREED], date(2026, 1, 4))


@pytest.mark.parametrize(
    ("grounds", "masked"),
    [([], False), ([AGREED], False), ([WITHDRAWN], True), ([WITHDRAWN, DUTY], False), ([WITHDRAWN, AGREED], False)],
)
def test_later_stages_lose_sight_when_nothing_stands_any_more(grounds, masked):
    assert consents.masked(grounds) is masked


# Hospital -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stay", "other", "overlaps"),
    [
        (days(5, 10), days(10, 12), False),
        (days(10, 12), days(5, 10), False),
        (days(5, 10), days(9, 12), True),
        (days(5, 10), days(6, 7), True),
        (days(5), days(6, 7), True),
        (days(5), days(1, 5), False),
        (days(5), days(20), True),
        (days(5, 6), days(20), False),
    ],
)
def test_stays_share_no_day_but_that_of_a_transfer(stay, other, overlaps):
    other = replace(other, id=UUID(int=2))
    if overlaps:
        with pytest.raises(StaysOverlap):
            check_stay(CHILD, stay, [other], TODAY)
    else:
        check_stay(CHILD, stay, [other], TODAY)


def test_a_stay_does_not_clash_with_itself_and_ends_after_it_began():
    check_stay(CHILD, days(5, 10), [days(5, 10)], TODAY)
    with pytest.raises(DischargedBeforeAdmission):
        check_stay(CHILD, days(5, 4), [], TODAY)


@pytest.mark.parametrize("stay", [days(21), days(5, 21)])
def test_nobody_is_in_hospital_after_death(stay):
    with pytest.raises(AfterDeath):
        check_stay(replace(CHILD, died_on=date(2026, 2, 20)), stay, [], TODAY)


def test_a_stay_ends_once_and_is_corrected_after_that():
    ended = hospital.discharge(days(5), date(2026, 2, 9))
    assert ended.discharged_on == date(2026, 2, 9)
    with pytest.raises(Discharged):
        hospital.discharge(ended, date(2026, 2, 10))
    assert hospital.corrected(ended, None, date(2026, 2, 8)).discharged_on == date(2026, 2, 8)
    with pytest.raises(NothingCorrected):
        hospital.corrected(ended, ended.admitted_on, ended.discharged_on)


def test_a_stay_that_goes_on_gets_its_end_by_a_discharge_and_not_by_a_correction():
    with pytest.raises(NothingCorrected):
        hospital.corrected(days(5), None, date(2026, 2, 9))


# Death --------------------------------------------------------------------------------------------------------------


def test_a_death_is_registered_once_and_then_corrected():
    assert death.register_death(CHILD, date(2026, 1, 10), TODAY).died_on == date(2026, 1, 10)
    dead = replace(CHILD, died_on=date(2026, 1, 10))
    with pytest.raises(DeathRegisteredBefore):
        death.register_death(dead, date(2026, 1, 11), TODAY)
    corrected = death.correct_death(dead, date(2026, 1, 20), TODAY, UUID(int=5))
    assert (corrected.died_on, corrected.correction_of) == (date(2026, 1, 20), UUID(int=5))
    with pytest.raises(NothingCorrected):
        death.correct_death(dead, date(2026, 1, 10), TODAY, UUID(int=5))


@pytest.mark.parametrize(("died_on", "refusal"), [(date(2022, 3, 14), NotYetBorn), (date(2026, 3, 3), InTheFuture)])
def test_nobody_dies_before_birth_or_tomorrow(died_on, refusal):
    with pytest.raises(refusal):
        death.register_death(CHILD, died_on, TODAY)


OPEN = sorted(set(SuspicionState) - {SuspicionState.CLOSED})


@pytest.mark.parametrize("state", OPEN)
def test_a_death_closes_a_suspicion_in_whatever_state_it_is(in_state, protocol, state):
    origin = SuspicionState.RESCREEN_REFERRED if state is SuspicionState.LOST_TO_FOLLOW_UP else None
    decision = death.close_on_death(in_state(state, origin=origin), date(2024, 5, 1), protocol)
    (fact,) = decision.facts
    assert (fact.reason, fact.closed_on, fact.state_before) == (ClosingReason.DECEASED, date(2024, 5, 1), state)
    assert decision.suspicion.state is SuspicionState.CLOSED


def test_a_suspicion_that_was_opened_after_the_death_closes_on_its_own_day(suspicion, protocol):
    decision = death.close_on_death(suspicion, date(2024, 3, 1), protocol)
    assert decision.facts[0].closed_on == suspicion.opened_on


def test_nothing_happens_to_a_suspicion_after_the_death(suspicion):
    dead = replace(suspicion, child=Child(suspicion.child.case, suspicion.child.born, date(2024, 4, 1)))
    dead.must_have_begun_by(date(2024, 4, 1))
    with pytest.raises(AfterDeath):
        dead.must_have_begun_by(date(2024, 4, 2))
