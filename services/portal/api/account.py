"""One's own account: language and density, password, signing out everywhere."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import (
    LANGUAGE_COOKIE,
    YEAR_SECONDS,
    Sent,
    Visit,
    inner_path,
    login_cookie,
    offer_cookie,
    page,
    see,
)
from services.portal.repository import Preference, Repository
from services.portal.upstream import TurnedDown
from services.portal.words import LANGUAGES
from shared.access.policy import Act

router = APIRouter(prefix="/account", include_in_schema=False)

DENSITIES = ("roomy", "compact")


@router.get("")
async def account(visit: Annotated[Visit, page(Act.READ_OWN_ACCOUNT)]) -> Response:
    """Show who is signed in, and how the pages look to them."""
    return visit.page("account.html", own=await visit.call.get("directory", "/v1/account"))


@router.post("/preferences")
async def prefer(visit: Annotated[Visit, page(Act.READ_OWN_ACCOUNT)], sent: Sent) -> Response:
    """Remember language and density, for this person on every browser."""
    language, density = sent.text("language"), sent.text("density")
    wanted = Preference(
        language if language in LANGUAGES else visit.preference.language,
        density if density in DENSITIES else visit.preference.density,
    )
    async with visit.desk.database.transaction() as session:
        await Repository(session, visit.desk.seal).prefer(visit.login.person, wanted)
    offer_cookie(visit.request, LANGUAGE_COOKIE, wanted.language, seconds=YEAR_SECONDS)
    return see(inner_path(sent.text("back")))


@router.get("/password")
async def ask_password(visit: Annotated[Visit, page(Act.CHANGE_OWN_PASSWORD)], due: bool = False) -> Response:
    """Ask for another password; `due` says that the present one was only handed over."""
    return visit.page("password.html", due=due, refused=None)


@router.post("/password")
async def change_password(visit: Annotated[Visit, page(Act.CHANGE_OWN_PASSWORD)], sent: Sent) -> Response:
    """Change the password. All logins end with it, this one too: the new password is used at once."""
    body = {"current": str(sent.data.get("current", "")), "new": str(sent.data.get("new", ""))}
    try:
        await visit.call.put("directory", "/v1/account/password", body)
    except TurnedDown as refused:
        return visit.page("password.html", status=refused.status, due=False, refused=refused)
    async with visit.desk.database.transaction() as session:
        await Repository(session, visit.desk.seal).end_all(visit.login.person)
    offer_cookie(visit.request, login_cookie(visit.desk), "", seconds=0)
    return see("/sign-in", changed="1")


@router.post("/sign-out-everywhere")
async def sign_out_everywhere(visit: Annotated[Visit, page(Act.END_OWN_LOGINS)], sent: Sent) -> Response:
    """End every login of this person, on this browser and on others."""
    await visit.desk.sign_out_everywhere(visit.login, visit.language, sent.key)
    offer_cookie(visit.request, login_cookie(visit.desk), "", seconds=0)
    return see("/sign-in", out="1")
