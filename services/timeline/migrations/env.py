import asyncio

from shared.db import run_migrations

asyncio.run(run_migrations())
