"""The whole cohort through the services' doors, phase by phase, with a bar for each."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rich.progress import Progress

from deploy.simulator.callers import Callers
from deploy.simulator.cohort import Cohort
from deploy.simulator.directory import City
from deploy.simulator.organisations import SHOWN_COUNTY, CarePlan, ordinary_school_of
from deploy.simulator.rates import RESIDENTS_OF_A_COUNTY, SOURCE_OF_RESIDENTS
from deploy.simulator.sending import Journey, session_line
from deploy.simulator.settling import settlement
from deploy.simulator.sources import Role, source
from deploy.simulator.supervising import supervision
from deploy.simulator.works import Work, batches, write

AT_ONCE = 12
ROOMS_SINCE = date(2023, 9, 1)
BATCHES_AT_ONCE = 4


@dataclass
class Simulation:
    """Sends a cohort. Running it again, after a kill for instance, sends the same requests and changes nothing."""

    cohort: Cohort
    city: City
    urls: Mapping[str, str]
    progress: Progress
    say: Callable[[str], None] = field(default=lambda _: None)
    seconds: dict[str, float] = field(default_factory=dict)
    _journeys: list[Journey] = field(default_factory=list)

    async def run(self) -> None:
        """Send everything; raises Refused when a service turns down what the plan holds to be right."""
        async with Callers(self.urls, self.city.credentials, prefix_of(self.cohort)) as callers:
            self._journeys = [Journey(child, callers, self.city.ids) for child in self.cohort]
            await self._phase(
                "institutions",
                [
                    *supervision(self.cohort, callers, self.city.ids),
                    *self._licences(callers),
                    *care(self.cohort.care, callers, self.city),
                    *_residents(callers),
                    *_resource_rooms(callers, self.city),
                ],
            )
            await self._phase("children", [journey.found_and_enrolled for journey in self._journeys])
            await self._phase("sessions", self._sessions(callers), at_once=BATCHES_AT_ONCE)
            await self._phase("evaluations", [journey.evaluated_and_ended for journey in self._journeys])
            await self._phase("claims", settlement(self._journeys, callers, self.cohort.today), at_once=BATCHES_AT_ONCE)
            await self._phase("programmes", [journey.schooled for journey in self._journeys])
            await self._phase("care", [journey.cared_for for journey in self._journeys])
            await self._phase("school days", self._school_days(callers), at_once=BATCHES_AT_ONCE)

    def case_of(self, role: Role) -> str:
        """Return the case of the first child with this role, or of the first child."""
        fitting = (journey for journey in self._journeys if journey.child.role is role)
        return next(fitting, self._journeys[0]).case

    @property
    def showcase(self) -> str:
        """The case of a child that a clinic suspected and a centre trains, of the visitors' county if there is one."""
        role = Role.FOUND_REHABILITATED
        there = (one for one in self._journeys if (one.child.role, one.child.county) == (role, SHOWN_COUNTY))
        return next((one.case for one in there), self.case_of(role))

    async def _phase(self, name: str, works: Iterable[Work], *, at_once: int = AT_ONCE) -> None:
        todo = list(works)
        begin, bar, turn = time.monotonic(), self.progress.add_task(name, total=len(todo)), asyncio.Semaphore(at_once)

        async def one(work: Work) -> None:
            async with turn:
                await work()
            self.progress.advance(bar)

        async with asyncio.TaskGroup() as group:
            for work in todo:
                group.create_task(one(work))
        self.seconds[name] = round(time.monotonic() - begin, 2)
        self.progress.remove_task(bar)
        self.say(f"{name} sent, {self.seconds[name]:.0f} s")

    def _licences(self, callers: Callers) -> Iterable[Work]:
        for number, one in enumerate(self.cohort.licences, 1):
            body = {
                "number": f"样例-{number}",
                "stage": one.stage,
                "valid_from": one.valid_from.isoformat(),
                "valid_until": one.valid_until.isoformat(),
                "partner_school": str(self.city.ids[one.partner_school]),
            }
            path = f"/v1/institutions/{self.city.ids[one.centre]}/licences"
            yield write(callers, f"education-{one.county}", "education", path, body, f"licence/{number}")

    def _sessions(self, callers: Callers) -> Iterable[Work]:
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for journey in self._journeys:
            for training in journey.trainings:
                for session in training.course.sessions:
                    lines[session.centre].append(session_line(session, journey.case, training.enrolment))
        return batches(callers, "rehab", "/v1/sessions/batch", "sessions", lines)

    def _school_days(self, callers: Callers) -> Iterable[Work]:
        days: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for journey in self._journeys:
            for day in journey.child.school_days:
                entry = {"case": journey.case, "on": day.on.isoformat(), "status": day.status}
                days[day.institution].append(entry)
        return batches(callers, "education", "/v1/attendance/batch", "days", days)


def prefix_of(cohort: Cohort) -> str:
    """Return the beginning of the keys under which a cohort is sent."""
    return f"cohort-{cohort.seed}-{len(cohort)}"


def _residents(callers: Callers) -> Iterable[Work]:
    """Yield what gives the health authority's number of resident children, the denominator of the first rate."""
    period, health = source().period, f"health-{source().city.region}"
    for county in source().counties:
        body = {
            "county": county.region,
            "since": period.since.isoformat(),
            "until": period.to.isoformat(),
            "children": RESIDENTS_OF_A_COUNTY,
            "source": SOURCE_OF_RESIDENTS,
        }
        yield write(callers, health, "screening", "/v1/resident-children", body, f"residents/{county.region}")


def _resource_rooms(callers: Callers, city: City) -> Iterable[Work]:
    """Yield what enters the resource rooms of ordinary schools; the last county owes one (handbook §4)."""
    for county in source().counties[:-1]:
        path = f"/v1/schools/{city.ids[ordinary_school_of(county.region)]}/resource-room"
        who, key = f"education-{county.region}", f"resource-room/{county.region}"
        yield write(callers, who, "education", path, {"opened_on": ROOMS_SINCE.isoformat()}, key)


def care(plans: Iterable[CarePlan], callers: Callers, city: City) -> Iterable[Work]:
    """Yield what licenses houses for children, and says how many carers they have."""
    for one in plans:
        places = {"day_places": one.places, "boarding_places": one.places}
        body = places | {"valid_from": one.valid_from.isoformat(), "valid_until": one.valid_until.isoformat()}
        path, since = f"/v1/institutions/{city.ids[one.house]}/custody-licences", f"{one.house}/{one.valid_from.year}"
        yield write(callers, f"federation-{one.county}", "custody", path, body, f"custody-licence/{since}")
        carers = {"by_day": one.by_day, "by_night": one.by_night, "since": one.valid_from.isoformat()}
        yield write(callers, one.house, "custody", "/v1/carers", carers, f"carers/{since}")
