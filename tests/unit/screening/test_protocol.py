"""Figures and windows of the protocol file (handbook §1.2, §1.4)."""

from datetime import date

import pytest

from services.screening.domain.protocol import protocols
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import Instrument, ScreeningRound


def test_the_norm_is_in_force():
    assert protocols().in_force(date(2024, 3, 20)).policy == "CN-2022"


@pytest.mark.parametrize(
    ("on", "round_"),
    [
        (date(2024, 1, 10), "NB"),
        (date(2024, 2, 6), "NB"),
        (date(2024, 2, 7), "M1"),
        (date(2024, 3, 9), "M1"),
        (date(2024, 3, 10), "unscheduled"),
        (date(2024, 4, 9), "unscheduled"),
        (date(2024, 4, 10), "M3"),
        (date(2024, 5, 9), "M3"),
        (date(2024, 5, 10), "unscheduled"),
        (date(2025, 1, 10), "M12"),
        (date(2026, 2, 9), "M24"),
        (date(2026, 2, 10), "unscheduled"),
        (date(2028, 1, 9), "unscheduled"),
        (date(2028, 1, 10), "Y4"),
        (date(2029, 1, 9), "Y4"),
        (date(2029, 1, 10), "Y5"),
        (date(2030, 12, 31), "Y6"),
        (date(2031, 1, 10), "unscheduled"),
    ],
)
def test_a_day_belongs_to_the_check_up_whose_window_it_lies_in(protocol, on, round_):
    assert protocol.round_of(date(2024, 1, 10), on) == round_


def test_eye_care_happens_thirteen_times_and_the_signs_eleven(protocol):
    rounds = [check_up.round for check_up in protocol.check_ups.value]
    assert rounds == [code for code in ScreeningRound if code is not ScreeningRound.UNSCHEDULED]
    assert len(rounds) == 13


@pytest.mark.parametrize(
    ("months", "instruments"),
    [
        (0, {Instrument.CDSS_II}),
        (17, {Instrument.CDSS_II}),
        (18, {Instrument.M_CHAT_23, Instrument.CDSS_II}),
        (23, {Instrument.M_CHAT_23, Instrument.CDSS_II}),
        (24, {Instrument.ABC, Instrument.CDSS_II}),
        (83, {Instrument.ABC, Instrument.CDSS_II}),
    ],
)
def test_the_instruments_of_a_rescreening_follow_the_age(protocol, months, instruments):
    assert set(protocol.rescreening.instruments_at(months)) == instruments


def test_every_category_has_instruments_at_both_steps(protocol):
    developmental = set(protocol.rescreening.developmental.value)
    assert set(protocol.initial.instruments.value) == set(ScreeningCategory)
    assert developmental | set(protocol.rescreening.judged.value) == set(ScreeningCategory)
    assert developmental == {ScreeningCategory.INTELLECTUAL, ScreeningCategory.AUTISM}


def test_the_cut_offs_are_those_of_the_norm(protocol):
    assert protocol.m_chat_23.fails_on_yes.value == {11, 18, 20, 22}
    assert protocol.m_chat_23.critical.value == {2, 7, 9, 13, 14, 15}
    assert protocol.abc.positive_from.value == 53
    assert protocol.cars.autism_from.value == 30
    assert protocol.rescreening.recheck_months.value == 3
    assert protocol.diagnosis.undetermined_recheck_months.value == 2
    assert protocol.tracing.rescreening_first_days.value == 14
    assert protocol.tracing.failures_before_lost.value == 3
