"""Every word of every page in both languages; every code that a service answers with has words."""

import json
import re

import pytest

from services.portal import extract, words
from services.timeline.domain.duties.table import table as duty_table
from services.timeline.domain.findings.catalogue import table as finding_table
from shared.access.policy import Act
from shared.blueprint import ROOT
from shared.contracts.catalogue import FACTS
from shared.words import WORDS, called

PLACE = re.compile(r"%\((\w+)\)s")


def texts(message) -> list[str]:
    return list(message.id) if isinstance(message.id, tuple) else [message.id]


def translations(message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


CATALOGUE = {texts(message)[0]: message for message in extract.kept() if message.id}


def test_the_catalogue_holds_what_pages_say_and_nothing_else():
    said = {texts(message)[0] for message in extract.found() if message.id}
    assert len(said) > 50
    assert said == CATALOGUE.keys()


@pytest.mark.parametrize("text", CATALOGUE)
def test_a_text_is_translated_with_the_same_places(text: str):
    for translation in translations(CATALOGUE[text]):
        assert re.search("[\u4e00-\u9fff]|XLSX|CSV|JSON", translation)
        assert set(PLACE.findall(translation)) == set(PLACE.findall(text))


def enumerations() -> dict[str, set[str]]:
    """Codes of all services' answers, by the name of their kind."""
    codes: dict[str, set[str]] = {}
    for file in sorted((ROOT / "docs" / "api").glob("*.openapi.json")):
        for name, schema in json.loads(file.read_text())["components"]["schemas"].items():
            if "enum" in schema:
                codes.setdefault(name, set()).update(schema["enum"])
    return codes


@pytest.mark.parametrize(("kind", "codes"), enumerations().items())
def test_every_code_of_an_answer_has_words(kind: str, codes: set[str]):
    assert set(WORDS[kind]) == codes


def test_every_fact_has_words_and_no_other():
    assert {f"{name.split('.')[1]}.{name.split('.')[2]}" for name in FACTS} == WORDS["Fact"].keys()


def test_every_act_has_words_for_the_log_of_reading_and_no_other():
    assert set(Act) == WORDS["Act"].keys()


def test_every_duty_and_every_finding_is_called_as_its_table_calls_it():
    duties = {code: (row.zh, row.en) for code, row in duty_table().items()}
    findings = {code: (f"{code} {row.zh}", f"{code} {row.en}") for code, row in finding_table().items()}
    assert {code: (of["zh"], of["en"]) for code, of in WORDS["Rule"].items()} == duties | findings


@pytest.mark.parametrize("kind", WORDS)
def test_words_differ_between_codes_and_are_in_their_language(kind: str):
    for language in words.LANGUAGES:
        told = [of_code[language] for of_code in WORDS[kind].values()]
        assert len(set(told)) == len(told)
    assert not any(re.search("[\u4e00-\u9fff]", of_code["en"]) for of_code in WORDS[kind].values())


def test_an_unknown_code_is_shown_as_it_is():
    assert called("Sex", "not_told", "zh") == "not told"


@pytest.mark.parametrize(
    ("language", "day", "moment", "money"),
    [
        ("zh", "2024年5月6日", "2024年5月7日 00:30", "¥1,234.50"),
        ("en", "6 May 2024", "7 May 2024, 00:30", "CN¥1,234.50"),
    ],
)
def test_dates_and_money_are_written_as_people_do(language: str, day: str, moment: str, money: str):
    assert words.day("2024-05-06", language) == day
    assert words.moment("2024-05-06T16:30:00+00:00", language) == moment
    assert words.yuan(123_450, language) == money


def test_nothing_is_shown_of_no_date():
    assert (words.day(None, "zh"), words.moment(None, "zh")) == ("", "")


def test_a_file_says_what_is_silent_what_was_never_heard_of_and_how_much_is_parked():
    heard = {"producer": "rehab", "complete_to": "2024-05-06T16:30:00+00:00", "silent_seconds": 120}
    silent = heard | {"producer": "custody", "silent_seconds": 300}
    never = {"producer": "education", "complete_to": None, "silent_seconds": None}
    told = words.complete_to({"producers": [heard, silent, never], "parked": 2}, "en")
    assert told == (
        "Complete to rehab 7 May 2024, 00:30; custody 7 May 2024, 00:30 (silent for 5 minutes); "
        "education nothing heard yet; 2 facts are parked"
    )
    zh = words.complete_to({"producers": [never], "parked": 0}, "zh")
    assert "尚未" in zh
    assert not re.search("[a-z]", zh)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"), [(40, "40秒钟", "40 seconds"), (7200, "2小时", "2 hours"), (400_000, "5天", "5 days")]
)
def test_a_time_is_told_in_its_greatest_unit(seconds: int, zh: str, en: str):
    assert (words.lasting(seconds, "zh"), words.lasting(seconds, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("due_at", "zh", "en"),
    [
        ("2026-11-28T00:00:00+08:00", "2026年11月27日", "27 Nov 2026"),
        ("2026-11-27T16:00:00+00:00", "2026年11月27日", "27 Nov 2026"),
        ("2026-11-28T10:30:00+08:00", "2026年11月28日 10:30", "28 Nov 2026, 10:30"),
        (None, "", ""),
    ],
)
def test_a_deadline_at_the_end_of_a_day_is_told_as_that_day(due_at: str | None, zh: str, en: str):
    assert (words.before(due_at, "zh"), words.before(due_at, "en")) == (zh, en)


def test_days_and_moments_in_a_sentence_of_a_service_are_told_as_on_the_page():
    sentence = "自2026-10-09 至 2026-10-10，T370000061；2026-10-09T08:00:00+08:00"
    assert words.said_here(sentence, "zh") == "自2026年10月9日 至 2026年10月10日，T370000061；2026年10月9日 08:00"
    assert words.said_here("due before 2026-10-09", "en") == "due before 9 Oct 2026"


@pytest.mark.parametrize("text", ["2026-13-45", "1-2026-10-091"])
def test_what_only_looks_like_a_day_stays_as_it_is(text: str):
    assert words.said_here(text, "en") == text
