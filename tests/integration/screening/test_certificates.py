"""A certificate from application to cancellation (残疾人证办法; handbook §2.2): hospital grades, federation issues."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.workdays import add_working_days
from tests.integration.screening.test_lists import pages
from tests.support.screening import BORN, Chain, a_resident_number
from tests.support.stages import code_of

LOSS = {"category": "hearing", "better_ear_db": 85}
APPLIED, GRADED, AFTER_NOTICE = "2024-04-01", "2024-04-08", "2024-04-16"


@pytest.fixture
def desk(chain):
    """The county federation's desk: a clerk takes applications, a reviewer decides."""
    return Desk(chain)


class Desk:
    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.clerk = chain.stage.organisation(OrgType.FEDERATION, chain.region, Role.INTAKE_CLERK)
        self.reviewer = chain.stage.organisation(OrgType.FEDERATION, chain.region, Role.REVIEWER)
        self.number = a_resident_number()

    async def child(self) -> str:
        return await self.chain.register(resident_number=self.number)

    async def apply(self, case: str, **changes) -> str:
        body = {"hospital": str(self.chain.hospital.organisation), "applied_on": APPLIED} | changes
        path = f"/v1/cases/{case}/certificate-applications"
        application: str = (await self.chain.done(self.clerk, path, body))["record"]
        return application

    async def grade(self, application: str, *measurements: dict, on: str = GRADED) -> dict:
        body = {"on": on, "measurements": list(measurements)}
        path = f"/v1/certificate-applications/{application}/grading"
        return await self.chain.done(self.chain.hospital, path, body)

    async def grant(self, application: str, digits: str, on: str = AFTER_NOTICE):
        body = {"number": self.number + digits, "on": on}
        return await self.chain.post(self.reviewer, f"/v1/certificate-applications/{application}/certificate", body)

    async def take_over(self, case: str, digits: str = "22", **changes):
        body = {"number": self.number + digits, "category": "hearing", "grade": 2, "issued_on": "2024-01-08"}
        return await self.chain.post(self.reviewer, f"/v1/cases/{case}/certificates", body | changes)

    async def facts(self, case: str) -> list[dict]:
        facts = await self.chain.stage.facts(case)
        return [fact for fact in facts if ".certificate_" in fact["type"]]


async def test_four_records_have_four_authors(chain, desk):
    case = await desk.child()
    assert code_of(await chain.get(chain.hospital, f"/v1/cases/{case}")) == (404, "case-not-found")
    application = await desk.apply(case)
    answer = await desk.grade(application, LOSS)
    assert answer["explanation"]["outcome"] == "hearing-2"
    granted = await desk.grant(application, "22")
    assert granted.is_success, granted.text

    (fact,) = await desk.facts(case)
    data = {name: value for name, value in fact["data"].items() if name != "actor"}
    assert data == {
        "grading": granted.json()["record"],
        "category": "hearing",
        "parts": [],
        "grade": 2,
        "county": "371602",
        "issued_on": AFTER_NOTICE,
        "valid_until": "2034-04-15",
        "policy": "CN-REGISTRY-2018",
    }
    assert fact["data"]["actor"]["organisation"] == str(desk.reviewer.organisation)
    for row in await chain.stage.fetch("SELECT c::text FROM certificate c WHERE id = $1", granted.json()["record"]):
        assert desk.number not in row[0]


async def test_the_clocks_of_an_application_are_shown_and_its_measurements_stay_with_the_hospital(chain, desk):
    case = await desk.child()
    application = await desk.apply(case)
    await desk.grade(application, LOSS)
    line = next(
        one
        for page in await pages(chain, desk.clerk, "/v1/certificate-applications?status=notice", limit=50)
        for one in page
        if one["id"] == application
    )
    graded = date.fromisoformat(GRADED)
    assert line["notice_until"] == add_working_days(graded, 5).isoformat()
    assert line["review_by"] == add_working_days(graded, 10).isoformat()
    assert (line["case"], line["measurements"]) == (case, None)
    (of_hospital,) = (await chain.file(case, chain.hospital))["certificate_applications"]
    assert of_hospital["measurements"][0]["better_ear_db"] == 85
    (of_federation,) = (await chain.file(case, chain.federation))["certificate_applications"]
    assert of_federation["measurements"] is None


async def test_no_certificate_comes_before_the_public_notice_is_over(desk):
    case = await desk.child()
    application = await desk.apply(case)
    assert code_of(await desk.grant(application, "22")) == (409, "screening.application-not-now")
    await desk.grade(application, LOSS)
    assert code_of(await desk.grant(application, "22", on="2024-04-15")) == (409, "screening.notice-runs")
    assert code_of(await desk.grant(application, "23")) == (422, "screening.certificate-disagrees")
    assert (await desk.grant(application, "22B1")).is_success
    assert code_of(await desk.grant(application, "22")) == (409, "screening.application-not-now")


async def test_a_child_that_reaches_no_grade_gets_none(chain, desk):
    case = await desk.child()
    application = await desk.apply(case)
    answer = await desk.grade(application, LOSS | {"better_ear_db": 20})
    assert answer["explanation"]["outcome"] == "none"
    (shown,) = (await chain.file(case))["certificate_applications"]
    assert (shown["status"], shown["grade"], shown["notice_until"]) == ("not_disabled", None, None)
    await desk.apply(case, applied_on="2024-05-01")


async def test_only_the_hospital_that_was_asked_grades(chain, desk):
    application = await desk.apply(await desk.child())
    other = chain.stage.organisation(OrgType.HOSPITAL)
    body = {"on": GRADED, "measurements": [LOSS]}
    refused = await chain.post(other, f"/v1/certificate-applications/{application}/grading", body)
    assert code_of(refused) == (404, "screening.application-not-found")


async def test_one_application_is_on_its_way_at_a_time_and_a_refused_one_ends(chain, desk):
    case = await desk.child()
    application = await desk.apply(case)
    again = {"hospital": str(chain.hospital.organisation), "applied_on": APPLIED}
    path = f"/v1/cases/{case}/certificate-applications"
    assert code_of(await chain.post(desk.clerk, path, again)) == (409, "screening.application-open")
    refusal = {"reason": "withdrawn", "on": "2024-04-02"}
    await chain.done(desk.reviewer, f"/v1/certificate-applications/{application}/refusal", refusal)
    assert await desk.apply(case) != application


async def test_a_regrade_keeps_the_record(chain, desk):
    case = await desk.child()
    certificate = (await desk.take_over(case)).json()["record"]
    application = await desk.apply(case, certificate=certificate)
    await desk.grade(application, LOSS | {"better_ear_db": 95}, {"category": "mental", "adaptive_grade": 3})
    assert (await desk.grant(application, "71")).is_success
    issued, regraded = await desk.facts(case)
    assert issued["data"]["grading"] == regraded["data"]["grading"] == certificate
    assert (regraded["data"]["category"], regraded["data"]["grade"]) == ("multiple", 1)
    assert regraded["data"]["parts"] == ["hearing", "mental"]
    (shown,) = (await chain.file(case))["certificates"]
    assert (shown["id"], shown["category"], shown["changed_on"]) == (certificate, "multiple", AFTER_NOTICE)


async def test_a_cancelled_certificate_is_applied_for_again_after_a_year(chain, desk):
    case = await desk.child()
    certificate = (await desk.take_over(case)).json()["record"]
    path = f"/v1/certificates/{certificate}/cancellation"
    body = {"reason": "own_request", "cancelled_on": "2024-03-01"}
    await chain.done(desk.reviewer, path, body)
    assert code_of(await chain.post(desk.reviewer, path, body)) == (409, "screening.certificate-not-valid")
    assert (await desk.facts(case))[-1]["data"]["reapply_from"] == "2025-03-01"
    again = {"hospital": str(chain.hospital.organisation), "applied_on": "2025-02-28"}
    applying = f"/v1/cases/{case}/certificate-applications"
    assert code_of(await chain.post(desk.clerk, applying, again)) == (409, "screening.reapply-later")
    await desk.apply(case, applied_on="2025-03-01")


@pytest.mark.parametrize(
    ("digits", "changes", "refusal"),
    [
        ("23", {}, (422, "screening.certificate-disagrees")),
        ("32", {}, (422, "screening.certificate-disagrees")),
        ("92", {}, (422, "screening.invalid-number")),
        ("22", {"parts": ["hearing", "mental"]}, (422, "screening.parts-do-not-fit")),
        ("72", {"category": "multiple"}, (422, "screening.parts-do-not-fit")),
        ("22", {"issued_on": (BORN - timedelta(days=1)).isoformat()}, (422, "screening.not-yet-born")),
        ("22", {"issued_on": (clock.today() + timedelta(days=1)).isoformat()}, (422, "in-the-future")),
    ],
)
async def test_a_certificate_that_cannot_be_is_refused_and_leaves_no_trace(chain, desk, digits, changes, refusal):
    case = await desk.child()
    before = await chain.stage.counts()
    assert code_of(await desk.take_over(case, digits, **changes)) == refusal
    assert await chain.stage.counts() == before


async def test_a_number_of_another_child_and_a_child_without_a_number_get_no_certificate(desk):
    newborn = await desk.chain.register()
    assert code_of(await desk.take_over(newborn)) == (409, "screening.resident-number-needed")
    other = await desk.chain.register(resident_number=a_resident_number())
    assert code_of(await desk.take_over(other)) == (422, "screening.certificate-disagrees")


async def test_a_valid_certificate_is_not_taken_up_twice(desk):
    case = await desk.child()
    assert (await desk.take_over(case)).is_success
    assert code_of(await desk.take_over(case, issued_on="2024-02-01")) == (409, "screening.certificate-stands")


async def test_after_a_death_a_certificate_is_cancelled_and_none_is_issued(chain, desk):
    case = await desk.child()
    certificate = (await desk.take_over(case)).json()["record"]
    await chain.done(chain.clinic, f"/v1/cases/{case}/death", {"died_on": "2024-03-01"})
    body = {"reason": "deceased", "cancelled_on": "2024-03-20"}
    await chain.done(desk.reviewer, f"/v1/certificates/{certificate}/cancellation", body)
    late = {"hospital": str(chain.hospital.organisation), "applied_on": "2025-04-01"}
    refused = await chain.post(desk.clerk, f"/v1/cases/{case}/certificate-applications", late)
    assert code_of(refused) == (422, "screening.after-death")


async def test_a_certificate_of_another_county_does_not_exist(chain, desk):
    certificate = (await desk.take_over(await desk.child())).json()["record"]
    elsewhere = chain.stage.organisation(OrgType.FEDERATION, "371603", Role.REVIEWER)
    body = {"reason": "own_request", "cancelled_on": "2024-03-20"}
    for one in (certificate, str(uuid4())):
        refused = await chain.post(elsewhere, f"/v1/certificates/{one}/cancellation", body)
        assert code_of(refused) == (404, "screening.certificate-not-found")


async def test_which_grade_a_measurement_gives_can_be_asked_without_a_child(chain):
    path = "/v1/disability-grades?category=hearing&better_ear_db=50&years="
    young, older = [(await chain.get(chain.hospital, f"{path}{years}")).json() for years in (2, 3)]
    assert (young["outcome"], older["outcome"]) == ("none", "hearing-4")
    missing = await chain.get(chain.hospital, "/v1/disability-grades?category=speech&years=4")
    assert code_of(missing) == (422, "screening.measurement-needed")
