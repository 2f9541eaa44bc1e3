"""Writing: single sessions and days of sessions over HTTP."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from uuid import uuid4

from benchmarks.ceilings import CLIENTS, Bare, bare_server, make_database
from benchmarks.figures import Figure, figure, middle
from benchmarks.load import Result, closed_loop, request
from benchmarks.machine import Cost, said
from benchmarks.town import CENTRE, Town

ROUNDS = 3
ROUND_S, WARM_S = 8.0, 1.0
MOST_PER_SECOND = 4000
"""More single sessions than a service could take in a second are prepared before the clock starts."""

OTHERS = ("screening", "education", "custody", "timeline")
"""Who reads along and is stopped while writing is measured: putting facts on the timeline has its own figure."""

LINES, SIDE_BY_SIDE = 1000, 20
BATCH_ROUND_S = 4.0
BATCHES_AT_ONCE, MOST_BATCHES_PER_SECOND = 2, 40


@dataclass
class Rounds:
    """Rounds of one kind: answers per second, and what an answer cost the processors."""

    results: list[Result] = field(default_factory=list)
    costs: list[dict[str, float]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Throughput of the middle round."""
        return middle([result.per_second for result in self.results])

    @property
    def cost(self) -> dict[str, float]:
        """Processor microseconds of an answer, of the middle round."""
        return {name: middle([cost[name] for cost in self.costs]) for name in self.costs[0]}

    async def measure(self, url: str, source: Iterator[bytes], cost: Cost, clients: int, seconds: float) -> None:
        """Add a round."""
        result = (await closed_loop(url, source, clients=clients, seconds=seconds)).checked()
        self.results.append(result)
        self.costs.append(cost.microseconds(result.answers))


async def http_session(town: Town) -> list[Figure]:
    """Measure single sessions over HTTP, round by round beside the bare app."""
    ours, raw, among_all = Rounds(), Rounds(), Rounds()
    await make_database(town.stack)
    seconds = town.seconds(ROUND_S)
    await _product_round(town, among_all, seconds)
    async with town.without(*OTHERS):
        with bare_server(town.stack) as bare:
            await _product_round(town, Rounds(), WARM_S)
            await _bare_round(town, bare, Rounds(), WARM_S)
            for _ in range(ROUNDS):
                await _product_round(town, ours, seconds)
                await _bare_round(town, bare, raw, seconds)
    p95 = middle([result.milliseconds(0.95) for result in ours.results])
    note = (
        f"16 clients, the service's own relay at work; p95 {p95:.1f} ms; {among_all.per_second:,.0f} req/s while all "
        f"others read along on the same processors; processor us per request: {said(ours.cost)}; of the ceiling: "
        f"{said(raw.cost)}"
    )
    return [figure("http_session", ours.per_second, note, ceiling=raw.per_second)]


async def _product_round(town: Town, rounds: Rounds, seconds: float) -> None:
    prepared = await single_sessions(town, int(seconds * MOST_PER_SECOND))
    await town.published()
    await rounds.measure(town.stack.urls["rehab"], iter(prepared), Cost(town.pids()), CLIENTS, seconds)


async def _bare_round(town: Town, bare: Bare, rounds: Rounds, seconds: float) -> None:
    assert bare.child  # noqa: S101 - it runs
    one = request("POST", f"{bare.url}/sessions", town.token(CENTRE), next((await town.diary()).sessions()))
    await town.published()
    cost = Cost({"bare": bare.child.pid, "postgres": town.pids()["postgres"]})
    await rounds.measure(bare.url, repeat(one), cost, CLIENTS, seconds)


async def single_sessions(town: Town, count: int) -> Sequence[bytes]:
    """Return prepared requests, each for another child's next free time."""
    diary = await town.diary()
    url, token = town.stack.urls["rehab"], town.token(CENTRE)
    return [
        request("POST", f"{url}/v1/cases/{session.pop('case')}/sessions", token, session, Idempotency_Key=str(uuid4()))
        for session in islice(diary.sessions(), count)
    ]


async def batch_sessions(town: Town) -> list[Figure]:
    """Measure days of 1,000 sessions: one session of each child, and twenty of each, in turns."""
    single, many, among_all = Rounds(), Rounds(), Rounds()
    seconds = town.seconds(BATCH_ROUND_S)
    await _batch_round(town, among_all, 1, seconds)
    async with town.without(*OTHERS):
        await _batch_round(town, Rounds(), 1, WARM_S)
        for _ in range(ROUNDS):
            await _batch_round(town, single, 1, seconds)
            await _batch_round(town, many, SIDE_BY_SIDE, seconds)
    one, twenty = LINES * single.per_second, LINES * many.per_second
    beside = f"{LINES * among_all.per_second:,.0f}/s while all other services read along on the same processors"
    return [
        figure("batch_sessions", one, f"{_batch_note('one session', single)}; {beside}"),
        figure("batch_sessions_20", twenty, _batch_note("twenty sessions", many), ceiling=one),
    ]


async def _batch_round(town: Town, rounds: Rounds, each: int, seconds: float) -> None:
    prepared = await batches(town, int(seconds * MOST_BATCHES_PER_SECOND), each)
    await town.published()
    await rounds.measure(town.stack.urls["rehab"], iter(prepared), Cost(town.pids()), BATCHES_AT_ONCE, seconds)


def _batch_note(what: str, rounds: Rounds) -> str:
    costs = {name: cost / LINES for name, cost in rounds.cost.items()}
    return f"{what} of each child, {BATCHES_AT_ONCE} batches at once; processor us per session: {said(costs)}"


async def batches(town: Town, count: int, each: int) -> Sequence[bytes]:
    """Return prepared batches of 1,000 lines, with so many sessions of each child."""
    diary = await town.diary()
    url, token = f"{town.stack.urls['rehab']}/v1/sessions/batch", town.token(CENTRE)
    bodies = ({"sessions": diary.batch(LINES, each=each)} for _ in range(count))
    return [request("POST", url, token, body, Idempotency_Key=str(uuid4())) for body in bodies]
