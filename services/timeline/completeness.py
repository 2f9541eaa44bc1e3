"""How complete the timeline is, as every answer carries it: per producer, read at most once a second."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel, Field

from services.timeline.domain.chain import PRODUCERS
from services.timeline.domain.entry import Row
from services.timeline.repository import completeness as repository
from shared import clock
from shared.db import Driver


class ProducerCompleteness(BaseModel):
    """Up to when everything that one service recorded stands on the timeline."""

    producer: str
    complete_to: datetime | None = Field(description="Everything that it recorded before then is here.")
    silent_seconds: int | None = Field(description="Since its last checkpoint; nothing was heard from it when empty.")
    behind: int = Field(description="Streams of which facts are still missing.")


class CompletenessOut(BaseModel):
    """The stamp under every timeline."""

    producers: list[ProducerCompleteness]
    parked: int = Field(description="Events of this case (of this answer) that wait or cannot be applied.")


@dataclass(slots=True)
class Board:
    """The last reading of the completeness, shared by all answers of this process."""

    seconds: float
    _until: float = float("-inf")
    _rows: Mapping[str, Row] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def stamp(self, parked: int, driver: Driver) -> dict[str, Any]:
        """Return the stamp, ready for JSON; what is older than allowed is read anew on the caller's connection."""
        if time.monotonic() > self._until:
            async with self._lock:
                if time.monotonic() > self._until:
                    await self._read(driver)
        now = clock.now()
        return {"producers": [_stamp(name, self._rows.get(name), now) for name in PRODUCERS], "parked": parked}

    async def _read(self, driver: Driver) -> None:
        self._rows = {row["producer"]: row for row in await repository.completeness(driver)}
        self._until = time.monotonic() + self.seconds


def _stamp(producer: str, row: Row | None, now: datetime) -> dict[str, Any]:
    if row is None:
        return {"producer": producer, "complete_to": None, "silent_seconds": None, "behind": 0}
    return {
        "producer": producer,
        "complete_to": row["complete_to"],
        "silent_seconds": max(0, int((now - row["checkpoint_at"]).total_seconds())),
        "behind": row["behind"],
    }


def dumped(answer: object) -> bytes:
    """Return an answer as JSON; fragments of published bytes go through untouched."""
    return orjson.dumps(answer, default=str)
