"""Composition root of the rehab service: settings, policies, reactions, doors."""

from fastapi import FastAPI

from services.rehab import api, consumers
from services.rehab.domain.wording import Wordings
from services.rehab.handlers.by_clock import ByClock
from services.rehab.repository import RehabUnitOfWork
from services.rehab.settings import Settings
from shared.http.app import create_app as create_service_app
from shared.service import assemble, read_secret


def create_app() -> FastAPI:
    """Build the service from its environment; a policy file that cannot be read stops it here."""
    settings = Settings()

    class UnitOfWork(RehabUnitOfWork):
        __slots__ = ()
        rules = settings.rules
        policies = settings.policies
        wordings = Wordings.of(read_secret(settings.wording_key_file))

    service = assemble("rehab", settings, uow=UnitOfWork)
    service.react(consumers.REACTIONS)
    service.tasks.append(("by-clock", ByClock(service.ledger, settings.by_clock_seconds).run))
    return create_service_app(
        service,
        api.ROUTERS,
        title="Tongkang rehab",
        description="Assistance, designated institutions, enrolments, sessions, evaluations, claims and payments.",
    )
