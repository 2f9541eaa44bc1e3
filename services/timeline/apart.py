"""The assessment in a process of its own: `python -m services.timeline.apart`, which the service starts and ends.

To judge a long file takes a good part of a second in which nothing else happens in its process; so no page and no fact
shares one with it. Where processors are scarce it waits for whoever serves people.
"""

import asyncio
import json
import logging.config
import os
import signal
import sys
from pathlib import Path

from services.timeline.assessment import Assessment
from services.timeline.domain.assessors import assessors
from services.timeline.settings import Settings
from shared.background import kept_alive
from shared.db import Database
from shared.journal.unit_of_work import Ledger

YIELDS = 10
"""How far its claim to a processor stands behind that of the service, as `nice` counts it."""

CONNECTIONS = 2
LOGGING = Path("deploy/logging.json")
"""What the service itself logs by; missing where somebody runs it elsewhere."""


def assessment(ledger: Ledger, settings: Settings) -> Assessment:
    """Return the task that assesses, as the settings have it."""
    return Assessment(ledger, assessors(settings.duties, settings.findings), settings.pace, settings.findings)


async def keep_apart() -> None:
    """Start the process and wait for it; it ends when this task does, or when this process is gone."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE)
    try:
        raise RuntimeError(f"the process that assesses ended with {await process.wait()}")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _main() -> None:
    settings = Settings()
    database = Database(settings.database_url, settings.password, size=CONNECTIONS)
    ledger = Ledger(database, "timeline", shards=settings.relay_shards)
    working = asyncio.create_task(kept_alive("assessment", assessment(ledger, settings).run))
    await _abandoned()
    working.cancel()


async def _abandoned() -> None:
    """Wait until nobody holds the other end of our standard input any more."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends us in order
    os.nice(YIELDS)
    if LOGGING.exists():
        logging.config.dictConfig(json.loads(LOGGING.read_text(encoding="utf-8")))
    asyncio.run(_main())
