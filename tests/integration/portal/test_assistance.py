"""From the family that is to be informed to the child that is taken in, goes on leave, is transferred and leaves."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.testing.streams import Stream
from tests.integration.portal.conftest import Browser, Portal, a_portal, words
from tests.support.rehab import APPROVED, COUNTY, STARTED, YEAR, County, a_diagnosis, registered, slip_of
from tests.support.stack import Running
from tests.support.stages import UNKNOWN

DAY = APPROVED.isoformat()
TODAY = clock.today().isoformat()
CLERK = (Role.INTAKE_CLERK, Role.REVIEWER)


@pytest.fixture(scope="module")
async def office(servers, directory, rehab, timeline) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, rehab, timeline) as it:
        yield it


@dataclass
class Worker:
    """A person of an organisation that rehab knows, who reads English."""

    browser: Browser
    organisation: UUID

    async def look(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, answer.text
        return words(answer)

    async def send(self, at: str, path: str, **typed: Any) -> Any:
        await self.look(at)
        return await self.browser.send(path, **typed)


async def worker(office: Portal, rehab: Running, kind: OrgType, *roles: Role, region: str = COUNTY) -> Worker:
    return Worker(*await office.worker(rehab, kind, *roles, region=region))


@pytest.fixture
async def county(rehab) -> County:
    county = County(rehab)
    await county.designated()
    return county


@pytest.fixture
async def centre(office, rehab, county) -> Worker:
    made = await worker(office, rehab, OrgType.REHAB_CENTRE, Role.STAFF)
    await county.works_as(made.organisation)
    return made


@pytest.fixture
async def clerk(office, rehab) -> Worker:
    return await worker(office, rehab, OrgType.FEDERATION, *CLERK)


async def known_everywhere(county: County, timeline: Running) -> UUID:
    """Return a diagnosed child of which the timeline heard too."""
    stream = Stream("screening")
    facts = [stream.append(registered()), stream.append(a_diagnosis())]
    for stage in (county.stage, timeline):
        await stage.deliver(*facts)
    return stream.subject


async def test_a_family_waits_until_it_is_informed_and_then_applies(county, clerk):
    case, other = sorted([await county.diagnosed(), await county.diagnosed()])
    assert f"Case {str(case)[:8]}" in await clerk.look("/families")
    early = {"outcome": "will_apply", "informed_on": f"{YEAR - 1}-12-01", "note": "Words that must stay"}
    answer = await clerk.send("/families", f"/families/{case}/autism", **early)
    assert answer.status_code == 422
    assert "Words that must stay" in answer.text
    listed = (await county.get(county.federation, "/v1/intakes", limit=1)).json()
    later = urlencode({"after": listed["next"]})
    answer = await clerk.send(f"/families?{later}", f"/families/{other}/autism?{later}", **early)
    assert f'action="/families/{other}/autism?{later}"' in answer.text
    answer = await clerk.send("/families", f"/families/{case}/autism", **early | {"informed_on": DAY})
    assert answer.headers["location"] == f"/children/{case}/application?category=autism"


async def test_an_application_is_handed_in_and_its_number_is_on_the_slip(county, clerk, rehab, timeline):
    case = await known_everywhere(county, timeline)
    assert "What is applied for" in await clerk.look(f"/children/{case}/application", category="autism")
    typed = {"what": "training/centralised", "category": "autism", "basis": "diagnosis", "submitted_on": DAY}
    missing = await clerk.browser.send(f"/children/{case}/application", **typed | {"what": ""}, materials="identity")
    assert missing.status_code == 422
    assert re.search(r'value="identity" checked', missing.text)
    sent = typed | {"materials": ["identity", "residence", "diagnosis"]}
    answer = await clerk.send(f"/children/{case}/application", f"/children/{case}/application", **sent)
    assert answer.status_code == 303, answer.text
    page = await clerk.look(answer.headers["location"])
    application = answer.headers["location"].split("?")[0].rsplit("/", 1)[-1]
    assert await slip_of(county, application) in page
    assert "1 application of this child so far" in await clerk.look(f"/children/{case}/application")
    fact = (await rehab.facts(case))[-1]
    assert fact["type"] == "tongkang.rehab.application_submitted.v1"


async def test_an_application_for_a_child_that_nobody_shows_is_not_asked_for(clerk):
    assert (await clerk.browser.look(f"/children/{UNKNOWN}/application")).status_code == 404


async def test_a_centre_takes_in_the_child_whose_number_the_family_brings(county, centre, clerk):
    case, application = await county.applied()
    number = await slip_of(county, application)
    assert "Assessment of the need" in await centre.look("/slip", number=number)
    await county.post(county.federation, f"/v1/applications/{application}/approval", {"approved_on": DAY})
    assert f"Case {str(case)[:8]}" in await clerk.look("/approvals")
    page = await centre.look("/slip", number=number.lower().replace("-", " "))
    assert "CN¥20,000.00" in page
    answer = await centre.browser.send("/slip/enrolment", number=number, started_on=f"{YEAR - 1}-12-01")
    assert answer.status_code == 422
    answer = await centre.send(f"/slip?number={number}", "/slip/enrolment", number=number, started_on=DAY)
    assert answer.headers["location"] == f"/children/{case}/plan?done=enrolled"
    assert "The child is enrolled." in await centre.look(f"/children/{case}/plan", done="enrolled")
    assert "The approval is in use" in await centre.look("/slip", number=number)


async def test_a_number_that_is_none_is_said_at_its_field(centre):
    for typed, said in (("12 Example Road", "Type the number as it is printed"), ("0" * 12, "No application bears")):
        answer = await centre.browser.look("/slip", number=typed)
        assert answer.status_code == 422
        assert said in words(answer)


async def test_a_device_is_assessed_and_fitted_under_its_slip(county, centre):
    wanted = {"item": "device", "mode": "once", "device": "hearing_aid"}
    case, application = await county.applied(**wanted)
    number = await slip_of(county, application)
    found = {"assessed_on": DAY, "assessor": str(UNKNOWN), "outcome": "suitable", "recommended_mode": "once"}
    at = f"/slip?number={number}"
    answer = await centre.send(at, "/slip/assessment", number=number, **found, estimate="4,000")
    assert answer.headers["location"].endswith("done=assessment"), answer.text
    await county.post(county.federation, f"/v1/applications/{application}/approval", {"approved_on": DAY})
    wrong = await centre.send(at, "/slip/fitting", number=number, given_on=DAY, cost="much", insurance_paid="0")
    assert wrong.status_code == 422
    assert 'value="much"' in wrong.text
    given = {"given_on": DAY, "cost": "4,800.50", "insurance_paid": "800"}
    answer = await centre.send(at, "/slip/fitting", number=number, **given)
    assert answer.headers["location"].endswith("done=fitting"), answer.text
    assert "The approval is in use" in await centre.look(at)
    assert (await rehab_facts(county, case))[-1] == "tongkang.rehab.device_fitted.v1"


async def rehab_facts(county: County, case: UUID) -> list[str]:
    return [fact["type"] for fact in await county.stage.facts(case)]


async def test_leave_is_entered_and_ended_and_one_that_does_not_fit_is_kept_as_typed(county, centre, rehab):
    child = await county.enrolled(county.centre)
    path = f"/children/{child.case}/enrolments/{child.enrolment}"
    typed = {"kind": "leave_family", "suspended_on": f"{YEAR}-01-12", "expected_back": f"{YEAR}-01-10"}
    answer = await centre.send(path, f"{path}/leave", **typed)
    assert answer.status_code == 422
    assert f'value="{YEAR}-01-10"' in answer.text
    answer = await centre.send(path, f"{path}/leave", **typed | {"expected_back": f"{YEAR}-01-20"})
    assert answer.headers["location"] == f"{path}?done=leave"
    page = await centre.look(path)
    assert "leave family" in page
    assert "overdue" in page
    assert "leave family" in await centre.look(f"/children/{child.case}/plan")
    for _ in range(2):
        answer = await centre.send(path, f"{path}/leave-end", resumed_on=f"{YEAR}-01-19", once="one-click")
        assert answer.status_code == 303
    resumed = [fact for fact in await rehab.facts(child.case) if "enrolment_resumed" in fact["type"]]
    assert len(resumed) == 1


async def test_a_centre_ends_an_enrolment_and_nothing_more_is_offered(county, centre):
    child = await county.enrolled(county.centre)
    path = f"/children/{child.case}/enrolments/{child.enrolment}"
    answer = await centre.send(path, f"{path}/end", ended_on=TODAY, reason="withdrawn")
    assert answer.headers["location"] == f"{path}?done=end"
    page = await centre.look(path)
    assert "The enrolment is over." in page
    assert "Enter the leave" not in page


async def test_the_county_suspends_lifts_and_transfers(county, centre, clerk, office, rehab):
    child = await county.enrolled(county.centre)
    path = f"/children/{child.case}/enrolments/{child.enrolment}"
    stop = {"kind": "suspended_by_county", "suspended_on": f"{YEAR}-01-12"}
    assert (await clerk.send(path, f"{path}/suspension", **stop)).status_code == 303
    assert "suspended the enrolment" in await centre.look(path)
    assert (await centre.browser.send(f"{path}/suspension-end", resumed_on=DAY)).status_code == 403
    assert (await clerk.send(path, f"{path}/suspension-end", resumed_on=f"{YEAR}-01-14")).status_code == 303
    other = await worker(office, rehab, OrgType.REHAB_CENTRE, Role.STAFF)
    await county.designated(replace(county.centre, organisation=other.organisation))
    page = (await clerk.browser.look(path)).text
    assert f'value="{other.organisation}"' in page
    assert f'value="{centre.organisation}"' not in page
    answer = await clerk.browser.send(f"{path}/transfer", institution=str(other.organisation), transferred_on=TODAY)
    assert answer.headers["location"] == f"{path}?done=transfer"
    assert "transferred" in await clerk.look(path)


async def test_children_of_a_centre_that_may_not_go_on_stand_in_a_list(county, centre, clerk):
    child = await county.enrolled(county.centre)
    assert str(child.enrolment) not in (await clerk.browser.look("/transfers")).text
    listed = await county.get(county.federation, "/v1/designations", institution=str(centre.organisation))
    for one in listed.json()["items"]:
        stop = {"suspended_on": f"{YEAR}-01-20", "reason": "safety"}
        await county.post(county.federation, f"/v1/designations/{one['id']}/suspension", stop)
    assert f"/children/{child.case}/enrolments/{child.enrolment}" in (await clerk.browser.look("/transfers")).text


async def test_a_visit_to_the_home_is_kept_and_one_without_words_is_not(county, centre):
    child = await county.enrolled(county.centre)
    path = f"/children/{child.case}/home-visit/{child.enrolment}"
    typed = {"visitor": str(UNKNOWN), "visited_on": STARTED.isoformat(), "words": "invented words of a visit"}
    answer = await centre.send(path, path, **typed | {"words": ""})
    assert answer.status_code == 422
    assert "Fill this in." in words(answer)
    answer = await centre.send(path, path, **typed)
    assert answer.headers["location"] == f"/children/{child.case}/plan?done=visit"
    assert "invented words of a visit" in await centre.look(f"/children/{child.case}/plan")


async def test_who_has_no_business_with_assistance_has_no_such_page(county, office, rehab):
    child = await county.enrolled()
    stranger = await worker(office, rehab, OrgType.REHAB_CENTRE, Role.STAFF)
    school = await worker(office, rehab, OrgType.SCHOOL, Role.STAFF)
    pages = [
        f"/children/{child.case}/enrolments/{child.enrolment}",
        f"/children/{child.case}/home-visit/{child.enrolment}",
    ]
    for path in pages:
        assert (await stranger.browser.look(path)).status_code == 404
        assert (await school.browser.look(path)).status_code == 403
    for path in ("/slip", "/families", "/approvals", "/transfers", f"/children/{child.case}/application"):
        assert (await school.browser.look(path)).status_code == 403
    for path in ("/families", "/approvals", "/transfers"):
        assert (await stranger.browser.look(path)).status_code == 403
    for path in ("/enrolment", "/fitting"):
        await stranger.look("/slip")
        answer = await stranger.browser.send(f"/slip{path}", number="0000-0000-0000")
        assert answer.status_code == 422
