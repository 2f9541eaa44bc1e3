"""A service's own database: the pool, and the connection that hot statements and Core share."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy import Connection, CursorResult, Executable, PoolProxiedConnection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Driver = asyncpg.Connection
"""The session's own connection: hot statements and the journal speak to it (twice as fast as through Core)."""


Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a Core statement takes: one row or several."""

FREE_WITHIN_SECONDS = 10
"""How long a borrower waits for a connection before its caller is told to come again."""

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

    A connection that is given back stays checked out of SQLAlchemy's pool for the next borrower, and who finds none
    waits here: the pool's own way in and out would be a tenth of a small request.
    """

    def __init__(self, url: str, password: str, *, size: int = 12, idle_ms: int = 60_000) -> None:
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg", password=password),
            isolation_level="AUTOCOMMIT",
            pool_size=size,
            max_overflow=0,
            connect_args={"server_settings": {**_SETTINGS, "idle_in_transaction_session_timeout": str(idle_ms)}},
        )
        self._kept: list[PoolProxiedConnection] = []
        self._free = asyncio.Semaphore(size)

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
        except asyncpg.InternalClientError as error:
            # What the driver says when the server dies between two of its steps.
            lent.invalidate()
            raise ConnectionError("the connection broke") from error
        finally:
            if not session.driver.is_closed() and session.driver.is_in_transaction():
                lent.invalidate()
            self._give_back(lent)

    async def _lent(self) -> PoolProxiedConnection:
        """Take a live connection, the one used last first; raises TimeoutError when none is free for too long."""
        if self._free.locked():
            async with asyncio.timeout(FREE_WITHIN_SECONDS):
                await self._free.acquire()
        else:
            await self._free.acquire()
        try:
            return await self._live()
        except BaseException:
            self._free.release()
            raise

    async def _live(self) -> PoolProxiedConnection:
        """Pass over dead connections: after a restart of the server each of them would cost a request."""
        while self._kept:
            lent = self._kept.pop()
            if not cast("Driver", lent.driver_connection).is_closed():
                return lent
            lent.invalidate()
            lent.close()
        return await self._opened()

    async def _opened(self) -> PoolProxiedConnection:
        """Open a connection; what SQLAlchemy wraps comes out as the trouble it is."""
        try:
            return await self.engine.raw_connection()
        except (self.engine.dialect.loaded_dbapi.Error, asyncpg.InternalClientError) as error:
            raise ConnectionError("the database cannot be reached") from error

    def _give_back(self, lent: PoolProxiedConnection) -> None:
        if lent.is_valid:
            self._kept.append(lent)
        else:
            lent.close()
        self._free.release()

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator["Session"]:
        """Lend a connection inside one transaction; commits at the end, rolls back on any exception."""
        async with self.session() as session, session.driver.transaction(**options):
            yield session

    async def close(self) -> None:
        """Close all connections."""
        for lent in self._kept:
            lent.close()
        self._kept.clear()
        await self.engine.dispose()
