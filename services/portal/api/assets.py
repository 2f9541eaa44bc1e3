"""Style and script: public, kept by browsers for good because their names change with their content."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.portal.api.pages import Assets
from services.portal.errors import PageUnknown
from shared.http.doors import open_door

router = APIRouter(include_in_schema=False)

FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/assets/{name}", dependencies=[open_door("style and script that hold no data")])
async def asset(name: str, request: Request) -> Response:
    """Return one file."""
    assets: Assets = request.app.state.pages.assets
    if name not in assets.files:
        raise PageUnknown
    return Response(assets.files[name], headers=FOR_GOOD, media_type=assets.kind(name))
