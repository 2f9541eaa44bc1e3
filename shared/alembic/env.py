"""Run by Alembic, for whichever service its configuration names."""

import asyncio

from shared.migrations import run_migrations

asyncio.run(run_migrations())
