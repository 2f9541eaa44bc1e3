"""The state machine of handbook §1.5, walked in full."""

from dataclasses import replace
from datetime import date

import pytest

from services.screening.domain.states import machine
from services.screening.errors import StateForbids
from shared.contracts.events.screening import ClosingReason, SuspicionState

ON = date(2024, 4, 4)
GOLDEN = {
    "screen_positive": {"rescreen_referred", "diagnosis_referred", "closed"},
    "rescreen_referred": {"recheck_due", "diagnosis_referred", "lost_to_follow_up", "closed"},
    "recheck_due": {"diagnosis_referred", "lost_to_follow_up", "closed"},
    "diagnosis_referred": {"confirmed", "excluded", "diagnosis_pending", "lost_to_follow_up"},
    "diagnosis_pending": {"confirmed", "excluded", "lost_to_follow_up"},
    "excluded": {"closed"},
    "confirmed": {"handed_over", "lost_to_follow_up", "closed"},
    "handed_over": {"closed"},
    "lost_to_follow_up": {"closed"},
    "closed": set(),
}

PAIRS = [(state, to) for state in SuspicionState for to in SuspicionState]


@pytest.mark.parametrize(("state", "to"), PAIRS)
def test_a_suspicion_moves_exactly_as_the_table_says(in_state, state, to):
    suspicion = in_state(state)
    if to in GOLDEN[state]:
        assert suspicion.moved(to, ON) == replace(suspicion, state=to, since=ON)
    else:
        with pytest.raises(StateForbids) as refusal:
            suspicion.moved(to, ON)
        assert refusal.value.details == {"state": state.value, "act": to.value}


@pytest.mark.parametrize("state", [SuspicionState.LOST_TO_FOLLOW_UP, SuspicionState.CLOSED])
@pytest.mark.parametrize("origin", [SuspicionState.RESCREEN_REFERRED, SuspicionState.CONFIRMED])
def test_a_lost_or_closed_suspicion_returns_only_to_where_it_came_from(in_state, state, origin):
    suspicion = in_state(state, origin=origin)
    assert suspicion.moved(origin, ON).state is origin
    for elsewhere in set(SuspicionState) - {origin, SuspicionState.CLOSED}:
        with pytest.raises(StateForbids):
            suspicion.moved(elsewhere, ON)


def test_a_suspicion_starts_where_the_handbook_lets_it():
    assert set(machine().starts) == {"screen_positive", "diagnosis_referred", "confirmed"}


def test_every_state_and_reason_has_its_chinese_name():
    assert {state: row.zh for state, row in machine().states.items()} == {
        "screen_positive": "初筛异常",
        "rescreen_referred": "已转复筛",
        "recheck_due": "待复查",
        "diagnosis_referred": "已转诊断",
        "diagnosis_pending": "暂不能确诊",
        "excluded": "排除",
        "confirmed": "确诊",
        "handed_over": "已转介康复",
        "lost_to_follow_up": "失访",
        "closed": "结案",
    }
    assert set(machine().closing_reasons) == set(ClosingReason)
    assert all(row.zh for row in machine().closing_reasons.values())
