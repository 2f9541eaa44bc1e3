"""What can go wrong before anything runs: always a sentence and an exit code, never a traceback."""

import socket
from collections.abc import Iterator

import pytest

from tests.integration.cli.conftest import Keyboard

CASE = "1d31580b-99f0-444f-b281-ce307fa6b37e"
NEEDS_RUNNING = (
    ("status",),
    ("timeline", CASE),
    ("replay", "rehab"),
    ("redrive",),
    ("verify",),
    ("simulate", "--children", "2"),
)


@pytest.fixture
def taken() -> Iterator[str]:
    """A port on which somebody else listens."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield str(somebody.getsockname()[1])


@pytest.mark.parametrize("words", NEEDS_RUNNING)
def test_where_nothing_runs_a_command_says_how_to_start(nowhere: Keyboard, words: tuple[str, ...]):
    done = nowhere.type(*words)
    assert done.code == 1
    assert f"Nothing runs on {nowhere.home.path}. Start it with `make up` or `make demo`." in done.words


def test_the_same_from_a_shell(nowhere: Keyboard):
    done = nowhere.run("status")
    assert (done.code, done.words.split(".")[0]) == (1, f"Nothing runs on {nowhere.home.path}")


def test_down_where_nothing_runs_is_no_trouble(nowhere: Keyboard):
    (nowhere.home.path / "running.json").write_text("{}")  # as a killed run leaves it
    done = nowhere.type("down")
    assert (done.code, done.out.split()[:2]) == (0, ["Nothing", "runs"])
    assert not (nowhere.home.path / "running.json").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("timeline", "the-first-child"), "valid UUID"),
        (("replay", "directory"), "records no facts"),
        (("verify", "rehab", "moon"), "records no facts"),
        (("replay", "rehab", "--since", "yesterday"), "valid datetime"),
        (("demo", "--children", "0"), "greater than or equal to 1"),
        (("redrive", "first"), "valid integer"),
        (("dance",), "No such command"),
    ],
)
def test_words_that_make_no_sense_are_refused(nowhere: Keyboard, words: tuple[str, ...], reason: str):
    done = nowhere.type(*words)
    assert done.code == 2
    assert reason in done.words


def test_an_unknown_broker_is_refused(nowhere: Keyboard):
    done = nowhere.type("up", "--kafka", "carrier-pigeon")
    assert done.code == 1
    assert "--kafka takes embedded, apache, or HOST:PORT" in done.words
    assert nowhere.processes == []


def test_ports_that_are_all_taken_are_told(nowhere: Keyboard, taken: str):
    done = nowhere.type("up", TONGKANG_FIRST_PORT=taken, TONGKANG_LAST_PORT=taken)
    assert done.code == 1
    assert f"No port from {taken} to {taken} is free on 127.0.0.1" in done.words
    assert nowhere.processes == []
