"""A day's sessions of forty children, typed into the centre's day sheet by keyboard at a practised clerk's pace."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from playwright.async_api import Page

from benchmarks.figures import Figure, figure
from benchmarks.load import closed_loop
from benchmarks.sessions import batches
from benchmarks.town import CENTRE, DAYS, FIRST_DAY, SLOT, Town
from pictures.chromium import chromium, sign_in

CHILDREN = 40
KEY_S = 0.3
"""A key each 0.3 s is forty words a minute: somebody who types every day, and is tired."""
ON_LEAVE = 10
"""Every tenth child did not come."""
FROM_START_TO_CAME = 5
"""Columns of the sheet between when a session began and whether the child came."""
THERAPISTS = "rows => rows.map(row => row.querySelector(\"[name$='.therapist']\").value)"


@dataclass
class Clerk:
    """Somebody who types, giving each key the time that a hand takes for it."""

    page: Page
    keys: int = field(default=0, init=False)

    async def press(self, *keys: str) -> None:
        """Press some keys, one after the other."""
        for key in keys:
            await self.page.keyboard.press(key, delay=1000 * KEY_S)
        self.keys += len(keys)

    async def fill(self, starts: list[str]) -> None:
        """Type when each child began, downwards; then who did not come, upwards; save."""
        for start in starts:
            await self.press(*start, "Enter")
        for row in reversed(range(len(starts))):
            await self.press("ArrowUp")
            if row % ON_LEAVE == 0:
                across = FROM_START_TO_CAME
                await self.press(*["ArrowRight"] * across, "ArrowDown", *["ArrowLeft"] * across)
        await self.press("Control+Enter")


async def day_sheet(town: Town) -> list[Figure]:
    """Fill in a day of children who came before, so that the sheet proposes therapist, discipline and length."""
    (before,) = await batches(town, 1, 1)
    (await closed_loop(town.stack.urls["rehab"], iter((before,)), clients=1)).checked()
    async with _sheet(town) as page:
        starts = [*_on_paper(await page.locator("table.sheet tbody tr").evaluate_all(THERAPISTS))]
        await page.locator("[name='0.start']").focus()
        clerk, begin = Clerk(page), time.perf_counter()
        await clerk.fill(starts)
        saved = await page.locator("p.done").inner_text()
        seconds = time.perf_counter() - begin
    if str(CHILDREN) not in saved:
        raise RuntimeError(f"the sheet says: {saved}")
    return [figure("day_sheet_40", seconds, _note(clerk, seconds))]


@asynccontextmanager
async def _sheet(town: Town) -> AsyncIterator[Page]:
    """Open the sheet of a day on which nothing is recorded, as the centre sees it."""
    login = next(login for login in town.city.logins if login.user_name == CENTRE)
    day = (FIRST_DAY + timedelta(days=DAYS)).date()
    async with chromium() as browser:
        page = await browser.new_page(base_url=town.stack.urls["portal"], locale="zh-CN")
        await sign_in(page, login, f"/today?day={day}")
        yield page


def _on_paper(therapists: list[str]) -> Iterator[str]:
    """Yield when each of the children began: one after the other with each therapist."""
    turns = Counter[str]()
    for therapist in therapists[:CHILDREN]:
        yield f"{FIRST_DAY + turns[therapist] * SLOT:%H%M}"
        turns[therapist] += 1


def _note(clerk: Clerk, seconds: float) -> str:
    typing = clerk.keys * KEY_S
    return (
        f"{CHILDREN} children, {CHILDREN // ON_LEAVE} of them on leave, {clerk.keys} keys at {KEY_S} s each, which is "
        f"{typing:.0f} s; the rest, {seconds - typing:.1f} s, is what the page and the services took"
    )
