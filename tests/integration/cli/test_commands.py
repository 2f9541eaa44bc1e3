"""The commands on an installation that runs in another terminal."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.running import wait_until
from deploy.local.stack import Installation
from deploy.services import NAMES, PRODUCERS
from tests.integration.cli.conftest import CHILDREN, STOPS_WITHIN_S, Cut, Keyboard


@pytest.fixture(scope="module")
def elsewhere(keyboard: Keyboard, cut: Cut) -> Iterator["subprocess.Popen[bytes]"]:
    """An installation in another terminal; `simulate` brings the cut-off cohort to its end."""
    with keyboard.started("up", "--kafka", keyboard.kafka) as (run, _):
        assert keyboard.has("running.json")
        done = keyboard.type("simulate", "--children", str(CHILDREN))
        assert done.code == 0, done.words
        yield run
        stopped = keyboard.type("down")
        assert (stopped.code, "stopped" in stopped.words) == (0, True)
        assert run.wait(STOPS_WITHIN_S) == 0
        assert keyboard.processes == []


@pytest.fixture
def installation(keyboard: Keyboard, elsewhere: object) -> Installation:
    found = Installation.running(keyboard.home)
    assert found is not None
    return found


@pytest.fixture
def showcase(keyboard: Keyboard, elsewhere: object) -> str:
    return str(json.loads((keyboard.home.path / "demo-cohort.json").read_text())["showcase"])


def value(installation: Installation, service: str, sql: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(installation.owned(service))
        try:
            return int(await connection.fetchval(sql))
        finally:
            await connection.close()

    return asyncio.run(ask())


def change(installation: Installation, service: str, sql: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(installation.owned(service))
        await connection.execute(sql)
        await connection.close()

    asyncio.run(run())


def test_status_shows_every_service(keyboard: Keyboard, installation: Installation):
    done = keyboard.type("status")
    assert done.code == 0, done.words
    lines = {line.split("│")[1].strip(): line for line in done.out.splitlines() if line.startswith("│")}
    assert lines.keys() == set(NAMES)
    committed = sum(value(installation, producer, "SELECT count(*) FROM event_log") for producer in PRODUCERS)
    assert lines["timeline"].split("│")[5].strip() == str(committed)


def test_simulating_again_sends_nothing_again(keyboard: Keyboard, installation: Installation):
    before = [value(installation, producer, "SELECT count(*) FROM event_log") for producer in PRODUCERS]
    assert keyboard.type("simulate", "--children", str(CHILDREN)).code == 0
    assert [value(installation, producer, "SELECT count(*) FROM event_log") for producer in PRODUCERS] == before


def test_simulating_another_number_is_refused(keyboard: Keyboard, elsewhere: object):
    done = keyboard.type("simulate", "--children", "40")
    assert done.code == 1
    assert f"holds a cohort of {CHILDREN} children, not of 40" in done.words


@pytest.mark.parametrize("words", [("up",), ("demo", "--children", str(CHILDREN), "--exit")])
def test_a_second_run_on_the_same_folder_names_the_first(keyboard: Keyboard, elsewhere, words: tuple[str, ...]):
    done = keyboard.type(*words)
    assert done.code == 1
    assert f"is in use by process {elsewhere.pid} since" in done.words
    assert "Stop that run first (tongkang down)" in done.words


def test_a_child_s_timeline_by_month_and_whole(keyboard: Keyboard, showcase: str):
    short, whole = keyboard.type("timeline", showcase), keyboard.type("timeline", showcase, "--whole")
    assert (short.code, whole.code) == (0, 0)
    assert "child registered" in short.out
    assert "times," in short.out
    assert "complete to: screening 20" in short.out
    assert whole.out.count("session recorded") > short.out.count("session recorded") > 0


def test_a_reader_sees_what_is_its_own_to_see(keyboard: Keyboard, showcase: str):
    seen = keyboard.type("timeline", showcase, "--as", "hospital-3716")
    hidden = keyboard.type("timeline", showcase, "--as", "clinic-371602-1")
    assert seen.code == 0, seen.words
    assert "ceiling" not in seen.out  # the amounts of the approval are the federation's
    assert "ceiling" in keyboard.type("timeline", showcase).out
    assert (hidden.code, "(case-not-found)" in hidden.words) == (1, True)


def test_a_case_or_a_reader_that_nobody_knows(keyboard: Keyboard, elsewhere: object):
    unknown = keyboard.type("timeline", str(uuid4()))
    assert (unknown.code, "(case-not-found)" in unknown.words) == (1, True)
    stranger = keyboard.type("timeline", str(uuid4()), "--as", "stranger")
    assert stranger.code == 1
    assert "stranger is no person of the demo" in stranger.words


def test_replay_publishes_again_and_nothing_is_applied_twice(keyboard: Keyboard, installation: Installation):
    duplicates = "SELECT coalesce(sum(duplicate), 0) FROM partition_account"
    facts = value(installation, "custody", "SELECT count(*) FROM event_log")
    before, entries = (
        value(installation, "timeline", duplicates),
        value(installation, "timeline", "SELECT count(*) FROM entry"),
    )
    done = keyboard.type("replay", "custody")
    assert (done.code, done.out.split()[0]) == (0, str(facts))
    assert wait_until(lambda: value(installation, "timeline", duplicates) == before + facts, STOPS_WITHIN_S)
    assert value(installation, "timeline", "SELECT count(*) FROM entry") == entries
    log = (keyboard.home.path / "logs" / "operator.log").read_text().splitlines()
    assert json.loads(log[-1])["role"] == "administrator"


def test_replay_of_one_case_and_of_what_is_new(keyboard: Keyboard, installation: Installation, showcase: str):
    of_case = value(installation, "screening", f"SELECT count(*) FROM event_log WHERE case_id = '{showcase}'")
    assert keyboard.type("replay", "screening", "--case", showcase).out.split()[0] == str(of_case)
    assert keyboard.type("replay", "screening", "--since", "2999-01-01").out.split()[0] == "0"


def test_redrive_says_what_would_be_and_leaves_what_cannot_be_read(keyboard: Keyboard, installation: Installation):
    assert keyboard.type("redrive").words == "Nothing is parked."
    asyncio.run(publish(installation.bootstrap, "tongkang.custody", b"not an envelope"))
    parked = "SELECT count(*) FROM parked_event"
    assert wait_until(lambda: value(installation, "timeline", parked) == 1, STOPS_WITHIN_S)
    rehearsed, done = keyboard.type("redrive", "--dry-run"), keyboard.type("redrive")
    assert (rehearsed.code, "unreadable" in rehearsed.out, "rejected" in rehearsed.out) == (0, True, True)
    assert (done.code, "rejected" in done.out) == (1, True)
    assert value(installation, "timeline", parked) == 1
    unknown = keyboard.type("redrive", "4711")
    assert (unknown.code, unknown.words) == (1, "Not parked at the timeline: 4711.")


async def publish(bootstrap: str, topic: str, record: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=False) as producer:
        await producer.send_and_wait(topic, record)


def test_verify_finds_what_somebody_changed(keyboard: Keyboard, installation: Installation):
    sound = keyboard.type("verify")
    assert (sound.code, sound.out.count("sound")) == (0, len(PRODUCERS))
    change(installation, "education", "UPDATE event_log SET envelope = envelope || ' ' WHERE seq = 1")
    broken = keyboard.type("verify", "education")
    change(
        installation,
        "education",
        "UPDATE event_log SET envelope = substring(envelope FOR length(envelope) - 1) WHERE seq = 1",
    )
    assert (broken.code, "BROKEN" in broken.out, "number 1" in broken.out) == (1, True, True)
    assert keyboard.type("verify", "education").code == 0


def test_verify_finds_the_block_of_the_log_of_reading_that_somebody_changed(
    keyboard: Keyboard, installation: Installation, showcase: str
):
    keyboard.type("timeline", showcase)
    assert wait_until(lambda: value(installation, "timeline", "SELECT count(*) FROM access_block") > 0, 30)
    sealed = "WHERE txid < (SELECT until FROM access_block WHERE number = 1)"
    change(installation, "timeline", f"UPDATE access_log SET at = at + interval '1 s' {sealed}")
    broken = keyboard.type("verify", "timeline")
    change(installation, "timeline", f"UPDATE access_log SET at = at - interval '1 s' {sealed}")
    assert (broken.code, "hash in block 1 of the log of reading" in broken.words) == (1, True)
    assert keyboard.type("verify", "timeline").code == 0


def test_verify_finds_a_timeline_that_stands_beside_the_log(keyboard: Keyboard, installation: Installation):
    swap = "UPDATE stream_position SET head_hash = sha256(head_hash) WHERE producer = 'custody'"
    change(
        installation,
        "timeline",
        f"CREATE TABLE kept AS SELECT * FROM stream_position WHERE producer = 'custody'; {swap}",
    )
    beside = keyboard.type("verify", "custody")
    change(
        installation,
        "timeline",
        "UPDATE stream_position p SET head_hash = k.head_hash FROM kept k WHERE (p.producer, p.case_id, p.epoch) = "
        "(k.producer, k.case_id, k.epoch); DROP TABLE kept",
    )
    assert (beside.code, "BROKEN" in beside.out) == (1, True)
    assert keyboard.type("verify", "custody").code == 0
