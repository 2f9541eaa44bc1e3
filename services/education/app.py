"""Composition root of education."""

from fastapi import FastAPI

from services.education import api, consumers
from services.education.repository import EducationUnitOfWork
from services.education.settings import Settings
from shared.http.app import create_app as create_service_app
from shared.service import assemble


def create_app() -> FastAPI:
    """Build the service from its environment."""
    service = assemble("education", Settings(), uow=EducationUnitOfWork)
    service.react(consumers.REACTIONS)
    return create_service_app(
        service,
        [api.router],
        title="Tongkang education",
        description="Schooling of children with disabilities: placements, attendance, licences of institutions.",
    )
