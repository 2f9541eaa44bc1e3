"""A house that cares for children: at the door, lists of people, leave, incidents, each over the real custody."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.portal.domain.wall_clock import for_field
from shared import clock
from shared.access.clients import Organisation
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.custody.test_custody import SUPERVISOR, admit
from tests.integration.portal.conftest import ONCE, Browser, Portal, a_portal
from tests.support.directory import COUNTY
from tests.support.stack import Running
from tests.support.stages import UNKNOWN, a_child
from tests.support.tokens import an_actor

GRANDMOTHER = {"name": "童奶奶（样例）", "relation": "祖母", "phone": "10011112222"}
SHEET = {"allergies": "花生", "medication": "", "emergency_contacts": [GRANDMOTHER], "pick_up_list": [GRANDMOTHER]}
DAYS = {"contract_signed_on": "2024-02-20", "health_checked_on": "2024-02-21"}
COLLECTOR = re.compile(r'name="collector" value="([0-9a-f-]{36})"')
TOLD = re.compile(r'role="status">.*?</span> (\w+)</span>')


@pytest.fixture(scope="module")
async def office(servers, directory, custody) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, custody) as it:
        yield it


class House:
    """A house with a browser at its door."""

    def __init__(self, custody: Running, browser: Browser, organisation) -> None:
        self.custody, self.browser = custody, browser
        self.actor = an_actor(OrgType.CARE_HOME, COUNTY, organisation=organisation)

    async def takes_in(self, **sheet: Any) -> str:
        case = await a_child(self.custody)
        answer = await admit(self.custody, self.actor, case, papers=[], sheet=SHEET | DAYS | sheet)
        assert answer.status_code == 201, answer.text
        return str(case)

    async def page(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def hand_over(self, case: str, **changes: str) -> httpx.Response:
        collector = COLLECTOR.search(await self.page(f"/door/{case}")).group(1)
        typed = {"kind": "pick_up", "collector": collector, "confirmation": "signature"} | changes
        return await self.browser.send(f"/door/{case}/out", **typed)

    async def told(self, answer: httpx.Response) -> str:
        """Return where the child is, as the list of the door says after a move."""
        page = await self.page(answer.headers["location"])
        return TOLD.search(page).group(1)

    async def moves(self, case: str) -> list[str]:
        return [fact["type"].split(".")[2] for fact in await self.custody.facts(case)]


@pytest.fixture
async def house(office, custody) -> House:
    person = await office.person(OrgType.CARE_HOME)
    browser = await office.signed_in(person)
    await browser.reads_english()
    organisation = person["organisation"]
    custody.knows(Organisation(organisation, "A house (invented)", OrgType.CARE_HOME, COUNTY))
    federation = an_actor(OrgType.FEDERATION, COUNTY, SUPERVISOR)
    licence = {"day_places": 9, "boarding_places": 9, "valid_from": "2019-01-01", "valid_until": "2099-12-31"}
    async with custody.client(federation) as client:
        answer = await client.post(f"/v1/institutions/{organisation}/custody-licences", json=licence)
        assert answer.status_code == 201
    return House(custody, browser, organisation)


async def test_a_child_is_handed_to_a_person_of_its_list_and_the_list_of_the_door_says_so(house):
    case = await house.takes_in()
    page = await house.page(f"/door/{case}")
    assert "童奶奶" in page
    assert "花生" in page
    answer = await house.hand_over(case)
    assert answer.status_code == 303
    assert await house.told(answer) == "outside"
    assert await house.moves(case) == ["custody_admitted", "signed_out"]
    assert "童奶奶" in await house.page(f"/door/{case}")
    assert f"/door/{case}" in await house.page("/door", now="outside")


async def test_nobody_can_be_typed_and_a_stranger_who_is_sent_anyway_is_refused_plainly(house):
    case = await house.takes_in()
    page = await house.page(f"/door/{case}")
    assert 'type="text"' not in page
    answer = await house.hand_over(case, collector=str(uuid4()))
    assert answer.status_code == 422
    assert "Only a person on the child&#39;s pick-up list may take it" in answer.text
    assert "custody.not-on-the-list" in answer.text
    assert await house.moves(case) == ["custody_admitted"]


async def test_a_pick_up_needs_a_person_and_how_it_was_made_sure_and_keeps_what_was_chosen(house):
    case = await house.takes_in()
    answer = await house.hand_over(case, confirmation="")
    assert answer.status_code == 422
    assert "Say how the house made sure" in answer.text
    assert re.search(r'name="collector" value="[0-9a-f-]{36}" required checked', answer.text)
    assert (await house.hand_over(case, collector="")).status_code == 422


async def test_a_child_whose_list_is_empty_is_handed_to_nobody_and_the_page_says_what_to_do(house):
    case = await house.takes_in()
    page = await house.page(f"/residents/{case}")
    (removal, _) = re.findall(rf"/residents/{case}/people/[0-9a-f-]+/removal", page)
    await house.browser.send(removal)
    page = await house.page(f"/door/{case}")
    assert "Nobody is on the pick-up list" in page
    assert 'name="collector"' not in page


async def test_a_double_click_signs_out_once_and_the_second_answer_shows_what_is(house):
    case = await house.takes_in()
    page = await house.page(f"/door/{case}")
    typed = {"kind": "pick_up", "collector": COLLECTOR.search(page).group(1), "confirmation": "signature"}
    typed["once"] = ONCE.search(page).group(1)
    first = await house.browser.send(f"/door/{case}/out", **typed)
    second = await house.browser.send(f"/door/{case}/out", **typed)
    assert [answer.status_code for answer in (first, second)] == [303, 303]
    assert await house.told(second) == "outside"
    assert await house.moves(case) == ["custody_admitted", "signed_out"]


async def test_a_child_goes_out_with_the_house_and_comes_back_brought_by_one_of_its_people(house):
    case = await house.takes_in()
    await house.page(f"/door/{case}")
    assert (await house.browser.send(f"/door/{case}/out", kind="activity")).status_code == 303
    page = await house.page(f"/door/{case}")
    brought_by = re.search(r'name="brought_by" value="([0-9a-f-]{36})"', page).group(1)
    answer = await house.browser.send(f"/door/{case}/in", brought_by=brought_by, confirmation="known_person")
    assert answer.status_code == 303
    assert await house.moves(case) == ["custody_admitted", "signed_out", "signed_in"]
    assert "known person" in await house.page(f"/residents/{case}")


async def test_a_move_that_is_entered_late_says_when_it_was_and_the_future_is_refused(house):
    case = await house.takes_in()
    late = for_field(clock.now() + timedelta(hours=3))
    answer = await house.hand_over(case, at=late)
    assert answer.status_code == 422
    assert late in answer.text
    assert (await house.hand_over(case, at="2024-03-04T17:30")).status_code == 303
    (*_, out) = await house.custody.facts(case)
    assert out["data"]["at"] == "2024-03-04T09:30:00Z"


async def test_a_child_goes_on_leave_is_awaited_and_comes_back(house):
    case = await house.takes_in()
    page = await house.page(f"/residents/{case}/leave")
    typed = {"kind": "family", "collector": COLLECTOR.search(page).group(1)}
    times = {"at": "2024-03-04T09:00", "expected_back_at": "2024-03-05T09:00"}
    refused = await house.browser.send(f"/residents/{case}/leave", **typed, at=times["at"], expected_back_at="")
    assert (refused.status_code, await house.moves(case)) == (422, ["custody_admitted"])
    assert (await house.browser.send(f"/residents/{case}/leave", **typed, **times)).status_code == 303
    assert "1 child should be back from leave" in await house.page("/residents")
    assert "return overdue" in await house.page("/door", now="on_leave")
    await house.page(f"/door/{case}")
    assert (await house.browser.send(f"/door/{case}/returned")).status_code == 303
    assert await house.moves(case) == ["custody_admitted", "leave_started", "leave_ended"]
    assert "should be back" not in await house.page("/residents")


async def test_a_person_is_put_on_the_list_and_taken_off(house):
    case = await house.takes_in()
    await house.page(f"/residents/{case}")
    aunt = {"kind": "pick_up", "name": "李阿姨（样例）", "relation": "姨母", "phone": "10022223333"}
    refused = await house.browser.send(f"/residents/{case}/people", **(aunt | {"phone": ""}))
    assert refused.status_code == 422
    assert "李阿姨" in refused.text
    assert (await house.browser.send(f"/residents/{case}/people", **aunt)).status_code == 303
    assert "李阿姨" in await house.page(f"/door/{case}")


async def test_an_incident_is_reported_and_its_steps_are_done_one_by_one(house):
    case = await house.takes_in()
    page = await house.page("/incidents/report", case=case, kind="unauthorised_pick_up")
    assert re.search(r'value="unauthorised_pick_up" required checked', page)
    typed = {"level": "serious", "kind": "injury", "at": "2024-03-04T09:00", "words": "在走廊摔倒"}
    refused = await house.browser.send(f"/incidents/report?case={case}", **(typed | {"level": ""}))
    assert refused.status_code == 422
    assert "在走廊摔倒" in refused.text
    told = await house.browser.send(f"/incidents/report?case={case}", **typed)
    assert told.status_code == 303
    path = told.headers["location"]
    page = await house.page(path)
    assert "在走廊摔倒" in page
    assert page.count("Due before") == 3
    assert (await house.browser.send(f"{path}/steps", step="guardian_told", at="2024-03-04T09:10")).status_code == 303
    assert (await house.page(path)).count("Due before") == 2
    again = await house.browser.send(f"{path}/steps", step="guardian_told", at="2024-03-04T09:20")
    assert again.status_code == 409
    assert path in await house.page("/incidents")


async def test_the_pages_of_an_empty_house_say_so(house):
    for path, words in (
        ("/door", "No child is in the house."),
        ("/residents", "No child here."),
        ("/incidents", "No incident was reported."),
    ):
        assert words in await house.page(path)


async def test_the_child_of_another_house_is_not_to_be_found(house, custody):
    other = House(custody, house.browser, house.actor.organisation)
    other.actor = await _another(custody)
    case = await other.takes_in()
    for path in (f"/door/{case}", f"/residents/{case}", f"/residents/{case}/leave", f"/door/{UNKNOWN}"):
        assert (await house.browser.look(path)).status_code == 404


async def _another(custody: Running):
    actor = custody.organisation(OrgType.CARE_HOME, COUNTY)
    licence = {"day_places": 9, "boarding_places": 9, "valid_from": "2019-01-01", "valid_until": "2099-12-31"}
    async with custody.client(an_actor(OrgType.FEDERATION, COUNTY, SUPERVISOR)) as client:
        await client.post(f"/v1/institutions/{actor.organisation}/custody-licences", json=licence)
    return actor


@pytest.mark.parametrize("path", ["/door", "/residents", "/incidents"])
async def test_who_runs_no_house_is_refused_and_is_not_offered_the_page(office, path):
    browser = await office.signed_in(await office.person(OrgType.SCHOOL))
    assert (await browser.look(path)).status_code == 403
    assert f'href="{path}"' not in (await browser.look("/account")).text


async def test_what_was_chosen_is_not_lost_while_custody_is_away_and_can_be_sent_again(portal):
    browser = await portal.signed_in(await portal.person(OrgType.CARE_HOME))
    await browser.look("/account")
    typed = {"kind": "pick_up", "collector": str(UNKNOWN), "confirmation": "signature", "once": "key-of-this-form"}
    answer = await browser.send(f"/door/{UNKNOWN}/out", **typed)
    assert answer.status_code == 503
    assert f'<form method="post" action="/door/{UNKNOWN}/out">' in answer.text
    for name, value in typed.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in answer.text


async def test_a_federation_does_not_stand_at_the_door(office):
    browser = await office.signed_in(await office.person(OrgType.FEDERATION, Role.REVIEWER))
    assert (await browser.look(f"/door/{UNKNOWN}")).status_code == 403
