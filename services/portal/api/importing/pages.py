"""The pages of an import: the template, the report of the dry run, the progress, the end."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page, see
from services.portal.api.importing import report, spreadsheets, steps
from services.portal.api.importing.kinds import FileKind
from services.portal.upstream import TurnedDown
from shared.errors import Refusal, TemporarilyUnavailable

Show = Annotated[str, Query(pattern="^(all|wrong|decide)$")]
SEVERAL_SECONDS = 8
After = Annotated[int, Query(ge=0, le=2_000_000)]


def routes_of(kind: FileKind) -> APIRouter:
    """Return the pages for a kind of file."""
    router = APIRouter(prefix=kind.path, include_in_schema=False)
    comes = page(kind.act)

    @router.get("")
    async def offer(visit: Annotated[Visit, comes]) -> Response:
        """Offer the template, take a file, list what is not finished."""
        return await report.offered(visit, kind)

    @router.post("")
    async def send(visit: Annotated[Visit, comes], sent: Sent) -> Response:
        """Take a file; nothing of it is written yet but a sealed copy."""
        try:
            upload = await steps.receive(visit, kind, sent)
        except Refusal as refused:
            return await report.offered(visit, kind, refused=refused)
        return see(f"{kind.path}/{upload}")

    @router.get("/template.xlsx")
    async def template(visit: Annotated[Visit, comes]) -> Response:
        """Return the template as a workbook."""
        return await spreadsheets.workbook_template(visit, kind)

    @router.get("/template.csv")
    async def plain_template(visit: Annotated[Visit, comes]) -> Response:
        """Return the template as text."""
        return await spreadsheets.text_template(visit, kind)

    _of_one_upload(router, kind, comes)
    return router


def _of_one_upload(router: APIRouter, kind: FileKind, comes: Any) -> None:  # noqa: ANN401 - as FastAPI calls it
    @router.get("/{upload}")
    async def look(visit: Annotated[Visit, comes], upload: UUID, show: Show = "all", after: After = 0) -> Response:
        """Return where an upload stands: its progress, or its report line by line."""
        return await report.shown(visit, kind, await steps.found(visit, kind, upload), show=show, after=after)

    @router.post("/{upload}/go")
    async def go(visit: Annotated[Visit, comes], upload: UUID, sent: Sent) -> Response:
        """Check or take over the next part; a page without script asks for as many as can be done in some seconds."""
        return await _gone_on(visit, kind, upload, SEVERAL_SECONDS if sent.text("several") else 0)

    @router.post("/{upload}/decisions")
    async def decide(visit: Annotated[Visit, comes], upload: UUID, sent: Sent) -> Response:
        """Keep which lines are children that are known already."""
        await steps.decide(visit, kind, upload, sent)
        return see(f"{kind.path}/{upload}", show=sent.text("show"), after=sent.text("after"), kept="1")

    @router.post("/{upload}/take")
    async def take(visit: Annotated[Visit, comes], upload: UUID, sent: Sent) -> Response:
        """Begin to take over what is ready and decided; from now on nothing is decided any more."""
        await steps.decide(visit, kind, upload, sent)
        await steps.begin(visit, kind, upload)
        return see(f"{kind.path}/{upload}")

    @router.post("/{upload}/discard")
    async def discard(visit: Annotated[Visit, comes], upload: UUID, sent: Sent) -> Response:
        """Forget an upload; what was taken over stays."""
        del sent
        await steps.discard(visit, kind, upload)
        return see(kind.path, discarded="1")

    @router.get("/{upload}/not-taken.xlsx")
    async def not_taken(visit: Annotated[Visit, comes], upload: UUID) -> Response:
        """Return the lines that are not in, or cannot be, with the reasons."""
        lines = await steps.lines(visit, await steps.found(visit, kind, upload))
        return await spreadsheets.not_taken(visit, kind, [line for line in lines if not line.goes])


async def _gone_on(visit: Visit, kind: FileKind, upload: UUID, seconds: float) -> Response:
    try:
        await steps.go_on(visit, kind, upload, seconds=seconds)
    except TurnedDown as refused:
        return await report.shown(visit, kind, await steps.found(visit, kind, upload), refused=refused)
    except TemporarilyUnavailable as away:
        return await report.shown(visit, kind, await steps.found(visit, kind, upload), away=away)
    return see(f"{kind.path}/{upload}")
