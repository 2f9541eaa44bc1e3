"""`python -m pictures`, called by `make screenshots`: picture the pages of what `make demo` shows, in `docs/images`."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Annotated

import typer
from playwright.async_api import Browser, BrowserContext, Page

from deploy.cli.console import Kafka, console, say, troubles_as_sentences
from deploy.cli.programme import Programme
from deploy.local.home import Home
from deploy.local.processes import asked_to_stop
from deploy.local.stack import Installation, up
from deploy.simulator.cohort import cohort
from deploy.simulator.directory import Login
from pictures.chromium import chromium, executable, sign_in
from pictures.shots import LANGUAGES, SHOTS, SIZES, Shot
from shared.blueprint import ROOT

IMAGES = ROOT / "docs" / "images"


def main(
    kafka: Kafka = "embedded",
    *,
    children: Annotated[int | None, typer.Option(min=1, help="As of `tongkang demo`.")] = None,
    full: Annotated[bool, typer.Option("--full", help="As of `tongkang demo`.")] = False,
) -> None:
    """Take the pictures, of the demo that runs or of one that is started for them."""
    with troubles_as_sentences(), asked_to_stop() as stop:
        executable()  # missing, it is missed before the cohort is sent
        with _installation(kafka) as installation:
            programme = Programme(installation, cohort(children, full=full), stop)
            programme.run()
            say("taking pictures")
            programme.wait_for(_take_all(programme))
    console.print(f"The pictures are in {IMAGES.relative_to(ROOT)}.")


@contextmanager
def _installation(kafka: str) -> Iterator[Installation]:
    home = Home()
    found = Installation.running(home)
    if found:
        yield found
        return
    with home, up(home, kafka, say) as stack:
        yield stack.installation


async def _take_all(programme: Programme) -> None:
    IMAGES.mkdir(exist_ok=True)
    portal = programme.installation.urls["portal"]
    logins: dict[str, Login] = {login.user_name: login for login in programme.city.logins}
    for language in LANGUAGES:
        async with chromium(language) as browser:
            for size in SIZES:
                for person, shots in groupby(sorted(SHOTS, key=_who), _who):
                    context = await _context(browser, portal, size, language)
                    await _take(context, logins.get(person), [*shots], programme.showcase, f"{size}-{language}.png")
                    await context.close()


def _who(shot: Shot) -> str:
    return shot.person or ""


async def _context(browser: Browser, portal: str, size: str, language: str) -> BrowserContext:
    context = await browser.new_context(base_url=portal, viewport=SIZES[size], color_scheme="light")
    await context.add_cookies([{"name": "tongkang-language", "value": language, "url": portal}])
    return context


async def _take(context: BrowserContext, login: Login | None, shots: list[Shot], case: str, ending: str) -> None:
    page = await context.new_page()
    if login is not None:
        await sign_in(page, login)
    for shot in shots:
        await page.goto(shot.path.format(case=case))
        if await _followed(page, shot.links):
            await page.screenshot(path=IMAGES / f"{shot.name}-{ending}", animations="disabled")
        else:
            say(f"no picture of {shot.name}: in this cohort nobody comes to it")


async def _followed(page: Page, links: Iterable[str]) -> bool:
    """Follow links one after the other; tell whether all were there, as in a small cohort they may not be."""
    for link in links:
        if not await page.locator(link).count():
            return False
        await page.goto(str(await page.locator(link).first.get_attribute("href")))
    return True


if __name__ == "__main__":
    typer.run(main)
