"""What a page shows of uploads: all of one's own, the progress of one, its lines with the reasons."""

from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response

from services.portal.api.common import Visit
from services.portal.api.importing import steps
from services.portal.api.importing.kinds import FileKind
from services.portal.api.importing.reasons import reasons
from services.portal.api.importing.spreadsheets import explained
from services.portal.domain.importing.files import MOST_LINES, MOST_MEGABYTES
from services.portal.domain.importing.lines import Line, LineStanding
from services.portal.domain.importing.uploads import Upload, UploadStage
from services.portal.upstream import TurnedDown
from shared.errors import Refusal, TemporarilyUnavailable

LINES_OF_A_PAGE = 100
TO_DECIDE = (LineStanding.ALIKE, LineStanding.KNOWN)
WRONG = (LineStanding.WRONG, LineStanding.REFUSED)


async def offered(visit: Visit, kind: FileKind, refused: Refusal | None = None) -> Response:
    """Return the page that takes a file."""
    return visit.page(
        "import/offer.html", status=refused.status if refused else 200, kind=kind,
        uploads=await steps.all_of(visit, kind), columns=explained(kind, visit.language),
        most_lines=MOST_LINES, most_megabytes=MOST_MEGABYTES, days=visit.desk.settings.import_days,
        refused=refused, said=refused.words(visit.language) if refused else "",
        discarded="discarded" in visit.request.query_params,
    )  # fmt: skip


async def shown(
    visit: Visit, kind: FileKind, upload: Upload, *, show: str = "all", after: int = 0,
    refused: TurnedDown | None = None, away: TemporarilyUnavailable | None = None,
) -> Response:  # fmt: skip
    """Return where an upload stands."""
    stopped = refused or away
    status = stopped.status if stopped else 200
    if upload.stage in (UploadStage.CHECKING, UploadStage.TAKING):
        return visit.page(
            "import/progress.html", status=status, kind=kind, upload=upload, refused=refused,
            away=away.words(visit.language) if away else "",
        )  # fmt: skip
    lines = await steps.lines(visit, upload)
    wanted = [line for line in lines if line.number > after and _asked_for(line, show)]
    listed = wanted[:LINES_OF_A_PAGE]
    more = str(listed[-1].number) if len(wanted) > LINES_OF_A_PAGE else None
    return visit.page(
        "import/report.html", status=status, kind=kind, upload=upload, show=show, after=after, page={"next": more},
        rows=[_row(line, visit) for line in listed], counts=_counts(lines), kept="kept" in visit.request.query_params,
        children=await visit.children(case for line in listed for case in line.alike), refused=refused,
    )  # fmt: skip


def _asked_for(line: Line, show: str) -> bool:
    if show == "wrong":
        return line.standing in WRONG
    return show != "decide" or _open(line)


def _open(line: Line) -> bool:
    return line.standing in TO_DECIDE and not line.choice and bool(line.choices)


def _row(line: Line, visit: Visit) -> dict[str, Any]:
    return {"line": line, "reasons": list(reasons(line, visit.language))}


def _counts(lines: Sequence[Line]) -> dict[str, int]:
    return {
        "goes": sum(line.goes for line in lines),
        "wrong": steps.count(lines, *WRONG),
        "known": sum(line.standing is LineStanding.KNOWN and not line.choice for line in lines),
        "alike": sum(line.standing is LineStanding.ALIKE and not line.choice for line in lines),
        "open": sum(map(_open, lines)),
        "left": sum(not line.goes for line in lines),
    }
