"""Who must not pass at rehab's doors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.access.policy import Actor, Role
from shared.clock import today
from shared.contracts.codes import OrgType
from tests.support.rehab import (
    APPROVED,
    COUNTY,
    STARTED,
    YEAR,
    County,
    Enrolled,
    a_designation,
    a_line,
    a_session,
    an_application,
    an_evaluation,
    record,
    slip_of,
)
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage, code_of

FEDERATION, CENTRE, HOSPITAL = OrgType.FEDERATION, OrgType.REHAB_CENTRE, OrgType.HOSPITAL
ORGANISATIONS = frozenset(OrgType) - {OrgType.SERVICE}


@dataclass(frozen=True)
class Door:
    """A door: who may come in at all, and in which role of a federation."""

    method: str
    path: str
    let_in: frozenset[OrgType]
    role: Role | None = None


def by(*kinds):
    return frozenset(kinds)


DOORS = {
    "grant": Door("POST", "/v1/institutions/{centre}/designations", by(FEDERATION), Role.INSTITUTION_SUPERVISOR),
    "suspend": Door("POST", "/v1/designations/{designation}/suspension", by(FEDERATION), Role.INSTITUTION_SUPERVISOR),
    "designations": Door("GET", "/v1/designations", ORGANISATIONS),
    "policies": Door("GET", "/v1/policies", ORGANISATIONS),
    "intakes": Door("GET", "/v1/intakes", by(FEDERATION), Role.INTAKE_CLERK),
    "apply": Door("POST", "/v1/cases/{case}/applications", by(FEDERATION, CENTRE, HOSPITAL)),
    "complete": Door("POST", "/v1/applications/{application}/completion", by(FEDERATION, CENTRE, HOSPITAL)),
    "return": Door("POST", "/v1/applications/{application}/return", by(FEDERATION), Role.REVIEWER),
    "approve": Door("POST", "/v1/applications/{application}/approval", by(FEDERATION), Role.APPROVER),
    "refuse": Door("POST", "/v1/applications/{application}/refusal", by(FEDERATION), Role.APPROVER),
    "applications": Door("GET", "/v1/applications", by(FEDERATION), Role.INTAKE_CLERK),
    "application": Door("GET", "/v1/applications/{application}", by(FEDERATION), Role.INTAKE_CLERK),
    "outlook": Door("GET", "/v1/applications/{application}/outlook", by(FEDERATION), Role.INTAKE_CLERK),
    "assistance": Door("GET", "/v1/cases/{case}/assistance", by(FEDERATION), Role.INTAKE_CLERK),
    "slip": Door("GET", "/v1/slips/{number}", by(CENTRE, HOSPITAL)),
    "enrol": Door("POST", "/v1/cases/{approved}/enrolments", by(CENTRE)),
    "end": Door("POST", "/v1/enrolments/{enrolment}/end", by(CENTRE)),
    "enrolments": Door("GET", "/v1/enrolments", by(CENTRE, FEDERATION)),
    "enrolments of a child": Door("GET", "/v1/cases/{case}/enrolments", by(CENTRE, FEDERATION)),
    "evaluate": Door("POST", "/v1/cases/{case}/evaluations", by(CENTRE)),
    "evaluations": Door("GET", "/v1/cases/{case}/evaluations", by(CENTRE, FEDERATION)),
    "instruments": Door("GET", "/v1/cases/{case}/instruments?on=2026-01-12", by(CENTRE, FEDERATION)),
    "log": Door("POST", "/v1/cases/{case}/sessions", by(CENTRE)),
    "log a day": Door("POST", "/v1/sessions/batch", by(CENTRE)),
    "rehearse a day": Door("POST", "/v1/sessions/preview", by(CENTRE)),
    "correct": Door("POST", "/v1/sessions/{session}/correction", by(CENTRE)),
    "sessions": Door("GET", "/v1/cases/{case}/sessions?month=2026-01", by(CENTRE, FEDERATION)),
    "roster": Door("GET", "/v1/roster?on=2026-01-12", by(CENTRE, FEDERATION)),
    "inform": Door("POST", "/v1/cases/{waiting}/intakes/autism/contact", by(FEDERATION), Role.INTAKE_CLERK),
    "check": Door("POST", "/v1/applications/{application}/eligibility", by(FEDERATION), Role.REVIEWER),
    "withdraw": Door("POST", "/v1/applications/{application}/withdrawal", by(FEDERATION, CENTRE, HOSPITAL)),
    "assess": Door("POST", "/v1/cases/{applied}/applications/{application}/assessment", by(HOSPITAL, CENTRE)),
    "operate": Door("POST", "/v1/cases/{approved}/approvals/{approval}/operation", by(HOSPITAL)),
    "fit": Door("POST", "/v1/cases/{approved}/approvals/{approval}/fitting", by(HOSPITAL, CENTRE)),
    "leave": Door("POST", "/v1/enrolments/{enrolment}/leave", by(CENTRE)),
    "end leave": Door("POST", "/v1/enrolments/{enrolment}/leave-end", by(CENTRE)),
    "rest": Door("POST", "/v1/enrolments/{enrolment}/suspension", by(FEDERATION), Role.REVIEWER),
    "end rest": Door("POST", "/v1/enrolments/{enrolment}/suspension-end", by(FEDERATION), Role.REVIEWER),
    "transfer": Door("POST", "/v1/enrolments/{enrolment}/transfer", by(FEDERATION), Role.REVIEWER),
    "transfers due": Door("GET", "/v1/transfers-due", by(CENTRE, FEDERATION)),
    "worklist": Door("GET", "/v1/worklist", by(FEDERATION), Role.INTAKE_CLERK),
    "approvals": Door("GET", "/v1/approvals", by(FEDERATION), Role.INTAKE_CLERK),
    "former residents": Door("GET", "/v1/former-residents", by(FEDERATION), Role.INTAKE_CLERK),
    "reinstate": Door(
        "POST", "/v1/designations/{designation}/reinstatement", by(FEDERATION), Role.INSTITUTION_SUPERVISOR
    ),
    "remove": Door("POST", "/v1/designations/{designation}/removal", by(FEDERATION), Role.INSTITUTION_SUPERVISOR),
    "grade": Door("POST", "/v1/designations/{designation}/grades", by(FEDERATION), Role.INSTITUTION_SUPERVISOR),
    "grades": Door("GET", "/v1/designations/{designation}/grades", ORGANISATIONS),
    "qualify": Door("POST", "/v1/staff", by(CENTRE)),
    "leaving": Door("POST", "/v1/staff/{therapist}/leaving", by(CENTRE)),
    "strike off": Door(
        "POST", "/v1/institutions/{centre}/staff/{therapist}/striking-off", by(FEDERATION), Role.INSTITUTION_SUPERVISOR
    ),
    "staff": Door("GET", "/v1/institutions/{centre}/staff", ORGANISATIONS),
    "close": Door("POST", "/v1/closures", by(CENTRE)),
    "closures": Door("GET", "/v1/institutions/{centre}/closures", ORGANISATIONS),
}
PUBLIC = {"grant", "suspend", "reinstate", "remove", "grade", "grades", "leaving", "strike off", "staff", "closures"}
"""Doors about institutions, which are no secret."""
BROUGHT = {"slip", "enrol", "assess", "operate", "fit"}
"""Doors to which the guardian brings two ids, or the number of a slip: whoever holds them is chosen."""
SHUT = [(name, kind) for name, door in DOORS.items() for kind in OrgType if kind not in door.let_in]
OF_A_CHILD = [name for name, door in DOORS.items() if "{" in door.path and name not in PUBLIC | BROUGHT]


@dataclass
class Place:
    """A county with one enrolled child, one approved child, an open application and a logged session."""

    county: County
    child: Enrolled
    ids: dict[str, str]
    bodies: dict[str, Any]


@pytest.fixture(scope="module")
async def rehab(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "rehab") as stage:
        yield stage


@pytest.fixture(scope="module")
async def place(rehab: Running) -> Place:
    county = County(rehab)
    designation, child = await county.designated(), await county.enrolled()
    session = record(await county.log(child))
    (approved, approval), (applied, application) = await county.approved(), await county.applied()
    ids = {"designation": designation, "case": str(child.case), "enrolment": child.enrolment, "session": session}
    ids |= {"approved": str(approved), "application": application, "centre": str(county.centre.organisation)}
    ids |= {"applied": str(applied), "approval": approval, "waiting": str(await county.diagnosed())}
    ids |= {"therapist": str(uuid4()), "number": await slip_of(county, application)}
    return Place(county, child, ids, bodies_of(child, approval))


def bodies_of(child: Enrolled, approval: str) -> dict[str, Any]:
    """A good body for every door that takes one: nothing but the actor stands in the way."""
    day = APPROVED.isoformat()
    return {
        "grant": a_designation(categories=["physical"]),
        "suspend": {"suspended_on": day, "reason": "safety"},
        "apply": an_application(submitted_on="2024-03-01"),
        "complete": {"materials": ["hardship"], "submitted_on": day},
        "return": {"missing": ["hardship"], "returned_on": day},
        "approve": {"approved_on": day},
        "refuse": {"reasons": ["not_resident"], "refused_on": day},
        "enrol": {"approval": approval, "started_on": STARTED.isoformat()},
        "end": {"ended_on": f"{YEAR}-02-01", "reason": "finished"},
        "evaluate": an_evaluation(child),
        "log": a_session(child, after=600),
        "log a day": {"sessions": [a_line(child, after=700)]},
        "correct": {"reason": "did_not_happen"},
        "inform": {"outcome": "will_apply", "informed_on": day},
        "check": {"checked_on": day},
        "withdraw": {"withdrawn_on": day},
        "assess": {
            "assessor": str(uuid4()),
            "assessed_on": day,
            "outcome": "suitable",
            "recommended_mode": "centralised",
        },
        "operate": {"given_on": day, "cost": 100, "insurance_paid": 40},
        "fit": {"given_on": day, "cost": 100, "insurance_paid": 40},
        "leave": {"kind": "leave_illness", "suspended_on": STARTED.isoformat()},
        "end leave": {"resumed_on": STARTED.isoformat()},
        "rest": {"suspended_on": STARTED.isoformat()},
        "end rest": {"resumed_on": STARTED.isoformat()},
        "transfer": {"institution": str(child.centre.organisation), "transferred_on": f"{YEAR}-02-01"},
        "reinstate": {"reinstated_on": day},
        "remove": {"removed_on": day, "reason": "fraud"},
        "grade": {"year": YEAR, "score": 90, "graded_on": day},
        "qualify": {
            "therapist": str(uuid4()),
            "disciplines": ["pt"],
            "since": day,
            "licence_until": f"{YEAR + 1}-12-31",
        },
        "leaving": {"lapsed_on": day},
        "strike off": {"lapsed_on": day},
        "close": {"days": [day]},
    }


async def knock(place: Place, name: str, actor: Actor | None = None, **token: Any) -> Any:
    door = DOORS[name]
    async with place.county.stage.client(actor, **token) as client:
        return await client.request(door.method, door.path.format(**place.ids), json=place.bodies.get(name))


def someone(place: Place, door: Door) -> Actor:
    """An actor who may come in, of the right role."""
    return place.county.federation if FEDERATION in door.let_in else place.county.centre


@pytest.mark.parametrize(("name", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(rehab, place, name, kind):
    before, role = await rehab.counts(), DOORS[name].role or Role.STAFF
    assert code_of(await knock(place, name, rehab.organisation(kind, COUNTY, role))) == (403, "not-allowed")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.role])
async def test_a_federation_needs_the_role_for_it(rehab, place, name):
    before = await rehab.counts()
    others = [rehab.organisation(FEDERATION, COUNTY, role) for role in (Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR)]
    if DOORS[name].role is Role.APPROVER:
        others.append(rehab.organisation(FEDERATION, COUNTY, Role.REVIEWER, Role.AUDITOR))
    for actor in others:
        assert code_of(await knock(place, name, actor)) == (403, "not-allowed")
    assert await rehab.counts() == before


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, door in DOORS.items()
        if FEDERATION in door.let_in and not door.role and name not in PUBLIC | {"designations", "policies"}
    ],
)
async def test_who_only_runs_the_installation_does_nothing_with_a_child(rehab, place, name):
    before = await rehab.counts()
    administrator = rehab.organisation(FEDERATION, COUNTY, Role.ADMINISTRATOR)
    assert code_of(await knock(place, name, administrator)) == (403, "not-allowed")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", DOORS)
async def test_nobody_passes_without_a_valid_token(rehab, place, name):
    before, actor = await rehab.counts(), someone(place, DOORS[name])
    assert code_of(await knock(place, name)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"}, {"typ": "JWT"}):
        assert code_of(await knock(place, name, actor, **wrong)) == (401, "not-authenticated")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", OF_A_CHILD)
@pytest.mark.parametrize("region", ["371621", "3703", "11", ""])
async def test_a_federation_of_another_region_cannot_tell_that_the_child_exists(rehab, place, name, region):
    if FEDERATION not in DOORS[name].let_in:
        region = "371621"
    before = await rehab.counts()
    kind = FEDERATION if FEDERATION in DOORS[name].let_in else CENTRE
    roles = place.county.federation.roles if kind is FEDERATION else ("staff",)
    answer = await knock(place, name, rehab.organisation(kind, region, *roles))
    assert code_of(answer)[0] == 404
    assert answer.json()["title"] == (await unknown(rehab, place, name)).json()["title"]
    assert await rehab.counts() == before


async def unknown(rehab, place, name):
    """The same door with ids that nobody gave out."""
    nowhere = Place(place.county, place.child, dict.fromkeys(place.ids, str(uuid4())), place.bodies)
    return await knock(nowhere, name, someone(place, DOORS[name]))


@pytest.mark.parametrize("name", [name for name in OF_A_CHILD if CENTRE in DOORS[name].let_in])
async def test_another_centre_cannot_tell_that_the_child_exists(rehab, place, name):
    before = await rehab.counts()
    answer = await knock(place, name, rehab.organisation(CENTRE, COUNTY))
    assert code_of(answer)[0] == 404
    assert await rehab.counts() == before


async def test_another_centres_child_in_a_batch_is_not_found(rehab, place):
    before = await rehab.counts()
    answer = (await knock(place, "log a day", rehab.organisation(CENTRE, COUNTY))).json()
    assert [result["code"] for result in answer["results"]] == ["case-not-found"]
    assert await rehab.counts() == before | {"idempotency": before["idempotency"] + 1}


async def test_a_hospital_that_did_not_make_the_diagnosis_cannot_apply(rehab, place):
    before = await rehab.counts()
    for name in ("apply", "complete"):
        assert code_of(await knock(place, name, rehab.organisation(HOSPITAL, "37")))[0] == 404
    assert await rehab.counts() == before


async def test_a_centre_enrols_only_with_the_approval_that_the_guardian_brings(rehab, place):
    before = await rehab.counts()
    for body in ({"approval": str(uuid4())}, {"approval": place.child.approval}):
        wrong = Place(place.county, place.child, place.ids, {"enrol": place.bodies["enrol"] | body})
        assert code_of(await knock(wrong, "enrol", place.county.centre)) == (404, "case-not-found")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", ["assess", "operate", "fit"])
async def test_a_hospital_needs_both_ids_that_the_guardian_brings(rehab, place, name):
    before, hospital = await rehab.counts(), rehab.organisation(HOSPITAL, COUNTY)
    for ids in ({"application": str(uuid4()), "approval": str(uuid4())}, {"applied": str(uuid4())}):
        if name == "assess" or "approval" in ids:
            wrong = Place(place.county, place.child, place.ids | ids, place.bodies)
            assert code_of(await knock(wrong, name, hospital)) == (404, "case-not-found")
    assert await rehab.counts() == before


async def test_a_federation_designates_only_in_its_region(rehab, place):
    before, elsewhere = await rehab.counts(), rehab.organisation(FEDERATION, "371621", *place.county.federation.roles)
    for name in ("grant", "suspend", "reinstate", "remove", "grade", "strike off"):
        assert code_of(await knock(place, name, elsewhere)) == (403, "not-allowed")
    assert await rehab.counts() == before


async def test_the_lists_of_a_region_hold_only_its_children(rehab, place):
    city = rehab.organisation(FEDERATION, "3716", Role.INTAKE_CLERK)
    other = rehab.organisation(FEDERATION, "371621", Role.INTAKE_CLERK)
    for name in ("applications", "enrolments", "intakes"):
        assert (await knock(place, name, other)).json()["items"] == []
    for name in ("applications", "enrolments"):
        assert await every_id(place, name, city) & set(place.ids.values())


async def every_id(place, name, actor) -> set[str]:
    """Every page of a list: other tests have filled the region too."""
    found, query = set(), {"limit": 200}
    while True:
        page = (await place.county.get(actor, DOORS[name].path, **query)).json()
        found |= {row["id"] for row in page["items"]}
        if page["next"] is None:
            return found
        query["after"] = page["next"]


async def test_a_centre_lists_its_own_children_only(rehab, place):
    assert [row["id"] for row in (await knock(place, "enrolments", place.county.centre)).json()["items"]] == [
        place.child.enrolment
    ]
    assert (await knock(place, "enrolments", rehab.organisation(CENTRE, COUNTY))).json()["items"] == []


@pytest.mark.parametrize(("days", "status"), [(89, 200), (90, 404), (400, 404)])
async def test_a_centre_sees_a_child_that_left_for_ninety_days(rehab, days, status):
    county = County(rehab)
    await county.designated()
    child = await county.enrolled()
    await over_since(rehab, child, today() - timedelta(days=days))
    for path in (f"/v1/cases/{child.case}/enrolments", f"/v1/cases/{child.case}/evaluations"):
        assert (await county.get(child.centre, path)).status_code == status
    listed = (await county.get(child.centre, "/v1/enrolments")).json()["items"]
    assert len(listed) == (status == 200)
    late = await county.log(child)
    assert late.status_code == (404 if status == 404 else 422)


async def over_since(rehab, child: Enrolled, day: date) -> None:
    """Let an enrolment have ended on a day, whichever day the tests run."""
    statement = (
        "UPDATE enrolment SET started_on = $1, ended_on = $1, end_reason = 'withdrawn' WHERE id = $2 RETURNING id"
    )
    assert await rehab.fetch(statement, day, UUID(child.enrolment))
