"""The composition root of the directory."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.directory import api, handlers
from services.directory.limits import Buckets
from services.directory.login import LoginDesk, service_digests
from services.directory.passwords import Passwords
from services.directory.repository import DirectoryUnitOfWork
from services.directory.settings import Settings
from services.directory.tokens import TokenKeys
from shared.http.app import create_app as create_service_app
from shared.journal.inbox import TRANSIENT
from shared.service import Service, assemble, read_secret

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
DESCRIPTION = "Organisations, the accounts of their staff, their API clients; issues access tokens. Knows no child."


def create_app() -> FastAPI:
    """Build the directory from its environment."""
    settings = Settings()
    service = assemble("directory", settings, uow=DirectoryUnitOfWork)
    desk = new_desk(settings, service)
    # Its own tokens are checked with its own keys, without asking itself over the network.
    service.verifier.fetch_keys = desk.keys.fetch
    app = create_service_app(service, api.ROUTERS, title="Tongkang directory", description=DESCRIPTION)
    app.state.desk = desk
    _found_at_start(app, desk)
    return app


def new_desk(settings: Settings, service: Service) -> LoginDesk:
    """Build the login desk."""
    return LoginDesk(
        settings=settings,
        database=service.database,
        passwords=Passwords(settings),
        keys=TokenKeys(settings.token_key_file, settings.older_token_key_files),
        addresses=Buckets(settings.address_burst, settings.address_per_minute),
        names=Buckets(settings.user_name_burst, settings.user_name_per_minute),
        services=service_digests(settings),
    )


def _found_at_start(app: FastAPI, desk: LoginDesk) -> None:
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with inner(app):
            await found(desk)
            yield

    app.router.lifespan_context = lifespan


async def found(desk: LoginDesk) -> None:
    """Make the first organisation and administrator, where settings name one; wait for the database if it must be."""
    settings = desk.settings
    if settings.administrator_name is None or settings.administrator_password_file is None:
        return
    password = read_secret(settings.administrator_password_file)
    while True:
        try:
            if await handlers.found(desk, settings.administrator_name, password):
                log.info("founded: first organisation and administrator made", extra={"region": settings.home_region})
        except TRANSIENT as error:
            log.warning("database not there yet", extra={"error": type(error).__name__})
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return
