"""Live views: new entries of one child as server-sent events, of all cases that are this child.

A view knows how far it has seen each stream; since streams are applied without gaps, that is all it
needs to find what is new, also what arrives late and out of order of time. The same marker is the id of every event, so
a page that lost its connection goes on where it stopped (`Last-Event-ID`). A view whose child turns out to be another's
too, or two, ends: the page opens the file that it is now, and that is a look at each of its cases.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
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
    def bell(self, cases: Collection[UUID]) -> Iterator[asyncio.Event]:
        """Give a bell that rings at news of some cases."""
        bell = asyncio.Event()
        for case in cases:
            self._waiting[case].add(bell)
        self._open += 1
        try:
            yield bell
        finally:
            self._open -= 1
            for case in cases:
                self._waiting[case].discard(bell)
                if not self._waiting[case]:
                    del self._waiting[case]


@dataclass(slots=True)
class View:
    """One open page: who reads which child, how far it has seen, until when its token holds."""

    database: Database
    bells: Bells
    reader: Reader
    case: UUID
    family: frozenset[UUID]
    seen: Streams
    expires_at: float
    poll: float
    heartbeat: float

    async def events(self) -> AsyncIterator[bytes]:
        """Yield new entries as they come, and a sign of life in between, until token or file ends."""
        with self.bells.bell(self.family) as bell:
            yield f"retry: 1000\nid: {to_marker(self.seen, self.case)}\n\n".encode()
            silent_since = time.monotonic()
            while time.time() < self.expires_at:
                bell.clear()
                news = await self._news()
                if news is None:
                    return
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

    async def _news(self) -> bytes | None:
        """Return what is new; None where the file has other cases than those that were opened."""
        async with self.database.session() as session:
            upto = await positions(session.driver, self.case)
            if family_of(upto, self.case) != self.family:
                return None
            if not any(last > self.seen.get(stream, 0) for stream, last in upto.items()):
                return b""
            async with session.driver.transaction():
                rows = await entries_since(session.driver, self.reader, self.case, self.seen, upto)
        self.seen = upto
        entries = [entry for row in rows if (entry := shown(row, self.reader.sight)) is not None]
        if not entries:
            return b""
        return b"event: entries\nid: " + to_marker(upto, self.case).encode() + b"\ndata: " + dumped(entries) + b"\n\n"


def family_of(streams: Streams, case: UUID) -> frozenset[UUID]:
    """Return the cases of a file: the opened one, and those of which there are streams."""
    return frozenset({case, *(member for member, _, _ in streams)})


def to_marker(streams: Streams, case: UUID) -> str:
    """Return how far each stream is seen, as text: `screening:1:12,rehab:1:340`; of another case with its id behind."""
    seen = sorted((member != case, member, *stream, last) for (member, *stream), last in streams.items())
    return ",".join(
        f"{producer}:{epoch}:{last}" + (f":{member}" if other else "") for other, member, producer, epoch, last in seen
    )


def from_marker(marker: str, case: UUID) -> Streams:
    """Read a marker. Raises BadCursor."""
    streams: Streams = {}
    try:
        for part in filter(None, marker.split(",")):
            producer, epoch, last, *other = part.split(":")
            (member,) = map(UUID, other or [str(case)])
            streams[member, producer, int(epoch)] = int(last)
    except ValueError as error:
        raise BadCursor from error
    return streams
