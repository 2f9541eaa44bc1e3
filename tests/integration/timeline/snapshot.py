"""All that the projections hold, to compare one way of arriving there with another."""

from typing import Any
from uuid import UUID

from services.timeline.tables import PROJECTIONS
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
    await timeline.fetch("SELECT empty_projections()")
