"""Kept logins: what is stored of a refresh token is its digest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.directory.domain.sessions import KeptLogin
from services.directory.repository.logins import subject_of
from shared.db import Driver, Session

KEEP = """
INSERT INTO kept_login (id, account_id, service, digest, begun_at, used_at) VALUES ($1, $2, $3, $4, $5, $5)
"""
FIND = """
SELECT a.id, a.organisation_id, o.org_type, o.region, a.roles, k.id AS kept, k.service, k.begun_at, k.used_at,
       k.ended_at, a.disabled_at IS NULL AND o.closed_at IS NULL AS usable, a.password_is_initial
FROM kept_login k JOIN account a ON a.id = k.account_id JOIN organisation o ON o.id = a.organisation_id
WHERE k.digest = $1
"""
END_ALL = "UPDATE kept_login SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL"
FORGET = """
DELETE FROM kept_login WHERE id IN (SELECT id FROM kept_login WHERE used_at <= $1 LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Kept logins, in the transaction of one session."""

    session: Session

    @property
    def driver(self) -> Driver:
        return self.session.driver

    async def keep(self, login: UUID, account: UUID, service: str, digest: bytes, at: datetime) -> None:
        """Keep a login that a service asked for."""
        await self.driver.execute(KEEP, login, account, service, digest, at)

    async def by_digest(self, digest: bytes) -> KeptLogin | None:
        """Return a kept login by the digest of its token."""
        row = await self.driver.fetchrow(FIND, digest)
        if row is None:
            return None
        return KeptLogin(
            row["kept"], subject_of(row), row["service"], row["begun_at"], row["used_at"], row["ended_at"],
            usable=row["usable"], password_is_initial=row["password_is_initial"],
        )  # fmt: skip

    async def used(self, login: UUID, at: datetime) -> None:
        """Note that a kept login was used, so that it does not end as idle."""
        await self.driver.execute("UPDATE kept_login SET used_at = $2 WHERE id = $1", login, at)

    async def end(self, login: UUID, at: datetime) -> None:
        """End one kept login."""
        await self.driver.execute("UPDATE kept_login SET ended_at = $2 WHERE id = $1", login, at)

    async def end_all(self, account: UUID, at: datetime) -> None:
        """End every kept login of a person."""
        await self.driver.execute(END_ALL, account, at)

    async def forget(self, unused_since: datetime) -> None:
        """Forget some of those that ended long ago; the audit tells of every login for good."""
        await self.driver.execute(FORGET, unused_since)
