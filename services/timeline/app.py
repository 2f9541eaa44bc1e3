"""Composition root of the timeline."""

from fastapi import FastAPI

from services.timeline import consumers
from services.timeline.apart import assessment, keep_apart
from services.timeline.api import (
    bundle,
    cases,
    duties,
    entries,
    findings,
    indicators,
    operational,
    operations,
    outline,
    parked,
)
from services.timeline.api.counting import Counting
from services.timeline.completeness import Board
from services.timeline.live import Bells
from services.timeline.rebuild import Rebuild
from services.timeline.repository.projection import Projection
from services.timeline.settings import Settings
from shared.http.app import create_app as create_service_app
from shared.service import assemble


def create_app() -> FastAPI:
    """Build the service from its environment."""
    settings = Settings()
    service = assemble("timeline", settings)
    bells = Bells(settings.live_views)
    service.listen(Projection(), consumers.TOPICS, consumers.PRODUCERS, news=bells.ring)
    routers = [
        cases.router,
        entries.busy,
        bundle.router,
        entries.router,
        outline.router,
        duties.router,
        operational.router,
        indicators.router,
        findings.router,
        findings.of_case,
        parked.router,
        operations.router,
    ]
    here = assessment(service.ledger, settings)
    service.tasks.append(("assessment", keep_apart if settings.assess_apart else here.run))
    app = create_service_app(
        service,
        routers,
        title="Tongkang timeline",
        description="The shared file of every child: what happened, who looked, the figures, how complete it is.",
    )
    app.state.board = Board(settings.completeness_seconds)
    app.state.counting = Counting(service.database, app.state.board, settings.figures_seconds)
    app.state.bells = bells
    app.state.assessment = here
    app.state.rebuild = Rebuild(service, settings.rebuild_page)
    return app
