"""Freshness: how long after its answer a session stands on the timeline, at a steady 300 facts a second."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import httpx
import orjson

from benchmarks.figures import Figure, figure, quantile
from benchmarks.load import Answer, open_loop
from benchmarks.sessions import single_sessions
from benchmarks.town import FEDERATION, Town
from shared.contracts.events.rehab import SessionRecorded

PER_SECOND, LASTS_S, WARM_S = 300, 30.0, 3.0
LOOK_EVERY_S = 0.01
ARRIVES_WITHIN_S = 30
SAMPLE = 20

# The row that moves in the transaction in which the timeline applies a fact: what it says, the next page shows.
_APPLIED = "SELECT case_id, last_seq FROM stream_position WHERE producer = 'rehab' AND case_id = ANY($1::uuid[])"


@dataclass
class Watch:
    """Facts that were answered and are not on the timeline yet, and how long each took."""

    waiting: dict[UUID, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    took: list[float] = field(default_factory=list)
    newest: dict[UUID, str] = field(default_factory=dict)
    """The last fact of each case."""

    def answered(self, answer: Answer) -> None:
        """Note the answer to a session: from now on it is awaited."""
        receipt = orjson.loads(answer[1])
        case, (fact,) = UUID(receipt["case"]), receipt["facts"]
        self.waiting[case].append((fact["sequence"], time.perf_counter()))
        self.newest[case] = fact["id"]

    async def look(self, timeline: asyncpg.Connection) -> None:
        """Look once which of the awaited facts are there."""
        rows = await timeline.fetch(_APPLIED, list(self.waiting))
        now = time.perf_counter()
        for case, last in rows:
            self.took += [now - since for number, since in self.waiting[case] if number <= last]
            self.waiting[case] = [one for one in self.waiting[case] if one[0] > last]
            if not self.waiting[case]:
                del self.waiting[case]


async def freshness(town: Town) -> list[Figure]:
    """Measure from the answer of each session to its row on the timeline."""
    await _run(town, WARM_S)
    watch, late = await _run(town, town.seconds(LASTS_S))
    await _are_shown(town, watch)
    note = (
        f"{len(watch.took):,} sessions at {PER_SECOND}/s, sent at their times whatever the answers; from the HTTP "
        f"answer until the row that the timeline commits is seen, looked at every {1000 * LOOK_EVERY_S:.0f} ms; "
        f"answers p95 {late:.1f} ms; {SAMPLE} read back through the timeline's own page"
    )
    shares = {"freshness_p50": 0.5, "freshness_p95": 0.95, "freshness_p99": 0.99}
    return [figure(name, 1000 * quantile(watch.took, share), note) for name, share in shares.items()]


async def _run(town: Town, seconds: float) -> tuple[Watch, float]:
    """Send for so long; return what was watched, and the answers' p95 in milliseconds."""
    requests, watch = await single_sessions(town, int(seconds * PER_SECOND)), Watch()
    await town.quiet()
    async with town.database("timeline") as timeline, asyncio.TaskGroup() as group:
        sending = group.create_task(
            open_loop(town.stack.urls["rehab"], requests, per_second=PER_SECOND, answered=watch.answered)
        )
        await _until_all_seen(watch, sending, timeline)
    return watch, sending.result().checked().milliseconds(0.95)


async def _until_all_seen(watch: Watch, sending: "asyncio.Task[object]", timeline: asyncpg.Connection) -> None:
    deadline: float | None = None
    while not sending.done() or watch.waiting:
        if watch.waiting:
            await watch.look(timeline)
        if sending.done():
            deadline = deadline or time.perf_counter() + ARRIVES_WITHIN_S
            if time.perf_counter() > deadline:
                raise RuntimeError(f"{len(watch.waiting)} children's sessions are not on the timeline")
        await asyncio.sleep(LOOK_EVERY_S)


async def _are_shown(town: Town, watch: Watch) -> None:
    """Read some cases as the county does: the last session of each stands at the top of the page of its sessions."""
    last: dict[str, str | int] = {"limit": 1, "type": SessionRecorded.type}
    headers = {"Authorization": f"Bearer {town.token(FEDERATION)}"}
    async with httpx.AsyncClient(base_url=town.stack.urls["timeline"], headers=headers, trust_env=False) as timeline:
        for case, fact in list(watch.newest.items())[:SAMPLE]:
            page = (await timeline.get(f"/v1/cases/{case}/entries", params=last)).raise_for_status().json()
            if page["items"][0]["id"] != fact:
                raise RuntimeError(f"the page of case {case} does not begin with its last session")
