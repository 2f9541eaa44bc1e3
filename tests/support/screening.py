"""Requests to screening as its callers make them. Every child, number and family here is invented."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from services.screening.domain.warning_signs import table
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.identifiers import resident_check
from tests.support.stack import Running

BORN = date(2022, 3, 15)
SCREENED, REFERRED, ACCEPTED = "2024-03-20", "2024-03-21", "2024-03-25"
RESCREENED, REFERRED_ON, ADMITTED, DIAGNOSED = "2024-04-10", "2024-04-11", "2024-04-15", "2024-05-06"
_ORDER = count(1)
_SERIAL = count(1)
"""Of a day there are a thousand numbers: nothing else uses them up."""


def a_resident_number(born: date = BORN, *, male: bool = True) -> str:
    """Return a number nobody can have: 379999 is no region (handbook §2.3)."""
    order = next(_SERIAL) * 2 - (1 if male else 2)
    assert order < 1000, "no number is left that no other child has"
    first17 = f"379999{born:%Y%m%d}{order:03d}"
    return first17 + resident_check(first17)


def a_birth_certificate() -> str:
    return f"T{next(_ORDER):09d}"


def a_child(born: date = BORN, **identity: Any) -> dict[str, Any]:
    usual = {
        "name": "童一一",
        "guardian_name": "童大一",
        "guardian_phone": "000 0000 0000",
        "address": "虚构路一号",
        "birth_certificate": a_birth_certificate(),
    }
    given = {name: value for name, value in (usual | identity).items() if value is not None}
    return {"sex": "male", "birth_date": born.isoformat(), "region": "371602", "identity": given}


def a_screening(*positive: int, born: date = BORN, on: str = SCREENED, **changes: Any) -> dict[str, Any]:
    """Answer the four signs of the child's age; `positive` are the numbers of those that are there."""
    column = table().column_for(born, date.fromisoformat(on))
    signs = {sign.id: int(sign.id[-1]) in positive for sign in column.signs}
    return {"category": "autism", "on": on, "signs": signs, "regression": "none"} | changes


def quotients(total: float = 100, **domains: float) -> dict[str, float]:
    names = ("gross_motor", "fine_motor", "adaptive", "language", "social")
    return {"total": total} | dict.fromkeys(names, 100) | domains


def a_rescreening(on: str = RESCREENED, **changes: Any) -> dict[str, Any]:
    return {"on": on, "concerns": [], "abc": 10, "cdss_ii": quotients()} | changes


@dataclass
class Chain:
    """A county's chain of care, each time with new institutions: clinic, county institution, hospital, authorities."""

    stage: Running
    region: str = "371602"
    clinic: Actor = field(init=False)
    mch: Actor = field(init=False)
    hospital: Actor = field(init=False)
    federation: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.clinic, self.mch, self.hospital, self.federation = (
            self.stage.organisation(kind, self.region)
            for kind in (OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL, OrgType.FEDERATION)
        )

    async def post(self, actor: Actor | None, path: str, body: Any, **headers: str) -> httpx.Response:
        async with self.stage.client(actor) as client:
            return await client.post(path, json=body, headers=headers)

    async def get(self, actor: Actor | None, path: str) -> httpx.Response:
        async with self.stage.client(actor) as client:
            return await client.get(path)

    async def done(self, actor: Actor, path: str, body: Any) -> Any:
        answer = await self.post(actor, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    # Steps of the way -----------------------------------------------------------------------------------------------

    async def register(self, actor: Actor | None = None, **child: Any) -> str:
        case: str = (await self.done(actor or self.clinic, "/v1/children", a_child(**child)))["case"]
        return case

    async def screen(self, case: str, *positive: int, **changes: Any) -> str:
        path = f"/v1/cases/{case}/screenings"
        record: str = (await self.done(self.clinic, path, a_screening(*positive, **changes)))["record"]
        return record

    async def suspected(self, category: str = "autism") -> str:
        case = await self.register()
        await self.screen(case, 1, category=category)
        return case

    async def refer(self, case: str, sender: Actor, receiver: Actor, category: str = "autism", **changes: Any) -> str:
        step = "rescreening" if receiver.org_type is OrgType.MCH else "diagnosis"
        body = {"step": step, "receiver": str(receiver.organisation), "on": REFERRED} | changes
        path = f"/v1/cases/{case}/suspicions/{category}/referrals"
        referral: str = (await self.done(sender, path, body))["record"]
        return referral

    async def accept(self, referral: str, receiver: Actor, on: str = ACCEPTED) -> None:
        await self.done(receiver, f"/v1/referrals/{referral}/acceptance", {"on": on})

    async def at_rescreening(self, category: str = "autism") -> str:
        case = await self.suspected(category)
        await self.accept(await self.refer(case, self.clinic, self.mch, category), self.mch)
        return case

    async def at_diagnosis(self) -> str:
        case = await self.at_rescreening()
        await self.done(self.mch, of(case, "rescreenings"), a_rescreening(abc=60))
        await self.accept(await self.refer(case, self.mch, self.hospital, on=REFERRED_ON), self.hospital, ADMITTED)
        return case

    async def diagnose(self, case: str, **changes: Any) -> None:
        body = {"on": DIAGNOSED, "outcome": "confirmed", "rehab_category": "autism"} | changes
        await self.done(self.hospital, of(case, "diagnoses"), body)

    async def confirmed(self) -> str:
        case = await self.at_diagnosis()
        await self.diagnose(case)
        return case

    # What is seen ---------------------------------------------------------------------------------------------------

    async def file(self, case: str, actor: Actor | None = None) -> Any:
        answer = await self.get(actor or self.clinic, f"/v1/cases/{case}")
        assert answer.is_success, answer.text
        return answer.json()

    async def suspicion(self, case: str) -> Any:
        (one,) = (await self.file(case))["suspicions"]
        return one

    async def facts(self, case: str) -> list[tuple[str, str | None]]:
        """Return name and state of each fact about a case."""
        found = await self.stage.facts(UUID(case))
        return [(fact["type"].split(".")[2], fact["data"].get("state")) for fact in found]


def of(case: str, what: str, category: str = "autism") -> str:
    return f"/v1/cases/{case}/suspicions/{category}/{what}"
