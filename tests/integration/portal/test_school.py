"""A school: the day's roster, pupils with roll and programme, teaching at home, each over the real education."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared import clock
from shared.access.clients import Organisation
from shared.contracts.codes import OrgType
from tests.integration.education.doors import a_day, a_school_child, an_order, batch, place
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.support.directory import COUNTY
from tests.support.stack import Running
from tests.support.stages import UNKNOWN
from tests.support.tokens import an_actor

MONDAY, SUNDAY = "2024-03-04", "2024-03-03"
AT_HOME = dict.fromkeys(("nearby_ordinary", "designated_ordinary", "special_school"), "needs_full_time_nursing")
MARK = re.compile(r'name="(day-[0-9a-f-]{36})" value="([^"]*)"( checked)?')


@pytest.fixture(scope="module")
async def office(servers, directory, education) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, education) as it:
        yield it


class School:
    """A school with a browser at a teacher's desk."""

    def __init__(self, education: Running, browser: Browser, organisation: UUID) -> None:
        self.education, self.browser = education, browser
        self.actor = an_actor(OrgType.SCHOOL, COUNTY, organisation=organisation)
        self.authority = an_actor(OrgType.EDUCATION_AUTHORITY, COUNTY)

    async def gets(self, mode: str = "regular_class", **changes: Any) -> str:
        case = await a_school_child(self.education, COUNTY)
        answer = await place(self.education, self.authority, case, an_order(self.actor, mode=mode, **changes))
        assert answer.status_code == 201, answer.text
        return str(case)

    async def page(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def record(self, on: str = MONDAY, **marks: str) -> httpx.Response:
        """Send the roster as the page holds it, with some marks changed to a status."""
        found = MARK.findall(await self.page("/attendance", on=on))
        fields = {name: value for name, value, checked in found if checked}
        for name, value, _ in found:
            wanted = marks.get(name.removeprefix("day-"))
            if wanted is not None and value.split(" ")[0] == wanted:
                fields[name] = value
        return await self.browser.send("/attendance", on=on, **fields)

    async def days(self, case: str) -> list[tuple[str, bool]]:
        """Return what was said of a child's days: status, and whether it corrected something."""
        facts = [fact for fact in await self.education.facts(case) if ".attendance_recorded." in fact["type"]]
        return [(fact["data"]["status"], "correction_of" in fact["data"]) for fact in facts]


@pytest.fixture
async def school(office, education) -> School:
    person = await office.person(OrgType.SCHOOL)
    browser = await office.signed_in(person)
    await browser.reads_english()
    education.knows(Organisation(person["organisation"], "A school (invented)", OrgType.SCHOOL, COUNTY))
    return School(education, browser, person["organisation"])


async def test_everybody_is_present_unless_marked(school):
    first, second, third = [await school.gets() for _ in range(3)]
    answer = await school.record(**{second: "absent", third: "leave"})
    assert answer.status_code == 303
    assert "3 days were recorded." in await school.page(answer.headers["location"])
    said = [await school.days(case) for case in (first, second, third)]
    assert said == [[("present", False)], [("absent", False)], [("leave", False)]]


async def test_what_was_recorded_stays_until_it_is_corrected_and_the_correction_names_it(school):
    first, second = [await school.gets() for _ in range(2)]
    await school.record(**{first: "absent"})
    await school.record()
    assert await school.days(first) == [("absent", False)]
    assert (await school.record(**{first: "leave"})).status_code == 303
    assert await school.days(first) == [("absent", False), ("leave", True)]
    assert await school.days(second) == [("present", False)]


async def test_a_child_that_came_to_the_list_later_is_recorded_beside_corrections_in_one_go(school):
    first = await school.gets()
    await school.record()
    second = await school.gets()
    answer = await school.record(**{first: "absent", second: "leave"})
    assert "recorded=2" in answer.headers["location"]
    assert await school.days(first) == [("present", False), ("absent", True)]
    assert await school.days(second) == [("leave", False)]


async def test_a_day_without_school_is_refused_in_words_and_the_marks_are_kept(school):
    case = await school.gets()
    answer = await school.record(SUNDAY, **{case: "absent"})
    assert answer.status_code == 422
    assert "education.no-school-day" in answer.text
    assert re.search(rf'name="day-{case}" value="absent" checked', answer.text)
    assert await school.days(case) == []


async def test_a_correction_that_somebody_else_made_meanwhile_is_told_and_the_rest_is_recorded(school):
    first = await school.gets()
    await school.record()
    page = await school.page("/attendance", on=MONDAY)
    fact = re.search(rf'name="day-{first}" value="absent ([^"]+)"', page).group(1)
    other = a_day(UUID(first), MONDAY, "leave", corrects=fact)
    assert (await batch(school.education, school.actor, [other])).json()["recorded"] == 1
    answer = await school.browser.send("/attendance", on=MONDAY, **{f"day-{first}": f"absent {fact}"})
    assert answer.status_code == 409
    assert "Not everything was recorded" in answer.text


async def test_a_roster_without_children_says_so_and_the_future_cannot_be_recorded(school):
    assert "No child is to come on this day." in await school.page("/attendance")
    case = await school.gets()
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    answer = await school.record(monday.isoformat())
    assert answer.status_code == 422 or "Not everything was recorded" in answer.text
    assert await school.days(case) == []


async def test_the_pupils_show_what_is_due_and_roll_and_programme_are_entered(school):
    case = await school.gets()
    page = await school.page("/pupils")
    assert "not on the roll yet" in page
    path = re.search(rf"/pupils/{case}/roll/[0-9a-f-]+", await school.page(f"/pupils/{case}")).group(0)
    refused = await school.browser.send(path, enrolled_on="2019-01-01")
    assert refused.status_code == 422
    assert (await school.browser.send(path, enrolled_on="2023-09-01")).status_code == 303
    path = re.search(rf"/pupils/{case}/iep/[0-9a-f-]+", await school.page(f"/pupils/{case}")).group(0)
    page = await school.page(path)
    reviewer = re.search(r'<option value="([0-9a-f-]{36})" selected', page).group(1)
    typed = {"goals": "会握笔\n\n会数到十\n", "reviewer": reviewer, "agreed_on": clock.today().isoformat()}
    refused = await school.browser.send(path, **(typed | {"reviewer": ""}))
    assert refused.status_code == 422
    assert "会数到十" in refused.text
    assert (await school.browser.send(path, **typed)).status_code == 303
    page = await school.page(f"/pupils/{case}")
    assert "<li>会握笔</li><li>会数到十</li>" in page
    assert "agreed" in await school.page("/pupils")
    assert "not on the roll yet" not in await school.page("/pupils")


async def test_the_month_of_a_pupil_is_told_day_by_day(school):
    case = await school.gets()
    await school.record(**{case: "absent"})
    page = await school.page(f"/pupils/{case}", month="2024-03")
    assert "Present 0, absent 1, on leave 0." in page
    assert "4 Mar 2024" in page
    assert "No day of this month is recorded." in await school.page(f"/pupils/{case}", month="2024-02")


async def test_hours_of_teaching_at_home_are_told_against_the_target_and_a_visit_is_recorded_and_corrected(school):
    case = await school.gets("home_teaching", reasons=AT_HOME)
    assert "0 of 216 class hours" in await school.page("/home-teaching")
    page = await school.page(f"/home-teaching/{case}")
    teacher = re.search(r'<option value="([0-9a-f-]{36})" selected', page).group(1)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    typed = {"on": yesterday, "starts": "09:00", "ends": "11:00", "class_hours": "2", "teacher": teacher}
    refused = await school.browser.send(f"/home-teaching/{case}", **(typed | {"ends": "09:10"}))
    assert (refused.status_code, "education.visit-too-short" in refused.text) == (422, True)
    assert 'value="09:10"' in refused.text
    assert (await school.browser.send(f"/home-teaching/{case}", **typed)).status_code == 303
    page = await school.page(f"/home-teaching/{case}")
    assert "2 of 216 class hours" in page
    fact = re.search(r"\?corrects=([0-9a-f-]{36})", page).group(1)
    page = await school.page(f"/home-teaching/{case}", corrects=fact)
    assert 'value="09:00"' in page
    right = typed | {"class_hours": "3", "ends": "11:30", "corrects": fact}
    assert (await school.browser.send(f"/home-teaching/{case}", **right)).status_code == 303
    assert "3 of 216 class hours" in await school.page(f"/home-teaching/{case}")


async def test_a_child_that_does_not_come_is_a_gap_with_its_reason(school, education):
    case = await school.gets()
    start = date(2024, 3, 4)
    days = [start + timedelta(days=number) for number in range(40)]
    absences = [a_day(UUID(case), day.isoformat(), "absent") for day in days if day.weekday() < 5]
    await batch(education, school.actor, absences)
    page = await school.page("/pupils")
    assert "1 gap is open" in page
    assert "no attendance" in page


async def test_the_pages_of_a_school_without_children_say_so(school):
    assert "No pupil yet." in await school.page("/pupils")
    assert "Your school teaches no child at home." in await school.page("/home-teaching")


async def test_the_pupil_of_another_school_is_not_to_be_found(school, education):
    other = School(education, school.browser, uuid4())
    education.knows(Organisation(other.actor.organisation, "Another (invented)", OrgType.SCHOOL, COUNTY))
    case = await other.gets()
    for path in (f"/pupils/{case}", f"/home-teaching/{case}", f"/pupils/{UNKNOWN}", f"/pupils/{case}/iep/{UNKNOWN}"):
        assert (await school.browser.look(path)).status_code == 404


@pytest.mark.parametrize("path", ["/attendance", "/pupils", "/home-teaching"])
async def test_who_teaches_nobody_is_refused_and_is_not_offered_the_page(office, path):
    browser = await office.signed_in(await office.person(OrgType.CARE_HOME))
    assert (await browser.look(path)).status_code == 403
    assert f'href="{path}"' not in (await browser.look("/account")).text
