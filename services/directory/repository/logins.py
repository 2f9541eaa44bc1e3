"""What the token endpoint reads and writes: who somebody is, and how often they failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.directory.domain.members import Subject
from shared.contracts.codes import OrgType
from shared.db import Driver, Session

TAKE_TRY = """
INSERT INTO login_tries AS t (name_digest, tries, last_at) VALUES ($1, 1, $2)
ON CONFLICT (name_digest) DO UPDATE SET tries = CASE WHEN t.last_at <= $3 THEN 1 ELSE t.tries + 1 END, last_at = $2
WHERE t.tries < $4 OR t.last_at <= $3
RETURNING tries
"""
LAST_TRY = "SELECT last_at FROM login_tries WHERE name_digest = $1"
FORGET_OLD_TRIES = """
DELETE FROM login_tries WHERE name_digest IN
    (SELECT name_digest FROM login_tries WHERE last_at <= $1 LIMIT 100 FOR UPDATE SKIP LOCKED)
"""
FIND_LOGIN = """
SELECT a.id, a.organisation_id, o.org_type, o.region, a.roles, a.password_hash, a.password_is_initial, a.user_name,
       a.disabled_at IS NULL AND o.closed_at IS NULL AS usable
FROM account a JOIN organisation o ON o.id = a.organisation_id WHERE
"""
FIND_CLIENT = """
SELECT c.id, c.organisation_id, o.org_type, o.region, c.roles, c.disabled_at IS NULL AND o.closed_at IS NULL AS usable,
       ARRAY (SELECT digest FROM client_secret s WHERE s.client_id = c.id
              AND (s.valid_until IS NULL OR s.valid_until > $2)) AS digests
FROM api_client c JOIN organisation o ON o.id = c.organisation_id WHERE c.id = $1
"""


@dataclass(frozen=True, slots=True)
class Login:
    """What is needed to let a person in, or not."""

    subject: Subject
    user_name: str
    password_hash: str
    password_is_initial: bool
    usable: bool


@dataclass(frozen=True, slots=True)
class ClientLogin:
    """What is needed to let a machine in, or not."""

    subject: Subject
    digests: tuple[bytes, ...]
    usable: bool


@dataclass(frozen=True, slots=True)
class Logins:
    """What the token endpoint reads and writes."""

    session: Session

    @property
    def driver(self) -> Driver:
        return self.session.driver

    async def take_try(self, name: bytes, at: datetime, *, tries: int, lock: timedelta) -> int | None:
        """Count a login before it is checked, so that many at once cannot all be free; nothing when the name is locked.

        A name is locked from its last free try on; the tries in vain while it is locked do not make that longer.
        """
        taken: int | None = await self.driver.fetchval(TAKE_TRY, name, at, at - lock, tries)
        return taken

    async def locked_since(self, name: bytes) -> datetime | None:
        """Return the last try that was counted."""
        since: datetime | None = await self.driver.fetchval(LAST_TRY, name)
        return since

    async def forget_tries(self, name: bytes, older_than: datetime) -> None:
        """Free a name, and some of those whose lock is over."""
        await self.driver.execute("DELETE FROM login_tries WHERE name_digest = $1", name)
        await self.driver.execute(FORGET_OLD_TRIES, older_than)

    async def by_name(self, user_name: str | None) -> Login | None:
        """Return the login of a user name; asks also for a name that nobody has, so that both take as long."""
        return _login(await self.driver.fetchrow(f"{FIND_LOGIN} a.user_name = $1", user_name))

    async def by_id(self, account: UUID) -> Login | None:
        """Return the login of an account."""
        return _login(await self.driver.fetchrow(f"{FIND_LOGIN} a.id = $1", account))

    async def client(self, client: UUID, at: datetime) -> ClientLogin | None:
        """Return the login of a client, with the digests of the secrets that are valid now."""
        row = await self.driver.fetchrow(FIND_CLIENT, client, at)
        return None if row is None else ClientLogin(subject_of(row), tuple(row["digests"]), row["usable"])

    async def renew_hash(self, account: UUID, before: str, after: str) -> None:
        """Replace a hash by one of today's parameters, unless the password was changed meanwhile."""
        await self.driver.execute(
            "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2", account, before, after
        )


def subject_of(row: asyncpg.Record) -> Subject:
    """Return whom a row speaks for that begins with person, organisation, kind, region and roles."""
    return Subject(row[0], row[1], OrgType(row[2]), row[3], frozenset(row[4]))


def _login(row: asyncpg.Record | None) -> Login | None:
    if row is None:
        return None
    return Login(subject_of(row), row["user_name"], row["password_hash"], row["password_is_initial"], row["usable"])
