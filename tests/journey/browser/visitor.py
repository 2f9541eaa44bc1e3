"""Somebody before a browser of their own, and what the browser noticed while they looked at pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from deploy.simulator.directory import Login
from pictures.chromium import sign_in

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
AT_200_PERCENT = {"width": 640, "height": 450}
"""What is left of a desktop's width at 200% zoom, in CSS pixels."""


@dataclass
class Visitor:
    """One person in one browser."""

    portal: str
    context: BrowserContext
    page: Page
    has_touch: bool = False
    said: list[str] = field(default_factory=list)
    """What pages complained of on the console, a breach of the content security policy among it."""
    elsewhere: list[str] = field(default_factory=list)
    """Addresses of other hosts that pages asked for."""

    @classmethod
    async def comes(cls, browser: Browser, portal: str, **options: Any) -> Self:
        context = await browser.new_context(base_url=portal, viewport=options.pop("viewport", DESKTOP), **options)
        context.set_default_timeout(20_000)
        visitor = cls(portal, context, await context.new_page(), options.get("has_touch", False))
        context.on("request", visitor._note_host)
        context.on("console", visitor._note_complaint)
        context.on("weberror", lambda error: visitor.said.append(str(error.error)))
        return visitor

    async def reads(self, language: str) -> None:
        """Choose a language for this browser, as the button does before anybody is signed in."""
        await self.context.add_cookies([{"name": "tongkang-language", "value": language, "url": self.portal}])

    async def goes(self, path: str) -> Response:
        answer = await self.page.goto(path)
        assert answer is not None
        return answer

    async def presses(self, wanted: Locator) -> None:
        """Press a link or a button, and wait for the page to which it leads."""
        async with self.page.expect_navigation():
            await (wanted.tap() if self.has_touch else wanted.click())

    async def signs_in(self, login: Login, to: str = "/") -> None:
        """Type user name and password, and arrive at the page that was wanted."""
        await sign_in(self.page, login, to)
        assert urlsplit(self.page.url).path == urlsplit(to).path, await self.text()

    async def text(self) -> str:
        """Return what stands on the page."""
        return await self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        """Where the visitor is."""
        return urlsplit(self.page.url).path

    def _note_host(self, request: Request) -> None:
        if not request.url.startswith((f"{self.portal}/", "data:")):
            self.elsewhere.append(request.url)

    def _note_complaint(self, message: ConsoleMessage) -> None:
        # That a page itself was refused is an answer of the portal and no mistake of the page.
        shown_on = message.page.url if message.page else ""
        is_refusal = message.text.startswith("Failed to load resource") and message.location["url"] == shown_on
        if message.type in {"error", "warning"} and not is_refusal:
            self.said.append(f"{message.type} at {self.path}: {message.text}")


@asynccontextmanager
async def a_visitor(browser: Browser, portal: str, **options: Any) -> AsyncIterator[Visitor]:
    """Open a browser for somebody; at the end no page may have complained or asked another host."""
    visitor = await Visitor.comes(browser, portal, **options)
    try:
        yield visitor
        assert visitor.said == []
        assert visitor.elsewhere == []
    finally:
        await visitor.context.close()
