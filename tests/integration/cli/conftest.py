"""The command `tongkang` at a keyboard, on a data folder of its own that is removed afterwards."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psutil
import pytest

from deploy.cli.console import complaints, console
from deploy.cli.main import main
from deploy.local.home import Home
from deploy.local.running import remembered, wait_until
from deploy.local.settings import REPOSITORY, LocalSettings

COMMAND = Path(sys.executable).with_name("tongkang")
ENOUGH_S = 240
STOPS_WITHIN_S = 60
WIDE = 200
CHILDREN = 2


@dataclass(frozen=True)
class Done:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """All that it said, in one line."""
        return " ".join((self.out + " " + self.err).split())


@dataclass(frozen=True)
class Keyboard:
    """Somebody at a keyboard, on one data folder."""

    home: Home
    kafka: str

    @property
    def environment(self) -> dict[str, str]:
        settings = self.home.settings
        told = {"TONGKANG_HOME": settings.home, "TONGKANG_OUTSIDE": settings.outside}
        jars = {"TONGKANG_KAFKA_JARS": settings.kafka_jars} if settings.kafka_jars else {}
        return {"COLUMNS": str(WIDE), **{name: str(value) for name, value in (told | jars).items()}}

    def type(self, *words: str, **more: str) -> Done:
        """Type a command that ends by itself; run in this process, since a new one needs a second to import all."""
        out, err = io.StringIO(), io.StringIO()
        console.width = complaints.width = WIDE
        with (
            patch.dict(os.environ, self.environment | more),
            patch.object(sys, "argv", ["tongkang", *words]),
            patch.object(sys, "stdin", io.StringIO()),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())

    def run(self, *words: str) -> Done:
        """Type a command in another terminal and wait for its end. It never ends in a traceback."""
        with self.started(*words) as (run, said):
            code = run.wait(ENOUGH_S)
            return Done(code, said.read_text(), "")

    @contextmanager
    def started(self, *words: str) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
        """Type a command in another terminal; give the process and the file with what it says. Killed at the end."""
        said = Path(tempfile.mkstemp(prefix="tongkang-said-")[1])
        with said.open("wb") as out:
            run = subprocess.Popen(
                [COMMAND, *words],
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=REPOSITORY,
            )
        try:
            yield run, said
            assert "Traceback" not in said.read_text()
        finally:
            run.send_signal(signal.SIGKILL)
            run.wait(STOPS_WITHIN_S)
            said.unlink()

    def demo(self, children: int, *more: str) -> tuple[str, ...]:
        """Return the words of a demo."""
        return "demo", "--kafka", self.kafka, "--children", str(children), *more

    def has(self, name: str) -> bool:
        """Wait until a file is in the data folder."""
        return wait_until((self.home.path / name).exists, ENOUGH_S)

    @property
    def processes(self) -> list[psutil.Process]:
        """Processes of ours that live on this data folder."""
        found = [one.process() for one in remembered(self.home.folder("run"))]
        return [process for process in found if process]


@dataclass(frozen=True)
class Cut:
    """What became of two demos that were cut off half-way."""

    left_by_kill: int
    stopped: Done


@pytest.fixture
def nowhere(tmp_path: Path) -> Keyboard:
    """A data folder on which nothing ever ran."""
    home = tmp_path / "home"
    home.mkdir()
    return Keyboard(Home(LocalSettings(home=home, outside=tmp_path / "outside")), "embedded")


@pytest.fixture(scope="session")
def keyboard(request: pytest.FixtureRequest) -> Iterator[Keyboard]:
    # Not pytest's own temporary folder: run as root, PostgreSQL's user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="tongkang-cli-"))
    folder.chmod(0o711)
    jars = LocalSettings().home / "kafka" / "jars"  # fetched once per checkout
    home = Home(LocalSettings(home=folder / "home", outside=folder / "outside", kafka_jars=jars))
    yield Keyboard(home, request.config.getoption("--kafka"))
    home.remove()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def cut(keyboard: Keyboard) -> Cut:
    """Kill a demo with -9 just as it begins to send its children, and stop the next one by Ctrl-C."""
    with keyboard.started(*keyboard.demo(CHILDREN)) as (run, _):
        assert keyboard.has("demo-city.json")
        run.send_signal(signal.SIGKILL)
    wait_until(lambda: keyboard.processes == [], STOPS_WITHIN_S)
    left = len(keyboard.processes)
    (keyboard.home.path / "running.json").unlink()
    with keyboard.started(*keyboard.demo(CHILDREN)) as (run, said):
        assert keyboard.has("running.json")
        run.send_signal(signal.SIGINT)
        return Cut(left, Done(run.wait(STOPS_WITHIN_S), said.read_text(), ""))
