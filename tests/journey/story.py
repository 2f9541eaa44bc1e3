"""A child's story, told step by step through the doors by those who would do it; what the timeline then shows.

Writes wait for facts on their way, as the simulator's do, and carry keys of their own; reads are tried until they show
what is asked for. Every child and every member of staff is invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from deploy.simulator.people import Person, resident_number
from deploy.simulator.sending import person, registration
from shared.clock import SHANGHAI
from shared.contracts.codes import Sex
from shared.testing.eventually import eventually
from tests.journey.town import AUDITOR, PATIENCE_S, Entry, Town, kind

Answer = dict[str, Any]
COUNTY, OTHER_COUNTY = "371602", "371603"
CLINIC, MCH, HOSPITAL = f"clinic-{COUNTY}-1", f"mch-{COUNTY}", "hospital-3716"
FEDERATION, HEALTH, EDUCATION = f"federation-{COUNTY}", "health-3716", f"education-{COUNTY}"
CENTRE, OTHER_CENTRE, CARE_HOME = f"rehab-{COUNTY}-1", f"rehab-{COUNTY}-3", f"care-{COUNTY}"
SPECIAL_SCHOOL, ORDINARY_SCHOOL = f"school-{COUNTY}-special", f"school-{COUNTY}-ordinary"
QUOTIENTS = ("total", "gross_motor", "fine_motor", "adaptive", "language", "social")


def moment(day: date, at: time = time(9)) -> str:
    """Return a time of day in Shanghai as a door takes it."""
    return datetime.combine(day, at, SHANGHAI).isoformat()


def quotients(**told: int) -> Mapping[str, int]:
    """Return 儿心量表-II quotients: 90 in each, but for those told."""
    return dict.fromkeys(QUOTIENTS, 90) | told


@dataclass
class Story:
    """One child in the town. `number` makes its resident number; each story has one of its own."""

    town: Town
    number: int
    born: date
    sex: Sex = Sex.FEMALE
    county: str = COUNTY
    case: str = ""
    records: dict[str, str] = field(default_factory=dict)
    """Ids of what was recorded, by a word of the story's own."""

    @property
    def federation(self) -> str:
        """The federation of the county where the child lives."""
        return f"federation-{self.county}"

    async def by(self, who: str, service: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Write as an organisation; `{case}` in the path is the child's."""
        where = path.replace("{case}", self.case)
        return await self.town.callers.post(who, service, where, body, key=f"story/{self.number}/{uuid4()}")

    async def refused(self, who: str, service: str, path: str, body: Mapping[str, Any]) -> str:
        """Write what must be refused, and return the code of the refusal."""
        where = path.replace("{case}", self.case)
        answer = await self.town.write(who, service, where, body, key=f"story/{self.number}/{uuid4()}")
        assert answer.status_code in range(400, 500), answer.text
        return str(answer.json()["code"])

    async def reads(self, who: str, service: str, path: str, **query: Any) -> Any:
        """Read as an organisation."""
        answer = await self.town.ask(who, service, path.replace("{case}", self.case), **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def registered(self, on: date, *, by: str = CLINIC) -> None:
        answer = await self.by(by, "screening", "/v1/children", registration(self.person, self.county, on))
        self.case = answer["case"]

    async def screened(self, on: date, category: str, *signs: str, by: str = CLINIC, **more: Any) -> Answer:
        """Screen with the warning signs of the child's age; the named ones are positive."""
        asked = await self.reads(
            by, "screening", "/v1/warning-signs", birth_date=self.born.isoformat(), on=on.isoformat()
        )
        answers = {sign["id"]: sign["id"] in signs for sign in asked["signs"]}
        assert set(signs) <= set(answers), "a sign of another age"
        body = {"category": category, "on": on.isoformat(), "signs": answers, "regression": "none", **more}
        return await self.by(by, "screening", "/v1/cases/{case}/screenings", body)

    async def referred(self, on: date, category: str, step: str, sender: str, receiver: str) -> None:
        """Issue a slip and let the receiver accept it two days later."""
        body = {"step": step, "receiver": str(self.town.city.ids[receiver]), "on": on.isoformat()}
        slip = await self.by(sender, "screening", self.suspicion(category, "referrals"), body)
        accepted = {"on": (on + timedelta(days=2)).isoformat()}
        await self.by(receiver, "screening", f"/v1/referrals/{slip['record']}/acceptance", accepted)

    async def confirmed(self, on: date, category: str, rehab_category: str | None = None, **more: Any) -> None:
        body = {"on": on.isoformat(), "outcome": "confirmed", "rehab_category": rehab_category or category, **more}
        await self.by(HOSPITAL, "screening", self.suspicion(category, "diagnoses"), body)

    async def approved(self, submitted: date, approved: date, category: str, **more: Any) -> None:
        """Apply for training with a diagnosis and let the county approve it."""
        await self.applied(submitted, category, **more)
        await self.decided(approved)

    async def applied(self, submitted: date, category: str, **more: Any) -> None:
        """Apply for training with a diagnosis."""
        body = {
            "category": category, "mode": "centralised", "basis": "diagnosis",
            "materials": ["identity", "diagnosis", "residence"], "submitted_on": submitted.isoformat(), **more,
        }  # fmt: skip
        applied = await self.by(self.federation, "rehab", "/v1/cases/{case}/applications", body)
        self.records["application"] = applied["record"]

    async def decided(self, on: date, **more: Any) -> Answer:
        """Let the county approve the application; return its answer, with the steps that led to the amounts."""
        path = f"/v1/applications/{self.records['application']}/approval"
        answer = await self.by(self.federation, "rehab", path, {"approved_on": on.isoformat(), **more})
        self.records["approval"] = answer["record"]
        return answer

    async def enrolled(self, on: date, centre: str = CENTRE) -> None:
        body = {"approval": self.records["approval"], "started_on": on.isoformat()}
        answer = await self.by(centre, "rehab", "/v1/cases/{case}/enrolments", body)
        self.records["enrolment"] = answer["record"]

    async def trained(self, on: date, *, centre: str = CENTRE, at: time = time(9), **more: Any) -> str:
        """Log a session of forty minutes and return its id."""
        ends = (datetime.combine(on, at) + timedelta(minutes=40)).time()
        body = {
            "enrolment": self.records["enrolment"], "therapist": person(f"therapist of {centre}"),
            "discipline": "special_education", "mode": "individual", "starts_at": moment(on, at),
            "ends_at": moment(on, ends), "attended": True, **more,
        }  # fmt: skip
        answer = await self.by(centre, "rehab", "/v1/cases/{case}/sessions", body)
        return str(answer["record"])

    async def evaluated(self, on: date, checkpoint: str, total: str) -> None:
        """Record a stage evaluation by CARS."""
        body = {
            "enrolment": self.records["enrolment"], "assessor": person("assessor"), "assessed_on": on.isoformat(),
            "checkpoint": checkpoint, "instrument": "cars", "instrument_version": "1980", "scores": {"total": total},
        }  # fmt: skip
        await self.by(CENTRE, "rehab", "/v1/cases/{case}/evaluations", body)

    async def entries(self, who: str = AUDITOR) -> list[Entry]:
        """Return the child's timeline as somebody sees it now, newest first."""
        return await self.town.entries(who, self.case)

    async def tells(self, *kinds: str, who: str = AUDITOR) -> list[Entry]:
        """Wait until the timeline tells of all these, and return its entries."""

        async def told() -> bool:
            answer = await self.town.ask(who, "timeline", f"/v1/cases/{self.case}/entries", limit=200)
            return answer.status_code == 200 and set(kinds) <= set(map(kind, answer.json()["items"]))

        await eventually(told, within=PATIENCE_S)
        return await self.entries(who)

    async def facts(self, name: str, who: str = AUDITOR, *, at_least: int = 1) -> list[Any]:
        """Wait for facts of a kind, as many as there must be, and return their data, oldest first."""
        found: list[Any] = []

        async def told() -> bool:
            entries = await self.tells(name, who=who)
            found[:] = [entry["fact"]["data"] for entry in reversed(entries) if kind(entry) == name]
            return len(found) >= at_least

        await eventually(told, within=PATIENCE_S)
        return found

    def suspicion(self, category: str, what: str) -> str:
        return f"/v1/cases/{{case}}/suspicions/{category}/{what}"

    @property
    def person(self) -> Person:
        tail = f"{self.number:04d}"
        return Person(
            name=f"虚构童{tail}", sex=self.sex, birth_date=self.born,
            resident_number=resident_number(self.born, self.sex, self.number % 500), birth_certificate=None,
            guardian_name=f"虚构家长{tail}", guardian_relation="mother", guardian_phone=f"1009876{tail}",
            address=f"虚构路{tail}号",
        )  # fmt: skip
