"""Every SQL statement of the portal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.portal.domain.signed_in import CROSSING, Login, Tokens
from shared.db import Driver, Session
from shared.journal.unit_of_work import UnitOfWork
from shared.vault import Seal
from shared.words import Language

FIND = """
SELECT l.id, l.person, l.digest, l.sealed, l.access_until, l.rotated_at, p.language, p.density
FROM login l LEFT JOIN preference p ON p.person = l.person
WHERE l.digest = $1 OR (l.older_digest = $1 AND l.rotated_at > $2)
"""
BEGIN = """
INSERT INTO login (id, person, digest, sealed, access_until, rotated_at, begun_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
"""
ROTATE = """
UPDATE login SET digest = $2, older_digest = digest, rotated_at = $3 WHERE id = $1 AND digest = $4 RETURNING id
"""
PREFER = """
INSERT INTO preference (person, language, density) VALUES ($1, $2, $3)
ON CONFLICT (person) DO UPDATE SET language = EXCLUDED.language, density = EXCLUDED.density
"""
SAVE_DRAFT = """
INSERT INTO draft (person, form, sealed, saved_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person, form) DO UPDATE SET sealed = EXCLUDED.sealed, saved_at = EXCLUDED.saved_at
"""
FORGET = """
DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} WHERE {column} <= $1 LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Preference:
    """How somebody likes the pages."""

    language: Language = "zh"
    density: str = "roomy"


@dataclass(frozen=True, slots=True)
class Repository:
    """Logins, preferences and drafts, in the transaction of one session. Everybody sees only their own."""

    session: Session
    seal: Seal

    @property
    def driver(self) -> Driver:
        return self.session.driver

    async def find(self, digest: bytes, now: datetime) -> tuple[Login, Preference | None] | None:
        """Return the login of a cookie, and what its person prefers."""
        row = await self.driver.fetchrow(FIND, digest, now - CROSSING)
        if row is None:
            return None
        return self._login(row), Preference(row["language"], row["density"]) if row["language"] else None

    async def locked(self, login: UUID) -> Login | None:
        """Return a login and keep its row, so that one request alone exchanges its token."""
        row = await self.driver.fetchrow("SELECT * FROM login WHERE id = $1 FOR UPDATE", login)
        return None if row is None else self._login(row)

    async def begin(self, login: Login) -> None:
        """Add a login."""
        await self.driver.execute(
            BEGIN, login.id, login.person, login.digest, self._sealed(login.id, login.tokens), login.access_until,
            login.rotated_at,
        )  # fmt: skip

    async def renew(self, login: UUID, tokens: Tokens, until: datetime) -> None:
        """Keep the tokens that a login goes on with."""
        sealed = self._sealed(login, tokens)
        await self.driver.execute("UPDATE login SET sealed = $2, access_until = $3 WHERE id = $1", login, sealed, until)

    async def rotate(self, login: Login, digest: bytes, now: datetime) -> bool:
        """Give a login another cookie; tell whether no other request did so first."""
        return await self.driver.fetchval(ROTATE, login.id, digest, now, login.digest) is not None

    async def end(self, login: UUID) -> None:
        await self.driver.execute("DELETE FROM login WHERE id = $1", login)

    async def end_all(self, person: UUID) -> None:
        """End every login of a person."""
        await self.driver.execute("DELETE FROM login WHERE person = $1", person)

    async def prefer(self, person: UUID, preference: Preference) -> None:
        await self.driver.execute(PREFER, person, preference.language, preference.density)

    async def draft(self, person: UUID, form: str) -> str | None:
        """Return what somebody typed into a form and did not send."""
        sealed = await self.driver.fetchval("SELECT sealed FROM draft WHERE person = $1 AND form = $2", person, form)
        return None if sealed is None else self.seal.open(sealed, _place(person, form))

    async def save_draft(self, person: UUID, form: str, text: str, now: datetime) -> None:
        sealed = self.seal.seal(text, _place(person, form))
        await self.driver.execute(SAVE_DRAFT, person, form, sealed, now)

    async def drop_draft(self, person: UUID, form: str) -> None:
        await self.driver.execute("DELETE FROM draft WHERE person = $1 AND form = $2", person, form)

    async def forget(self, logins_before: datetime, drafts_before: datetime) -> None:
        """Forget some of what is over."""
        await self.driver.execute(FORGET.format(table="login", column="begun_at"), logins_before)
        await self.driver.execute(FORGET.format(table="draft", column="saved_at"), drafts_before)

    def _sealed(self, login: UUID, tokens: Tokens) -> bytes:
        return self.seal.seal(tokens.text(), f"login/{login}")

    def _login(self, row: asyncpg.Record) -> Login:
        tokens = Tokens.of(self.seal.open(row["sealed"], f"login/{row['id']}"))
        return Login(row["id"], row["person"], row["digest"], tokens, row["access_until"], row["rotated_at"])


def _place(person: UUID, form: str) -> str:
    return f"draft/{person}/{form}"


class PortalUnitOfWork(UnitOfWork):
    """A write of the portal; it records no facts."""

    __slots__ = ()
