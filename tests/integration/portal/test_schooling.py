"""An education authority at work in the portal: lists, decisions, disputes, licences, over the real education."""

import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared import clock
from shared.access.clients import Organisation
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from tests.integration.education.doors import a_confirmed_child
from tests.integration.portal.conftest import Browser, Portal, a_portal, words
from tests.support.directory import COUNTY
from tests.support.stack import Running
from tests.support.stages import UNKNOWN
from tests.support.tokens import an_actor

NEXT = re.compile(r'<a href="([^"]+)" rel="next">')
DECIDED = {"mode": "regular_class", "decided_on": "2024-07-01", "starts_on": "2024-09-01"}


@pytest.fixture(scope="module")
async def office(servers, directory, education) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, education) as it:
        yield it


class Authority:
    """An education authority with a browser, and a school of its county."""

    def __init__(self, education: Running, browser: Browser, school: Actor) -> None:
        self.education, self.browser, self.school = education, browser, school

    async def page(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, words(answer)
        return answer.text

    async def lists(self, case: str, path: str, **query: Any) -> bool:
        """Tell whether a child stands on one of the pages of a list, which other tests fill too."""
        page = await self.page(path, **query)
        while case not in page and (following := NEXT.search(page)):
            page = await self.page(unescape(following[1]))
        return case in page

    async def child(self, born: date = date(2016, 3, 1)) -> str:
        return str((await a_confirmed_child(self.education, born=born, county=COUNTY)).subject)

    async def fill(self, path: str, **typed: str) -> httpx.Response:
        await self.page(path)
        return await self.browser.send(path, **typed)

    async def placed(self, **changes: str) -> tuple[str, str]:
        """Place a child; return its case and the id of the placement."""
        case = await self.child()
        typed = DECIDED | {"school": str(self.school.organisation)} | changes
        answer = await self.fill(f"/record/placement/{case}", **typed)
        assert answer.headers.get("location") == f"/schooling/{case}?done=1", words(answer)
        found = re.search(r"placement-review/[0-9a-f-]+\?of=([0-9a-f-]{36})", await self.page(f"/schooling/{case}"))
        return case, found.group(1)


@pytest.fixture
async def authority(office, education) -> Authority:
    person = await office.person(OrgType.EDUCATION_AUTHORITY)
    browser = await office.signed_in(person)
    await browser.reads_english()
    school = an_actor(OrgType.SCHOOL, COUNTY, organisation=await office.directory.organisation(OrgType.SCHOOL))
    education.knows(Organisation(school.organisation, "A school (invented)", OrgType.SCHOOL, COUNTY))
    return Authority(education, browser, school)


async def test_a_child_without_a_place_is_found_and_placed(authority):
    case = await authority.child()
    assert await authority.lists(case, "/schooling")
    page = await authority.page(f"/schooling/{case}")
    assert "No placement was decided yet." in page
    assert f"/record/placement/{case}" in page
    typed = DECIDED | {"school": str(authority.school.organisation)}
    answer = await authority.fill(f"/record/placement/{case}", **typed)
    assert answer.headers["location"] == f"/schooling/{case}?done=1"
    assert "regular class" in words(await authority.browser.look(f"/schooling/{case}"))
    assert not await authority.lists(case, "/schooling")
    assert await authority.lists(case, "/schooling", show="placed")


async def test_a_later_form_of_schooling_says_why_no_earlier_one_serves(authority):
    case = await authority.child()
    typed = DECIDED | {"school": str(authority.school.organisation), "mode": "special_school"}
    answer = await authority.fill(f"/record/placement/{case}", **typed)
    assert answer.status_code == 422
    assert re.search(r'id="mode"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r'value="special_school" selected', answer.text)
    reasons = dict.fromkeys(("reasons.nearby_ordinary", "reasons.designated_ordinary"), "needs_special_support")
    answer = await authority.fill(f"/record/placement/{case}", **typed, **reasons)
    assert answer.status_code == 303
    assert "needs special support" in words(await authority.browser.look(f"/schooling/{case}"))


async def test_a_placement_is_kept_after_its_review(authority):
    case, placement = await authority.placed(review_by="2025-01-31")
    assert await authority.lists(case, "/schooling", show="reviews")
    typed = {"reviewed_on": "2025-01-20", "review_by": "2099-01-31"}
    answer = await authority.fill(f"/record/placement-review/{case}?of={placement}", **typed)
    assert answer.status_code == 303
    assert "Reviewed on 20 Jan 2025" in words(await authority.browser.look(f"/schooling/{case}"))
    assert not await authority.lists(case, "/schooling", show="reviews")


async def test_a_dispute_is_entered_and_answered(authority):
    case, placement = await authority.placed()
    typed = {"raised_on": "2024-10-01", "note": "家长希望就近入学"}
    assert (await authority.fill(f"/record/dispute/{case}?of={placement}", **typed)).status_code == 303
    link = re.search(r'href="(/record/dispute-answer/[^"]+)"', await authority.page(f"/schooling/{case}")).group(1)
    answer = await authority.fill(link, settled_on="2024-10-20", answer="维持安置")
    assert answer.status_code == 303
    page = await authority.page(f"/schooling/{case}")
    assert "家长希望就近入学" in page
    assert "维持安置" in page
    assert "dispute-answer" not in page


async def test_a_placement_is_ended_and_the_child_is_without_a_place_again(authority):
    case, placement = await authority.placed()
    typed = {"ended_on": "2024-12-01", "reason": "moved_away"}
    assert (await authority.fill(f"/record/placement-withdrawal/{case}?of={placement}", **typed)).status_code == 303
    page = await authority.page(f"/schooling/{case}")
    assert "moved away" in page
    assert f"of={placement}" not in page


async def test_a_school_ends_the_placement_of_its_own_pupil(office, education, authority):
    person = await office.person(OrgType.SCHOOL)
    browser = await office.signed_in(person)
    await browser.reads_english()
    organisation = UUID(str(person["organisation"]))
    education.knows(Organisation(organisation, "Another school (invented)", OrgType.SCHOOL, COUNTY))
    case, placement = await authority.placed(school=str(organisation))
    page = (await browser.look(f"/pupils/{case}")).text
    link = re.search(r'href="(/record/placement-end/[^"]+)"', page).group(1)
    assert placement in link
    await browser.look(link)
    answer = await browser.send(link, ended_on=clock.today().isoformat(), reason="transferred")
    assert answer.headers["location"] == f"/pupils/{case}?done=1"
    assert "transferred" in words(await browser.look(f"/pupils/{case}"))
    assert (await browser.look(f"/record/placement/{case}")).status_code == 403


async def test_a_teaching_site_is_licensed_with_its_partner_school(authority, office, education):
    site = await office.directory.organisation(OrgType.REHAB_CENTRE)
    education.knows(Organisation(site, "A centre (invented)", OrgType.REHAB_CENTRE, COUNTY))
    typed = {
        "institution": str(site), "number": "鲁教样例1号", "stage": "compulsory", "valid_from": "2024-01-01",
        "valid_until": "2023-12-31", "partner_school": str(authority.school.organisation),
    }  # fmt: skip
    backwards = await authority.fill("/record/education-licence", **typed)
    assert backwards.status_code == 422
    answer = await authority.fill("/record/education-licence", **typed | {"valid_until": "2099-12-31"})
    assert answer.headers["location"] == "/schooling?show=licences&done=1"
    assert "compulsory" in await authority.page("/schooling", show="licences")


async def test_a_resource_room_is_entered(authority):
    await authority.placed()
    assert "not owed" in await authority.page("/schooling", show="rooms")
    typed = {"school": str(authority.school.organisation), "opened_on": "2024-09-01"}
    answer = await authority.fill("/record/resource-room", **typed)
    assert answer.headers["location"] == "/schooling?show=rooms&done=1"
    assert "since 1 Sept 2024" in await authority.page("/schooling", show="rooms")


async def test_who_comes_next_september_and_the_calendar_are_shown(authority):
    today = clock.today()
    begins = today.year if (today.month, today.day) < (9, 1) else today.year + 1
    case = await authority.child(date(begins - 6, 3, 1))
    page = await authority.page("/schooling", show="coming")
    assert case in page
    assert "not decided yet" in page
    assert "Calendar of the school year" in page


async def test_a_federation_reads_the_lists_and_decides_nothing(authority, office):
    case, placement = await authority.placed()
    federation = await office.reader(OrgType.FEDERATION)
    page = (await federation.look(f"/schooling/{case}")).text
    assert "regular class" in page
    assert "/record/" not in page
    assert "show=licences" not in (await federation.look("/schooling")).text
    assert (await federation.look(f"/record/placement-review/{case}", of=placement)).status_code == 403


@pytest.mark.parametrize("path", ["/schooling", f"/schooling/{UNKNOWN}"])
async def test_who_governs_no_schools_is_refused(office, path):
    clinic = await office.reader(OrgType.CLINIC)
    assert (await clinic.look(path)).status_code == 403
