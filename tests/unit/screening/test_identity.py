"""Identity confirmed, doubted, compared and merged (handbook §1.4, §2.3, §3.7 F23). Every child is invented."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.identity import (
    OUTCOMES,
    Doubt,
    Given,
    KnownNumber,
    Settlement,
    confirm,
    conflicts,
    settle,
    written,
)
from services.screening.domain.merging import (
    AreTheyOne,
    Case,
    close_duplicates,
    common_traits,
    likeness,
    merge,
    reopen_duplicates,
    unmerge,
)
from services.screening.domain.person import Person
from services.screening.domain.registry_policy import Trait, registry_policies
from services.screening.errors import (
    BeforeDoubt,
    IdentityConfirmedBefore,
    InvalidNumber,
    MergedAlready,
    MergeNeedsReason,
    NothingDoubted,
    NotMerged,
    NumberDisagrees,
    OneAndTheSameCase,
    OutcomeDoesNotFit,
    SurvivorOfAnother,
)
from shared.contracts.codes import ScreeningCategory, Sex
from shared.contracts.events.screening import (
    ClosingReason,
    ConflictKind,
    ConflictOutcome,
    IdentifierKind,
    SuspicionState,
)
from shared.errors import InTheFuture

TODAY = date(2026, 3, 2)
NUMBER = "379999202103150019"
CHILD = Person((UUID(int=7),), Sex.MALE, date(2021, 3, 15), "371602")
POLICY = registry_policies().in_force(TODAY)
RESIDENT, BIRTH = IdentifierKind.RESIDENT_NUMBER, IdentifierKind.BIRTH_CERTIFICATE
ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_newborn_gets_its_resident_number():
    confirmed = confirm(CHILD, None, f" {NUMBER} ", date(2026, 3, 1), TODAY)
    assert (confirmed.number, confirmed.fact.identifier_kind) == (NUMBER, RESIDENT)
    assert confirmed.fact.confirmed_on == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("child", "field"),
    [(replace(CHILD, born=date(2021, 3, 16)), "birth_date"), (replace(CHILD, sex=Sex.FEMALE), "sex")],
)
def test_a_number_of_another_day_or_sex_is_refused(child, field):
    with pytest.raises(NumberDisagrees) as refusal:
        confirm(child, None, NUMBER, TODAY, TODAY)
    assert refusal.value.details == {"field": field}


def test_a_wrong_number_and_a_second_one_are_refused():
    with pytest.raises(InvalidNumber):
        confirm(CHILD, None, "379999202103150018", TODAY, TODAY)
    for known, same in ((NUMBER, True), ("379999202103150035", False)):
        with pytest.raises(IdentityConfirmedBefore) as refusal:
            confirm(CHILD, known, NUMBER, TODAY, TODAY)
        assert refusal.value.details == {"same": same}


def known(kind: IdentifierKind, number: bytes, name: bytes = b"a name", case: UUID = ONE) -> KnownNumber:
    return KnownNumber(kind, number, name, case)


@pytest.mark.parametrize(
    ("held", "doubts"),
    [
        ([known(RESIDENT, b"r")], []),
        ([known(RESIDENT, b"r", b"another")], [Doubt(ONE, ConflictKind.ONE_NUMBER_TWO_NAMES)]),
        ([known(RESIDENT, b"r"), known(BIRTH, b"x")], [Doubt(ONE, ConflictKind.TWO_NUMBERS_ONE_CHILD)]),
        (
            [known(RESIDENT, b"r"), known(BIRTH, b"b", case=OTHER)],
            [
                Doubt(ONE, ConflictKind.TWO_NUMBERS_ONE_CHILD, OTHER),
                Doubt(OTHER, ConflictKind.TWO_NUMBERS_ONE_CHILD, ONE),
            ],
        ),
        ([known(BIRTH, b"x")], []),
    ],
    ids=["the same again", "another name", "another number", "two cases", "somebody else"],
)
def test_what_contradicts_itself_is_noticed(held, doubts):
    given = {RESIDENT: Given(b"r", b"a name"), BIRTH: Given(b"b", b"a name")}
    assert conflicts(given, held) == doubts


NAMES, NUMBERS = ConflictKind.ONE_NUMBER_TWO_NAMES, ConflictKind.TWO_NUMBERS_ONE_CHILD
NOTICED = date(2026, 3, 1)


def test_what_is_in_doubt_is_settled_once_in_each_case_of_the_child():
    noticed = {Doubt(ONE, NUMBERS, CHILD.case): NOTICED, Doubt(OTHER, NUMBERS, CHILD.case): TODAY}
    settled = settle(noticed, Settlement(NUMBERS, CHILD.case, ConflictOutcome.TWO_CHILDREN, TODAY), TODAY)
    assert [case for case, _ in settled] == [ONE, OTHER]
    assert {(fact.kind, fact.other, fact.settled_on) for _, fact in settled} == {(NUMBERS, CHILD.case, TODAY)}


@pytest.mark.parametrize("kind", ConflictKind)
@pytest.mark.parametrize("outcome", ConflictOutcome)
def test_a_doubt_comes_to_what_fits_its_kind(kind, outcome):
    noticed, settlement = {Doubt(ONE, kind): NOTICED}, Settlement(kind, None, outcome, TODAY)
    if (kind, outcome) == (NUMBERS, ConflictOutcome.NAME_WRITTEN_OTHERWISE):
        with pytest.raises(OutcomeDoesNotFit) as refusal:
            settle(noticed, settlement, TODAY)
        assert "姓名写法不同" in refusal.value.words("zh")
        assert refusal.value.details["fitting"] == sorted(OUTCOMES[kind])
    else:
        assert settle(noticed, settlement, TODAY)[0][1].outcome is outcome


@pytest.mark.parametrize(
    ("noticed", "on", "refusal"),
    [
        ({}, TODAY, NothingDoubted),
        ({Doubt(ONE, NAMES): NOTICED}, date(2026, 2, 28), BeforeDoubt),
        ({Doubt(ONE, NAMES): NOTICED, Doubt(OTHER, NAMES): TODAY}, NOTICED, BeforeDoubt),
        ({Doubt(ONE, NAMES): NOTICED}, date(2026, 3, 3), InTheFuture),
    ],
)
def test_a_doubt_is_settled_while_it_is_open_and_not_before_it_was_noticed_last(noticed, on, refusal):
    with pytest.raises(refusal):
        settle(noticed, Settlement(NAMES, None, ConflictOutcome.NUMBER_MISTYPED, on), TODAY)


# Names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["童 一一", " 童一一 ", "童一一"])
def test_blanks_and_widths_make_no_other_name(other):
    assert written(other) == written("童一一")


@pytest.mark.parametrize(("one", "other"), [("Tóng Yīyī", "tong yiyi"), ("童·一一", "童•一一"), ("ＴＯＮＧ", "tong")])
def test_tones_and_dots_make_no_other_name(one, other):
    assert written(one) == written(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lǚ", "Lu"),
        ("བཀྲ", "བཀྲི"),
        ("童·一丽", "童一力"),
        ("Jörg", "Jorg"),
        ("··", "..."),
        ("··", "？"),
        ("？", "＊"),
    ],
)
def test_other_signs_make_another_name_also_where_a_name_has_nothing_else(one, other):
    assert written(one) != written(other)
    assert written(one) == written(f" {one} ")


def test_a_tone_over_another_sign_of_the_vowel_is_only_a_tone():
    assert written("Lǚ") == written("lü") == written("LU\u0308\u030c")


# Likeness -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("common", "score", "outcome"),
    [
        ((), 0, "unlikely"),
        ((Trait.NAME, Trait.BIRTH_DATE), 45, "unlikely"),
        ((Trait.NAME, Trait.BIRTH_DATE, Trait.SEX), 50, "likely"),
        ((Trait.BIRTH_CERTIFICATE,), 60, "likely"),
        (tuple(Trait), 100, "likely"),
    ],
)
def test_likeness_is_the_sum_of_what_is_in_common(common, score, outcome):
    alike = likeness(common, POLICY)
    assert (alike.score, alike.explanation.outcome) == (score, outcome)
    assert [step.code for step in alike.explanation.steps] == [*common, "score"]
    assert AreTheyOne(common=common).explain() == alike.explanation


def test_what_is_absent_on_both_sides_is_not_in_common():
    one = {Trait.NAME: "童一一", Trait.GUARDIAN_PHONE: None, Trait.SEX: "male"}
    other = {Trait.NAME: "童 一一", Trait.GUARDIAN_PHONE: None, Trait.SEX: "female"}
    assert common_traits(one, other) == (Trait.NAME,)


@pytest.mark.parametrize(
    ("trait", "one", "other", "same"),
    [
        (Trait.ADDRESS, "虚构路1-12号", "虚构路11-2号", False),
        (Trait.ADDRESS, "虚构路１-１２号", "虚构路 1-12号", True),
        (Trait.ADDRESS, "虚构路1.12号", "虚构路112号", False),
        (Trait.GUARDIAN_PHONE, "000 0000 0000", "00000000000", True),
        (Trait.GUARDIAN_PHONE, "000-0000 0000", "00000000000", True),
        (Trait.GUARDIAN_PHONE, "00000000001", "00000000000", False),
        (Trait.GUARDIAN_NAME, "童·大一", "童大一", True),
    ],
)
def test_names_are_compared_as_names_and_all_else_to_the_letter(trait, one, other, same):
    assert common_traits({trait: one}, {trait: other}) == ((trait,) if same else ())


# Merging ------------------------------------------------------------------------------------------------------------


def a_case(number: UUID, merged_into: UUID | None = None, *, survives: bool = False) -> Case:
    return Case(number, merged_into, survives)


def test_two_cases_become_one_child_and_two_again():
    fact = merge(a_case(ONE), a_case(OTHER), TODAY, [Trait.NAME])
    assert (fact.survivor, fact.merged) == (ONE, OTHER)
    back = unmerge(a_case(OTHER, ONE), TODAY)
    assert (back.survivor, back.merged) == (ONE, OTHER)
    with pytest.raises(NotMerged):
        unmerge(a_case(OTHER), TODAY)


@pytest.mark.parametrize(
    ("survivor", "merged", "reasons", "refusal"),
    [
        (a_case(ONE), a_case(ONE), [Trait.NAME], OneAndTheSameCase),
        (a_case(ONE), a_case(OTHER, ONE), [Trait.NAME], MergedAlready),
        (a_case(ONE, OTHER), a_case(OTHER), [Trait.NAME], MergedAlready),
        (a_case(ONE), a_case(OTHER, survives=True), [Trait.NAME], SurvivorOfAnother),
        (a_case(ONE), a_case(OTHER), [], MergeNeedsReason),
    ],
)
def test_a_merge_that_would_lose_its_way_is_refused(survivor, merged, reasons, refusal):
    with pytest.raises(refusal):
        merge(survivor, merged, TODAY, reasons)


def test_of_what_is_suspected_twice_the_survivors_stays(in_state, protocol):
    kept = {ScreeningCategory.AUTISM: in_state(SuspicionState.SCREEN_POSITIVE)}
    double = in_state(SuspicionState.DIAGNOSIS_REFERRED)
    single = in_state(SuspicionState.CONFIRMED, category=ScreeningCategory.HEARING)
    (decision,) = close_duplicates(kept, [double, single], date(2024, 6, 1), protocol)
    assert decision.facts[0].reason is ClosingReason.DUPLICATE_MERGED
    (back,) = reopen_duplicates([decision.suspicion], date(2024, 6, 2), protocol)
    assert back.suspicion.state is SuspicionState.DIAGNOSIS_REFERRED


def test_a_suspicion_that_ended_before_is_no_duplicate(in_state, protocol):
    closed = in_state(SuspicionState.CLOSED, origin=SuspicionState.CONFIRMED)
    kept = {ScreeningCategory.AUTISM: closed}
    assert close_duplicates(kept, [in_state(SuspicionState.SCREEN_POSITIVE)], date(2024, 6, 1), protocol) == []
