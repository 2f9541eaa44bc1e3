"""Scoring of M-CHAT-23, ABC, 儿心量表-II and CARS (handbook §1.4, §3.6)."""

from decimal import Decimal

import pytest

from services.screening.domain.instruments import (
    DqBand,
    Quotients,
    check_cars,
    check_quotients,
    dq_band,
    low_domains,
    read_abc,
    read_cars,
    read_cdss_ii,
    read_m_chat_23,
)
from services.screening.errors import AnswersIncomplete, ScoreOutOfRange

REVERSED = {11, 18, 20, 22}
CRITICAL = {2, 7, 9, 13, 14, 15}


def m_chat(*failing: int) -> dict[int, bool]:
    """Answers of a child who fails exactly these items."""
    return {item: (item in REVERSED) == (item in failing) for item in range(1, 24)}


@pytest.mark.parametrize(
    ("failing", "positive"),
    [
        ((), False),
        ((1,), False),
        ((2,), False),
        ((11,), False),
        ((1, 3), False),
        ((2, 1), False),
        ((11, 22), False),
        ((2, 7), True),
        ((14, 15), True),
        ((9, 13), True),
        ((1, 3, 4), True),
        ((11, 18, 20), True),
        ((2, 11, 22), True),
        (tuple(range(1, 24)), True),
    ],
)
def test_m_chat_is_positive_at_two_critical_or_three_of_all(protocol, failing, positive):
    assert read_m_chat_23(m_chat(*failing), protocol.m_chat_23).positive is positive


@pytest.mark.parametrize("item", range(1, 24))
def test_only_four_items_fail_on_yes(protocol, item):
    others = tuple(other for other in (1, 3, 4) if other != item)[:2]
    answers = m_chat(*others)
    answers[item] = item in REVERSED
    assert read_m_chat_23(answers, protocol.m_chat_23).positive
    answers[item] = item not in REVERSED
    assert not read_m_chat_23(answers, protocol.m_chat_23).positive


@pytest.mark.parametrize("first", sorted(CRITICAL))
def test_each_critical_item_counts_as_critical(protocol, first):
    second = next(item for item in sorted(CRITICAL) if item != first)
    assert read_m_chat_23(m_chat(first, second), protocol.m_chat_23).positive
    assert not read_m_chat_23(m_chat(first, 1), protocol.m_chat_23).positive


def test_an_unanswered_item_is_not_a_pass(protocol):
    answers = m_chat()
    del answers[23]
    with pytest.raises(AnswersIncomplete) as refusal:
        read_m_chat_23(answers, protocol.m_chat_23)
    assert refusal.value.details["items"] == [23]


def test_twenty_items_of_the_other_m_chat_are_refused(protocol):
    with pytest.raises(AnswersIncomplete) as refusal:
        read_m_chat_23(dict.fromkeys(range(1, 21), True), protocol.m_chat_23)
    assert refusal.value.details["items"] == [21, 22, 23]


@pytest.mark.parametrize(("score", "positive"), [(0, False), (52, False), (53, True), (158, True)])
def test_abc_is_positive_from_53(protocol, score, positive):
    assert read_abc(score, protocol.abc).positive is positive


@pytest.mark.parametrize("score", [-1, 159])
def test_an_abc_total_outside_the_scale_is_refused(protocol, score):
    with pytest.raises(ScoreOutOfRange):
        read_abc(score, protocol.abc)


@pytest.mark.parametrize(
    ("total", "band"),
    [
        ("0", DqBand.DISORDER),
        ("69", DqBand.DISORDER),
        ("69.9", DqBand.DISORDER),
        ("70", DqBand.BORDERLINE),
        ("79.9", DqBand.BORDERLINE),
        ("80", DqBand.AVERAGE),
        ("109.9", DqBand.AVERAGE),
        ("110", DqBand.GOOD),
        ("129.9", DqBand.GOOD),
        ("130", DqBand.EXCELLENT),
        ("131", DqBand.EXCELLENT),
    ],
)
def test_quotients_fall_into_the_bands_of_the_scale(protocol, total, band):
    assert dq_band(Decimal(total), protocol.cdss_ii) is band


def quotients(total: int = 100, **domains: int) -> Quotients:
    usual = dict.fromkeys(("gross_motor", "fine_motor", "adaptive", "language", "social"), 100)
    return Quotients(Decimal(total), **{name: Decimal(value) for name, value in (usual | domains).items()})


@pytest.mark.parametrize("domain", ["language", "adaptive", "social"])
def test_three_domains_make_a_deviation(protocol, domain):
    assert read_cdss_ii(quotients(**{domain: 69}), protocol.cdss_ii).deviation
    assert not read_cdss_ii(quotients(**{domain: 70}), protocol.cdss_ii).deviation


@pytest.mark.parametrize("domain", ["gross_motor", "fine_motor"])
def test_motor_domains_make_none_but_are_low_all_the_same(protocol, domain):
    assert not read_cdss_ii(quotients(**{domain: 40}), protocol.cdss_ii).deviation
    assert low_domains(quotients(**{domain: 69}), protocol.cdss_ii)
    assert not low_domains(quotients(**{domain: 70}), protocol.cdss_ii)


@pytest.mark.parametrize("wrong", [quotients(total=201), quotients(total=-1), quotients(language=201)])
def test_a_quotient_outside_the_scale_is_refused(protocol, wrong):
    with pytest.raises(ScoreOutOfRange):
        check_quotients(wrong, protocol.cdss_ii)


@pytest.mark.parametrize("total", [0, 200])
def test_the_ends_of_the_scale_are_on_it(protocol, total):
    check_quotients(quotients(total=total, language=total), protocol.cdss_ii)
    assert dq_band(Decimal(total), protocol.cdss_ii) in {DqBand.DISORDER, DqBand.EXCELLENT}


@pytest.mark.parametrize(("score", "autism"), [("15", False), ("29.5", False), ("30", True), ("60", True)])
def test_cars_points_to_autism_from_30(protocol, score, autism):
    check_cars(Decimal(score), protocol.cars)
    assert read_cars(Decimal(score), protocol.cars).positive is autism


@pytest.mark.parametrize("score", ["14.5", "60.5", "30.25"])
def test_a_cars_total_outside_the_scale_or_its_half_points_is_refused(protocol, score):
    with pytest.raises(ScoreOutOfRange):
        check_cars(Decimal(score), protocol.cars)
