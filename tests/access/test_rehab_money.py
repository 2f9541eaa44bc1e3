"""Who must not pass at rehab's doors of care plans, claims and payments."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from shared.access.policy import Actor, Role
from shared.contracts.codes import OrgType
from tests.support.rehab import Enrolled, record
from tests.support.settlement import (
    AUDITED,
    CYCLE,
    DAYS,
    JANUARY,
    PAID,
    PAYING,
    Bureau,
    a_claim,
    a_plan,
    accepted,
    an_assessment,
)
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage, code_of

FEDERATION, CENTRE, HOSPITAL = OrgType.FEDERATION, OrgType.REHAB_CENTRE, OrgType.HOSPITAL


@dataclass(frozen=True)
class Door:
    """A door: who may come in at all, in which role of a federation, and whether it opens for one's own only."""

    method: str
    path: str
    let_in: frozenset[OrgType]
    role: Role | None = None


def by(*kinds):
    return frozenset(kinds)


CLAIMS, PAYMENTS = by(CENTRE, HOSPITAL, FEDERATION), by(FEDERATION)
DOORS = {
    "assess": Door("POST", "/v1/enrolments/{enrolment}/assessments", by(CENTRE)),
    "sign a plan": Door("POST", "/v1/enrolments/{enrolment}/care-plans", by(CENTRE)),
    "visit": Door("POST", "/v1/enrolments/{enrolment}/home-visits", by(CENTRE)),
    "plans": Door("GET", "/v1/cases/{case}/care-plans", by(CENTRE, FEDERATION)),
    "evaluations due": Door("GET", "/v1/enrolments/{enrolment}/evaluations-due", by(CENTRE, FEDERATION)),
    "scores": Door("GET", "/v1/cases/{case}/score-series", by(CENTRE, FEDERATION)),
    "preview": Door("GET", f"/v1/enrolments/{{enrolment}}/months/{JANUARY}/amount", by(CENTRE, HOSPITAL)),
    "proposal": Door("GET", f"/v1/claims/proposal?county={PAYING}&cycle={CYCLE}", by(CENTRE, HOSPITAL)),
    "claim": Door("POST", "/v1/claims", by(CENTRE, HOSPITAL)),
    "enter on paper": Door("POST", "/v1/claims/on-paper", by(FEDERATION), Role.INTAKE_CLERK),
    "claims": Door("GET", "/v1/claims", CLAIMS),
    "statement": Door("GET", "/v1/claims/{claim}", CLAIMS),
    "lines": Door("GET", "/v1/claims/{claim}/lines", CLAIMS),
    "audit": Door("POST", "/v1/claims/{claim}/audit", by(FEDERATION), Role.AUDITOR),
    "pay": Door("POST", "/v1/claims/{claim}/payments", PAYMENTS, Role.FINANCE_CLERK),
    "demand back": Door("POST", "/v1/payments/{payment}/recoveries", PAYMENTS, Role.FINANCE_CLERK),
    "come back": Door("POST", "/v1/recoveries/{recovery}/receipt", PAYMENTS, Role.FINANCE_CLERK),
}
SHUT = [(name, kind) for name, door in DOORS.items() for kind in OrgType if kind not in door.let_in]
OF_ONE = [name for name, door in DOORS.items() if "{" in door.path]


@dataclass
class Place:
    """A county with a claim that waits, one that is paid and partly demanded back."""

    bureau: Bureau
    child: Enrolled
    ids: dict[str, str]
    bodies: dict[str, Any]


@pytest.fixture(scope="module")
async def rehab(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "rehab") as stage:
        yield stage


@pytest.fixture(scope="module")
async def place(rehab: Running) -> Place:
    bureau = Bureau(rehab)
    await bureau.designated()
    child, other = await bureau.trained(), await bureau.trained()
    _, (line,), payment = await bureau.paid(child)
    back = {"reason": "overpaid", "demanded_on": PAID, "lines": [{"line": line, "amount": 1}]}
    recovery = record(await bureau.post(bureau.finance, f"/v1/payments/{payment}/recoveries", back))
    claim, lines = await bureau.claimed(other)
    ids = {"case": str(child.case), "enrolment": child.enrolment, "claim": claim}
    ids |= {"payment": payment, "recovery": recovery}
    third = await bureau.trained()
    bodies = {
        "assess": an_assessment(),
        "sign a plan": a_plan(),
        "visit": {"visitor": str(uuid4()), "visited_on": DAYS[0].isoformat(), "words": "invented visit"},
        "claim": a_claim(third),
        "enter on paper": a_claim(third, line={"amount": 5}) | {"institution": str(bureau.centre.organisation)},
        "audit": {"audited_on": AUDITED, "lines": [accepted(lines[0])]},
        "pay": {"paid_on": PAID},
        "demand back": back,
        "come back": {"recovered_on": PAID},
    }
    return Place(bureau, child, ids, bodies)


async def knock(place: Place, name: str, actor: Actor | None = None, **token: Any) -> Any:
    door = DOORS[name]
    async with place.bureau.stage.client(actor, **token) as client:
        return await client.request(door.method, door.path.format(**place.ids), json=place.bodies.get(name))


def someone(place: Place, door: Door) -> Actor:
    """An actor who may come in, of the right role."""
    mine = {Role.AUDITOR: place.bureau.auditor, Role.FINANCE_CLERK: place.bureau.finance}
    if FEDERATION in door.let_in:
        return mine.get(door.role, place.bureau.federation) if door.role else place.bureau.federation
    return place.bureau.centre


@pytest.mark.parametrize(("name", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(rehab, place, name, kind):
    before, role = await rehab.counts(), DOORS[name].role or Role.STAFF
    assert code_of(await knock(place, name, rehab.organisation(kind, PAYING, role))) == (403, "not-allowed")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.role])
async def test_a_federation_needs_the_role_for_it(rehab, place, name):
    before, others = await rehab.counts(), set(Role) - {DOORS[name].role, Role.SERVICE}
    actor = rehab.organisation(FEDERATION, PAYING, *sorted(others))
    assert code_of(await knock(place, name, actor)) == (403, "not-allowed")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", DOORS)
async def test_nobody_passes_without_a_valid_token(rehab, place, name):
    before, actor = await rehab.counts(), someone(place, DOORS[name])
    assert code_of(await knock(place, name)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}):
        assert code_of(await knock(place, name, actor, **wrong)) == (401, "not-authenticated")
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", [name for name in OF_ONE if FEDERATION in DOORS[name].let_in])
@pytest.mark.parametrize("region", ["370302", "3716", "11", ""])
async def test_a_federation_of_another_region_cannot_tell_that_it_exists(rehab, place, name, region):
    before, roles = await rehab.counts(), someone(place, DOORS[name]).roles
    answer = await knock(place, name, rehab.organisation(FEDERATION, region, *roles))
    assert code_of(answer)[0] == 404
    nowhere = Place(place.bureau, place.child, dict.fromkeys(place.ids, str(uuid4())), place.bodies)
    unknown = await knock(nowhere, name, someone(place, DOORS[name]))
    assert answer.json()["title"] == unknown.json()["title"]
    assert await rehab.counts() == before


@pytest.mark.parametrize("name", [name for name in OF_ONE if CENTRE in DOORS[name].let_in])
@pytest.mark.parametrize("kind", [CENTRE, HOSPITAL])
async def test_another_institution_cannot_tell_that_it_exists(rehab, place, name, kind):
    if kind not in DOORS[name].let_in:
        kind = CENTRE
    before = await rehab.counts()
    assert code_of(await knock(place, name, rehab.organisation(kind, PAYING)))[0] == 404
    assert await rehab.counts() == before


async def test_an_institution_claims_only_for_its_own_children(rehab, place):
    before = await rehab.counts()
    assert code_of(await knock(place, "claim", rehab.organisation(CENTRE, PAYING))) == (404, "not-found")
    assert await rehab.counts() == before


async def test_a_federation_enters_on_paper_only_what_its_region_pays(rehab, place):
    before = await rehab.counts()
    elsewhere = rehab.organisation(FEDERATION, "370302", Role.INTAKE_CLERK)
    assert code_of(await knock(place, "enter on paper", elsewhere)) == (403, "not-allowed")
    assert await rehab.counts() == before


async def test_lists_of_claims_hold_only_one_s_own(rehab, place):
    async def listed(actor):
        return [one["id"] for one in (await knock(place, "claims", actor)).json()["items"]]

    assert place.ids["claim"] in await listed(place.bureau.centre)
    assert place.ids["claim"] in await listed(rehab.organisation(FEDERATION, PAYING))
    assert await listed(rehab.organisation(CENTRE, PAYING)) == []
    assert await listed(rehab.organisation(HOSPITAL, PAYING)) == []
    assert await listed(rehab.organisation(FEDERATION, "370302")) == []


async def test_the_words_of_a_plan_are_shown_to_its_centre_alone(place):
    async def words(actor):
        plans = (await knock(place, "plans", actor)).json()["plans"]
        return {goal["words"] for plan in plans for goal in plan["goals"]}

    assert "invented long goal" in await words(place.bureau.centre)
    assert await words(place.bureau.federation) == {None}


@pytest.mark.parametrize("name", ["plans", "scores", "evaluations due", "preview", "lines", "proposal"])
async def test_who_reads_about_a_child_stands_in_the_log_of_reading(rehab, place, name):
    actor = place.bureau.centre
    sql = "SELECT count(*) FROM access_log WHERE organisation = $1"
    (before,) = await rehab.fetch(sql, actor.organisation)
    assert (await knock(place, name, actor)).status_code == 200
    (after,) = await rehab.fetch(sql, actor.organisation)
    assert after[0] > before[0]
