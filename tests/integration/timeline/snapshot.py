"""All that the projections hold, to compare one way of arriving there with another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from services.timeline.repository.rebuild import empty
from services.timeline.tables import PROJECTIONS
from shared.testing.eventually import eventually
from tests.support.stack import Running

Snapshot = dict[str, list[tuple[Any, ...]]]


async def snapshot(timeline: Running) -> Snapshot:
    """Return every projection's rows, and how far each stream is applied, in an order of their own."""
    rows = {table.name: await _rows(timeline, table.name) for table in PROJECTIONS}
    return rows | {"stream_position": await _rows(timeline, "stream_position")}


async def _rows(timeline: Running, table: str) -> list[tuple[Any, ...]]:
    found = [tuple(map(_plain, row)) for row in await timeline.fetch(f'SELECT * FROM "{table}"')]
    return sorted(found, key=repr)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return str(value) if isinstance(value, UUID) else value


async def emptied(timeline: Running) -> None:
    async with timeline.service.database.session() as session:
        await empty(session.driver)


NOT_YET_BACK = """
SELECT 1 FROM event_log l WHERE l.recorded_at > $1
AND NOT EXISTS (SELECT FROM entry e WHERE e.case_id = l.case_id AND e.event_id = l.event_id)
"""


@asynccontextmanager
async def until_all_are_back(timeline: Running) -> AsyncIterator[None]:
    """Wait in the end until what was concluded meanwhile has come back by Kafka, so that no other test meets it."""
    (begun,) = await timeline.fetch("SELECT clock_timestamp()")
    yield

    async def all_back() -> bool:
        return not await timeline.fetch(NOT_YET_BACK, begun[0])

    await eventually(all_back)
