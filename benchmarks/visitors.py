"""People at the portal: they sign in as a browser does, ask as a browser does, and their pages are weighed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from benchmarks.load import request
from benchmarks.town import Town

COOKIE = "tongkang"
BROWSER = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
"""What every browser says that follows a link on a page of ours; who does not say it is sent more (see the portal)."""
FORM = re.compile(r'name="form" value="([^"]+)"')
LINKED = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of a page with its style and script, without pictures: as sent, and unpacked."""

    page: int
    files: int
    unpacked: int

    @property
    def kilobytes(self) -> float:
        """What a browser receives that has nothing of ours yet."""
        return (self.page + self.files) / 1000

    def note(self) -> str:
        """Return of what it is made up."""
        return (
            f"page {self.page / 1000:.1f} kB and its style and script {self.files / 1000:.1f} kB, which a browser then "
            f"keeps, as sent and without pictures; {self.unpacked / 1000:.1f} kB unpacked"
        )


async def signed_in(town: Town, user_name: str, browsers: int) -> list[str]:
    """Sign one person in with so many browsers, one after the other; return the cookie of each."""
    return [await _sign_in(town, user_name) for _ in range(browsers)]


async def _sign_in(town: Town, user_name: str) -> str:
    login = next(login for login in town.city.logins if login.user_name == user_name)
    async with httpx.AsyncClient(base_url=town.stack.urls["portal"], timeout=60, trust_env=False) as browser:
        (form,) = FORM.findall((await browser.get("/sign-in")).text)
        typed = {"form": form, "to": "/", "user_name": login.user_name, "password": login.password}
        answer = await browser.post("/sign-in", data=typed)
        if COOKIE not in browser.cookies:
            raise RuntimeError(f"{user_name} cannot sign in: {answer.status_code}")
        return browser.cookies[COOKIE]


def asking(url: str, cookies: Sequence[str]) -> list[bytes]:
    """Return the prepared request for a page, of each of these browsers."""
    said = {name.replace("-", "_"): value for name, value in BROWSER.items()}
    return [request("GET", url, None, Cookie=f"{COOKIE}={cookie}", **said) for cookie in cookies]


async def weight(url: str, cookie: str) -> Weight:
    """Load a page as a browser does that has nothing of ours yet, and weigh what came. Raises HTTPStatusError."""
    headers = BROWSER | {"Cookie": f"{COOKIE}={cookie}"}
    async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as browser:
        page = (await browser.get(url)).raise_for_status()
        linked = dict.fromkeys(LINKED.findall(page.text))
        files = [(await browser.get(str(page.url.join(one)))).raise_for_status() for one in linked]
    return Weight(
        page.num_bytes_downloaded,
        sum(one.num_bytes_downloaded for one in files),
        sum(len(one.content) for one in (page, *files)),
    )
