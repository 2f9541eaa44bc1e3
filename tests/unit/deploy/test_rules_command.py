"""`tongkang rules`: the rule book at the command line, with nothing running."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.main import app
from deploy.cli.rules import InputUnreadable, NotExplainable, Refused, UnknownRule
from services.timeline.domain.duties.table import table
from shared.rulebook.explanation import QUESTIONS
from shared.rulebook.library import entries

GRADE = "screening.disability-grade"


def typed(*words: str, standard_input: str | None = None):
    return CliRunner().invoke(app, ["rules", *words], input=standard_input)


@pytest.fixture
def wide(monkeypatch) -> None:
    monkeypatch.setattr("deploy.cli.console.console.width", 240)


def test_every_row_is_listed_with_its_ground(wide):
    said = typed().output
    for entry in entries():
        assert entry.id in said
    assert f"{len(entries())} rows" in said


def test_a_word_finds_the_rows_that_hold_it_and_a_service_its_own(wide):
    said = typed("--find", "cochlear", "--service", "rehab").output
    assert "screening." not in said
    assert typed("--service", "rehab", "--zh").output != typed("--service", "rehab").output


def test_for_machines_every_field_is_there():
    rows = json.loads(typed("--json").output)
    assert [row["id"] for row in rows] == [entry.id for entry in entries()]
    assert set(rows[0]) >= {"id", "kind", "en", "zh", "version", "effective_from", "handbook", "documents", "mark"}


@pytest.mark.parametrize("words", [("--find", "no-such-word-anywhere"), ("--service", "nobody")])
def test_what_finds_nothing_says_so(words):
    assert isinstance(typed(*words).exception, UnknownRule)


@pytest.mark.parametrize("rule", [entry.id for entry in entries() if entry.explains])
def test_whoever_does_not_know_what_to_ask_is_told(wide, rule: str):
    said = typed("explain", rule).output
    assert f"{rule} asks for" in said
    for field in QUESTIONS[rule].model_fields:
        assert field in said


def test_what_stands_inside_a_field_is_asked_for_line_by_line(wide):
    said = typed("explain", GRADE).output
    assert "measurements[].category" in said
    assert "list of" in said


def test_a_rule_that_nobody_knows_is_answered_with_those_near_it():
    answer = typed("explain", "screening.disability-grad")
    assert isinstance(answer.exception, UnknownRule)
    assert GRADE in str(answer.exception)


def test_a_rule_that_explains_nothing_says_so():
    silent = next(entry.id for entry in entries() if not entry.explains)
    assert isinstance(typed("explain", silent).exception, NotExplainable)


def test_an_input_of_another_form_is_answered_with_its_faults(tmp_path: Path):
    file = tmp_path / "question.json"
    file.write_text('{"years": "many"}')
    answer = typed("explain", GRADE, str(file))
    assert isinstance(answer.exception, InputUnreadable)
    assert "years" in str(answer.exception)
    assert isinstance(typed("explain", GRADE, str(tmp_path / "nowhere.json")).exception, InputUnreadable)


def test_an_input_that_the_rule_itself_turns_down_is_answered_in_its_words():
    asked = {
        "born": "2024-03-01", "on": "2026-03-02", "category": "autism", "instrument": "warning_signs",
        "signs": {"M24-1": True},
    }  # fmt: skip
    answer = typed("explain", "screening.initial-screen", "-", standard_input=json.dumps(asked))
    assert isinstance(answer.exception, Refused)
    assert "M24-1, M24-2, M24-3, M24-4" in str(answer.exception)


def test_a_duty_that_is_not_in_the_table_is_answered_with_those_that_are():
    asked = {"duty": "recheck", "counted_from": "2026-03-02"}
    answer = typed("explain", "timeline.duty-due", "-", standard_input=json.dumps(asked))
    assert isinstance(answer.exception, InputUnreadable)
    assert "recheck-due" in str(answer.exception)


def test_every_duty_is_a_row_with_its_own_ground_mark_and_key():
    duties = {entry.id.removeprefix("timeline.duty."): entry for entry in entries() if entry.kind == "row"}
    assert duties.keys() == table().keys()
    report = duties["federation-report"]
    assert (report.handbook, report.mark, report.setting) == (
        ("§1.4",), "assumed", "TIMELINE_DUTIES__REPORT_WORKING_DAYS",
    )  # fmt: skip
    assert (duties["recheck-due"].documents, duties["recheck-due"].mark) == (("孤独症规范",), "source")
