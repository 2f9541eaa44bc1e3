from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.custody import errors
from services.custody.domain.admission import Admission, Leaver, Stay, Subject, admit, end_by_death, end_stay
from services.custody.domain.papers import AdmissionPaper, CareSheet, Contact, ContactKind
from services.custody.domain.rules import Rules
from shared.contracts.events.custody import CustodyEndReason, CustodyMode
from shared.errors import InTheFuture

HOME, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2024, 6, 3)
ALL_PAPERS = frozenset(AdmissionPaper)
RULES = Rules()
FIVE_YEARS_OLD = date(2019, 2, 1)
ADMISSION = Admission(HOME, CustodyMode.WEEKDAY_BOARDING, date(2024, 3, 1), None, ALL_PAPERS)


def take_in(admission=ADMISSION, born=FIVE_YEARS_OLD, stays=(), died_on=None, rules=RULES):
    return admit(Subject(born, died_on), admission, stays, rules, today=TODAY)


def a_stay(admitted_on, ended_on=None, institution=OTHER):
    return Stay(UUID(int=9), institution, admitted_on, ended_on)


def test_an_admission_names_institution_mode_and_dates():
    fact = take_in(replace(ADMISSION, until=date(2024, 7, 6)))
    assert (fact.institution, fact.mode) == (HOME, CustodyMode.WEEKDAY_BOARDING)
    assert (fact.admitted_on, fact.until) == (date(2024, 3, 1), date(2024, 7, 6))


def test_nobody_is_admitted_tomorrow():
    with pytest.raises(InTheFuture):
        take_in(replace(ADMISSION, admitted_on=date(2024, 6, 4)))


@pytest.mark.parametrize("mode", CustodyMode)
@pytest.mark.parametrize(("born", "old_enough"), [(date(2021, 3, 1), True), (date(2021, 3, 2), False)])
def test_boarding_is_from_the_third_birthday_and_day_care_from_birth(mode, born, old_enough):
    boards = mode in {CustodyMode.WEEKDAY_BOARDING, CustodyMode.FULL_BOARDING}
    if boards and not old_enough:
        with pytest.raises(errors.TooYoungToBoard):
            take_in(replace(ADMISSION, mode=mode), born=born)
    else:
        assert take_in(replace(ADMISSION, mode=mode), born=born).mode is mode


@pytest.mark.parametrize(
    ("born", "fits"),
    [(date(2006, 3, 2), True), (date(2006, 3, 1), False), (date(2024, 3, 1), True), (date(2024, 3, 2), False)],
)
def test_care_is_for_children_born_and_under_eighteen(born, fits):
    by_day = replace(ADMISSION, mode=CustodyMode.DAY)
    if fits:
        assert take_in(by_day, born=born)
    else:
        with pytest.raises(errors.OutsideChildhood):
            take_in(by_day, born=born)


@pytest.mark.parametrize("paper", AdmissionPaper)
def test_an_admission_without_one_of_the_papers_names_it(paper):
    with pytest.raises(errors.AdmissionIncomplete) as refusal:
        take_in(replace(ADMISSION, papers=ALL_PAPERS - {paper}))
    assert refusal.value.details["papers"] == [paper]


@pytest.mark.parametrize(
    ("stay", "overlaps"),
    [
        (a_stay(date(2023, 9, 1)), True),
        (a_stay(date(2024, 5, 1)), True),
        (a_stay(date(2023, 9, 1), date(2024, 3, 2)), True),
        (a_stay(date(2023, 9, 1), date(2024, 3, 1)), False),
        (a_stay(date(2024, 4, 1), date(2024, 5, 1)), True),
        (a_stay(date(2023, 9, 1), institution=HOME), True),
    ],
    ids=["open", "opened later", "ends a day later", "transfer on the day", "a later stay", "open with us"],
)
def test_one_child_has_one_stay_at_a_time(stay, overlaps):
    if overlaps:
        with pytest.raises(errors.StayOverlaps):
            take_in(stays=[stay])
    else:
        assert take_in(stays=[stay])


def test_a_planned_leaving_lies_not_before_the_entry():
    with pytest.raises(errors.LeavesBeforeEntry):
        take_in(replace(ADMISSION, until=date(2024, 2, 29)))


def leave(ended_on, stay=None, reason=CustodyEndReason.RETURNED_HOME, born=FIVE_YEARS_OLD, last_recorded=None):
    leaver = Leaver(born, last_recorded)
    return end_stay(stay or a_stay(date(2024, 3, 1)), ended_on, reason, leaver, RULES, today=TODAY)


def test_a_stay_ends_today_with_a_reason():
    fact = leave(TODAY)
    assert (fact.institution, fact.ended_on, fact.reason) == (OTHER, TODAY, CustodyEndReason.RETURNED_HOME)


@pytest.mark.parametrize(
    ("ended_on", "refusal"), [(date(2024, 6, 4), InTheFuture), (date(2024, 2, 29), errors.LeavesBeforeEntry)]
)
def test_a_stay_ends_between_its_first_day_and_today(ended_on, refusal):
    with pytest.raises(refusal):
        leave(ended_on)


def test_a_stay_does_not_end_before_what_is_recorded_of_it():
    assert leave(date(2024, 5, 6), last_recorded=date(2024, 5, 6))
    with pytest.raises(errors.RecordedAfterTheEnd):
        leave(date(2024, 5, 5), last_recorded=date(2024, 5, 6))


def test_a_stay_ends_once():
    with pytest.raises(errors.StayEndedBefore):
        leave(TODAY, a_stay(date(2024, 3, 1), date(2024, 5, 1)))


@pytest.mark.parametrize(("born", "grown"), [(date(2006, 5, 1), True), (date(2006, 5, 2), False)])
def test_nobody_ages_out_before_the_eighteenth_birthday(born, grown):
    if grown:
        assert leave(date(2024, 5, 1), reason=CustodyEndReason.AGED_OUT, born=born)
    else:
        with pytest.raises(errors.NotAgedOut):
            leave(date(2024, 5, 1), reason=CustodyEndReason.AGED_OUT, born=born)


@pytest.mark.parametrize(
    ("died_on", "ended_on"), [(date(2024, 4, 2), date(2024, 4, 2)), (date(2024, 2, 1), date(2024, 3, 1))]
)
def test_a_death_ends_the_stay_on_its_day_and_never_before_the_first(died_on, ended_on):
    fact = end_by_death(a_stay(date(2024, 3, 1)), died_on)
    assert (fact.ended_on, fact.reason) == (ended_on, CustodyEndReason.DECEASED)


@pytest.mark.parametrize(("died_on", "alive"), [(date(2024, 3, 2), True), (date(2024, 3, 1), False)])
def test_nobody_is_admitted_from_the_day_of_death_on(died_on, alive):
    if alive:
        assert take_in(died_on=died_on)
    else:
        with pytest.raises(errors.ChildDied):
            take_in(died_on=died_on)


GRANDMOTHER = Contact(ContactKind.PICK_UP, "样例", "grandmother", "10000000001")
FULL_SHEET = CareSheet(
    date(2024, 2, 20), date(2024, 2, 21), "", "", (GRANDMOTHER, replace(GRANDMOTHER, kind=ContactKind.EMERGENCY))
)


def test_papers_in_their_parts_are_as_good_as_the_word_of_the_house():
    assert take_in(replace(ADMISSION, papers=frozenset(), sheet=FULL_SHEET))


@pytest.mark.parametrize(
    ("part", "paper"),
    [
        ({"contract_signed_on": None}, AdmissionPaper.GUARDIAN_CONTRACT),
        ({"health_checked_on": None}, AdmissionPaper.HEALTH_CHECK),
        ({"allergies": None}, AdmissionPaper.ALLERGY_AND_MEDICATION_LIST),
        ({"medication": None}, AdmissionPaper.ALLERGY_AND_MEDICATION_LIST),
        ({"contacts": (GRANDMOTHER,)}, AdmissionPaper.EMERGENCY_CONTACTS),
        ({"contacts": (replace(GRANDMOTHER, kind=ContactKind.EMERGENCY),)}, AdmissionPaper.PICK_UP_LIST),
    ],
)
def test_a_county_that_asks_for_the_parts_takes_no_word_for_them(part, paper):
    with pytest.raises(errors.AdmissionIncomplete) as refusal:
        take_in(replace(ADMISSION, sheet=replace(FULL_SHEET, **part)), rules=Rules(parts_required=True))
    assert refusal.value.details["papers"] == [paper]


def test_a_county_may_ask_for_fewer_papers():
    few = Rules(admission_papers=frozenset({AdmissionPaper.GUARDIAN_CONTRACT}))
    assert take_in(replace(ADMISSION, papers=frozenset({AdmissionPaper.GUARDIAN_CONTRACT})), rules=few)
