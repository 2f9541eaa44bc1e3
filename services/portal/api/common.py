"""What every page has: who visits, the words of their language, the form that was sent, the answer."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from services.portal.api.pages import Pages
from services.portal.domain.signed_in import Login, Who, digest_of, form_token, proves
from services.portal.errors import FormTooOld, SignInFirst
from services.portal.handlers import Reception
from services.portal.repository import Preference
from services.portal.upstream import Caller, TurnedDown
from services.portal.words import LANGUAGES
from shared import clock, ids
from shared.access.policy import AUTHORITIES, Act, Actor, allowed
from shared.errors import TemporarilyUnavailable
from shared.http.doors import Guard, service_of
from shared.words import Language

LANGUAGE_COOKIE = "tongkang-language"
YEAR_SECONDS = 365 * 24 * 3600
SEE_OTHER = 303
COUNTY_DIGITS = 6
WRONG = 422
MOST_NAMES = 500
"""For how many children the registry is asked at once."""
CARE = "care"
"""The purpose of those who work with children; an authority has others."""


def reception_of(request: Request) -> Reception:
    """Return the reception of the app that answers the request."""
    reception: Reception = request.app.state.reception
    return reception


Desk = Annotated[Reception, Depends(reception_of)]


def login_cookie(desk: Reception) -> str:
    """Return the name of the cookie; the prefix binds it to the host and to HTTPS."""
    return "__Host-tongkang" if desk.settings.secure_cookies else "tongkang"


def language_of(request: Request) -> Language:
    """Return the language that this browser chose; Chinese unless it did."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return next((language for language in LANGUAGES if language == chosen), LANGUAGES[0])


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in looks at a page."""

    request: Request
    desk: Reception
    login: Login
    actor: Actor
    preference: Preference
    call: Caller = field(repr=False)

    @property
    def who(self) -> Who:
        """Whom the page greets."""
        return self.login.tokens.who

    @property
    def county(self) -> str:
        """The county of the visitor's organisation; nothing where its region is greater."""
        return self.who.region if len(self.who.region) == COUNTY_DIGITS else ""

    @property
    def language(self) -> Language:
        return self.preference.language

    @property
    def cares(self) -> bool:
        """Whether the visitor works with children."""
        return self.actor.purpose == CARE

    @property
    def governs(self) -> bool:
        """Whether the visitor's organisation is an authority, which reads by region."""
        return self.actor.org_type in AUTHORITIES

    @property
    def form_token(self) -> str:
        """What every form of this login carries."""
        return form_token(self.desk.form_key, self.login.id)

    def region(self, code: str | None) -> str:
        """Return what a region is called, with its code."""
        pages: Pages = self.request.app.state.pages
        return pages.regions.called(code, self.language)

    async def names(self, organisations: Iterable[str | None]) -> dict[str, str]:
        """Return the names of organisations by id; one that is closed or not to be had is left out."""
        register = service_of(self.request).organisations
        found: dict[str, str] = {}
        for one in {one for one in organisations if one}:
            try:
                known = await register.look_up(UUID(one))
            except TemporarilyUnavailable:
                return found
            if known is not None:
                found[one] = known.name
        return found

    async def children(self, cases: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return who the children of a page are, by case, to those who work with them.

        To an authority names are covered: it opens one by one, saying what for.
        """
        return await self.opened(cases) if self.cares else {}

    async def opened(self, cases: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return who some children are, by case: those that the visitor may know; each is logged with the purpose."""
        wanted = sorted(set(cases))
        if not wanted or not self.allows(Act.RESOLVE_CHILDREN):
            return {}
        try:
            batches = [wanted[start : start + MOST_NAMES] for start in range(0, len(wanted), MOST_NAMES)]
            answers = await asyncio.gather(*(self._resolve(cases) for cases in batches))
        except (TurnedDown, TemporarilyUnavailable):
            return {}
        return {one["case"]: one for answer in answers for one in answer}

    async def _resolve(self, cases: list[str]) -> list[dict[str, Any]]:
        key = str(ids.new_record())
        found: list[dict[str, Any]] = await self.call.post(
            "screening", "/v1/children/resolve", {"cases": cases}, key=key
        )
        return found

    def allows(self, act: Act | str) -> bool:
        """Tell whether the visitor may do an act at all; a page offers nothing that would be refused.

        Templates name an act by its value; one that there is not raises ValueError rather than hide a link from all.
        """
        return allowed(self.actor, Act(act))

    def page(self, template: str, *, status: int = 200, **shown: Any) -> Response:
        """Return a page in the visitor's language."""
        pages: Pages = self.request.app.state.pages
        return HTMLResponse(pages.render(template, self.language, visit=self, **shown), status)


def offer_cookie(request: Request, name: str, value: str, *, seconds: int | None = None) -> None:
    """Send a cookie with whatever answer is given: a page, a redirect or an error."""
    answer = Response()
    secure = reception_of(request).settings.secure_cookies
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")
    request.state.cookies = [*getattr(request.state, "cookies", ()), answer.headers["set-cookie"]]


@dataclass(frozen=True, slots=True)
class PageDoor(Guard):
    """The check behind `page`: who shows a valid cookie and may do what the page is for."""

    async def __call__(self, request: Request) -> Visit:
        """Let a visitor in. Raises SignInFirst or NotAllowed."""
        desk = reception_of(request)
        shown = request.cookies.get(login_cookie(desk))
        if not shown:
            raise SignInFirst
        login, preference = await desk.find(digest_of(shown))
        actor = await service_of(request).verifier.actor(login.tokens.access)
        language = language_of(request)
        visit = Visit(
            request, desk, login, actor, preference or Preference(language=language),
            desk.upstream.caller(login.tokens.access, preference.language if preference else language),
        )  # fmt: skip
        # Before the act is checked: a page that says no still greets its visitor.
        request.state.visit = visit
        await _rotate(visit, digest_of(shown))
        return replace(visit, actor=self.admitted(request, actor))


def page(act: Act) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency has no type
    """Return the door of a page for those who may do an act."""
    return Depends(PageDoor(act))


async def _rotate(visit: Visit, shown: bytes) -> None:
    every = timedelta(minutes=visit.desk.settings.rotate_minutes)
    if visit.request.method == "GET" and visit.login.cookie_is_old(shown, clock.now(), every):
        cookie = await visit.desk.rotate(visit.login)
        if cookie is not None:
            offer_cookie(visit.request, login_cookie(visit.desk), cookie)


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody sent: fields as text, and a key under which it is done once."""

    data: FormData

    def text(self, name: str) -> str:
        """Return a field without spaces around it; nothing where it was left out."""
        value = self.data.get(name)
        return value.strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return all values of a field that may be ticked several times."""
        return [value for value in self.data.getlist(name) if isinstance(value, str) and value]

    @property
    def key(self) -> str:
        """The Idempotency-Key that the page gave to this form: two clicks write once."""
        return self.text("once") or str(ids.new_record())

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Everything that was typed, as it can be sent again."""
        return [(name, value) for name, value in self.data.multi_items() if isinstance(value, str)]

    @property
    def values(self) -> Mapping[str, str]:
        """What was typed, to be shown again beside what is wrong."""
        return {name: value for name, value in self.data.items() if isinstance(value, str)}


async def sent_form(request: Request) -> AsyncIterator[Form]:
    """Give a form that this login opened, and close its files in the end. Raises FormTooOld for any other (CSRF)."""
    visit: Visit = request.state.visit
    async with request.form() as data:
        form = Form(data)
        if not proves(visit.desk.form_key, visit.login.id, form.text("form")):
            raise FormTooOld
        request.state.sent = form
        yield form


Sent = Annotated[Form, Depends(sent_form)]
"""Stands after the page's door: a form belongs to whom that let in."""


def status_of(refused: TurnedDown | None, wrong: Mapping[str, str] | None = None) -> int:
    """Return the status of a page whose form a service refused, or in which something cannot be read."""
    if refused:
        return refused.status
    return WRONG if wrong else 200


def see(path: str, **query: str) -> Response:
    """Send the browser on, so that a page loaded again sends nothing twice."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, SEE_OTHER)


def inner_path(wanted: str) -> str:
    """Return a path of our own to go to after signing in, never another host."""
    safe = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if safe else "/"


CaseId = UUID
