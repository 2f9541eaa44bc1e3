"""Composition root of custody."""

from fastapi import FastAPI

from services.custody import api, consumers
from services.custody.repository import CustodyUnitOfWork
from services.custody.settings import Settings
from shared.http.app import create_app as create_service_app
from shared.service import assemble, read_secret
from shared.vault import Keys


def create_app() -> FastAPI:
    """Build the service from its environment."""
    settings = Settings()
    opener = Keys.of(read_secret(settings.identity_key_file))

    class UnitOfWork(CustodyUnitOfWork):
        __slots__ = ()
        rules = settings.rules
        keys = opener

    service = assemble("custody", settings, uow=UnitOfWork)
    service.react(consumers.REACTIONS)
    app = create_service_app(
        service,
        api.ROUTERS,
        title="Tongkang custody",
        description="Day and boarding care of children with disabilities: licensed places, stays, leave, incidents.",
    )
    app.state.keys = opener
    return app
