"""A service's own database: the engine, the two roles, and migrations."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.resources import files
from typing import Any, cast

import asyncpg
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, CursorResult, Executable, MetaData, PoolProxiedConnection, make_url, pool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.journal.tables import APPEND_ONLY

Driver = asyncpg.Connection
"""The session's own connection: hot statements and the journal speak to it (twice as fast as through Core)."""


Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a Core statement takes: one row or several."""

_SETTINGS = {"jit": "off", "application_name": "tongkang"}


class Session:
    """One lent connection: `driver` for hot statements, `execute` for Core; both in the same transaction."""

    __slots__ = ("_core", "_engine", "_lent", "driver")

    def __init__(self, engine: AsyncEngine, lent: PoolProxiedConnection) -> None:
        self._engine, self._lent = engine, lent
        self._core: AsyncConnection | None = None
        self.driver: Driver = cast("Driver", lent.driver_connection)

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run a Core statement on the same connection as the driver's statements.

        It raises what those raise: SQLAlchemy's wrapping would hide from the inbox that a deadlock passes by itself,
        and from the ledger that a key was there before.
        """
        if self._core is None:
            self._core = AsyncConnection(self._engine, Connection(self._engine.sync_engine, self._lent))
        try:
            result: CursorResult[Any] = await self._core.execute(statement, parameters)
        except DBAPIError as error:
            raise _of_the_driver(error) from None
        return result


def _of_the_driver(error: DBAPIError) -> BaseException:
    cause = error.orig.__cause__ if error.orig else None
    return cause if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError) else error


class Database:
    """The pool of one service. Core statements and the driver share one connection and one transaction.

    The engine runs in AUTOCOMMIT so that SQLAlchemy opens no transaction of its own: `transaction()` opens it on the
    driver, and Core statements on the same connection take part in it.

    A process that is stopped, or whose machine has died, in mid-transaction would keep its row locks; after `idle_ms`
    without a statement the server ends that transaction, and the others go on.
    """

    def __init__(self, url: str, password: str, *, size: int = 12, idle_ms: int = 60_000) -> None:
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg", password=password),
            isolation_level="AUTOCOMMIT",
            pool_size=size,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,
            connect_args={"server_settings": {**_SETTINGS, "idle_in_transaction_session_timeout": str(idle_ms)}},
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator["Session"]:
        """Lend a connection outside any transaction; one that broke is thrown away, not passed on.

        So is one that is still in a transaction, because a second cancellation cut its rollback short: what its next
        borrower writes would not be committed.
        """
        lent = await self._lent()
        session = Session(self.engine, lent)
        try:
            yield session
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
            lent.invalidate()
            raise
        finally:
            if not session.driver.is_closed() and session.driver.is_in_transaction():
                lent.invalidate()
            lent.close()

    async def _lent(self) -> PoolProxiedConnection:
        """Take a live connection from the pool.

        After a restart of the server the pool is full of dead ones, each of which would cost a request.
        """
        while cast("Driver", (lent := await self._from_pool()).driver_connection).is_closed():
            lent.invalidate()
            lent.close()
        return lent

    async def _from_pool(self) -> PoolProxiedConnection:
        """Take a connection; what SQLAlchemy wraps comes out as the trouble it is."""
        try:
            return await self.engine.raw_connection()
        except PoolTimeout as error:
            raise TimeoutError("no free connection") from error
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise ConnectionError("the database cannot be reached") from error

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator["Session"]:
        """Lend a connection inside one transaction; commits at the end, rolls back on any exception."""
        async with self.session() as session, session.driver.transaction(**options):
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def migrate(service: str, url: str, password: str, *, app_role: str, revision: str = "head") -> None:
    """Bring a service's database to a revision, as the migrator role, and grant the application role its rights."""
    config = alembic_config(service)
    config.attributes.update(url=url, password=password, app_role=app_role)
    direction = command.downgrade if revision == "base" else command.upgrade
    direction(config, revision)


def alembic_config(service: str) -> Config:
    """Return the alembic configuration of a service; its scripts live in `services/<service>/migrations`."""
    config = Config()
    config.set_main_option("script_location", str(files(f"services.{service}") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = import_module(f"services.{service}.tables").metadata
    return config


async def run_migrations() -> None:
    """Run the migrations of the current alembic context; each service's `env.py` calls only this."""
    options = context.config.attributes
    url = make_url(options["url"]).set(drivername="postgresql+asyncpg", password=options["password"])
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run, options["metadata"], options.get("app_role"))
        await connection.commit()
    await engine.dispose()


def _run(connection: Connection, metadata: MetaData, app_role: str | None) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()
        if app_role is not None:
            grant(connection, app_role)


def grant(connection: Connection, role: str) -> None:
    """Give the application role its rights: no ownership, and no UPDATE or DELETE on append-only tables."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    present = set(run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars())
    for table in present & {*APPEND_ONLY, "alembic_version"}:
        run(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")
