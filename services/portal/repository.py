"""Every SQL statement of the portal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.portal.domain.importing.lines import Line, lines_of, text_of
from services.portal.domain.importing.uploads import Part, Upload
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
ADD_UPLOAD = """
INSERT INTO upload (id, person, kind, sealed, taking, saved_at) VALUES ($1, $2, $3, $4, false, $5)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
ADD_PART = "INSERT INTO upload_part (upload, number, size, checked, sealed) VALUES ($1, $2, $3, false, $4)"
UPLOADS = """
SELECT u.*, array_agg((p.number, p.size, p.checked, p.taken) ORDER BY p.number) AS parts
FROM upload u JOIN upload_part p ON p.upload = u.id
WHERE u.person = $1 AND u.kind = $2 AND u.saved_at > $3 AND u.id = coalesce($4, u.id)
GROUP BY u.id ORDER BY u.saved_at DESC
"""
LINES = "SELECT number, sealed FROM upload_part WHERE upload = $1 AND number = coalesce($2, number) ORDER BY number"
HOLD = "SELECT taking FROM upload WHERE id = $1 AND person = $2 FOR UPDATE"
CHECKED = "UPDATE upload_part SET checked = true, sealed = $3 WHERE upload = $1 AND number = $2 AND NOT checked"
TAKEN = "UPDATE upload_part SET taken = $4, sealed = $3 WHERE upload = $1 AND number = $2 AND taken IS NULL"
DECIDED = "UPDATE upload_part SET sealed = $3 WHERE upload = $1 AND number = $2 AND checked AND taken IS NULL"


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

    async def forget(self, logins_before: datetime, drafts_before: datetime, uploads_before: datetime) -> None:
        """Forget some of what is over."""
        await self.driver.execute(FORGET.format(table="login", column="begun_at"), logins_before)
        await self.driver.execute(FORGET.format(table="draft", column="saved_at"), drafts_before)
        await self.driver.execute(FORGET.format(table="upload", column="saved_at"), uploads_before)

    def _sealed(self, login: UUID, tokens: Tokens) -> bytes:
        return self.seal.seal(tokens.text(), f"login/{login}")

    def _login(self, row: asyncpg.Record) -> Login:
        tokens = Tokens.of(self.seal.open(row["sealed"], f"login/{row['id']}"))
        return Login(row["id"], row["person"], row["digest"], tokens, row["access_until"], row["rotated_at"])


@dataclass(frozen=True, slots=True)
class Uploads:
    """Files that are taken over, in the transaction of one session. Everybody has only their own."""

    session: Session
    seal: Seal
    person: UUID
    since: datetime
    """What was sent before is over, whether or not it is forgotten yet."""

    @property
    def driver(self) -> Driver:
        return self.session.driver

    async def add(self, upload: Upload, parts: Sequence[Sequence[Line]]) -> None:
        """Keep a file; the same one sent twice is kept once."""
        told = json.dumps({"name": upload.name, "unknown": list(upload.unknown)}, ensure_ascii=False)
        sealed = self.seal.seal(told, self._place(upload.id))
        new = await self.driver.fetchval(ADD_UPLOAD, upload.id, self.person, upload.kind, sealed, upload.saved_at)
        if new is not None:
            rows = [(upload.id, n, len(lines), self._sealed(upload.id, n, lines)) for n, lines in enumerate(parts)]
            await self.driver.executemany(ADD_PART, rows)

    async def mine(self, kind: str, upload: UUID | None = None) -> list[Upload]:
        """Return the person's files of a kind, newest first, or one of them."""
        return [self._upload(row) for row in await self.driver.fetch(UPLOADS, self.person, kind, self.since, upload)]

    async def lines(self, upload: UUID, number: int | None = None) -> list[Line]:
        """Return the lines of a file, or of one part of it; the caller has found that it is the person's own."""
        rows = await self.driver.fetch(LINES, upload, number)
        return [line for row in rows for line in self._opened(upload, row)]

    async def held(self, upload: UUID) -> bool:
        """Hold a file to the end of the transaction; tell whether it is there and nothing of it is being taken over."""
        return await self.driver.fetchval(HOLD, upload, self.person) is False

    async def check(self, upload: UUID, number: int, lines: Sequence[Line]) -> None:
        """Keep what was found of a part, unless another request was first."""
        await self.driver.execute(CHECKED, upload, number, self._sealed(upload, number, lines))

    async def decide(self, upload: UUID, choices: Mapping[int, str]) -> None:
        """Keep what somebody decided of lines, by their numbers."""
        for row in await self.driver.fetch(LINES, upload, None):
            lines = self._opened(upload, row)
            if any(line.number in choices for line in lines):
                decided = [one.decided(choices[one.number]) if one.number in choices else one for one in lines]
                await self.driver.execute(DECIDED, upload, row["number"], self._sealed(upload, row["number"], decided))

    async def begin(self, upload: UUID) -> None:
        """Begin to take over a file: nothing is decided of it any more."""
        await self.driver.execute("UPDATE upload SET taking = true WHERE id = $1 AND person = $2", upload, self.person)

    async def take(self, upload: UUID, number: int, left: Sequence[Line], taken: int) -> None:
        """Keep how many lines of a part were taken over, and those that were not."""
        await self.driver.execute(TAKEN, upload, number, self._sealed(upload, number, left), taken)

    async def drop(self, upload: UUID) -> None:
        await self.driver.execute("DELETE FROM upload WHERE id = $1 AND person = $2", upload, self.person)

    def _upload(self, row: asyncpg.Record) -> Upload:
        told = json.loads(self.seal.open(row["sealed"], self._place(row["id"])))
        parts = [Part(*part) for part in row["parts"]]
        return Upload(
            row["id"], row["person"], row["kind"], told["name"], told["unknown"], row["saved_at"], row["taking"], parts
        )

    def _opened(self, upload: UUID, row: asyncpg.Record) -> list[Line]:
        return lines_of(self.seal.open(row["sealed"], f"{self._place(upload)}/{row['number']}"))

    def _sealed(self, upload: UUID, number: int, lines: Sequence[Line]) -> bytes:
        return self.seal.seal(text_of(lines), f"{self._place(upload)}/{number}")

    def _place(self, upload: UUID) -> str:
        return f"upload/{self.person}/{upload}"


def _place(person: UUID, form: str) -> str:
    return f"draft/{person}/{form}"


class PortalUnitOfWork(UnitOfWork):
    """A write of the portal; it records no facts."""

    __slots__ = ()
