"""Prepare an installation: roles, databases, migrations, topics. Changes nothing that is already as it should be.

`python -m deploy.setup` does it for docker-compose.yml, from the environment:

| Variable | Meaning |
|---|---|
| `SETUP_DATABASE_URL` | postgresql://superuser@host:port/postgres |
| `SETUP_DATABASE_PASSWORD_FILE` | the superuser's password |
| `SETUP_SECRETS` | folder with one file per role, named like the role, that holds its password |
| `SETUP_KAFKA` | bootstrap servers |
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import asyncpg
from alembic.script import ScriptDirectory
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from deploy.local.topics import Topic, declare
from deploy.postgres.databases import MIGRATOR, provision, role_of
from deploy.services import NAMES
from shared.contracts.topics import topics
from shared.migrations import alembic_config, migrate

ROLES = (MIGRATOR, *map(role_of, NAMES))


class SetupSettings(BaseSettings):
    """Where the installation is and where its secrets lie."""

    model_config = SettingsConfigDict(env_prefix="SETUP_", frozen=True)

    database_url: str
    database_password_file: Path
    secrets: Path
    kafka: str = Field(description="Bootstrap servers.")


def prepare(superuser_dsn: str, bootstrap: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing in the databases and on the broker; `passwords` has one for each of ROLES."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        declared = beside.submit(asyncio.run, declare_topics(bootstrap))
        asyncio.run(provision(superuser_dsn, dict(passwords)))
        for name in NAMES:
            dsn = owner_dsn(superuser_dsn, name, passwords[MIGRATOR])
            if not asyncio.run(_at_head(dsn, name)):
                migrate(name, dsn, passwords[MIGRATOR], app_role=role_of(name))
        declared.result()


def owner_dsn(superuser_dsn: str, service: str, password: str) -> str:
    """Return the address of a service's database for its owner, the migrator."""
    url = make_url(superuser_dsn).set(username=MIGRATOR, password=quote(password, safe=""), database=role_of(service))
    return url.render_as_string(hide_password=False)


async def declare_topics(bootstrap: str) -> None:
    """Declare every topic on a broker; those that are there stay as they are."""
    await declare(bootstrap, [Topic(t.name, t.partitions, t.replicas, t.retention_ms) for t in topics()])


async def _at_head(dsn: str, service: str) -> bool:
    head = ScriptDirectory.from_config(alembic_config(service)).get_current_head()
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return False
        return bool(await connection.fetchval("SELECT version_num FROM alembic_version") == head)
    finally:
        await connection.close()


def main() -> None:
    """Prepare what the environment names."""
    settings = SetupSettings()
    passwords = {role: (settings.secrets / role).read_text().strip() for role in ROLES}
    password = settings.database_password_file.read_text().strip()
    url = make_url(settings.database_url).set(password=password)
    prepare(url.render_as_string(hide_password=False), settings.kafka, passwords)


if __name__ == "__main__":
    main()
