"""Explanations: what a rule says it did is what it did (handbook §1.3, §1.4)."""

from datetime import date

import pytest

from services.screening.domain import questions as asked
from services.screening.rules import BOOK
from shared.rulebook.explanation import QUESTIONS

ON, BORN = "2024-04-10", "2022-03-15"
PASSED = {str(item): item not in {11, 18, 20, 22} for item in range(1, 24)}
QUOTIENTS = {"total": "100", "gross_motor": "100", "fine_motor": "100", "adaptive": "100", "language": "100"} | {
    "social": "100"
}
THREE_FAILED = {"1": False, "11": True, "3": False}
LAGGING = {"total": "80", "social": "69.9"}
SIGNS = {"M24-1": False, "M24-2": True, "M24-3": False, "M24-4": False}
CASES = [
    ("screening.m-chat-23", {"on": ON, "yes": PASSED}, "negative", set()),
    (
        "screening.m-chat-23",
        {"on": ON, "yes": PASSED | {"2": False, "7": False}},
        "positive",
        {"m-chat-critical"},
    ),
    ("screening.m-chat-23", {"on": ON, "yes": PASSED | THREE_FAILED}, "positive", {"m-chat-failed"}),
    ("screening.abc", {"on": ON, "score": 52}, "negative", set()),
    ("screening.abc", {"on": ON, "score": 53}, "positive", {"abc-total"}),
    ("screening.cars", {"on": ON, "score": "29.5"}, "negative", set()),
    ("screening.cars", {"on": ON, "score": "30"}, "positive", {"cars-total"}),
    ("screening.cdss-ii", {"on": ON, "quotients": QUOTIENTS | {"total": "69.9"}}, "disorder", set()),
    ("screening.cdss-ii", {"on": ON, "quotients": QUOTIENTS | {"total": "70", "social": "60"}}, "borderline", set()),
    ("screening.cdss-ii", {"on": ON, "quotients": QUOTIENTS | LAGGING}, "deviation", {"cdss-deviation"}),
    (
        "screening.initial-screen",
        {"born": BORN, "on": ON, "category": "autism", "signs": SIGNS},
        "abnormal",
        {"sign-M24-2"},
    ),
    (
        "screening.re-screen",
        {"born": BORN, "on": ON, "category": "autism", "abc": 10, "cdss_ii": QUOTIENTS, "concerns": ["stereotypy"]},
        "abnormal",
        {"history"},
    ),
    (
        "screening.re-screen",
        {"born": BORN, "on": ON, "category": "hearing", "examined_by": ["behavioural_hearing"], "finding": "normal"},
        "normal",
        set(),
    ),
    (
        "screening.diagnosis",
        {"on": ON, "category": "autism", "outcome": "excluded", "cars": "30", "screened": False},
        "excluded",
        {"cars-total", "aid-disagrees", "no-screening-record"},
    ),
    ("screening.due-for-a-child", {"born": BORN, "on": ON, "done": {"warning_signs": [ON]}}, "2 due", set()),
    ("screening.newborn-hearing", {"born": BORN, "awaited": "rescreening"}, "2022-04-26", set()),
    ("screening.newborn-hearing", {"born": BORN, "awaited": "intervention"}, "2022-09-15", set()),
    ("screening.follow-up-interval", {"born": BORN, "on": "2025-03-15"}, "2025-09-15", set()),
    ("screening.follow-up-interval", {"born": BORN, "on": "2029-01-01"}, "none", set()),
    ("screening.official-rates", {"name": "rescreening", "numerator": 1, "denominator": 3}, "33.3 %", set()),
    ("screening.official-rates", {"name": "initial_screening", "numerator": 1}, "no rate", set()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "given", "outcome", "holding"), CASES)
def test_a_rule_explains_its_decision(rule, given, outcome, holding):
    BOOK.entries()
    answer = QUESTIONS[rule].model_validate(given).explain()
    assert (answer.rule, answer.outcome) == (rule, outcome)
    assert {one.code for one in answer.steps if one.holds} == holding
    assert all(one.en and one.zh for one in answer.steps)


def test_every_question_of_screening_is_asked_here_or_by_the_registry():
    mine = {kind.rule for kind in vars(asked).values() if isinstance(kind, type) and hasattr(kind, "rule")}
    assert mine <= {rule for rule, *_ in CASES}


def test_every_rule_figure_and_table_says_in_both_languages_what_it_decides_and_where_it_stands():
    entries = BOOK.entries()
    assert [one.id for one in entries if not (one.zh and one.en and one.handbook)] == []
    sourced = [one for one in entries if one.kind == "rule" and one.mark == "source"]
    assert [one.id for one in sourced if not one.documents] == []
    assert len([one for one in entries if one.kind == "rule"]) > 60


def test_a_question_holds_a_policy_of_its_day():
    question = QUESTIONS["screening.abc"].model_validate({"on": date(2024, 1, 1), "score": 1})
    assert question.explain().policy == "CN-2022"
