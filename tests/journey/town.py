"""Everybody in the city, speaking to the services over HTTP with real tokens, and a look behind at the databases."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx
import orjson

from deploy.local.stack import Stack
from deploy.services import NAMES, PRODUCERS
from deploy.simulator.callers import Callers
from deploy.simulator.cohort import cohort
from deploy.simulator.directory import City
from deploy.simulator.journeys import Child, Session
from deploy.simulator.run import care
from deploy.simulator.sending import Journey, session_line
from shared.contracts.codes import RehabCategory
from shared.testing.eventually import eventually

AUDITOR = "auditor-3716"
TOKEN_KEPT_S = 120
PATIENCE_S = 90.0

Entry = dict[str, Any]


@dataclass(frozen=True)
class Traveller:
    """A child that was sent: its plan, its case and its enrolment."""

    child: Child
    case: str
    enrolment: str


@dataclass
class Town:
    stack: Stack
    city: City
    callers: Callers
    http: httpx.AsyncClient
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _pools: dict[str, asyncpg.Pool] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        for name in NAMES:  # who waits asks often, and a login is dearer than the question
            self._pools[name] = await asyncpg.create_pool(self.stack.database(name), min_size=0, max_size=2)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    async def ask(self, who: str, service: str, path: str, **query: Any) -> httpx.Response:
        """Read once, as an organisation; nothing is waited for."""
        return await self.http.get(f"{self.stack.urls[service]}{path}", headers=await self._headers(who), params=query)

    async def write(self, who: str, service: str, path: str, body: Any, key: str) -> httpx.Response:
        """Write once, as an organisation; nothing is waited for."""
        headers = await self._headers(who) | {"Idempotency-Key": key}
        return await self.http.post(f"{self.stack.urls[service]}{path}", headers=headers, json=body)

    async def designate(self, centre: str, federation: str, year: int) -> None:
        body = {
            "categories": sorted(RehabCategory),
            "valid_from": f"{year}-01-01",
            "valid_until": f"{year}-12-31",
            "capacity": 100,
            "legal_person": True,
        }
        path = f"/v1/institutions/{self.city.ids[centre]}/designations"
        await self.callers.post(federation, "rehab", path, body, key=f"designation/{centre}/{year}")

    async def license_houses(self) -> None:
        """Let every care home and centre of the city care for children."""
        for license_or_declare in care(cohort(children=40).care, self.callers, self.city):
            await license_or_declare()

    async def send_child(self, child: Child) -> Traveller:
        """Send a child's whole plan."""
        journey = Journey(child, self.callers, self.city.ids)
        await journey.found_and_enrolled()
        traveller = Traveller(child, journey.case, journey.enrolment)
        for session in child.sessions:
            await self.log(traveller, session)
        for day in child.school_days:
            body = {"on": day.on.isoformat(), "status": day.status}
            key = f"{child.index}/day/{day.on}"
            await self.callers.post(
                day.institution, "education", f"/v1/cases/{traveller.case}/attendance", body, key=key
            )
        await journey.evaluated_and_ended()
        return traveller

    async def log(self, traveller: Traveller, session: Session) -> str:
        """Log a session, for as long as it takes until the service has answered; return its id."""
        body = session_line(session, traveller.case, traveller.enrolment)
        path = f"/v1/cases/{body.pop('case')}/sessions"
        key = f"{traveller.child.index}/session/{body['starts_at']}"
        answer = await self.callers.post(session.centre, "rehab", path, body, key=key)
        return str(answer["record"])

    async def entries(self, who: str, case: str, **query: Any) -> list[Entry]:
        """Return what somebody sees of a case's timeline, newest first."""
        found: list[Entry] = []
        after: dict[str, str] = {}
        while True:
            answer = await self.ask(who, "timeline", f"/v1/cases/{case}/entries", limit=200, **query, **after)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    async def handed_over(self, case: str) -> None:
        """Wait until the last reaction of the chain stands on the timeline: screening knows of the enrolment."""

        async def told() -> bool:
            answer = await self.ask(AUDITOR, "timeline", f"/v1/cases/{case}/entries", limit=200)
            return answer.status_code == 200 and "case_handed_over" in map(kind, answer.json()["items"])

        await eventually(told, within=PATIENCE_S)

    async def settled(self, case: str) -> Sequence[Entry]:
        """Return the entries of a case once it is assessed and all that was recorded of it until then is there."""
        await eventually(lambda: self.is_assessed(case), within=PATIENCE_S)
        recorded = [fact["recordedtime"] for facts in (await self.recorded(case)).values() for fact in facts]
        latest = datetime.fromisoformat(max(recorded))
        await eventually(lambda: self.is_complete(case, latest), within=PATIENCE_S)
        return await self.entries(AUDITOR, case)

    async def is_assessed(self, case: str) -> bool:
        """Tell whether all that the timeline knows of a case has been assessed."""
        last = "SELECT last_seq FROM case_stream WHERE case_id = $1"
        applied = "SELECT sum(last_seq) FROM stream_position WHERE case_id = $1"
        told = [row[0] for producer in PRODUCERS for row in await self.fetch(producer, last, UUID(case))]
        heard = (await self.fetch("timeline", applied, UUID(case)))[0][0]
        mark = "SELECT FROM dirty_case WHERE case_id = $1 UNION ALL SELECT FROM dirty_institution"
        return sum(told) == heard and not await self.fetch("timeline", mark, UUID(case))

    async def is_complete(self, case: str, moment: datetime) -> bool:
        """Tell whether the stamp under a case says that everything until a moment is on it."""
        answer = await self.ask(AUDITOR, "timeline", f"/v1/cases/{case}")
        if answer.status_code != 200:
            return False
        stamp = answer.json()["completeness"]
        return stamp["parked"] == 0 and all(reaches(one, moment) for one in stamp["producers"])

    async def recorded(self, case: str) -> dict[str, list[Any]]:
        """Return what each producer's own event log holds about a case, in its order."""
        found = {}
        for producer in PRODUCERS:
            rows = await self.fetch(
                producer, "SELECT envelope FROM event_log WHERE case_id = $1 ORDER BY epoch, seq", UUID(case)
            )
            found[producer] = [orjson.loads(row[0]) for row in rows]
        return found

    async def fetch(self, service: str, sql: str, *arguments: Any) -> list[Any]:
        """Read what a service's database holds."""
        return list(await self._pools[service].fetch(sql, *arguments))

    async def _headers(self, who: str) -> dict[str, str]:
        token, until = self._tokens.get(who, ("", 0.0))
        if time.monotonic() > until:
            token = await self._token(who)
            self._tokens[who] = token, time.monotonic() + TOKEN_KEPT_S
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    async def _token(self, who: str) -> str:
        given = self.city.credentials[who]
        form = {"grant_type": "client_credentials", "client_id": given.client_id, "client_secret": given.secret}
        answer = await self.http.post(f"{self.stack.urls['directory']}/v1/token", data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


def reaches(stamp: Mapping[str, Any], moment: datetime) -> bool:
    """Tell whether one producer's part of a stamp says: complete up to this moment."""
    complete_to = stamp["complete_to"]
    return bool(complete_to) and stamp["behind"] == 0 and datetime.fromisoformat(complete_to) >= moment


def kind(entry: Mapping[str, Any]) -> str:
    """Return the middle of a fact's type: `session_recorded`."""
    return str(entry["type"]).split(".")[2]
