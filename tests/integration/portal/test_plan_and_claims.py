"""A child's plan with its scores, and what a centre can bill."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from services.portal import upstream
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import ONCE, Browser, Portal, a_portal
from tests.support.rehab import STARTED, an_evaluation, record
from tests.support.settlement import CYCLE, DAYS, JANUARY, PAYING, Bureau
from tests.support.stages import UNKNOWN

TICKED = re.compile(r'name="line" value="([^"]+)"[^>]* checked')


@pytest.fixture(scope="module")
async def house(servers, directory, rehab) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, rehab) as it:
        yield it


@dataclass
class Centre:
    """A person of a centre, and the county that pays it."""

    browser: Browser
    bureau: Bureau

    async def look(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def claim(self, *lines: str, **typed: str) -> Any:
        fields = {"county": PAYING, "cycle": CYCLE, "once": ONCE.findall(self.page)[-1]}
        return await self.browser.send("/claims", **fields, line=list(lines), **typed)  # type: ignore[arg-type]

    @property
    def page(self) -> str:
        return self.browser.last.text


@pytest.fixture
async def centre(house, rehab) -> Centre:
    bureau, person = Bureau(rehab), await house.person(OrgType.REHAB_CENTRE)
    await bureau.works_as(person["organisation"])
    return Centre(await house.signed_in(person), bureau)


async def test_a_plan_shows_goals_what_is_due_and_how_the_scores_went(centre):
    child = await centre.bureau.enrolled()
    for day, total in ((STARTED, "40"), (STARTED.replace(day=20), "29")):
        made = an_evaluation(child, assessed_on=day.isoformat(), scores={"total": total})
        record(await centre.bureau.post(centre.bureau.centre, f"/v1/cases/{child.case}/evaluations", made))
    await centre.bureau.planned(child)
    page = await centre.look(f"/children/{child.case}/plan")
    assert "invented long goal" in page
    assert "初期评估" in page
    assert "按时完成" in page
    assert "<polyline" in page
    assert "越低越好" in page
    assert "好转" in page
    assert '<td class="n">29</td><td>无孤独症</td>' in page


async def test_a_child_without_plan_and_scores_says_so(centre):
    child = await centre.bureau.enrolled()
    page = await centre.look(f"/children/{child.case}/plan")
    assert "尚未签订康复计划" in page
    assert "尚无评估记录" in page


async def test_the_plan_of_a_child_of_another_centre_is_not_found(centre, house):
    child = await centre.bureau.enrolled()
    stranger = await house.signed_in(await house.person(OrgType.REHAB_CENTRE))
    assert (await stranger.look(f"/children/{child.case}/plan")).status_code == 404
    assert (await stranger.look(f"/children/{UNKNOWN}/plan")).status_code == 404
    clinic = await house.signed_in(await house.person(OrgType.CLINIC))
    assert (await clinic.look(f"/children/{child.case}/plan")).status_code == 403


async def test_a_centre_without_records_has_nothing_to_claim(centre):
    page = await centre.look("/claims", county=PAYING, cycle=CYCLE)
    assert "没有可申报的项目" in page
    assert "尚无结算申报" in page


async def test_what_was_trained_is_claimed_and_stands_in_the_list(centre):
    child = await centre.bureau.trained()
    page = await centre.look("/claims", county=PAYING, cycle=CYCLE)
    assert TICKED.findall(page) == [f"enrolment/{child.enrolment}/{JANUARY}"]
    answer = await centre.claim(*TICKED.findall(page))
    assert answer.headers["location"].endswith("sent=1")
    page = await centre.look("/claims", county=PAYING, cycle=CYCLE, sent="1")
    assert "申报已提交" in page
    assert TICKED.findall(page) == []
    claim = re.findall(r'href="/claims/([0-9a-f-]{36})"', page)[-1]
    assert JANUARY in await centre.look(f"/claims/{claim}")


async def test_all_claims_are_listed_the_newest_first(centre, monkeypatch):
    monkeypatch.setattr(upstream, "MOST_ROWS", 1)
    made = []
    for _ in range(2):
        await centre.bureau.trained()
        page = await centre.look("/claims", county=PAYING, cycle=CYCLE)
        assert (await centre.claim(*TICKED.findall(page))).status_code == 303
        listed = re.findall(r'href="/claims/([0-9a-f-]{36})"', await centre.look("/claims"))
        made = [next(one for one in listed if one not in made), *made]
    assert listed == made


async def test_a_month_whose_evaluation_is_missing_cannot_be_ticked(centre):
    child = await centre.bureau.enrolled()
    await centre.bureau.attended(child, DAYS[:16])
    page = await centre.look("/claims", county=PAYING, cycle=CYCLE)
    assert "缺少评估" in page
    assert TICKED.findall(page) == []


async def test_a_refused_claim_says_why_and_keeps_what_was_typed(centre):
    child = await centre.bureau.trained()
    key = f"enrolment/{child.enrolment}/{JANUARY}"
    await centre.look("/claims", county=PAYING, cycle=CYCLE)
    answer = await centre.claim(key, **{f"cost/{key}": "twelve"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="twelve"' in answer.text
    assert TICKED.findall(answer.text) == [key]
    answer = await centre.claim()
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_a_cycle_that_is_none_is_told_and_the_rest_of_the_page_stands(centre):
    page = await centre.look("/claims", county=PAYING, cycle=CYCLE.replace("-01-01", "-01-02"))
    assert 'class="away"' in page
    assert "没有可申报的项目" not in page
    assert "尚无结算申报" in page


async def test_who_claims_nothing_has_no_such_page(house):
    school = await house.signed_in(await house.person(OrgType.SCHOOL))
    assert (await school.look("/claims")).status_code == 403


async def test_a_claim_of_another_centre_is_not_found(centre, house):
    claim, _ = await centre.bureau.claimed(await centre.bureau.trained())
    await centre.look(f"/claims/{claim}")
    stranger = await house.signed_in(await house.person(OrgType.REHAB_CENTRE))
    for one in (claim, UNKNOWN):
        assert (await stranger.look(f"/claims/{one}")).status_code == 404, one
