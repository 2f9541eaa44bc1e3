"""Forgetting answers that no client asks for again: what `idempotency` keeps is of use for some days only.

A request repeated later than that is taken as a new one, so its key should never be used again.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from shared.db import Database

# By place, not by key: nobody changes these rows, and so few of them are found in one go.
_FORGET = """
DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM idempotency WHERE created_at < now() - $1::interval LIMIT $2 FOR UPDATE SKIP LOCKED
))
"""


@dataclass(slots=True)
class Forgetting:
    """Deletes old answers in small batches, so that no write waits for it."""

    database: Database
    after: timedelta
    every: float = 600.0
    batch: int = 1000
    pause: float = 0.1

    async def run(self) -> None:
        """Forget until cancelled."""
        while True:
            forgotten = await self.forget()
            await asyncio.sleep(self.pause if forgotten == self.batch else self.every)

    async def forget(self) -> int:
        """Delete one batch of old answers and return how many there were."""
        async with self.database.session() as session:
            status: str = await session.driver.execute(_FORGET, self.after, self.batch)
        return int(status.removeprefix("DELETE "))
