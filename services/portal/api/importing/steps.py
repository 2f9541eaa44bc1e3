"""What is done with an upload: received, checked part by part, decided, taken over part by part, discarded."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from uuid import UUID, uuid5

from starlette.datastructures import UploadFile

from services.portal.api.common import Form, Visit
from services.portal.api.importing.kinds import FileKind, heading
from services.portal.domain.importing.files import MOST_BYTES, MOST_MEGABYTES, sheets_of
from services.portal.domain.importing.lines import Line, Table, heading_of, marked_repeats, parts_of, table_of
from services.portal.domain.importing.uploads import MOST_UPLOADS, Part, Upload, UploadStage
from services.portal.errors import (
    FileEmpty,
    FileMissing,
    FileTooLarge,
    HeadingsMissing,
    HeadingsTwice,
    PageUnknown,
    TooManyUploads,
)
from services.portal.repository import Uploads
from services.portal.words import LANGUAGES
from shared import clock
from shared.db import Session
from shared.words import Language, said

LONGEST_NAME = 120
FIELD = "line-"
OUR_OWN = {heading_of(heading("reason", language)) for language in LANGUAGES}
"""The column that we add to lines that come back."""


async def receive(visit: Visit, kind: FileKind, sent: Form) -> UUID:
    """Keep a file that somebody sent and return its id; two clicks keep one.

    Another file from the same page, as after going back, is another upload. Raises what the file is refused with.
    """
    content, name = await _file(sent)
    table = await asyncio.to_thread(_read, content, kind, visit.language)
    upload = uuid5(visit.login.person, f"{kind.key}/{sent.key}/{sha256(content).hexdigest()}")
    parts = parts_of(table.lines)
    async with visit.desk.database.transaction() as session:
        rows = _rows(visit, session)
        if len([one for one in await rows.mine(kind.key) if one.id != upload]) >= MOST_UPLOADS:
            raise TooManyUploads(limit=MOST_UPLOADS)
        await rows.add(_upload(visit, kind, upload, name, table, clock.now()), parts)
    return upload


def _rows(visit: Visit, session: Session) -> Uploads:
    since = clock.now() - timedelta(days=visit.desk.settings.import_days)
    return Uploads(session, visit.desk.seal, visit.login.person, since)


def _upload(visit: Visit, kind: FileKind, upload: UUID, name: str, table: Table, now: datetime) -> Upload:
    parts = [Part(number, len(lines)) for number, lines in enumerate(parts_of(table.lines))]
    return Upload(upload, visit.login.person, kind.key, name, table.unknown, now, taking=False, parts=parts)


async def _file(sent: Form) -> tuple[bytes, str]:
    file = sent.data.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise FileMissing
    if (file.size or 0) > MOST_BYTES:
        raise FileTooLarge(limit=MOST_MEGABYTES)
    return await file.read(), file.filename[-LONGEST_NAME:]


def _read(content: bytes, kind: FileKind, language: Language) -> Table:
    """Read a file; of what is missing is said by what name it goes on the visitor's page."""
    try:
        table = table_of(sheets_of(content), kind.columns, kind.headings)
    except (HeadingsMissing, HeadingsTwice) as refused:
        names = [heading(name, language) for name in refused.details["columns"]]
        raise type(refused)(columns=said(names, language)) from refused
    lines = [line for line in table.lines if kind.says_something(line)]
    if not lines:
        raise FileEmpty
    unknown = [text for text in table.unknown if heading_of(text) not in OUR_OWN]
    return Table(marked_repeats(lines, kind.same), unknown)


async def found(visit: Visit, kind: FileKind, upload: UUID) -> Upload:
    """Return an upload of the visitor's own. Raises PageUnknown for anybody else's."""
    async with visit.desk.database.session() as session:
        mine = await _rows(visit, session).mine(kind.key, upload)
    if not mine:
        raise PageUnknown
    return mine[0]


async def all_of(visit: Visit, kind: FileKind) -> list[Upload]:
    """Return all uploads of the visitor's own."""
    async with visit.desk.database.session() as session:
        return await _rows(visit, session).mine(kind.key)


async def lines(visit: Visit, upload: Upload, number: int | None = None) -> list[Line]:
    """Return the lines of an upload, or of one part."""
    async with visit.desk.database.session() as session:
        return await _rows(visit, session).lines(upload.id, number)


async def go_on(visit: Visit, kind: FileKind, upload: UUID, *, seconds: float = 0) -> None:
    """Check or take over the next part, and more of them for some seconds. Raises what a service is away with."""
    until = monotonic() + seconds
    while await _next(visit, kind, upload) and monotonic() < until:
        pass


async def _next(visit: Visit, kind: FileKind, upload: UUID) -> bool:
    """Check or take over the next part; tell whether there was one. Whatever is raised, it is next again."""
    known = await found(visit, kind, upload)
    part = known.next
    if part is None:
        return False
    waiting = await lines(visit, known, part.number)
    if not part.checked:
        checked = await kind.check(visit, waiting)
        async with visit.desk.database.transaction() as session:
            await _rows(visit, session).check(upload, part.number, checked)
        return True
    left = await kind.take(visit, waiting, f"import-{upload}-{part.number}")
    async with visit.desk.database.transaction() as session:
        rows = _rows(visit, session)
        await rows.take(upload, part.number, left, len(waiting) - len(left))
    return True


async def decide(visit: Visit, kind: FileKind, upload: UUID, sent: Form) -> None:
    """Keep what somebody decided, unless it is too late."""
    known = await found(visit, kind, upload)
    choices = {
        int(name.removeprefix(FIELD)): value
        for name, value in sent.values.items()
        if name.startswith(FIELD) and name.removeprefix(FIELD).isdecimal()
    }
    async with visit.desk.database.transaction() as session:
        rows = _rows(visit, session)
        if await rows.held(known.id):
            await rows.decide(known.id, choices)


async def begin(visit: Visit, kind: FileKind, upload: UUID) -> None:
    """Begin to take over, once all is checked."""
    known = await found(visit, kind, upload)
    if known.stage is not UploadStage.CHECKED:
        return
    async with visit.desk.database.transaction() as session:
        rows = _rows(visit, session)
        if await rows.held(known.id):
            await rows.begin(known.id)


async def discard(visit: Visit, kind: FileKind, upload: UUID) -> None:
    """Forget an upload."""
    known = await found(visit, kind, upload)
    async with visit.desk.database.transaction() as session:
        await _rows(visit, session).drop(known.id)


def count(lines_of: Sequence[Line], *standings: str) -> int:
    """Return how many lines stand so."""
    return sum(line.standing in standings for line in lines_of)
