"""For those who run the installation: making the timeline anew."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Request

from services.timeline.errors import RebuildRunning
from services.timeline.rebuild import Progress, Rebuild
from services.timeline.repository import parked as repository
from shared.access.policy import Act, Actor
from shared.http.doors import may, writing
from shared.journal.unit_of_work import UnitOfWork

router = APIRouter(prefix="/internal/timeline", tags=["operation"])
Operates = Annotated[Actor, may(Act.OPERATE)]
Uow = Annotated[UnitOfWork, writing]


@router.post("/rebuild", status_code=202)
async def begin_rebuild(request: Request, actor: Operates, uow: Uow, afterwards: BackgroundTasks) -> Progress:
    """Empty the projections and make them anew from the producers' facts; the consumer may go on meanwhile."""
    rebuild: Rebuild = request.app.state.rebuild
    if rebuild.progress.running:
        raise RebuildRunning
    await repository.audit(uow.driver, actor, Act.OPERATE.value, request.state.request_id, "rebuild", None)
    afterwards.add_task(rebuild.run)
    return await uow.commit(Progress(running=True))


@router.get("/rebuild")
async def rebuild_progress(request: Request, actor: Operates) -> Progress:
    """Say how far the rebuild of this process is, or how the last one ended."""
    del actor
    progress: Progress = request.app.state.rebuild.progress
    return progress
