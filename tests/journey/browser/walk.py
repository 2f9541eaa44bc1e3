"""All pages of the portal, found by its routes, and where they are, found by following links as people do."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
from starlette.routing import compile_path

from deploy.simulator.directory import Login
from shared.blueprint import app_of
from shared.http.entrances import entrances

NO_PAGES = {
    "/assets/{name}": "style and script",
    "/report/signs": "a piece of the report's page",
    "/cases/{case}/live": "a stream of what is new",
    "/cases/{case}/export.json": "a file",
    "/cases/{case}/export.xlsx": "a file",
    "/cases/{case}/bundle.zip": "a file",
    "/indicators.xlsx": "a file",
    "/duties.xlsx": "a file",
    "/cases.xlsx": "a file",
    "/findings.xlsx": "a file",
    "/applications.xlsx": "a file",
    "/parked.xlsx": "a file",
    "/integrity/keys.json": "a file",
    "/import/children/template.xlsx": "a file",
    "/import/children/template.csv": "a file",
    "/import/children/{upload}/not-taken.xlsx": "a file",
    "/import/sessions/template.xlsx": "a file",
    "/import/sessions/template.csv": "a file",
    "/import/sessions/{upload}/not-taken.xlsx": "a file",
}
"""Routes that answer with something else than a page."""
OF_EACH_ROUTE = 2
"""So many addresses of a route does each person look at: one more may be told in another way."""
A_DEED = re.compile("^/record/[a-z-]+")
FORM = re.compile(r'name="form" value="([^"]+)"')


BEGINNING = "the beginning"
"""Where somebody begins may be refused to them; a link must not lead there."""


def _routes() -> list[str]:
    """Return what the portal itself answers to GET, routes without parameters first."""
    own = {
        entrance.path
        for entrance in entrances(app_of("portal"))
        if entrance.method == "GET" and entrance.endpoint.__module__.startswith("services.portal.api.")
    }
    return sorted(own, key=lambda path: (path.count("{"), path))


PATTERNS = {route: compile_path(route)[0] for route in _routes()}


def _page(route: str) -> str:
    """Return which page a route shows: the forms of all deeds are one, with a child and without."""
    return A_DEED.sub("/record/{deed}", route)


PAGES = list(dict.fromkeys(_page(route) for route in PATTERNS if route not in NO_PAGES))


def route_of(address: str) -> str | None:
    """Return the route that answers an address, or the page of many routes."""
    path = urlsplit(address).path
    return next((_page(route) for route, pattern in PATTERNS.items() if pattern.match(path)), None)


@dataclass(frozen=True, slots=True)
class Reached:
    """A page as somebody reached it."""

    login: Login | None
    """None for somebody who is not signed in."""
    address: str
    status: int
    found_on: str
    """The page with the link to it."""


Map = Mapping[str, Sequence[Reached]]
"""Whoever reached a page, by its route."""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a" and "download" not in told:
            self.found.append(told.get("href") or "")
        if tag == "form" and told.get("method", "get") == "get":
            self.found.append(told.get("action") or "")


def links(page: str, at: str) -> Iterator[str]:
    """Yield the addresses to which a page leads: its links, and its forms that only ask."""
    reader = _Links()
    reader.feed(page)
    for href in reader.found:
        address = urlsplit(urljoin(at, href))
        if address.path and not address.netloc and not address.scheme:  # a telephone number is an address too
            yield address.path + (f"?{address.query}" if address.query else "")


async def walk(portal: str, logins: Sequence[Login], begin: Sequence[str]) -> Map:
    """Follow the links of everybody's pages, from some addresses on."""
    found: dict[str, list[Reached]] = defaultdict(list)
    walks = [_walk_of(portal, login, begin) for login in logins]
    for reached in (await _walk_of(portal, None, ["/sign-in"]), *(await asyncio.gather(*walks))):
        for one in reached:
            found[route_of(one.address) or one.address].append(one)
    return found


async def _walk_of(portal: str, login: Login | None, begin: Sequence[str]) -> list[Reached]:
    reached: list[Reached] = []
    seen: dict[str | None, set[str]] = defaultdict(set)
    to_see = [(address, BEGINNING) for address in begin]
    async with httpx.AsyncClient(base_url=portal, timeout=60, trust_env=False) as http:
        if login is not None:
            await sign_in(http, login)
        while to_see:
            address, found_on = to_see.pop(0)
            route = route_of(address)
            if address in seen[route] or (route and len(seen[route]) >= OF_EACH_ROUTE):
                continue
            seen[route].add(address)
            answer = await http.get(address)
            reached.append(Reached(login, address, answer.status_code, found_on))
            to_see += [(link, address) for link in links(answer.text, address)]
    return reached


async def sign_in(http: httpx.AsyncClient, login: Login) -> None:
    """Sign somebody in as the page does."""
    shown = FORM.search((await http.get("/sign-in")).text)
    assert shown is not None
    form = {"form": shown.group(1), "user_name": login.user_name, "password": login.password, "to": "/"}
    answer = await http.post("/sign-in", data=form)
    assert answer.status_code == 303, f"{login.user_name}: {answer.status_code}"
