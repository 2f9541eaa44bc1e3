"""A running stack with a town on it: organisations by the directory's doors, enrolled children by everybody's doors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import asyncpg
import httpx
from rich.progress import Progress

from deploy.cli.counting import TO_BE_ASSESSED
from deploy.local.server import start_all, stop_all
from deploy.local.stack import ADMINISTRATOR, Stack
from deploy.services import PRODUCERS
from deploy.simulator import organisations
from deploy.simulator.callers import Callers
from deploy.simulator.cohort import cohort
from deploy.simulator.directory import City, set_up
from deploy.simulator.journeys import Child
from deploy.simulator.organisations import Organisation
from deploy.simulator.sending import Journey, person
from deploy.simulator.sources import Role
from shared.clock import SHANGHAI
from shared.contracts.codes import OrgType

COUNTY, CENTRE = "371602", "rehab-371602-1"
END_OF_ITS_YEAR = date(2024, 12, 31)
FEDERATION, PROVINCE = f"federation-{COUNTY}", "federation-37"
"""The city has no federation of the province; here it is who sees every county."""

CHILDREN = 1000
"""As many as a batch has lines."""

FIRST_DAY, DAYS = datetime(2024, 7, 1, 8, 0, tzinfo=SHANGHAI), 180
SLOT, LENGTH, SLOTS = timedelta(minutes=20), timedelta(minutes=15), 48
"""Days of the sessions: every child is enrolled by then, and still is. From eight o'clock on until midnight."""

CHILDREN_OF_A_THERAPIST = 4
"""A therapist gives them one session after the other: whoever is in two places at once would be the benchmark's fault,
and half of what is measured a finding."""

AT_ONCE = 24
USERS = 50
"""People who are signed in at the portal at the same time."""
QUIET_WITHIN_S = 900
APPLIED = "SELECT coalesce(sum(last_seq), 0)::bigint FROM stream_position"
LOOK_EVERY_S = 0.1


async def until(holds: Callable[[], Awaitable[bool]], *, within: float) -> None:
    """Look again and again until something holds. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while True:
            if await holds():
                return
            await asyncio.sleep(LOOK_EVERY_S)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A child with the centre."""

    case: str
    enrolment: str


@dataclass
class Diary:
    """Hands out sessions of the children that never overlap, nor those of their therapists.

    Each child's come in the order of time, one a day; once the days are over, a second one of each day, and so on.
    """

    children: Sequence[Enrolled]
    _next: int = 0
    _taken: dict[int, int] = field(default_factory=dict)

    def sessions(self) -> Iterator[dict[str, Any]]:
        """Yield sessions for ever, one child after the other, so that the next one is never the same child's."""
        while True:
            yield self._session(self._child())

    def batch(self, size: int, *, each: int) -> list[dict[str, Any]]:
        """Return so many sessions, with so many of each child side by side."""
        return [self._session(child) for child in [self._child() for _ in range(size // each)] for _ in range(each)]

    def _child(self) -> int:
        self._next += 1
        return self._next % len(self.children)

    def _session(self, place: int) -> dict[str, Any]:
        number = self._taken.get(place, 0)
        self._taken[place] = number + 1
        starts_at, child = self._starts_at(place, number), self.children[place]
        return {
            "case": child.case, "enrolment": child.enrolment,
            "therapist": person(f"benchmark-{place // CHILDREN_OF_A_THERAPIST}"), "discipline": "st",
            "mode": "individual", "starts_at": starts_at.isoformat(), "ends_at": (starts_at + LENGTH).isoformat(),
            "attended": True,
        }  # fmt: skip

    @staticmethod
    def _starts_at(place: int, number: int) -> datetime:
        """Return when a child's session of this number begins: its turn with its therapist, that day."""
        turn, day = divmod(number, DAYS)
        slot = turn * CHILDREN_OF_A_THERAPIST + place % CHILDREN_OF_A_THERAPIST
        if slot >= SLOTS:
            raise RuntimeError("the children have no time left for more sessions")
        return FIRST_DAY + timedelta(days=day) + slot * SLOT


@dataclass
class Town:
    """What all figures are measured on."""

    stack: Stack
    city: City
    progress: Progress
    quick: bool
    _diary: Diary | None = None

    def part(self, whole: int) -> int:
        """Return how much of an amount of work a run does: a quick run a tenth."""
        return whole // 10 if self.quick else whole

    @property
    def users(self) -> int:
        """How many people look at a page by turns: signing in takes a while, so a quick run has a fifth."""
        return USERS // 5 if self.quick else USERS

    def seconds(self, whole: float) -> float:
        """Return how long a round lasts: in a quick run a quarter of the time."""
        return whole / 4 if self.quick else whole

    async def diary(self) -> Diary:
        """Return the diary of the children; they are enrolled when the first one asks."""
        if self._diary is None:
            self._diary = Diary(await enrol(self, CHILDREN))
            await self.quiet()
        return self._diary

    def token(self, who: str) -> str:
        """Return a fresh access token of an organisation's machine."""
        given = self.city.credentials[who]
        return self._token(grant_type="client_credentials", client_id=given.client_id, client_secret=given.secret)

    def operator(self) -> str:
        """Return a fresh access token of who runs the installation."""
        password = self.stack.home.secret(ADMINISTRATOR)
        return self._token(grant_type="password", username=ADMINISTRATOR, password=password)

    def _token(self, **form: str) -> str:
        answer = httpx.post(f"{self.stack.urls['directory']}/v1/token", data=form, trust_env=False)
        return str(answer.raise_for_status().json()["access_token"])

    def pids(self) -> dict[str, int]:
        """Return the process of every server."""
        return {server.name: server.child.pid for server in self.stack.servers if server.child}

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a service's database as its owner."""
        connection = await asyncpg.connect(self.stack.database(service))
        try:
            yield connection
        finally:
            await connection.close()

    async def count(self, service: str, sql: str, *arguments: object) -> int:
        """Return one number from a service's database."""
        async with self.database(service) as connection:
            return int(await connection.fetchval(sql, *arguments))

    @asynccontextmanager
    async def without(self, *names: str) -> AsyncIterator[None]:
        """Stop some services for as long as the context lasts; who was started inside it stays."""
        stopped = [self.stack.services[name] for name in names]
        await asyncio.to_thread(stop_all, stopped)
        try:
            yield
        finally:
            await asyncio.to_thread(start_all, [service for service in stopped if service.child is None])

    async def published(self) -> None:
        """Wait until every outbox is empty."""
        await until(self._nothing_waits, within=QUIET_WITHIN_S)

    async def quiet(self) -> None:
        """Wait until everything is published, on the timeline and assessed: one round leaves no work to the next."""
        await until(self._is_quiet, within=QUIET_WITHIN_S)

    async def _is_quiet(self) -> bool:
        return (
            await self.count("timeline", TO_BE_ASSESSED) == 0
            and await self._nothing_waits()
            and await self._all_applied()
        )

    async def _nothing_waits(self) -> bool:
        return not any([await self.count(name, "SELECT count(*) FROM outbox") for name in PRODUCERS])

    async def _all_applied(self) -> bool:
        recorded = [await self.count(name, "SELECT count(*) FROM event_log") for name in PRODUCERS]
        return sum(recorded) == await self.count("timeline", APPLIED)


def open_town(stack: Stack, progress: Progress, *, quick: bool) -> Town:
    """Set up the organisations."""
    everybody = (*organisations.all_organisations(), Organisation(PROVINCE, "样例省残联", OrgType.FEDERATION, "37"))
    keep, secret = stack.home.path / "town.json", stack.home.secret(ADMINISTRATOR)
    return Town(stack, set_up(stack.urls["directory"], ADMINISTRATOR, secret, everybody, keep), progress, quick)


async def enrol(town: Town, children: int) -> list[Enrolled]:
    """Bring children of one county from registration to an enrolment with one centre, through the doors."""
    bar = town.progress.add_task("enrolling children", total=children)
    async with Callers(town.stack.urls, town.city.credentials, "benchmark", AT_ONCE) as callers:
        await _designate(callers, town, children)
        journeys = [Journey(child, callers, town.city.ids) for child in _plans(children)]
        async with asyncio.TaskGroup() as group:
            for journey in journeys:
                task = group.create_task(journey.found_and_enrolled())
                task.add_done_callback(lambda _: town.progress.advance(bar))
    town.progress.remove_task(bar)
    return [Enrolled(journey.case, journey.enrolment) for journey in journeys]


def _plans(children: int) -> Iterator[Child]:
    """Yield plans of the cohort's plain children, all of one county and with one centre."""
    whole = cohort(children=3 * children, today=END_OF_ITS_YEAR)
    casts = tuple(cast for cast in whole.casts if cast.role is Role.REHABILITATED)
    return islice(map(_moved, replace(whole, casts=casts, lately=())), children)


def _moved(child: Child) -> Child:
    assert child.enrolment is not None  # noqa: S101 - the role says so
    assert child.application is not None  # noqa: S101
    return replace(
        child,
        county=COUNTY,
        application=replace(child.application, federation=FEDERATION),
        enrolment=replace(child.enrolment, centre=CENTRE),
        placement=None,
        stay=None,
    )


async def _designate(callers: Callers, town: Town, children: int) -> None:
    """Let the county designate the centre, with room for all."""
    (usual,) = (one for one in cohort(today=END_OF_ITS_YEAR).designations if one.centre == CENTRE)
    body = {
        "categories": sorted(usual.categories),
        "valid_from": usual.valid_from.isoformat(),
        "valid_until": usual.valid_until.isoformat(),
        "capacity": children,
        "legal_person": True,
    }
    path = f"/v1/institutions/{town.city.ids[CENTRE]}/designations"
    await callers.post(FEDERATION, "rehab", path, body, key="designation")
