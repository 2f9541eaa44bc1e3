"""A demo that is killed, stopped, begun again; one whose services die; one on another cohort's folder."""

import json

import psutil

from deploy.local.running import wait_until
from tests.integration.cli.conftest import CHILDREN, ENOUGH_S, STOPS_WITHIN_S, Cut, Keyboard


def test_a_killed_demo_leaves_no_process_behind(cut: Cut):
    assert cut.left_by_kill == 0


def test_a_demo_that_is_stopped_half_way_says_so(cut: Cut):
    assert cut.stopped.code == 1
    assert "Stopped half-way. The same command goes on where it was; nothing is sent twice." in cut.stopped.words


def test_a_demo_goes_on_from_there_and_notices_a_service_that_dies(keyboard: Keyboard, cut: Cut):
    with keyboard.started(*keyboard.demo(CHILDREN)) as (run, said):
        assert wait_until(lambda: "Ctrl-C stops everything" in said.read_text(), ENOUGH_S), said.read_text()
        other = keyboard.type(*keyboard.demo(CHILDREN + 1, "--exit"))
        assert (other.code, f"in use by process {run.pid}" in other.words) == (1, True)
        remembered = json.loads((keyboard.home.path / "run" / "rehab.json").read_text())
        psutil.Process(remembered["pid"]).kill()
        assert run.wait(STOPS_WITHIN_S) == 1
        assert "rehab has ended by itself." in said.read_text()
    report = json.loads((keyboard.home.path / "demo.json").read_text())
    assert report["ok"] is True
    assert all(one["committed"] == one["applied"] for one in report["producers"].values())
    assert report["figures"]["rehabilitation_institutions_with_education_licence"]["timeline"] == 8
    assert keyboard.processes == []


def test_a_folder_with_another_cohort_is_left_alone(keyboard: Keyboard, cut: Cut):
    done = keyboard.run(*keyboard.demo(CHILDREN + 1, "--exit"))
    assert done.code == 1
    assert f"holds a cohort of {CHILDREN} children, not of {CHILDREN + 1}" in done.words
    assert not (keyboard.home.path / "running.json").exists()
