"""The composition root of the portal."""

from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal import api
from services.portal.api.common import language_of, see
from services.portal.api.pages import Assets, Pages
from services.portal.api.sheets import XLSX
from services.portal.domain.regions import Regions
from services.portal.errors import PageUnknown, SignInFirst
from services.portal.handlers import Reception
from services.portal.repository import PortalUnitOfWork
from services.portal.settings import Settings
from services.portal.upstream import TurnedDown, Upstream
from shared.errors import InvalidRequest, NotFound, Refusal
from shared.http.app import LARGEST_BODY
from shared.http.app import create_app as create_service_app
from shared.service import assemble, read_secret
from shared.words import Language

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing from outside, and nothing inside of a page that is not a file of ours (Content Security Policy Level 3)."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
AWAY = 500
SECRET = {"/account/password"}
LEVEL = 5
"""The highest takes nearly twice the time, and a page is a hundredth smaller."""
COMPRESSED_ALREADY = (*DEFAULT_EXCLUDED_CONTENT_TYPES, XLSX)
DESCRIPTION = "Pages for people; everything behind them is asked of the other services with the reader's own token."


def create_app() -> FastAPI:
    """Build the portal from its environment."""
    settings = Settings()
    service = assemble("portal", settings, uow=PortalUnitOfWork)
    upstream = Upstream({name: str(url).rstrip("/") for name, url in settings.services.items()}, service.http)
    app = create_service_app(service, api.ROUTERS, title="Tongkang portal", description=DESCRIPTION)
    secret, key = read_secret(settings.client_secret_file), read_secret(settings.session_key_file)
    app.state.reception = Reception.of(settings, service.database, upstream, secret, key)
    app.state.pages = Pages(Assets(), _regions(settings))
    # A file of children that somebody sends stays in memory; the framework would put a large one on a disk, unsealed.
    MultiPartParser.spool_max_size = LARGEST_BODY
    _tell_in_words(app)
    app.add_middleware(Headers)
    app.add_middleware(Compression)
    return app


def _regions(settings: Settings) -> Regions:
    """Return the names that whoever runs the portal gives to regions. Raises ValueError for a file that holds none."""
    return Regions.read(settings.regions_file.read_text("utf-8-sig")) if settings.regions_file else Regions()


def _tell_in_words(app: FastAPI) -> None:
    """Tell people what was refused as a page, where services tell each other problem details."""

    @app.exception_handler(SignInFirst)
    async def sign_in_first(request: Request, error: SignInFirst) -> Response:
        del error
        return see(f"/sign-in?to={quote(_target(request) if request.method == 'GET' else '/')}")

    @app.exception_handler(TurnedDown)
    async def turned_down(request: Request, error: TurnedDown) -> Response:
        return _told(request, error.status, error.code, error.words)

    @app.exception_handler(HTTPException)
    async def no_such_page(request: Request, error: HTTPException) -> Response:
        del error
        return _refused(request, PageUnknown())

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        # An address that somebody changed by hand: what stands in it is not repeated.
        del error
        return _refused(request, InvalidRequest())

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> Response:
        return _refused(request, PageUnknown() if isinstance(error, NotFound) else error)


def _refused(request: Request, refusal: Refusal) -> Response:
    return _told(request, refusal.status, refusal.code, refusal.words(_language(request)))


def _told(request: Request, status: int, code: str, words: str) -> Response:
    sent = getattr(request.state, "sent", None)
    # What was typed while a service is away goes back into the page, to be sent again; a password never does.
    again = sent.pairs if sent is not None and status >= AWAY and request.url.path not in SECRET else []
    text = request.app.state.pages.render(
        "told.html", _language(request), visit=getattr(request.state, "visit", None), status=status, code=code,
        words=words, request_id=request.state.request_id, again=again, path=_target(request),
    )  # fmt: skip
    return HTMLResponse(text, status)


def _target(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _language(request: Request) -> Language:
    visit = getattr(request.state, "visit", None)
    return visit.language if visit is not None else language_of(request)


class Headers:
    """What every answer carries: the policy of what a page may load, and cookies that were offered on the way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message.get("headers", ())}
                ours = [(n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in given]
                cookies = [(b"set-cookie", cookie.encode()) for cookie in scope.get("state", {}).get("cookies", ())]
                message["headers"] = [*message.get("headers", ()), *ours, *cookies]
            await send(message)

        await self.app(scope, receive, with_headers)


class Compression:
    """Answers travel compressed, except where the length of one could tell a stranger what stands in it (BREACH).

    A page holds names and the token of its forms beside what its address says. A foreign site that makes a browser ask
    for addresses of its choice, and somebody on the way who sees how long the answers are, could guess them letter by
    letter. So a page is compressed only where the browser says that no foreign site had it ask (Sec-Fetch-Site, which
    no script can set); style and script hold no secret and always are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.as_it_is = app
        self.smaller = GZipMiddleware(app, compresslevel=LEVEL, exclude_content_types=COMPRESSED_ALREADY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        safe = scope["type"] == "http" and (scope["path"].startswith("/assets/") or _asked_by_itself(scope))
        await (self.smaller if safe else self.as_it_is)(scope, receive, send)


def _asked_by_itself(scope: Scope) -> bool:
    """Tell whether one of our own pages, or the reader by typing an address, asks."""
    return dict(scope["headers"]).get(b"sec-fetch-site") in {b"same-origin", b"none"}
