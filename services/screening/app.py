"""The composition root of screening: settings -> vault and protocols -> service -> ASGI app; no logic."""

from functools import partial

from fastapi import FastAPI

from services.screening import api, consumers
from services.screening.domain.protocol import protocols
from services.screening.domain.registry_policy import registry_policies
from services.screening.repository.unit_of_work import ScreeningUnitOfWork, Tools
from services.screening.settings import Settings
from services.screening.vault import Vault
from shared.http.app import create_app as create_service_app
from shared.service import assemble, read_secret


def create_app() -> FastAPI:
    """Build the ASGI app from the environment."""
    settings = Settings()
    vault = Vault.of(read_secret(settings.identity_key_file), read_secret(settings.index_key_file))
    tools = Tools(
        vault, protocols(settings.protocols), registry_policies(settings.registry_policies), settings.visible_after_days
    )
    service = assemble("screening", settings, uow=partial(ScreeningUnitOfWork, tools=tools))
    service.react(consumers.REACTIONS)
    app = create_service_app(
        service,
        api.ROUTERS,
        title="Tongkang screening",
        description="The registry of children, and the suspicion from initial screening to diagnosis (handbook §1).",
    )
    app.state.tools = tools
    return app
