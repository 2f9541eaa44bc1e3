import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.local.errors import NotReady, ServerDied
from deploy.local.home import Home
from deploy.local.memory import MemoryMeter
from deploy.local.processes import Service, asked_to_stop, service_command
from deploy.local.running import remembered, wait_until
from deploy.local.server import check_all, start_all, stop_all
from deploy.local.settings import REPOSITORY

APP = '''
"""An invented service for tests of supervision: it says who it is and what it was told."""
import os
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

async def ready(request):
    return JSONResponse({"ready": True}, status_code=int(os.environ["LANTERN_STATUS"]))

async def env(request):
    return JSONResponse(dict(os.environ))

async def forever(request):
    async def beats():
        import asyncio
        while True:
            yield b"data: beat\\n\\n"
            await asyncio.sleep(0.05)
    return StreamingResponse(beats(), media_type="text/event-stream")

def create_app():
    return Starlette(routes=[Route("/health/ready", ready), Route("/env", env), Route("/forever", forever)])
'''


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code" / "services" / "lantern"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(APP)
    for name in ("deploy", "shared"):
        (tmp_path / "code" / name).symlink_to(REPOSITORY / name)
    return tmp_path / "code"


@pytest.fixture
def home(settings, code):
    with Home(settings.model_copy(update={"code": code, "stop_within_s": 10})) as home:
        yield home
    home.remove()


def lantern(home: Home, **env: str) -> Service:
    return Service(home, "lantern", {"LANTERN_STATUS": "200", **env})


def test_the_command_line_is_the_one_of_compose():
    assert service_command("rehab", "0.0.0.0", 8000)[:5] == [  # noqa: S104 - what compose says
        "uvicorn",
        "--factory",
        "services.rehab.app:create_app",
        "--host=0.0.0.0",
        "--port=8000",
    ]


def test_a_service_starts_serves_and_stops(home):
    service = lantern(home)
    service.start()
    pid = service.child.pid
    check_all([service])
    assert httpx.get(f"{service.url}/health/ready").status_code == 200
    service.stop()
    assert not psutil.pid_exists(pid)
    assert "Finished server process" in (home.folder("logs") / "lantern.log").read_text()
    assert remembered(home.folder("run")) == []


def test_a_service_gets_what_it_is_told_and_not_our_environment(home, monkeypatch):
    monkeypatch.setenv("COUNTY_SECRET", "not for children")
    service = lantern(home, LANTERN_COLOUR="red")
    service.start()
    env = httpx.get(f"{service.url}/env").json()
    service.stop()
    assert env["LANTERN_COLOUR"] == "red"
    assert "COUNTY_SECRET" not in env


def test_a_service_that_cannot_start_is_told_and_takes_the_others_down(home):
    good, bad = lantern(home), Service(home, "missing", {})
    with pytest.raises(ServerDied, match=r"missing has ended by itself(?s:.*)No module named 'services.missing'"):
        start_all([good, bad])
    assert good.child is None
    assert bad.child is None
    assert remembered(home.folder("run")) == []


def test_a_service_that_never_gets_ready_is_told_and_stopped(settings, code):
    impatient = settings.model_copy(update={"code": code, "start_within_s": 1.5})
    with Home(impatient) as home:
        service = lantern(home, LANTERN_STATUS="503")
        with pytest.raises(NotReady, match=r"lantern does not answer after 1.5 seconds(?s:.*)Uvicorn running"):
            service.start()
        assert service.child is None


def test_a_crash_is_noticed(home):
    service = lantern(home)
    service.start()
    os.kill(service.child.pid, signal.SIGKILL)
    assert wait_until(lambda: not service.child.alive, 5)
    with pytest.raises(ServerDied, match=r"lantern has ended by itself\. Its last words"):
        check_all([service])


def test_an_endless_answer_does_not_hold_up_the_stop(home):
    impatient = Home(home.settings.model_copy(update={"stop_within_s": 0.5}))
    service = lantern(impatient)
    service.start()
    pid = service.child.pid
    with httpx.stream("GET", f"{service.url}/forever") as beats:
        assert next(beats.iter_bytes()).startswith(b"data: beat")
        stop_all([service])
    assert not psutil.pid_exists(pid)


def test_a_paused_service_can_be_stopped(home):
    service = lantern(home)
    service.start()
    pid = service.child.pid
    service.child.send(signal.SIGSTOP)
    service.stop()
    assert not psutil.pid_exists(pid)
    assert "Finished server process" in (home.folder("logs") / "lantern.log").read_text()


def test_peak_memory_is_measured(home):
    service = lantern(home)
    service.start()
    with MemoryMeter([service]) as meter:
        peak = meter.peaks()["lantern"]
    service.stop()
    assert 15 < meter.whole() <= peak < 500
    assert meter.peaks() == {"lantern": peak}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_wish_to_stop_becomes_an_event(number):
    before = signal.getsignal(number)
    with asked_to_stop() as wish:
        assert not wish.is_set()
        os.kill(os.getpid(), number)
        assert wish.wait(1)
    assert signal.getsignal(number) is before
