"""A centre's day sheet, as a browser without script uses it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import ONCE, Browser, Portal, a_portal
from tests.support.rehab import NINE, County, Enrolled

DAY = NINE.date().isoformat()


@pytest.fixture(scope="module")
async def house(servers, directory, rehab) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, rehab) as it:
        yield it


@dataclass
class Desk:
    """A person of a centre at the sheet, in front of the children of its county."""

    browser: Browser
    county: County
    person: dict[str, Any]

    async def look(self, **query: Any) -> str:
        answer = await self.browser.look("/today", day=DAY, **query)
        assert answer.status_code == 200
        return answer.text

    def row(self, number: int, child: Enrolled, **typed: str) -> dict[str, str]:
        """The fields of one row as the page sends them."""
        usual = {"start": "0900", "end": "0940", "therapist": self.person["id"], "discipline": "st"}
        ids = {"enrolment": child.enrolment, "case": str(child.case), "mode": "individual", "attended": "yes"}
        return {f"{number}.{name}": value for name, value in (ids | usual | typed).items()}

    async def send(self, *rows: dict[str, str], to: str = "/today", once: str = "") -> Any:
        fields = {name: value for row in rows for name, value in row.items()}
        return await self.browser.send(to, day=DAY, once=once or ONCE.findall(self.browser.last.text)[-1], **fields)


@pytest.fixture
async def desk(house, rehab) -> Desk:
    county, person = County(rehab), await house.person(OrgType.REHAB_CENTRE)
    await county.works_as(person["organisation"])
    return Desk(await house.signed_in(person), county, person)


async def test_a_centre_without_children_is_told_so(desk):
    assert "当日无在训儿童" in await desk.look()


async def test_a_day_is_typed_and_saved_and_shown_as_logged(desk):
    first, second = await desk.county.enrolled(), await desk.county.enrolled()
    assert "某工作人员（样例）" in await desk.look()
    rows = (
        desk.row(0, first, words="拼图", proof="signed"),
        desk.row(1, second, start="1000", end="10:30", attended="no"),
    )
    answer = await desk.send(*rows)
    assert answer.headers["location"] == f"/today?day={DAY}&saved=2"
    page = await desk.look(saved=2)
    assert "已保存 2 条训练记录" in page
    assert "09:00–09:40" in page
    assert "10:00–10:30" in page
    assert "请假" in page
    month = await desk.county.get(desk.county.centre, f"/v1/cases/{first.case}/sessions", month=DAY[:7])
    (logged,) = month.json()["sessions"]
    assert (logged["words"], logged["confirmed_by"]) == ("拼图", "signed")


async def test_a_row_that_is_refused_stays_with_its_reason_and_the_others_are_saved(desk):
    first, second = await desk.county.enrolled(), await desk.county.enrolled()
    await desk.county.log(second)
    await desk.look()
    answer = await desk.send(desk.row(0, first), desk.row(1, second, start="0920", end="1000", words="积木"))
    assert answer.status_code == 422
    assert "1 行未保存" in answer.text
    assert "已有安排" in answer.text
    assert 'value="积木"' in answer.text
    assert answer.text.count("✓</span>") == 2


@pytest.mark.parametrize(("typed", "words"), [({"start": "25"}, "0930 的格式"), ({"therapist": ""}, "请选择康复师")])
async def test_what_cannot_be_read_is_said_in_its_row_and_nothing_is_sent(desk, typed, words):
    child = await desk.county.enrolled()
    await desk.look()
    answer = await desk.send(desk.row(0, child, **typed))
    assert answer.status_code == 422
    assert words in answer.text
    assert "✓</span>" not in answer.text


async def test_a_double_click_saves_once(desk):
    child = await desk.county.enrolled()
    await desk.look()
    once = ONCE.findall(desk.browser.last.text)[-1]
    for _ in range(2):
        assert (await desk.send(desk.row(0, child), once=once)).status_code == 303
    assert (await desk.look()).count("✓</span>") == 1


async def test_a_therapist_with_two_children_at_once_is_pointed_out_after_saving(desk):
    first, second = await desk.county.enrolled(), await desk.county.enrolled()
    await desk.look()
    await desk.send(desk.row(0, first), desk.row(1, second, start="0930", end="1000"))
    assert (await desk.look()).count("康复师同一时间另有训练") == 2


async def test_a_group_is_one_time_of_its_therapist(desk):
    first, second = await desk.county.enrolled(), await desk.county.enrolled()
    await desk.look()
    await desk.send(desk.row(0, first, mode="group"), desk.row(1, second, mode="group"))
    page = await desk.look()
    assert page.count("✓</span>") == 2
    assert "康复师同一时间另有训练" not in page


async def test_what_was_typed_is_kept_as_a_draft_until_it_is_saved_or_discarded(desk):
    child = await desk.county.enrolled()
    await desk.look()
    answer = await desk.send(desk.row(0, child, end="", words="拼图"), to="/today/draft")
    assert answer.headers["location"] == f"/today?day={DAY}&kept=1"
    page = await desk.look()
    assert 'value="拼图"' in page
    assert "丢弃草稿" in page
    assert not any("拼图" in row[0] for row in await desk_drafts(desk))
    await desk.send(to="/today/discard")
    assert 'value="拼图"' not in await desk.look()


async def desk_drafts(desk) -> list[Any]:
    transport = desk.browser.client._transport
    async with transport.app.state.service.database.transaction() as session:
        return [(str(dict(row)),) for row in await session.driver.fetch("SELECT * FROM draft")]


async def test_a_service_that_is_away_loses_nothing_that_was_typed(desk, house, monkeypatch):
    child = await desk.county.enrolled()
    await desk.look()
    reception = house.running.app.state.reception
    with monkeypatch.context() as away:
        away.setitem(reception.upstream.urls, "rehab", "http://nowhere.test:1")
        assert (await desk.send(desk.row(0, child, words="拼图"))).status_code == 503
    assert 'value="拼图"' in await desk.look()


async def test_the_last_session_is_proposed_for_the_next(desk):
    child = await desk.county.enrolled()
    await desk.county.log(child, after=-24 * 60, therapist=desk.person["id"], discipline="music")
    page = await desk.look()
    assert '<option value="music" selected>' in page
    assert f'<option value="{desk.person["id"]}" selected>' in page
    assert 'placeholder="09:00"' in page


async def test_a_closed_day_is_said(desk):
    await desk.county.enrolled()
    await desk.county.post(desk.county.centre, "/v1/closures", {"days": [DAY]})
    assert "贵机构当日已申报停业" in await desk.look()


async def test_pages_of_a_large_centre_keep_each_others_drafts(desk):
    first, second = await desk.county.enrolled(), await desk.county.enrolled()
    await desk.look()
    await desk.send(desk.row(0, first, words="一"), to="/today/draft")
    await desk.send(desk.row(0, second, words="二"), to="/today/draft")
    page = await desk.look()
    assert 'value="一"' in page
    assert 'value="二"' in page


async def test_nobody_but_a_centre_has_a_sheet(house):
    browser = await house.signed_in(await house.person(OrgType.CLINIC))
    assert (await browser.look("/today")).status_code == 403


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", ""])
async def test_a_day_that_is_none_is_told_in_words(desk, day):
    assert (await desk.browser.look("/today", day=day)).status_code == 422
    await desk.look()
    assert (await desk.browser.send("/today", day=day)).status_code == 422
