"""Making the timeline anew from its producers' facts: `python -m services.timeline.rebuild`.

The consumer may go on meanwhile. What it brings parks as a gap until the rebuild reaches its case, or comes as a
duplicate; offsets advance, positions are locked batch by batch, and in the end nothing is missing and nothing is twice.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from services.timeline import consumers
from services.timeline.repository import parked
from services.timeline.repository import rebuild as repository
from services.timeline.repository.projection import Projection
from services.timeline.settings import Settings
from shared.contracts.envelope import Event
from shared.journal.completeness import Completeness, Peer
from shared.journal.inbox import Inbox, Record
from shared.service import Service, assemble

Report = Callable[["Progress"], None]


class Progress(BaseModel):
    """How far a rebuild is."""

    running: bool = False
    facts: dict[str, int] = Field(default_factory=dict, description="Facts taken so far, by producer.")
    seconds: float = 0.0
    failed: str | None = Field(default=None, description="Kind of error that ended it.")


@dataclass(slots=True)
class Rebuild:
    """The rebuild of one process; across processes only one runs."""

    service: Service
    page: int
    progress: Progress = field(default_factory=Progress)

    async def run(self, report: Report = lambda _: None) -> Progress:
        """Empty the projections and pull every producer's facts. Raises RebuildRunning."""
        completeness, inbox = self._engine()
        async with repository.only_rebuild(self.service.database) as driver:
            self.progress, begun = Progress(running=True), time.monotonic()
            completeness.held = True
            try:
                await repository.empty(driver)
                for peer in completeness.peers.values():
                    await self._pull(peer, completeness, begun, report)
                await self._step_over_again(inbox)
            except Exception as error:
                self.progress.failed = type(error).__name__
                raise
            finally:
                completeness.held, self.progress.running = False, False
                self.progress.seconds = time.monotonic() - begun
        return self.progress

    async def _pull(self, peer: Peer, completeness: Completeness, begun: float, report: Report) -> None:
        async for lines in ahead(peer.all_facts(self.page)):
            await completeness.take(lines, self.service.settings.consumer_batch, producer=peer.producer)
            taken = self.progress.facts.get(peer.producer, 0) + len(lines)
            self.progress.facts[peer.producer] = taken
            self.progress.seconds = time.monotonic() - begun
            report(self.progress)

    async def _step_over_again(self, inbox: Inbox) -> None:
        """Step once more over what two persons decided to step over; what waits behind it follows."""
        async with self.service.database.session() as session:
            envelopes = await parked.agreed_waivers(session.driver)
        for envelope in envelopes:
            async with self.service.database.transaction() as session:
                stepped = await parked.step_over(session.driver, Event.read(envelope))
            if stepped:
                await inbox.take([Record(envelope)])

    def _engine(self) -> tuple[Completeness, Inbox]:
        assert self.service.completeness is not None  # noqa: S101 - the timeline always listens
        assert self.service.inbox is not None  # noqa: S101
        return self.service.completeness, self.service.inbox


async def ahead(pages: AsyncIterator[list[bytes]]) -> AsyncIterator[list[bytes]]:
    """Yield pages while the next one is already on its way."""
    coming = asyncio.ensure_future(_next(pages))
    try:
        while page := await coming:
            coming = asyncio.ensure_future(_next(pages))
            yield page
    finally:
        coming.cancel()


async def _next(pages: AsyncIterator[list[bytes]]) -> list[bytes]:
    return await anext(pages, [])


async def _main() -> None:
    settings = Settings()
    service = assemble("timeline", settings)
    service.listen(Projection(), consumers.TOPICS, consumers.PRODUCERS)
    try:
        print_progress(await Rebuild(service, settings.rebuild_page).run(print_progress))
    finally:
        await service.http.aclose()
        await service.database.close()


def print_progress(progress: Progress) -> None:
    """Say on standard output how far it is."""
    taken = sum(progress.facts.values())
    rate = taken / progress.seconds if progress.seconds else 0
    parts = ", ".join(f"{producer} {number:,}" for producer, number in progress.facts.items())
    print(f"{taken:,} facts in {progress.seconds:.1f} s ({rate:,.0f}/s): {parts}", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(_main())
