"""Known frauds in a small city: all are found, nobody else is flagged, and a second run plants nothing new."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.home import Home
from deploy.local.settings import LocalSettings
from deploy.simulator.frauds.planting import NO_DOOR, PLANTERS
from tests.integration.cli.conftest import STOPS_WITHIN_S, Done, Keyboard

CITY = ("--children", "110")
DOORS = {rule for planted in PLANTERS for rule in planted}
"""Rules of which a door lets a fraud through; the others are in `tests/integration/timeline/test_forged_facts.py`."""


@pytest.fixture(scope="module")
def own_folder(request: pytest.FixtureRequest) -> Iterator[Keyboard]:
    """An installation on a folder of its own: its figures are no other test's."""
    folder = Path(tempfile.mkdtemp(prefix="tongkang-frauds-"))
    folder.chmod(0o711)
    jars = LocalSettings().home / "kafka" / "jars"
    home = Home(LocalSettings(home=folder / "home", outside=folder / "outside", kafka_jars=jars))
    keyboard = Keyboard(home, request.config.getoption("--kafka"))
    with keyboard.started("up", "--kafka", keyboard.kafka) as (run, _):
        assert keyboard.has("running.json")
        yield keyboard
        assert keyboard.type("down").code == 0
        run.wait(STOPS_WITHIN_S)
    home.remove()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def planted(own_folder: Keyboard) -> Done:
    return own_folder.type("frauds", *CITY, "--seed", "7")


def report_of(keyboard: Keyboard) -> dict:
    return json.loads((keyboard.home.path / "frauds.json").read_text())


def test_every_fraud_is_found_and_nobody_else_is_flagged(own_folder, planted):
    rules = report_of(own_folder)["rules"]
    assert {rule: one["missed"] for rule, one in rules.items() if one["missed"]} == {}
    assert {rule: one["false_alarms"] for rule, one in rules.items() if one["false_alarms"]} == {}
    assert {rule for rule, one in rules.items() if one["planted"]} == DOORS
    assert (planted.code, "frauds, seed 7" in planted.words) == (0, True)
    assert all(f"at no door {rule}" in planted.words for rule in NO_DOOR)


def test_each_planted_fraud_is_on_record_with_what_was_done(own_folder, planted):
    frauds = report_of(own_folder)["planted"]
    assert all(one["done"] and one["month"] and (one["case"] or one["institution"]) for one in frauds)


def test_the_same_seed_again_plants_the_same_ones_and_nothing_more(own_folder, planted):
    before = report_of(own_folder)
    assert own_folder.type("frauds", *CITY, "--seed", "7").code == 0
    assert report_of(own_folder) == before


def test_too_small_a_city_is_said_in_a_sentence(own_folder, planted):
    done = own_folder.type("frauds", *CITY, "--per-rule", "500")
    assert (done.code, "ask for more children" in done.words) == (1, True)
