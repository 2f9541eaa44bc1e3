"""What a centre's people record beside the day's sessions: evaluations, plans of care, corrections of sessions."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import ONCE, Browser, Portal, a_portal
from tests.support.rehab import NINE, STARTED, YEAR, Enrolled, record
from tests.support.settlement import Bureau, an_assessment

DAY = NINE.date().isoformat()
NEXT = NINE.date().replace(day=13).isoformat()
MARKED = re.compile(r'<(?:input|select|textarea) id="([^"]+)"[^>]*aria-invalid="true"')


@pytest.fixture(scope="module")
async def house(servers, directory, rehab) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, rehab) as it:
        yield it


@dataclass
class Desk:
    """A person of a centre, and the county whose children it trains."""

    browser: Browser
    bureau: Bureau
    person: dict[str, Any]

    async def look(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, path: str, once: str = "", **typed: str) -> Any:
        key = once or ONCE.findall(self.browser.last.text)[-1]
        return await self.browser.send(path, once=key, **typed)

    async def read(self, path: str, **query: Any) -> Any:
        return (await self.bureau.get(self.bureau.centre, path, **query)).json()

    def scored(self, child: Enrolled, **typed: str) -> dict[str, str]:
        """The form of an evaluation as the page sends it."""
        return {
            "enrolment": child.enrolment, "checkpoint": "baseline", "assessed_on": STARTED.isoformat(),
            "instrument": "cars", "instrument_version": "1988", "assessor": self.person["id"], "scores.total": "40",
        } | typed  # fmt: skip

    async def logged(self, child: Enrolled, **changes: Any) -> str:
        changes = {"therapist": self.person["id"]} | changes
        return f"/children/{child.case}/sessions/{record(await self.bureau.log(child, **changes))}/correction?day={DAY}"


@pytest.fixture
async def desk(house, rehab) -> Desk:
    bureau, person = Bureau(rehab), await house.person(OrgType.REHAB_CENTRE)
    await bureau.works_as(person["organisation"])
    return Desk(await house.signed_in(person), bureau, person)


@pytest.fixture
async def child(desk) -> Enrolled:
    return await desk.bureau.enrolled()


def goals(**changes: str) -> dict[str, str]:
    rows = [(f"goals.{n}", term) for n, term in enumerate(("long", "mid", "short", "daily"))]
    typed = {f"{row}.{name}": value for row, term in rows for name, value in (("term", term), ("icf", ""))}
    for row, _ in rows[:3]:
        typed |= {f"{row}.icf": "d450", f"{row}.words": "独立行走（样例）"}
    days = {"signed_on": STARTED.isoformat(), "valid_from": STARTED.isoformat(), "valid_until": f"{YEAR}-12-30"}
    return typed | days | {"planned_days": "20"} | changes


ASSESSED = {
    "assessment.assessed_on": STARTED.isoformat(), "assessment.outcome": "suitable",
    "assessment.recommended_mode": "centralised",
}  # fmt: skip


async def test_an_evaluation_that_is_due_is_recorded_and_stands_in_the_curve(desk, child):
    plan = f"/children/{child.case}/plan"
    page = await desk.look(plan)
    assert f"/children/{child.case}/evaluation?enrolment={child.enrolment}&amp;checkpoint=baseline" in page
    path = f"/children/{child.case}/evaluation"
    page = await desk.look(path, checkpoint="baseline", assessed_on=STARTED.isoformat())
    assert '<option value="cars">儿童孤独症评定量表</option>' in page
    page = await desk.look(path, checkpoint="baseline", assessed_on=STARTED.isoformat(), instrument="cars")
    assert "15 至 60，步长 0.5" in page
    answer = await desk.send(path, **desk.scored(child))
    assert answer.headers["location"] == f"{plan}?done=evaluation"
    page = await desk.look(plan, done="evaluation")
    assert "评估已保存" in page
    assert '<td class="n">40</td>' in page
    assert 'value="1988"' in await desk.look(path, instrument="cars")


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"scores.total": "61"}, ["scores.total"]),
        ({"scores.total": "", "instrument_version": ""}, ["instrument_version", "scores.total"]),
        ({"assessed_on": "2999-01-01"}, ["assessed_on"]),
        ({"scores.total": "40"} | {f"scores.item_{n}": "1" for n in range(1, 16)}, ["scores.total"]),
    ],
)
async def test_an_evaluation_that_is_refused_says_why_at_its_field_and_keeps_what_was_typed(desk, child, typed, fields):
    path = f"/children/{child.case}/evaluation"
    await desk.look(path, instrument="cars")
    answer = await desk.send(path, **desk.scored(child, **{"scores.item_1": "2.5"} | typed))
    assert answer.status_code == 422
    assert MARKED.findall(answer.text) == fields
    assert f'name="scores.item_1" type="text" value="{typed.get("scores.item_1", "2.5")}"' in answer.text
    assert await desk.read(f"/v1/cases/{child.case}/evaluations") == []


async def test_a_double_click_records_one_evaluation(desk, child):
    path = f"/children/{child.case}/evaluation"
    await desk.look(path, instrument="cars")
    once = ONCE.findall(desk.browser.last.text)[-1]
    for _ in range(2):
        assert (await desk.send(path, once, **desk.scored(child))).status_code == 303
    assert len(await desk.read(f"/v1/cases/{child.case}/evaluations")) == 1


async def test_what_was_typed_is_sent_again_when_the_service_is_back(desk, child, house, monkeypatch):
    path = f"/children/{child.case}/evaluation"
    await desk.look(path, instrument="cars")
    with monkeypatch.context() as away:
        away.setitem(house.running.app.state.reception.upstream.urls, "rehab", "http://nowhere.test:1")
        answer = await desk.send(path, **desk.scored(child))
    assert answer.status_code == 503
    assert 'name="scores.total" value="40"' in answer.text
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.text.split("<main", 1)[1]))
    assert (await desk.browser.client.post(path, data=fields)).status_code == 303


async def test_a_plan_is_signed_with_the_assessment_before_it(desk, child):
    path = f"/children/{child.case}/care-plan/{child.enrolment}"
    await desk.look(path)
    answer = await desk.send(path, **goals())
    assert answer.status_code == 409
    assert "制定计划前须有入训评估" in answer.text
    assert answer.text.count("独立行走（样例）") == 3
    assert "<details open><summary>入训功能评估" in answer.text
    answer = await desk.send(path, **goals(), **ASSESSED, **{"assessment.assessor": desk.person["id"]})
    assert answer.headers["location"] == f"/children/{child.case}/plan?done=plan"
    page = await desk.look(f"/children/{child.case}/plan", done="plan")
    assert "康复计划已保存" in page
    assert page.count("独立行走（样例）") == 3
    page = await desk.look(path)
    assert page.count("独立行走（样例）") == 3
    assert "此处已填入上一份计划的目标" in page


async def test_an_assessment_is_kept_once_when_its_plan_is_refused(desk, child):
    path = f"/children/{child.case}/care-plan/{child.enrolment}"
    await desk.look(path)
    typed = goals(valid_until=f"{YEAR + 1}-02-01", **ASSESSED) | {"assessment.assessor": desk.person["id"]}
    answer = await desk.send(path, **typed)
    assert answer.status_code == 422
    assert MARKED.findall(answer.text) == ["valid_until"]
    assert "入训功能评估已保存" in answer.text
    assert 'name="assessment.assessed_on"' not in answer.text
    assert (await desk.send(path, **goals())).status_code == 303


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"goals.1.icf": "walk"}, ["goals.1.icf"]),
        ({"goals.3.words": "每日目标（样例）"}, ["goals.3.icf"]),
        ({"planned_days": "40"}, ["planned_days"]),
        ({"signed_on": "2999-01-01"}, ["signed_on"]),
    ],
)
async def test_a_plan_that_is_refused_says_why_at_its_field(desk, child, changes, fields):
    await desk.bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/assessments", an_assessment())
    path = f"/children/{child.case}/care-plan/{child.enrolment}"
    await desk.look(path)
    answer = await desk.send(path, **goals(**changes))
    assert answer.status_code == 422
    assert MARKED.findall(answer.text) == fields
    assert (await desk.read(f"/v1/cases/{child.case}/care-plans"))["plans"] == []


async def test_more_rows_for_goals_come_with_what_was_typed(desk, child):
    path = f"/children/{child.case}/care-plan/{child.enrolment}"
    await desk.look(path)
    answer = await desk.send(path, more="1", **goals())
    assert answer.status_code == 200
    assert (answer.text.count('class="goal"'), answer.text.count("独立行走（样例）")) == (7, 3)


async def test_a_plan_is_kept_once(desk, child):
    await desk.bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/assessments", an_assessment())
    path = f"/children/{child.case}/care-plan/{child.enrolment}"
    await desk.look(path)
    once = ONCE.findall(desk.browser.last.text)[-1]
    for _ in range(2):
        assert (await desk.send(path, once, **goals())).status_code == 303
    assert len((await desk.read(f"/v1/cases/{child.case}/care-plans"))["plans"]) == 1


async def test_a_session_is_corrected_and_what_was_recorded_stands_struck_through(desk, child):
    path = await desk.logged(child, words="拼图", goals=[])
    assert path.replace("&", "&amp;") in await desk.look("/today", day=DAY)
    page = await desk.look(path)
    assert 'name="start" type="text" value="09:00"' in page
    assert "拼图</textarea>" in page
    answer = await desk.send(path, reason="wrong_time", start="1000", end="1040", day=DAY)
    assert answer.headers["location"] == f"/today?day={DAY}&done=corrected"
    page = await desk.look("/today", day=DAY, done="corrected")
    assert "训练记录已更正" in page
    assert "<del>09:00–09:40 言语治疗，单训" in page
    assert "已更正：时间有误" in page
    assert "10:00–10:40 言语治疗" in page
    (held,) = (await desk.read(f"/v1/cases/{child.case}/sessions", month=DAY[:7]))["sessions"]
    assert (held["words"], held["therapist"]) == ("拼图", desk.person["id"])


async def test_a_session_that_moves_to_another_day_leaves_a_trace_on_the_first(desk, child):
    path = await desk.logged(child)
    await desk.look(path)
    assert (await desk.send(path, reason="wrong_time", day=NEXT)).status_code == 303
    page = await desk.look("/today", day=DAY)
    assert "<del>09:00–09:40" in page
    assert f'href="/today?day={NEXT}"' in page


async def test_a_session_is_made_void_once_and_its_time_is_free(desk, child):
    path = await desk.logged(child)
    await desk.look(path)
    once = ONCE.findall(desk.browser.last.text)[-1]
    for _ in range(2):
        answer = await desk.send(path, once, reason="did_not_happen", void="1")
        assert answer.headers["location"] == f"/today?day={DAY}&done=void"
    page = await desk.look("/today", day=DAY, done="void")
    assert page.count("<del>") == 1
    assert "已作废：并未进行" in page
    assert "✓</span>" not in page
    assert "此训练记录已作废" in await desk.look(path)
    await desk.logged(child)


@pytest.mark.parametrize(
    ("typed", "status", "fields"),
    [
        ({"void": "1"}, 422, ["reason"]),
        ({"reason": "wrong_time", "start": "25"}, 422, ["start"]),
        ({"reason": "wrong_time", "start": "1000", "end": "0930"}, 422, ["end"]),
        ({"reason": "wrong_time", "start": "1030", "end": "1100"}, 409, ["start"]),
        ({"reason": "wrong_details"}, 422, []),
    ],
)
async def test_a_correction_that_is_refused_says_why_and_keeps_what_was_typed(desk, child, typed, status, fields):
    await desk.bureau.log(child, after=90)
    path = await desk.logged(child)
    await desk.look(path)
    answer = await desk.send(path, **typed)
    assert answer.status_code == status
    assert MARKED.findall(answer.text) == fields
    assert f'name="start" type="text" value="{typed.get("start", "09:00")}"' in answer.text
    assert "<del>" not in await desk.look("/today", day=DAY)


async def test_nobody_of_another_centre_or_kind_records_anything(desk, child, house):
    session = await desk.logged(child)
    stranger = await house.signed_in(await house.person(OrgType.REHAB_CENTRE))
    clinic = await house.signed_in(await house.person(OrgType.CLINIC))
    forms = {
        f"/children/{child.case}/evaluation": desk.scored(child),
        f"/children/{child.case}/care-plan/{child.enrolment}": goals(),
        session: {"reason": "did_not_happen", "void": "1"},
    }
    for path, typed in forms.items():
        for browser, status in ((stranger, 404), (clinic, 403)):
            assert (await browser.look(path)).status_code == status
            await browser.look("/account")
            assert (await browser.send(path, once="a key of the form", **typed)).status_code == status
    assert await desk.read(f"/v1/cases/{child.case}/evaluations") == []
    assert (await desk.read(f"/v1/cases/{child.case}/care-plans"))["plans"] == []


async def test_a_form_of_another_login_writes_nothing(desk, child):
    answer = await desk.browser.send(f"/children/{child.case}/evaluation", form="forged", **desk.scored(child))
    assert answer.status_code == 403
    assert await desk.read(f"/v1/cases/{child.case}/evaluations") == []
