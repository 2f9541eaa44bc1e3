"""Runs the migrations of the rehab service, as the migrator role."""

import asyncio

from shared.db import run_migrations

asyncio.run(run_migrations())
