import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local.errors import HomeUnusable, PortTaken, ServerDied
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Postgres
from deploy.local.postgres_files import data_of
from deploy.local.running import remembered, wait_until
from deploy.local.server import check_all
from deploy.local.settings import LocalSettings


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory, outside: Path) -> Iterator[Postgres]:
    """One server for the tests that leave it as they found it."""
    settings = LocalSettings(home=tmp_path_factory.mktemp("postgres") / "home", outside=outside)
    with Home(settings) as home:
        server = Postgres(home)
        server.start()
        yield server
        server.stop()
    home.remove()


async def run(server: Postgres, statement: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_a_second_start_keeps_the_data(home):
    first, second = Postgres(home), Postgres(home)
    first.start()
    await run(first, "CREATE TABLE kept AS SELECT 42 AS n")
    first.stop()
    second.start()
    assert await run(second, "SELECT n FROM kept") == 42
    assert second.dsn() == first.dsn()
    second.stop()


async def test_what_was_committed_survives_a_kill(postgres):
    await run(postgres, "CREATE TABLE kept (n int)")
    async with asyncpg.create_pool(postgres.dsn(), min_size=2, max_size=2) as pool:
        await pool.execute("INSERT INTO kept VALUES (7)")
        held = await pool.acquire()
        open_change = held.transaction()
        await open_change.start()
        await held.execute("INSERT INTO kept VALUES (8)")
        postgres.kill()
        pool.terminate()
    postgres.start()
    assert await run(postgres, "SELECT array_agg(n) FROM kept") == [7]


def test_a_kill_while_the_database_is_made_leaves_nothing_broken(settings, supervise):
    making = supervise(
        "    print('there', flush=True)\n    from deploy.local.postgres import Postgres\n    Postgres(home).start()"
    )
    bases = (settings.home, settings.outside)
    assert wait_until(lambda: any(list(base.glob("**/postgres.new-*/data/PG_VERSION")) for base in bases), 10)
    making.send_signal(signal.SIGKILL)
    making.wait()
    with Home(settings) as home:
        assert not data_of(home).exists()
        server = Postgres(home)
        server.start()
        assert not list(data_of(home).parent.parent.glob("postgres.new-*"))
        server.stop()
    home.remove()


def test_a_killed_run_is_swept_up_and_started_over(settings, supervise):
    first = supervise(
        "    from deploy.local.postgres import Postgres\n    Postgres(home).start()\n"
        "    print('there', flush=True)\n    time.sleep(60)"
    )
    first.kill()
    first.wait()
    with Home(settings) as home:
        server = Postgres(home)
        server.start()
        server.stop()
    home.remove()


def test_a_port_given_by_number_that_is_taken_is_told(home):
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        server = Postgres(home, port=port)
        with pytest.raises(PortTaken, match=rf"Port {port} on 127.0.0.1, meant for postgres, is in use"):
            server.start()
    assert server.child is None
    assert remembered(home.folder("run")) == []


def test_a_taken_port_of_the_last_run_is_replaced(home):
    before = Postgres(home).port
    with socket.create_server((LOOPBACK, before)):
        server = Postgres(home)
        server.start()
        assert server.port != before
        server.stop()


async def test_nobody_comes_in_without_the_password(postgres):
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn(password="guessed"))
    assert data_of(postgres.home).with_name("superuser").stat().st_mode & 0o077 == 0


async def test_the_server_listens_on_loopback_only_and_is_durable(postgres):
    listening = {c.laddr.ip for c in psutil.Process(postgres.child.pid).net_connections() if c.status == "LISTEN"}
    assert listening == {LOOPBACK}
    for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
        assert await run(postgres, f"SHOW {name}") == "on"
    assert await run(postgres, "SHOW max_connections") == "100"


def test_the_server_never_runs_as_root_even_where_only_root_can_enter_the_home(postgres):
    """pytest's folders are closed to other users: as root, the data then lie outside, as another user's."""
    assert psutil.Process(postgres.child.pid).uids().real != 0
    assert data_of(postgres.home).stat().st_uid == psutil.Process(postgres.child.pid).uids().real
    assert (postgres.home.path / "outside").exists() is (os.geteuid() == 0)


def test_a_lost_place_outside_is_told_and_not_replaced_by_an_empty_database(home):
    lost = home.path.with_name("lost")
    (home.path / "outside").symlink_to(lost)
    with pytest.raises(HomeUnusable, match=rf"lay in {lost}, which is gone\. Bring it back, or remove {home.path}"):
        Postgres(home).start()
    assert remembered(home.folder("run")) == []


def test_a_server_that_ends_by_itself_and_broken_data_are_told_with_its_last_words(home):
    server = Postgres(home)
    server.start()
    check_all([server])
    psutil.Process(server.child.pid).send_signal(signal.SIGQUIT)
    assert wait_until(lambda: not server.child.alive, 5)
    with pytest.raises(ServerDied, match=r"postgres has ended by itself(?s:.*)received immediate shutdown request"):
        check_all([server])
    (data_of(home) / "global" / "pg_control").unlink()
    with pytest.raises(ServerDied, match="could not find the database system"):
        server.start()
    assert server.child is None
    assert remembered(home.folder("run")) == []
