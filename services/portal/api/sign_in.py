"""Signing in and out, and the language before anybody is signed in."""

import hmac
import json
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.portal.api.common import (
    LANGUAGE_COOKIE,
    YEAR_SECONDS,
    Desk,
    Form,
    Sent,
    Visit,
    inner_path,
    language_of,
    login_cookie,
    offer_cookie,
    page,
    see,
)
from services.portal.domain.signed_in import form_token
from services.portal.errors import FormTooOld
from services.portal.handlers import Reception
from services.portal.upstream import TurnedDown
from services.portal.words import LANGUAGES
from shared.access.policy import Act
from shared.http.doors import open_door

router = APIRouter(include_in_schema=False)

BEFORE_COOKIE = "tongkang-before"
BEFORE_SECONDS = 3600

Anybody = Annotated[Visit, page(Act.READ_OWN_ACCOUNT)]


@router.get("/sign-in", dependencies=[open_door("is where people sign in")])
async def ask(request: Request, desk: Desk, to: Annotated[str, Query(max_length=500)] = "/") -> Response:
    """Ask for user name and password; in a demo, offer its people."""
    return _form(request, desk, to=inner_path(to))


@router.post("/sign-in", dependencies=[open_door("is where people sign in; the directory counts what fails")])
async def sign_in(request: Request, desk: Desk) -> Response:
    """Sign a person in under a new cookie, whatever cookie the browser showed before."""
    form = Form(await request.form())
    _require_own(request, desk, form)
    to, name = inner_path(form.text("to")), form.text("user_name")
    address = request.client.host if request.client else ""
    try:
        cookie, _, initial = await desk.sign_in(name, str(form.data.get("password", "")), address, language_of(request))
    except TurnedDown as refused:
        return _form(request, desk, to=to, user_name=name, refused=refused, status=refused.status)
    offer_cookie(request, login_cookie(desk), cookie)
    return see("/account/password", due="1") if initial and desk.settings.demo_logins_file is None else see(to)


@router.post("/sign-out")
async def sign_out(visit: Anybody, sent: Sent) -> Response:
    """End this login, here and in the directory."""
    del sent
    await visit.desk.sign_out(visit.login)
    offer_cookie(visit.request, login_cookie(visit.desk), "", seconds=0)
    return see("/sign-in", out="1")


@router.post("/language", dependencies=[open_door("a choice of the browser; shows and changes no data")])
async def choose_language(request: Request) -> Response:
    """Let a browser choose its language before anybody is signed in."""
    form = Form(await request.form())
    if form.text("language") in LANGUAGES:
        offer_cookie(request, LANGUAGE_COOKIE, form.text("language"), seconds=YEAR_SECONDS)
    return see(inner_path(form.text("back")))


def _form(request: Request, desk: Reception, *, status: int = 200, **shown: Any) -> Response:
    before = request.cookies.get(BEFORE_COOKIE) or secrets.token_urlsafe()
    offer_cookie(request, BEFORE_COOKIE, before, seconds=BEFORE_SECONDS)
    shown = {"user_name": "", "refused": None, "out": "out" in request.query_params} | shown
    text = request.app.state.pages.render(
        "sign_in.html", language_of(request), token=form_token(desk.form_key, before), people=_people(desk), **shown
    )
    return HTMLResponse(text, status)


def _require_own(request: Request, desk: Reception, form: Form) -> None:
    """Raise FormTooOld when another site sent the form: nobody is signed in under a name that is not theirs."""
    before = request.cookies.get(BEFORE_COOKIE, "")
    if not before or not hmac.compare_digest(form_token(desk.form_key, before), form.text("form")):
        raise FormTooOld


def _people(desk: Reception) -> list[dict[str, str]]:
    """Return the people of the invented city; nobody outside of a demo."""
    file = desk.settings.demo_logins_file
    if file is None or not file.exists():
        return []
    logins: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))["logins"]
    return logins
