"""What tests of rehab share: a county with its federation and centre, and a child on its way to a session.

All days are in a benefit year that has begun at least six weeks ago and whose enrolments a centre still sees, whenever
the tests run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared import clock
from shared.access.clients import Organisation
from shared.access.policy import Actor, Role
from shared.contracts.codes import OrgType, RehabCategory, ScreeningCategory, Sex
from shared.contracts.envelope import Fact
from shared.contracts.events.screening import (
    ChildRegistered,
    DiagnosisOutcome,
    DiagnosisRecorded,
    IdentifierKind,
    SuspicionState,
)
from shared.testing.streams import Stream
from tests.support.stack import Running

COUNTY = "371602"
YEAR = clock.today().year if clock.today() >= date(clock.today().year, 2, 15) else clock.today().year - 1
BORN = date(YEAR - 4, 5, 20)
SUBMITTED, APPROVED, STARTED = date(YEAR, 1, 2), date(YEAR, 1, 5), date(YEAR, 1, 8)
DIED, AFTER_DEATH = date(YEAR, 1, 20), f"{YEAR}-01-21"
"""The day of death is the last day of an enrolment."""
NINE = datetime(YEAR, 1, 12, 9, tzinfo=clock.SHANGHAI)
CLERKS = (Role.INTAKE_CLERK, Role.REVIEWER, Role.APPROVER, Role.INSTITUTION_SUPERVISOR)


@dataclass
class Enrolled:
    """A child with a centre."""

    case: UUID
    approval: str
    enrolment: str
    centre: Actor


@dataclass
class County:
    """A county as rehab meets it: its federation and a designated centre."""

    stage: Running
    region: str = COUNTY
    federation: Actor = field(init=False)
    centre: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.federation = self.stage.organisation(OrgType.FEDERATION, self.region, *CLERKS)
        self.centre = self.stage.organisation(OrgType.REHAB_CENTRE, self.region)

    async def post(self, actor: Actor | None, path: str, body: Any, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        async with self.stage.client(actor) as client:
            return await client.post(path, json=body, headers=headers)

    async def get(self, actor: Actor | None, path: str, **query: Any) -> httpx.Response:
        async with self.stage.client(actor) as client:
            return await client.get(path, params=query or None)

    async def designated(self, centre: Actor | None = None, **changes: Any) -> str:
        institution = (centre or self.centre).organisation
        answer = await self.post(
            self.federation, f"/v1/institutions/{institution}/designations", a_designation(**changes)
        )
        return record(answer)

    async def works_as(self, centre: UUID) -> None:
        """Let the centre be an organisation that exists already, and designate it."""
        self.stage.knows(Organisation(centre, "centre (invented)", OrgType.REHAB_CENTRE, self.region))
        self.centre = replace(self.centre, organisation=centre)
        await self.designated()

    async def diagnosed(self, hospital: UUID | None = None, *, born: date = BORN) -> UUID:
        """A child with a confirmed diagnosis, as screening tells it."""
        stream = Stream("screening")
        await self.stage.deliver(stream.append(registered(born, self.region)), stream.append(a_diagnosis(hospital)))
        return stream.subject

    async def applied(self, case: UUID | None = None, **changes: Any) -> tuple[UUID, str]:
        case = case or await self.diagnosed()
        return case, record(
            await self.post(self.federation, f"/v1/cases/{case}/applications", an_application(**changes))
        )

    async def approved(self, case: UUID | None = None, **changes: Any) -> tuple[UUID, str]:
        case, application = await self.applied(case)
        body = {"approved_on": APPROVED.isoformat()} | changes
        return case, record(await self.post(self.federation, f"/v1/applications/{application}/approval", body))

    async def enrolled(self, centre: Actor | None = None) -> Enrolled:
        centre = centre or self.centre
        case, approval = await self.approved()
        body = {"approval": approval, "started_on": STARTED.isoformat()}
        return Enrolled(case, approval, record(await self.post(centre, f"/v1/cases/{case}/enrolments", body)), centre)

    async def log(self, child: Enrolled, **changes: Any) -> httpx.Response:
        return await self.post(child.centre, f"/v1/cases/{child.case}/sessions", a_session(child, **changes))


async def slip_of(county: County, application: str) -> str:
    """Return the number on the slip of an application."""
    read: str = (await county.get(county.federation, f"/v1/applications/{application}")).json()["number"]
    return read


@dataclass
class Told:
    """A child as screening goes on telling of it."""

    stage: Running
    stream: Stream = field(default_factory=lambda: Stream("screening"))

    @property
    def case(self) -> UUID:
        return self.stream.subject

    async def hear(self, *facts: Fact, times: int = 1) -> None:
        records = self.stream.extend(facts)
        for _ in range(times):
            await self.stage.deliver(*records)


async def a_child(stage: Running, *facts: Fact, hospital: UUID | None = None, county: str = COUNTY) -> Told:
    told = Told(stage)
    await told.hear(registered(county=county), a_diagnosis(hospital), *facts)
    return told


async def enrol(county: County, told: Told, started_on: date = STARTED) -> Enrolled:
    _, approval = await county.approved(told.case)
    body = {"approval": approval, "started_on": started_on.isoformat()}
    enrolment = record(await county.post(county.centre, f"/v1/cases/{told.case}/enrolments", body))
    return Enrolled(told.case, approval, enrolment, county.centre)


def record(answer: httpx.Response) -> str:
    """Return the id of the record that a write made."""
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["record"]
    return made


def registered(born: date = BORN, county: str = COUNTY) -> ChildRegistered:
    return ChildRegistered(sex=Sex.MALE, birth_date=born, region=county, identifier_kind=IdentifierKind.RESIDENT_NUMBER)


def a_diagnosis(
    hospital: UUID | None = None, outcome: DiagnosisOutcome = DiagnosisOutcome.CONFIRMED
) -> DiagnosisRecorded:
    confirmed = outcome is DiagnosisOutcome.CONFIRMED
    return DiagnosisRecorded(
        diagnosis=uuid4(), category=ScreeningCategory.AUTISM, outcome=outcome,
        rehab_category=RehabCategory.AUTISM if confirmed else None, diagnosed_on=date(YEAR, 1, 1),
        institution=hospital or uuid4(), no_screening_record=True,
        state=SuspicionState.CONFIRMED if confirmed else SuspicionState.EXCLUDED,
    )  # fmt: skip


def a_designation(**changes: Any) -> dict[str, Any]:
    return {
        "categories": ["autism", "hearing"], "valid_from": f"{YEAR - 1}-01-01", "valid_until": f"{YEAR}-12-31",
        "capacity": 60, "legal_person": True,
    } | changes  # fmt: skip


def an_application(**changes: Any) -> dict[str, Any]:
    return {
        "category": "autism", "mode": "centralised", "basis": "diagnosis",
        "materials": ["identity", "residence", "diagnosis"], "submitted_on": SUBMITTED.isoformat(),
    } | changes  # fmt: skip


def a_session(child: Enrolled, *, after: float = 0, minutes: float = 40, **changes: Any) -> dict[str, Any]:
    """A session that begins so many minutes after nine on the first Monday or so of the enrolment."""
    starts_at = NINE + timedelta(minutes=after)
    return {
        "enrolment": child.enrolment, "therapist": str(uuid4()), "discipline": "st", "mode": "individual",
        "starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(minutes=minutes)).isoformat(),
        "attended": True,
    } | changes  # fmt: skip


def a_line(child: Enrolled, **changes: Any) -> dict[str, Any]:
    """A session as a line of a batch."""
    return a_session(child, **changes) | {"case": str(child.case)}


def an_evaluation(child: Enrolled, **changes: Any) -> dict[str, Any]:
    return {
        "enrolment": child.enrolment, "assessor": str(uuid4()), "assessed_on": STARTED.isoformat(),
        "checkpoint": "baseline", "instrument": "cars", "instrument_version": "1988", "scores": {"total": "32.5"},
    } | changes  # fmt: skip


def data_of(fact: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(fact["data"].get(name) for name in names)


async def ends(stage: Running, case: UUID) -> list[tuple[Any, ...]]:
    """Return day and reason of each end of an enrolment of a child."""
    facts = [fact for fact in await stage.facts(case) if "enrolment_ended" in fact["type"]]
    return [data_of(fact, "ended_on", "reason") for fact in facts]
