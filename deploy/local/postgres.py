"""The embedded PostgreSQL: made once, started on loopback, stopped fast, killed on request."""

import signal
from pathlib import Path
from urllib.parse import quote

from deploy.local.account import server_account
from deploy.local.child import Child, Command
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK, require_free
from deploy.local.postgres_files import SUPERUSER, cluster, data_of, programs, superuser_password
from deploy.local.server import Server
from deploy.local.settings import LocalSettings


class Postgres(Server):
    """PostgreSQL 18 on the data of a home. A port given by number must be free; without one, a free one is found."""

    name = "postgres"

    def __init__(self, home: Home, port: int | None = None) -> None:
        super().__init__(home)
        self._account = server_account(home.settings.postgres_account, data_of(home))
        self._programs = programs(home, self._account)
        self._cluster: Path | None = None
        self.port = port or home.port(self.name)

    @property
    def password(self) -> str:
        """The superuser's password."""
        return superuser_password(self._place())

    def dsn(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """Return a `postgresql://` address; of the superuser unless a user and the password are given."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@{LOOPBACK}:{self.port}/{quote(database, safe='')}"

    def launch(self) -> None:
        """Make the database if there is none, and start the server."""
        data = self._place() / "data"
        require_free(self.port, self.name)
        self.child = Child(self.home, self._command(data))

    def ready(self) -> bool:
        """Ask by a handshake, as a client would."""
        asked = self._account.run(self._programs / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(self.port))
        return asked.returncode == 0

    def _place(self) -> Path:
        if self._cluster is None:
            self._cluster = cluster(self.home, self._account, self._programs)
        return self._cluster

    def _command(self, data: Path) -> Command:
        options = [
            word
            for name, value in _server_settings(self.home.settings, self.port).items()
            for word in ("-c", f"{name}={value}")
        ]
        return Command(
            name=self.name,
            argv=[str(self._programs / "postgres"), "-D", str(data), *options],
            env={"TZ": "UTC"},
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        )


def _server_settings(settings: LocalSettings, port: int) -> dict[str, str]:
    """Return the server's settings for a small machine. Nothing that trades durability for speed."""
    return {
        "listen_addresses": LOOPBACK,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": str(settings.postgres_max_connections),
        "shared_buffers": f"{settings.postgres_shared_buffers_mb}MB",
        "effective_cache_size": f"{8 * settings.postgres_shared_buffers_mb}MB",
        "huge_pages": "off",
        "jit": "off",  # short statements; compiling costs more than it saves
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "off",  # this build has only pglz, which costs more processor than the disk saves
        "wal_buffers": "8MB",
        "io_method": "sync",  # nearly all is in memory: workers for reading would only take some
        "max_wal_size": "512MB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "autovacuum": "on",
        "autovacuum_naptime": "15s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_parameter_max_length": "0",  # values of statements may be a child's identity
        "log_parameter_max_length_on_error": "0",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
