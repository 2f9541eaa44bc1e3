import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.child import Child, Command
from deploy.local.errors import HomeBusy, HomeUnusable, NoSpace, PortTaken
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK
from deploy.local.running import Running, remembered, wait_until
from deploy.local.settings import LocalSettings

HOLD = "    print('there', flush=True); time.sleep(60)"

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def start_a_child(program: str) -> str:
    """The lines of a run that starts one Python program and says its pid into a file of the home."""
    return f"""
    import sys
    from deploy.local.child import Child, Command
    child = Child(home, Command(name="helper", argv=[sys.executable, "-c", {program!r}]))
    (home.path / "pid").write_text(str(child.pid))
    from deploy.local.running import wait_until
    wait_until(lambda: "deaf" in child.tail(), 5)
    print("there", flush=True)
    time.sleep(60)"""


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_two_runs_at_once_the_second_is_told_who_holds_the_home(settings, supervise):
    first = supervise(HOLD)
    with pytest.raises(HomeBusy, match=rf"in use by process {first.pid} since 20\d\d-.*tongkang down"), Home(settings):
        pass
    holder = Home(settings).holder()
    assert holder is not None
    assert holder.pid == first.pid


def test_a_killed_run_leaves_the_home_free(settings, supervise):
    first = supervise(HOLD)
    first.kill()
    first.wait()
    with Home(settings) as home:
        assert home.holder() is not None
    assert Home(settings).holder() is None


def test_the_holder_can_be_asked_to_stop(settings, supervise):
    first = supervise(HOLD)
    assert Home(settings).stop_holder(within_s=5)
    assert first.wait() == -signal.SIGTERM


def test_nothing_to_stop_where_nobody_holds(settings):
    assert Home(settings).stop_holder(within_s=0)


def test_a_child_dies_with_a_killed_supervisor(settings, supervise):
    run = supervise(start_a_child("print('deaf', flush=True); import time; time.sleep(60)"))
    child = int((settings.home / "pid").read_text())
    assert not is_gone(child)
    run.kill()
    run.wait()
    assert wait_until(lambda: is_gone(child), 5)


def test_a_deaf_child_of_a_killed_supervisor_is_stopped_before_the_next_start(settings, supervise, caplog):
    run = supervise(start_a_child(DEAF))
    child = int((settings.home / "pid").read_text())
    run.kill()
    run.wait()
    assert not is_gone(child)
    with Home(settings.model_copy(update={"stop_within_s": 0.2})) as home:
        assert wait_until(lambda: is_gone(child), 5)  # killed, and on a busy machine not yet reaped
        assert remembered(home.folder("run")) == []
    assert "An earlier run was killed; stopping what it left: helper" in caplog.text


def test_a_stranger_with_a_remembered_pid_is_left_alone(settings):
    argv = [sys.executable, "-c", "input()"]
    stranger = subprocess.Popen(argv, stdin=subprocess.PIPE)
    created = psutil.Process(stranger.pid).create_time()
    folder = settings.home / "run"
    folder.mkdir(parents=True)
    Running("other-start", stranger.pid, created - 60, tuple(argv), signal.SIGTERM).save(folder)
    Running("other-command", stranger.pid, created, ("postgres", "-D", "data"), signal.SIGTERM).save(folder)
    with Home(settings):
        assert stranger.poll() is None
    assert remembered(folder) == []
    stranger.communicate(b"\n")


def test_a_program_that_cannot_be_started_says_so_in_its_log(home):
    child = Child(home, Command(name="ghost", argv=["/nonexistent/program"]))
    assert child.finish() == 1
    assert "cannot start /nonexistent/program: No such file or directory" in child.tail()


def test_a_log_that_has_grown_is_set_aside(settings):
    with Home(settings.model_copy(update={"log_max_mb": 0})) as home:
        for word in ("first", "second"):
            Child(home, Command(name="talker", argv=["/bin/echo", word])).finish()
        logs = home.folder("logs")
        assert (logs / "talker.log").read_text() == "second\n"
        assert (logs / "talker.log.1").read_text() == "first\n"


def test_a_full_disk_is_told_before_anything_starts(settings):
    full = Home(settings.model_copy(update={"min_free_mb": 10**9}))
    with pytest.raises(NoSpace, match=r"Only \d+ MB are free under .*; 1000000000 MB are needed.*TONGKANG_HOME"), full:
        pass
    assert full.holder() is None


def test_a_home_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(HomeUnusable, match=r"cannot be made \(Not a directory\)"),
        Home(LocalSettings(home=tmp_path / "file" / "home")),
    ):
        pass


def test_secrets_are_private_stable_and_different(settings):
    with Home(settings) as home:
        first = home.secret("signing-key")
        assert home.secret("other") != first
        assert len(first) >= 43
        mode = stat.S_IMODE(home.secret_file("signing-key").stat().st_mode)
    with Home(settings) as again:
        assert again.secret("signing-key") == first
    assert mode == 0o600


def test_ports_are_kept_while_they_are_free(settings):
    with Home(settings) as home:
        port, other = home.port("portal"), home.port("rehab")
    assert port != other
    with Home(settings) as again:
        assert again.port("portal") == port
        with socket.create_server((LOOPBACK, port)):
            moved = again.port("portal")
        assert moved not in {port, other}
        assert again.port("portal") == moved


def test_no_free_port_is_told(tmp_path):
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        full = Home(LocalSettings(home=tmp_path / "home", first_port=port, last_port=port))
        with full, pytest.raises(PortTaken, match=rf"No port from {port} to {port} is free"):
            full.port("portal")


def test_a_removed_home_is_gone(settings):
    with Home(settings) as home:
        home.secret("key")
    home.remove()
    assert not Path(settings.home).exists()
