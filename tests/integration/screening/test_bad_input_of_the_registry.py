"""Bad input at the doors of the registry: problem details with a stable code, and nothing in any table."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.access.policy import Role
from shared.clock import today
from shared.contracts.codes import OrgType
from tests.support.screening import a_resident_number
from tests.support.stages import code_of

INVALID, FUTURE = (422, "invalid-request"), (422, "in-the-future")
AWAY = (503, "temporarily-unavailable")
"""No directory runs here, so who it is cannot be told."""
TOMORROW = (today() + timedelta(days=1)).isoformat()
GUARDIAN = {"kind": "parent", "changed_on": "2024-05-01", "name": "童三", "phone": "000 0000 0000"}
MOVE = {"region": "371603", "moved_on": "2024-05-01"}
CONSENT = {"basis": "guardian_consent", "given_on": "2024-05-01"}
A_DOUBT = {"kind": "two_numbers_one_child", "on": "2024-05-01"}
CERTIFICATE = {
    "number": "37999920220315001922",
    "category": "hearing",
    "grade": 2,
    "issued_on": "2024-05-01",
}

HEALTH_SIDE = [
    ("guardians", GUARDIAN | {"kind": "uncle"}, INVALID),
    ("guardians", GUARDIAN | {"name": " "}, INVALID),
    ("guardians", GUARDIAN | {"phone": "none"}, INVALID),
    ("guardians", GUARDIAN | {"unavailable": {"uncle": "deceased"}}, INVALID),
    ("guardians", GUARDIAN | {"unavailable": {"parent": "away"}}, INVALID),
    ("guardians", GUARDIAN | {"changed_on": TOMORROW}, FUTURE),
    ("guardians", GUARDIAN | {"changed_on": "2022-03-14"}, (422, "screening.not-yet-born")),
    ("guardians", GUARDIAN | {"consent_of": "civil_affairs"}, (422, "screening.consent-of-needed")),
    ("moves", MOVE | {"region": "3716"}, INVALID),
    ("moves", MOVE | {"region": "371602"}, (422, "screening.same-county")),
    ("moves", MOVE | {"moved_on": TOMORROW}, FUTURE),
    ("moves", MOVE | {"institution": str(uuid4())}, AWAY),
    ("moves", MOVE | {"address": "路" * 201}, INVALID),
    ("consents", CONSENT | {"basis": "habit"}, INVALID),
    ("consents", CONSENT | {"given_on": TOMORROW}, FUTURE),
    ("consents/withdrawal", {"withdrawn_on": "2024-05-01"}, (409, "screening.no-consent-to-withdraw")),
    ("hospital-stays", {"admitted_on": 1_714_521_600}, INVALID),
    ("hospital-stays", {"admitted_on": TOMORROW}, FUTURE),
    ("hospital-stays", {"admitted_on": "2022-03-14"}, (422, "screening.not-yet-born")),
    (
        "hospital-stays",
        {"admitted_on": "2024-05-02", "discharged_on": "2024-05-01"},
        (422, "screening.discharged-before-admission"),
    ),
    ("death", {"died_on": TOMORROW}, FUTURE),
    ("death", {"died_on": "2022-03-14"}, (422, "screening.not-yet-born")),
    ("death", {"died_on": "2024-05-01", "cause": "unknown"}, INVALID),
    ("death/correction", {"died_on": "2024-05-01"}, (409, "screening.death-not-registered")),
    ("death/retraction", {"on": "2024-05-01", "reason": "another_child"}, (409, "screening.death-not-registered")),
    ("identity", {"resident_number": "1", "confirmed_on": "2024-05-01"}, (422, "screening.invalid-number")),
    ("identity", {"resident_number": a_resident_number(), "confirmed_on": TOMORROW}, FUTURE),
    (
        "identity",
        {"resident_number": a_resident_number(male=False), "confirmed_on": "2024-05-01"},
        (422, "screening.number-disagrees"),
    ),
]


@pytest.mark.parametrize(("door", "body", "code"), HEALTH_SIDE)
async def test_what_cannot_happen_to_a_child(chain, door, body, code):
    case = await chain.register()
    before = await chain.stage.counts()
    answer = await chain.post(chain.clinic, f"/v1/cases/{case}/{door}", body)
    assert code_of(answer) == code
    assert await chain.stage.counts() == before
    for secret in ("童一一", "童三", "379999", "000 0000 0000"):
        assert secret not in answer.text


FEDERATION_SIDE = [
    ("erasure", {"basis": "whim"}, INVALID),
    ("doubts/settlement", {"outcome": "two_children", "on": "2024-05-01"}, INVALID),
    ("doubts/settlement", A_DOUBT | {"outcome": "forgotten"}, INVALID),
    ("doubts/settlement", A_DOUBT | {"outcome": "two_children"}, (409, "screening.nothing-doubted")),
    (
        "doubts/settlement",
        A_DOUBT | {"outcome": "name_written_otherwise"},
        (422, "screening.outcome-does-not-fit"),
    ),
    ("doubts/settlement", A_DOUBT | {"outcome": "two_children", "on": TOMORROW}, FUTURE),
    ("merges", {"merged": "no id", "on": "2024-05-01"}, INVALID),
    ("merges", {"merged": str(uuid4()), "on": "2024-05-01"}, (404, "case-not-found")),
    ("certificates", CERTIFICATE | {"number": "1"}, INVALID),
    ("certificates", CERTIFICATE | {"grade": 5}, INVALID),
    ("certificates", CERTIFICATE | {"grade": "2"}, INVALID),
    ("certificates", CERTIFICATE | {"category": "autism"}, INVALID),
    ("certificates", CERTIFICATE | {"issued_on": TOMORROW}, FUTURE),
    ("certificate-applications", {"hospital": str(uuid4()), "applied_on": "2024-05-01"}, AWAY),
    ("certificate-applications", {"applied_on": "2024-05-01"}, INVALID),
]


@pytest.mark.parametrize(("door", "body", "code"), FEDERATION_SIDE)
async def test_what_a_federation_cannot_do(chain, door, body, code):
    case = await chain.register(resident_number=a_resident_number())
    roles = (Role.REVIEWER, Role.INTAKE_CLERK, Role.PRIVACY_OFFICER)
    desk = chain.stage.organisation(OrgType.FEDERATION, "371602", *roles)
    before = await chain.stage.counts()
    assert code_of(await chain.post(desk, f"/v1/cases/{case}/{door}", body)) == code
    assert await chain.stage.counts() == before


GRADINGS = [
    ([], INVALID),
    ([{"category": "hearing", "better_ear_db": 121}], INVALID),
    ([{"category": "hearing", "better_ear_db": "loud"}], INVALID),
    ([{"category": "hearing", "decibel": 90}], INVALID),
    ([{"category": "hearing"}], (422, "screening.measurement-needed")),
    ([{"category": "multiple"}], (422, "screening.multiple-is-of-parts")),
    ([{"category": "hearing", "better_ear_db": 90, "unaided": False}], (422, "screening.measured-with-aids")),
    ([{"category": "hearing", "better_ear_db": 90}] * 2, (422, "screening.graded-once")),
]


@pytest.mark.parametrize(("measurements", "code"), GRADINGS)
async def test_what_is_no_grading(chain, measurements, code):
    clerk = chain.stage.organisation(OrgType.FEDERATION, "371602", Role.INTAKE_CLERK)
    case = await chain.register()
    applying = {"hospital": str(chain.hospital.organisation), "applied_on": "2024-05-01"}
    application = (await chain.done(clerk, f"/v1/cases/{case}/certificate-applications", applying))["record"]
    before = await chain.stage.counts()
    path, body = f"/v1/certificate-applications/{application}/grading", {"on": "2024-05-02"}
    assert code_of(await chain.post(chain.hospital, path, body | {"measurements": measurements})) == code
    assert await chain.stage.counts() == before


@pytest.mark.parametrize("years", ["-1", "121", "many", ""])
async def test_an_age_that_nobody_has(chain, years):
    path = f"/v1/disability-grades?category=hearing&better_ear_db=50&years={years}"
    assert code_of(await chain.get(chain.hospital, path)) == INVALID
