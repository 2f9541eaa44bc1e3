"""The system's Chromium, headless: for the tests of the portal in a browser, and for pictures of its pages.

`python -m pictures.chromium` says in a sentence what is missing for them.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright

from deploy.cli.console import troubles_as_sentences
from deploy.local.errors import Trouble
from deploy.simulator.directory import Login

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--no-sandbox",  # it shows our own pages only, and as root it does not start otherwise
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
TONGUES = {"zh": "zh_CN", "en": "en_GB"}
"""In which language a browser writes its own words and fields of dates; Debian has them in chromium-l10n."""
SHOWS_CHINESE = """() => {
    const pen = document.createElement("canvas").getContext("2d");
    const drawn = (sign) => {
        pen.clearRect(0, 0, 100, 100);
        pen.font = "32px sans-serif";
        pen.fillText(sign, 10, 50);
        return pen.canvas.toDataURL();
    };
    return drawn("童") !== drawn("康");
}"""
"""Without a font that has them, all signs are the same empty box."""


class NotEquipped(Trouble):
    """This machine lacks what showing the portal's pages takes."""


def executable() -> str:
    """Return where Chromium is. Raises NotEquipped."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NotEquipped(
            "The portal is tested and pictured in Chromium, and none is installed (looked for "
            f"{', '.join(NAMES)}). On Debian: apt-get install chromium fonts-noto-cjk"
        )
    return found


@asynccontextmanager
async def chromium(language: str = "zh") -> AsyncIterator[Browser]:
    """Start a headless Chromium that asks no other host and can show Chinese. Raises NotEquipped."""
    path = executable()
    env: dict[str, str | float | bool] = {**os.environ, "LANGUAGE": TONGUES[language]}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=SWITCHES, env=env)
        try:
            await _require_chinese(browser)
            yield browser
        finally:
            await browser.close()


async def sign_in(page: Page, login: Login, to: str = "/") -> None:
    """Type user name and password as a person of the demo does."""
    await page.goto(f"/sign-in?to={to}")
    await page.fill("#user_name", login.user_name)
    await page.fill("#password", login.password)
    await page.press("#password", "Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def _require_chinese(browser: Browser) -> None:
    page = await browser.new_page()
    if not await page.evaluate(SHOWS_CHINESE):
        raise NotEquipped(
            "Chromium shows Chinese as empty boxes: there is no Chinese font. On Debian: apt-get install fonts-noto-cjk"
        )
    await page.close()


async def _check() -> None:
    async with chromium():
        pass


if __name__ == "__main__":
    with troubles_as_sentences():
        asyncio.run(_check())
