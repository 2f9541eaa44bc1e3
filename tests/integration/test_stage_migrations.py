"""Migrations up and down on a real database, and that they make exactly what `tables.py` says."""

import asyncio
from importlib import import_module
from uuid import uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.postgres.databases import MIGRATOR, role_of
from deploy.services import NAMES
from shared.migrations import migrate
from tests.support.stack import PASSWORD, Servers

CHECKS = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def checks_of(metadata: MetaData) -> set[str]:
    """Names of the CHECK constraints, which the comparison does not look at."""
    named = (c for table in metadata.tables.values() for c in table.constraints if isinstance(c, CheckConstraint))
    return {f"ck_{c.table.name}_{str(c.name).removeprefix(f'ck_{c.table.name}_')}" for c in named}


@pytest.mark.parametrize("service", NAMES)
async def test_migrations_make_what_the_tables_say_and_take_it_back(servers: Servers, service: str) -> None:
    await servers.prepare(service)
    scratch = f"scratch_{uuid4().hex[:12]}"
    superuser = await asyncpg.connect(servers.postgres.dsn())
    await superuser.execute(f'CREATE DATABASE "{scratch}" OWNER "{MIGRATOR}"')
    url = servers.postgres.dsn(scratch, MIGRATOR, PASSWORD)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    metadata: MetaData = import_module(f"services.{service}.tables").metadata
    try:
        await asyncio.to_thread(migrate, service, url, PASSWORD, app_role=role_of(service))
        async with engine.connect() as connection:
            assert await connection.run_sync(differences, metadata) == []
            made = set((await connection.exec_driver_sql(CHECKS)).scalars())
            assert made == checks_of(metadata)
        await asyncio.to_thread(migrate, service, url, PASSWORD, app_role=role_of(service), revision="base")
        async with engine.connect() as connection:
            assert (await connection.exec_driver_sql(TABLES)).scalar() == 0
    finally:
        await engine.dispose()
        await superuser.execute(f'DROP DATABASE "{scratch}" WITH (FORCE)')
        await superuser.close()
