"""Composition root of education: settings, calendar, reactions, the daily watch, doors."""

from fastapi import FastAPI

from services.education import api, consumers
from services.education.handlers.dropout import DropoutWatch
from services.education.repository import EducationUnitOfWork
from services.education.settings import Settings
from shared.http.app import create_app as create_service_app
from shared.service import assemble


def create_app() -> FastAPI:
    """Build the service from its environment; a calendar that cannot be read stops it here."""
    settings = Settings()

    class UnitOfWork(EducationUnitOfWork):
        __slots__ = ()
        policies = settings.policies
        visible_after_days = settings.rules.visible_after_days

    service = assemble("education", settings, uow=UnitOfWork)
    service.react(consumers.REACTIONS)
    service.tasks.append(("dropout watch", DropoutWatch(service.ledger, settings.rules.gap_check_seconds).run))
    return create_service_app(
        service,
        api.ROUTERS,
        title="Tongkang education",
        description="Schooling of children with disabilities: placement, roll, attendance, home teaching, licences.",
    )
