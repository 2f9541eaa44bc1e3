"""What a browser sees of each page: looked at once in every language and colour scheme, asked by many tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from deploy.simulator.directory import Login
from tests.journey.browser.visitor import AT_200_PERCENT, DESKTOP, PHONE, Visitor
from tests.journey.browser.walk import Map, Reached

APPEARANCES = (("zh", "light", "dark"), ("en", "dark", "light"))
"""A page is loaded in each language; the other colours are put on without loading it again."""
FULL = {"resultTypes": ["violations"]}
BY_COLOUR = {**FULL, "runOnly": ["color-contrast"]}
"""The one rule of axe that sees colours."""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(one => one.initiatorType !== "img").reduce((sum, one) => sum + one.encodedBodySize, 0)"""
WIDTH = "() => document.documentElement.scrollWidth"
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).slice(0, 5)
    .map(one => `${one.tagName.toLowerCase()}.${one.className}`)"""


@dataclass(frozen=True, slots=True)
class Look:
    """One page as one person saw it."""

    name: str
    """Who, where, in which language."""
    status: int
    headers: Mapping[str, str] = field(repr=False)
    violations: Sequence[str]
    said: Sequence[str]
    elsewhere: Sequence[str]
    weight: int
    overflows: Mapping[int, Sequence[str]]
    """What stands out at the right, by the width of the window."""
    moves: int
    """Animations that run although the person wants none."""


@dataclass
class Inspection:
    """Looks at each page when it is first asked for; keeps people signed in meanwhile."""

    browser: Browser
    portal: str
    found: Map
    _looks: dict[str, list[Look]] = field(default_factory=dict)
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    async def of(self, route: str) -> Sequence[Look]:
        """Return how a page looks in all appearances, each to another of those who may see it."""
        if route not in self._looks:
            self._looks[route] = [await self._look(*one) for one in self._plan(route)]
        return self._looks[route]

    async def at(self, login: Login, address: str) -> Sequence[Look]:
        """Return how one address looks in all appearances: a page to which no link leads, a form's next step."""
        reached = Reached(login, address, 200, "")
        return [await self._look(reached, language, schemes) for language, *schemes in APPEARANCES]

    async def close(self) -> None:
        for visitor in self._visitors.values():
            await visitor.context.close()

    def _plan(self, route: str) -> Iterator[tuple[Reached, str, Sequence[str]]]:
        people = [one for one in self.found[route] if one.status == 200]
        for number, (language, *schemes) in enumerate(APPEARANCES):
            yield people[number * len(people) // len(APPEARANCES)], language, schemes

    async def _look(self, reached: Reached, language: str, schemes: Sequence[Any]) -> Look:
        visitor = await self._visitor(reached.login)
        await visitor.reads(language)
        await visitor.page.emulate_media(color_scheme=schemes[0])
        visitor.said.clear()
        visitor.elsewhere.clear()
        answer = await visitor.goes(reached.address)
        found = await complaints_of_axe(visitor, schemes[1:])
        who = reached.login.user_name if reached.login else "nobody"
        return Look(
            name=f"{reached.address} for {who}, {language}",
            status=answer.status,
            headers=answer.headers,
            violations=found,
            weight=await visitor.page.evaluate(WEIGHT),
            moves=await visitor.page.evaluate("() => document.getAnimations().length"),
            overflows={size["width"]: await _overflow(visitor, size) for size in (AT_200_PERCENT, PHONE)},
            said=tuple(visitor.said),
            elsewhere=tuple(visitor.elsewhere),
        )

    async def _visitor(self, login: Login | None) -> Visitor:
        name = login.user_name if login else ""
        if name not in self._visitors:
            visitor = await Visitor.comes(self.browser, self.portal, reduced_motion="reduce")
            if login is not None:
                await visitor.signs_in(login)
            self._visitors[name] = visitor
        return self._visitors[name]


async def complaints_of_axe(visitor: Visitor, other_schemes: Sequence[Any] = ()) -> list[str]:
    """Return what axe finds on the page that a visitor sees, such as one that answers a form; in more colours too."""
    found = (await Axe().run(visitor.page, options=FULL)).response["violations"]
    for scheme in other_schemes:
        await visitor.page.emulate_media(color_scheme=scheme)
        again = await visitor.page.evaluate("(options) => axe.run(document, options)", BY_COLOUR)
        found += [one | {"help": f"{one['help']} ({scheme})"} for one in again["violations"]]
    return [_told(one) for one in found]


async def _overflow(visitor: Visitor, size: Any) -> list[str]:
    await visitor.page.set_viewport_size(size)
    wide = await visitor.page.evaluate(WIDTH) > size["width"]
    found = await visitor.page.evaluate(TOO_WIDE) if wide else []
    await visitor.page.set_viewport_size(DESKTOP)
    return found


def _told(violation: Mapping[str, Any]) -> str:
    nodes = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
    return f"{violation['id']}: {violation['help']}: {nodes}"
