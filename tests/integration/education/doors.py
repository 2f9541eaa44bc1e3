"""Requests to education as its callers make them."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx

from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory, ScreeningCategory, Sex
from shared.contracts.events.screening import (
    ChildRegistered,
    DiagnosisOutcome,
    DiagnosisRecorded,
    IdentifierKind,
    SuspicionState,
)
from shared.testing.streams import Stream
from tests.support.stack import Running
from tests.support.stages import a_child

REASONS = {
    "nearby_ordinary": "needs_special_support",
    "designated_ordinary": "no_place_nearby",
    "special_school": "in_residential_rehabilitation",
}


async def a_school_child(education: Running, county: str = "371602") -> UUID:
    return await a_child(education, date(2016, 3, 1), county)


def an_order(
    school: Actor, *, site: Actor | None = None, mode: str = "teaching_site", **changes: Any
) -> dict[str, Any]:
    order: dict[str, Any] = {"mode": mode, "decided_on": "2023-07-03", "starts_on": "2023-09-01", "reasons": REASONS}
    order["school"] = None if mode == "deferred" else str(school.organisation)
    order["site"] = str(site.organisation) if site else None
    return order | changes


async def post(education: Running, actor: Actor | None, path: str, body: Any, **headers: str) -> httpx.Response:
    async with education.client(actor) as client:
        return await client.post(path, json=body, headers=headers)


async def get(education: Running, actor: Actor | None, path: str) -> httpx.Response:
    async with education.client(actor) as client:
        return await client.get(path)


async def place(education: Running, authority: Actor, case: UUID, order: dict[str, Any]) -> httpx.Response:
    return await post(education, authority, f"/v1/cases/{case}/placements", order)


async def attend(education: Running, actor: Actor, case: UUID, **changes: Any) -> httpx.Response:
    body = {"on": "2024-03-04", "status": "present"} | changes
    return await post(education, actor, f"/v1/cases/{case}/attendance", body)


def a_day(case: UUID, on: str = "2024-03-04", status: str = "present", **more: Any) -> dict[str, Any]:
    return {"case": str(case), "on": on, "status": status} | more


async def batch(education: Running, actor: Actor, days: list[dict[str, Any]], **headers: str) -> httpx.Response:
    return await post(education, actor, "/v1/attendance/batch", {"days": days}, **headers)


async def license_site(
    education: Running, authority: Actor, site: Actor, school: Actor, **changes: Any
) -> httpx.Response:
    body = {"number": "LIC-EXAMPLE-1", "stage": "compulsory", "valid_from": "2023-09-01", "valid_until": "2026-08-31"}
    body["partner_school"] = str(school.organisation)
    return await post(education, authority, f"/v1/institutions/{site.organisation}/licences", body | changes)


def registered(born: date = date(2016, 3, 1), county: str = "371602") -> ChildRegistered:
    kind = IdentifierKind.RESIDENT_NUMBER
    return ChildRegistered(sex=Sex.FEMALE, birth_date=born, region=county, identifier_kind=kind)


def diagnosed(
    outcome: DiagnosisOutcome = DiagnosisOutcome.CONFIRMED,
    category: ScreeningCategory = ScreeningCategory.AUTISM,
    on: date = date(2024, 3, 1),
) -> DiagnosisRecorded:
    confirmed = outcome is DiagnosisOutcome.CONFIRMED
    return DiagnosisRecorded(
        diagnosis=UUID(int=1),
        category=category,
        outcome=outcome,
        rehab_category=RehabCategory(category.value) if confirmed else None,
        diagnosed_on=on,
        institution=UUID(int=2),
        no_screening_record=False,
        state=SuspicionState.CONFIRMED if confirmed else SuspicionState.EXCLUDED,
    )


async def a_confirmed_child(education: Running, born: date = date(2016, 3, 1), county: str = "371602") -> Stream:
    """Let education hear of a child with a confirmed diagnosis; its stream may go on."""
    stream = Stream("screening")
    await education.deliver(*stream.extend([registered(born, county), diagnosed()]))
    return stream


async def types_of(education: Running, case: UUID) -> list[str]:
    return [fact["type"].split(".")[2] for fact in await education.facts(case)]
