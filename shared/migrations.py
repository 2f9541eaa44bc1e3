"""A service's tables: brought to a revision by the migrator role, and used, never owned, by the application role.

`python -m shared.migrations <service> <number> "<message>" postgresql://... <password>` writes a migration: the
difference between the service's `tables.py` and what its migrations make so far. It needs a scratch database. The
first one makes the journal's tables by `shared.journal.revisions`, as in every service.
"""

import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, make_url, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared.access.second_wall import projector_of
from shared.journal.tables import APPEND_ONLY, new_metadata


def migrate(service: str, url: str, password: str, *, app_role: str, revision: str = "head") -> None:
    """Bring a service's database to a revision, as the migrator role, and grant the application role its rights."""
    config = alembic_config(service)
    config.attributes.update(url=url, password=password, app_role=app_role)
    direction = command.downgrade if revision == "base" else command.upgrade
    direction(config, revision)


def alembic_config(service: str) -> Config:
    """Return the alembic configuration of a service; its versions lie in `services/<service>/migrations`."""
    config = Config()
    config.set_main_option("script_location", str(files("shared") / "alembic"))
    config.set_main_option("version_locations", str(versions_of(service)))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = import_module(f"services.{service}.tables").metadata
    return config


def versions_of(service: str) -> Path:
    """Return the folder of a service's migrations."""
    return Path(str(files(f"services.{service}"))) / "migrations" / "versions"


async def run_migrations() -> None:
    """Run the migrations of the current alembic context; `shared/alembic/env.py` calls only this."""
    options = context.config.attributes
    url = make_url(options["url"]).set(drivername="postgresql+asyncpg", password=options["password"])
    engine = create_async_engine(url, poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run, options["metadata"], options.get("app_role"))
        await connection.commit()
    await engine.dispose()


def _run(connection: Connection, metadata: MetaData, app_role: str | None) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=False,
        include_object=None if connection.dialect.has_table(connection, "event_log") else _is_own,
    )
    with context.begin_transaction():
        context.run_migrations()
        if app_role is not None:
            for role in _present(connection, app_role, projector_of(app_role)):
                grant(connection, role)


def _is_own(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Tell whether a table is the service's own; the journal's are not written into its first revision."""
    return kind != "table" or name not in new_metadata().tables


def _present(connection: Connection, *roles: str) -> list[str]:
    """Return those of the roles that there are: only a service that keeps projections has a projector."""
    known = set(connection.exec_driver_sql("SELECT rolname FROM pg_roles").scalars())
    return [role for role in roles if role in known]


def grant(connection: Connection, role: str) -> None:
    """Give the application role its rights: no ownership, and no UPDATE or DELETE on append-only tables."""
    quoted = connection.dialect.identifier_preparer.quote(role)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    present = set(run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars())
    for table in present & {*APPEND_ONLY, "alembic_version"}:
        run(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}")


def main() -> None:
    """Bring the scratch database to head, compare, and write the next file of the service's `migrations/versions`."""
    service, number, message, url, password = sys.argv[1:]
    config = alembic_config(service)
    config.attributes.update(url=url, password=password)
    command.upgrade(config, "head")
    command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(versions_of(service)))


if __name__ == "__main__":
    main()
