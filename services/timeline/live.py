"""Live views: new entries of one case as server-sent events.

A view knows how far it has seen each stream of its case; since streams are applied without gaps, that is all it
needs to find what is new, also what arrives late and out of order of time. The same marker is the id of every event, so
a page that lost its connection goes on where it stopped (`Last-Event-ID`).
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

from services.timeline.completeness import dumped
from services.timeline.domain.entry import shown
from services.timeline.errors import TooManyLiveViews
from services.timeline.repository.entries import Reader, Streams, entries_since, positions
from shared.contracts.envelope import Event
from shared.db import Database
from shared.http.paging import BadCursor

HEARTBEAT = b": still here\n\n"


@dataclass(slots=True)
class Bells:
    """Who waits for news of which case, in this process."""

    most: int
    _waiting: dict[UUID, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))
    _open: int = 0

    def ring(self, events: Iterable[Event]) -> None:
        """Wake the views of these cases: their facts are committed."""
        if self._waiting:
            for case in {event.subject for event in events} & self._waiting.keys():
                for bell in self._waiting[case]:
                    bell.set()

    def require_room(self) -> None:
        """Raise TooManyLiveViews when this process serves as many as it may."""
        if self._open >= self.most:
            raise TooManyLiveViews

    @contextmanager
    def bell(self, case: UUID) -> Iterator[asyncio.Event]:
        """Give a bell that rings at news of a case."""
        bell = asyncio.Event()
        self._waiting[case].add(bell)
        self._open += 1
        try:
            yield bell
        finally:
            self._open -= 1
            self._waiting[case].discard(bell)
            if not self._waiting[case]:
                del self._waiting[case]


@dataclass(slots=True)
class View:
    """One open page: who reads which case, how far it has seen, until when its token holds."""

    database: Database
    bells: Bells
    reader: Reader
    case: UUID
    seen: Streams
    expires_at: float
    poll: float
    heartbeat: float

    async def events(self) -> AsyncIterator[bytes]:
        """Yield new entries as they come, and a sign of life in between, until the token expires."""
        with self.bells.bell(self.case) as bell:
            yield f"retry: 1000\nid: {to_marker(self.seen)}\n\n".encode()
            silent_since = time.monotonic()
            while time.time() < self.expires_at:
                bell.clear()
                news = await self._news()
                if news:
                    yield news
                elif time.monotonic() - silent_since < self.heartbeat:
                    await self._rest(bell)
                    continue
                else:
                    yield HEARTBEAT
                silent_since = time.monotonic()

    async def _rest(self, bell: asyncio.Event) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), min(self.poll, max(0.0, self.expires_at - time.time())))

    async def _news(self) -> bytes:
        async with self.database.session() as session:
            upto = await positions(session.driver, self.case)
            if not any(last > self.seen.get(stream, 0) for stream, last in upto.items()):
                return b""
            async with session.driver.transaction():
                rows = await entries_since(session.driver, self.reader, self.case, self.seen, upto)
        self.seen = upto
        entries = [entry for row in rows if (entry := shown(row, self.reader.sight)) is not None]
        if not entries:
            return b""
        return b"event: entries\nid: " + to_marker(upto).encode() + b"\ndata: " + dumped(entries) + b"\n\n"


def to_marker(streams: Streams) -> str:
    """Return how far each stream is seen, as text: `screening:1:12,rehab:1:340`."""
    return ",".join(f"{producer}:{epoch}:{last}" for (producer, epoch), last in sorted(streams.items()))


def from_marker(marker: str) -> Streams:
    """Read a marker. Raises BadCursor."""
    streams: Streams = {}
    try:
        for part in filter(None, marker.split(",")):
            producer, epoch, last = part.split(":")
            streams[producer, int(epoch)] = int(last)
    except ValueError as error:
        raise BadCursor from error
    return streams
