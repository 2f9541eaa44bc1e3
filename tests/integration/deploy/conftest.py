"""Homes for real servers; each is removed afterwards, with what root had to put outside."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.home import Home
from deploy.local.settings import REPOSITORY, LocalSettings

Supervise = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def outside() -> Iterator[Path]:
    """A place that every user may enter, in the role of the system's /var/lib."""
    place = Path(tempfile.mkdtemp(prefix="tongkang-outside-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def settings(tmp_path: Path, outside: Path) -> LocalSettings:
    jars = LocalSettings().home / "kafka" / "jars"  # fetched once per checkout
    return LocalSettings(home=tmp_path / "home", outside=outside, kafka_jars=jars, start_within_s=30, stop_within_s=10)


@pytest.fixture
def home(settings: LocalSettings) -> Iterator[Home]:
    with Home(settings) as home:
        yield home
    home.remove()


@pytest.fixture
def supervise(settings: LocalSettings) -> Iterator[Supervise]:
    """Run a few lines as another run of Tongkang on the same home, up to the moment when it says that it is there."""
    started: list[subprocess.Popen[str]] = []

    def begin(lines: str) -> "subprocess.Popen[str]":
        program = f"import time\nfrom deploy.local.home import Home\nwith Home() as home:\n{lines}\n"
        env = {**os.environ, "TONGKANG_HOME": str(settings.home), "TONGKANG_OUTSIDE": str(settings.outside)}
        run = subprocess.Popen(
            [sys.executable, "-c", program], cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, text=True
        )
        started.append(run)
        assert run.stdout is not None
        assert run.stdout.readline().strip() == "there"
        return run

    yield begin
    for run in started:
        run.send_signal(signal.SIGKILL)
        run.communicate()
