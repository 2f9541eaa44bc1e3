"""The portal: how soon its main pages come while people work with it, what they weigh, and the page of a long file."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import cycle, groupby, islice

from benchmarks.figures import Figure, figure, middle
from benchmarks.load import closed_loop, connection, open_loop, request
from benchmarks.machine import Cost, said
from benchmarks.main_pages import LONG_FILE, PAGES
from benchmarks.reading import LARGE, LONG, grown
from benchmarks.reading import LONG_FILE as ENTRIES
from benchmarks.town import COUNTY, FEDERATION, Town
from benchmarks.visitors import asking, signed_in, weight
from deploy.cli.console import say
from deploy.simulator.cohort import cohort
from deploy.simulator.run import Simulation

PER_SECOND = 20
"""Looks at a page, of all people together."""
LASTS_S, CROWD_S, TURN_S = 8.0, 3.0, 2.0
ROUNDS, WARM = 3, 10
FEW = 20
"""Children of a quick run's cohort."""

_FULLEST = """
SELECT e.case_id FROM entry e JOIN case_file c ON c.case_id = e.case_id
WHERE c.county = $1 GROUP BY e.case_id ORDER BY count(*) DESC, e.case_id LIMIT 1
"""


async def main_pages(town: Town) -> list[Figure]:
    """Send the cohort through every stage; then look at each page as those who work with it."""
    children = await _sent(town)
    async with town.database("timeline") as timeline:
        case = await timeline.fetchval(_FULLEST, COUNTY)
    figures: list[Figure] = []
    for person, pages in groupby(PAGES, key=lambda page: page.person):
        cookies = await signed_in(town, person, town.users)
        for page in pages:
            path = page.path.format(case=case)
            figures += await _looked_at(town, page.name, path, cookies, f"{children:,} children of a city")
    return figures


async def long_file(town: Town) -> list[Figure]:
    """Look at the page of the long file among a million entries: as many, and as one beside the doors behind it."""
    entries = await grown(town, town.part(LARGE))
    cookies, path = await signed_in(town, FEDERATION, town.users), f"/cases/{LONG}"
    beside = f"a file of {ENTRIES:,} among {entries:,} entries"
    figures = await _looked_at(town, LONG_FILE, path, cookies, beside)
    return [*figures, await _beside_its_doors(town, path, cookies, beside)]


async def _sent(town: Town) -> int:
    """Send the cohort as `make demo` does, the whole city or a handful; return how many children it has."""
    today = town.stack.home.begun_on
    whole = cohort(FEW, today=today) if town.quick else cohort(full=True, today=today)
    await Simulation(whole, town.city, town.stack.urls, town.progress, say).run()
    await town.quiet()
    return len(whole) + len(whole.lately)


async def _looked_at(town: Town, name: str, path: str, cookies: Sequence[str], among: str) -> list[Figure]:
    """Measure one page, looked at again and again by people who are signed in."""
    url = f"{town.stack.urls['portal']}{path}"
    requests = asking(url, cookies)
    (await closed_loop(url, islice(cycle(requests), WARM), clients=1)).checked()
    cost, looks = Cost(town.pids()), int(PER_SECOND * town.seconds(LASTS_S))
    steady = (await open_loop(url, [*islice(cycle(requests), looks)], per_second=PER_SECOND)).checked()
    costs = cost.microseconds(steady.answers)
    crowd = await closed_loop(url, cycle(requests), clients=len(cookies), seconds=town.seconds(CROWD_S))
    weighed = await weight(url, cookies[0])
    note = (
        f"{among}; {steady.answers} looks of {len(cookies)} people, {PER_SECOND} a second in all; all at once and "
        f"without a rest: {crowd.checked().per_second:,.0f} pages/s, p50 {crowd.milliseconds(0.5):,.0f}, p95 "
        f"{crowd.milliseconds(0.95):,.0f} ms; processor us per page at {PER_SECOND} a second: {said(costs)}"
    )
    return [
        figure(f"page_{name}_p50", steady.milliseconds(0.5), note),
        figure(f"page_{name}_p95", steady.milliseconds(0.95), note),
        figure(f"page_{name}_kb", weighed.kilobytes, weighed.note()),
    ]


async def _beside_its_doors(town: Town, path: str, cookies: Sequence[str], beside: str) -> Figure:
    """Measure the page for one reader, in turns with the timeline's doors that it asks."""
    url = f"{town.stack.urls['portal']}{path}"
    one, doors = asking(url, cookies[:1]), _doors(town, f"/v1{path}")
    pages, raw = [], []
    for _ in range(ROUNDS):
        result = await closed_loop(url, cycle(one), clients=1, seconds=town.seconds(TURN_S))
        pages.append(result.checked().milliseconds(0.5))
        raw.append(await _at_once(town.stack.urls["timeline"], doors, town.seconds(TURN_S)))
    note = f"{beside}; one reader, median; ceiling: the {len(doors)} doors of the timeline that it asks, all at once"
    return figure(f"page_{LONG_FILE}_alone", middle(pages), note, ceiling=middle(raw))


def _doors(town: Town, path: str) -> list[bytes]:
    """Return what the page of a file asks the timeline."""
    asked = ("", "/entries?limit=50", "/duties", "/outline?by=week")
    url, token = f"{town.stack.urls['timeline']}{path}", town.token(FEDERATION)
    return [request("GET", f"{url}{one}", token) for one in asked]


async def _at_once(url: str, requests: Sequence[bytes], seconds: float) -> float:
    """Send these requests together, again and again; return the median of how long they take, in milliseconds."""
    took: list[float] = []
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connection(url)) for _ in requests]
        until = time.perf_counter() + seconds
        while (begin := time.perf_counter()) < until:
            answers = await asyncio.gather(*(line.exchange(one) for line, one in zip(lines, requests, strict=True)))
            took.append(time.perf_counter() - begin)
            if refused := [status for status, _ in answers if status >= 300]:
                raise RuntimeError(f"the timeline refused with {refused}")
    return 1000 * middle(took)
