"""The same rooms in every service, by the same names; another room needs a reason (docs/style, rule 1)."""

import importlib
import re

import pytest

from shared.blueprint import ROOT
from tests.arch.house import SERVICES

EVERY = {"__init__", "app", "settings", "domain", "errors", "handlers", "repository", "tables", "api", "migrations"}
WHERE_IT_LISTENS = {"consumers"}
WHAT_IT_JUDGES_BY = {"rules"}

WITH_A_REASON = {
    ("directory", "limits"): "rate limits hold per process and know no table",
    ("directory", "login"): "a login is no command about a record: it reads, hashes, counts and answers",
    ("directory", "passwords"): "Argon2id runs in threads of its own",
    ("directory", "tokens"): "signing keys and claims belong to no table",
    ("directory", "org_types"): "data: roles and purposes that fit each kind of organisation",
    ("portal", "extract"): "finds the words of the pages for their catalogue; no part of the running portal",
    ("portal", "locale"): "data: the Chinese catalogue",
    ("portal", "static"): "style and script that browsers load",
    ("portal", "templates"): "the pages themselves",
    ("portal", "upstream"): "what it knows stands behind the doors of other services, not in tables",
    ("portal", "words"): "codes, dates and money in two languages, for every page",
    ("screening", "vault"): "fields of an identity and blind index of numbers, which no other service holds",
    ("timeline", "apart"): "a process of its own, run without the app",
    ("timeline", "assessment"): "a task by the clock: nobody asks for it and no fact alone calls for it",
    ("timeline", "completeness"): "what every answer says of each producer, kept for a second",
    ("timeline", "live"): "server-sent events: a stream has no one answer",
    ("timeline", "rebuild"): "a command of its own, run without the app",
}


def rooms(service: str) -> set[str]:
    return {path.stem for path in (ROOT / "services" / service).iterdir() if path.name != "__pycache__"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_every_room_that_services_have(service: str):
    assert EVERY - rooms(service) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_another_room_has_a_reason(service: str):
    others = rooms(service) - EVERY - WHERE_IT_LISTENS - WHAT_IT_JUDGES_BY
    assert {room for room in others if (service, room) not in WITH_A_REASON} == set()


def test_no_reason_outlives_its_room():
    assert [place for place in WITH_A_REASON if place[0] in SERVICES and place[1] not in rooms(place[0])] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_it_owns_hears_and_tells(service: str):
    said = importlib.import_module(f"services.{service}").__doc__ or ""
    for words in ("owns", "consumes|reacts|listens", "emits|publishes"):
        assert re.search(words, said, re.IGNORECASE), f"{service} does not say what it {words}"


@pytest.mark.parametrize("service", SERVICES)
def test_settings_have_the_prefix_of_the_service_and_no_default_for_a_secret(service: str):
    settings = importlib.import_module(f"services.{service}.settings").Settings
    assert settings.model_config["env_prefix"] == f"{service.upper()}_"
    secret = {name for name in settings.model_fields if re.search("password|secret|key", name)}
    files = {name for name in secret if name.endswith(("_file", "_files"))}
    optional = {name for name in files if not settings.model_fields[name].is_required()}
    assert {name for name in optional if settings.model_fields[name].get_default(call_default_factory=True)} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_secret_comes_as_a_file(service: str):
    settings = importlib.import_module(f"services.{service}.settings").Settings
    plain = {
        name
        for name, field in settings.model_fields.items()
        if re.search("password|secret", name) and field.annotation is str
    }
    assert plain == set()
