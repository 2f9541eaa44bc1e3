"""Databases and roles: one database per service, owned by the migrator; each service's role may only use it."""

import asyncpg

from shared.access.second_wall import projector_of

MIGRATOR = "tongkang_migrator"


def role_of(service: str) -> str:
    """Return the application role of a service; its database has the same name."""
    return f"tongkang_{service}"


PROJECTING = frozenset({role_of("timeline")})
"""Roles that keep what others recorded, behind a wall that their readers do not pass (docs/access.md)."""


async def provision(superuser_dsn: str, passwords: dict[str, str]) -> None:
    """Create roles and databases that are missing and set passwords; `passwords` maps role to password.

    The map's `tongkang_migrator` owns every database; each other role gets a database of its own name.
    """
    connection = await asyncpg.connect(superuser_dsn)
    try:
        for role, password in passwords.items():
            await _role(connection, role, password)
        for role in PROJECTING & passwords.keys():
            await _projector(connection, role)
        for role in passwords:
            if role != MIGRATOR:
                await _database(connection, role)
    finally:
        await connection.close()


async def _role(connection: asyncpg.Connection, role: str, password: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    literal = await connection.fetchval("SELECT quote_literal($1::text)", password)
    await connection.execute(f'{verb} ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {literal}')


async def _projector(connection: asyncpg.Connection, role: str) -> None:
    """Make the role that passes row-level security; nobody logs in as it, and its rights come with no membership."""
    projector = projector_of(role)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", projector):
        await connection.execute(f'CREATE ROLE "{projector}" NOLOGIN BYPASSRLS')
    await connection.execute(f'GRANT "{projector}" TO "{role}" WITH INHERIT FALSE, SET TRUE')


async def _database(connection: asyncpg.Connection, name: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{MIGRATOR}"')
    await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{name}"')
