"""Runs the migrations of the rehab service, as the migrator role."""

import asyncio

from shared.migrations import run_migrations

asyncio.run(run_migrations())
