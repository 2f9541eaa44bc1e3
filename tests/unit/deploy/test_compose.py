"""docker-compose.yml describes the processes of the embedded run: same services, entry point, settings, secrets."""

import importlib
import json
from pathlib import Path

import pytest
import yaml

from deploy.local.processes import PROCESS_ENV, service_command
from deploy.secrets import KEYS, WORDS
from deploy.services import NAMES, SERVICES
from deploy.setup import ROLES

COMPOSE = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))
OTHERS = {"postgres", "kafka", "setup"}


def test_compose_has_exactly_the_services_of_the_installation():
    assert set(COMPOSE["services"]) - OTHERS == set(NAMES)


def test_every_service_has_a_folder_and_every_folder_a_service():
    folders = {path.parent.name for path in Path("services").glob("*/app.py")}
    assert folders == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_starts_by_the_same_entry_point(name):
    assert COMPOSE["services"][name]["command"] == service_command(name, "0.0.0.0", 8080)  # noqa: S104 - as in compose


@pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.name)
def test_a_service_is_told_all_that_its_settings_need_and_nothing_else(spec):
    environment = COMPOSE["services"][spec.name]["environment"]
    settings = importlib.import_module(f"services.{spec.name}.settings").Settings
    prefix = settings.model_config["env_prefix"]
    known = {f"{prefix}{field}".upper() for field in settings.model_fields}
    needed = {f"{prefix}{name}".upper() for name, field in settings.model_fields.items() if field.is_required()}
    assert set(environment) <= known
    assert needed <= set(environment)
    assert set(json.loads(environment[f"{prefix}PEERS"])) == set(spec.hears)


def test_the_image_gives_a_process_what_an_embedded_run_gives_it():
    lines = Path("deploy/images/Dockerfile").read_text(encoding="utf-8").splitlines()
    said = dict(word.split("=") for line in lines if line.startswith("ENV ") for word in line.split()[1:])
    assert said.items() >= PROCESS_ENV.items()


@pytest.mark.parametrize("name", NAMES)
def test_secrets_are_files_that_the_service_is_given(name):
    service = COMPOSE["services"][name]
    named = [part for value in service["environment"].values() for part in value.replace('"', " ").split()]
    files = {part.removeprefix("/run/secrets/").rstrip(",}") for part in named if part.startswith("/run/secrets/")}
    assert files == set(service["secrets"])


def test_every_secret_is_made_by_the_command_that_makes_them():
    assert set(COMPOSE["secrets"]) == {*KEYS, *WORDS}
    assert set(COMPOSE["services"]["setup"]["secrets"]) == {"postgres", *ROLES}


@pytest.mark.parametrize("name", sorted(set(COMPOSE["services"]) - {"setup"}))
def test_every_process_has_a_health_check(name):
    assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_no_port_is_open_to_the_outside():
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("spec", [spec for spec in SERVICES if spec.hears], ids=lambda spec: spec.name)
def test_a_service_can_repair_from_every_producer_that_it_listens_to(spec):
    consumers = importlib.import_module(f"services.{spec.name}.consumers")
    heard = getattr(consumers, "PRODUCERS", None) or {reaction.fact.producer for reaction in consumers.REACTIONS}
    assert set(spec.hears) == set(heard)
