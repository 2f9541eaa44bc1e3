"""A house takes children in and lets them go, declares its carers and checks its staff, over the real custody."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import words
from tests.integration.portal.test_house import House, house, office  # noqa: F401 - fixtures
from tests.support.stages import UNKNOWN, a_child

PERSON = {"person1.name": "童奶奶（样例）", "person1.relation": "祖母", "person1.phone": "10011112222"}
PAPERS = PERSON | {
    "mode": "full_boarding", "admitted_on": "2024-03-01", "contract_signed_on": "2024-02-20",
    "health_checked_on": "2024-02-21", "allergies": "花生", "no_medication": "yes", "person1.fetch": "yes",
    "person1.call": "yes",
}  # fmt: skip


async def admitted(house: House, case: Any, **changes: str) -> Any:  # noqa: F811 - the fixture's name
    await house.page(f"/residents/admission/{case}")
    typed = {name: value for name, value in (PAPERS | changes).items() if value}
    return await house.browser.send(f"/residents/admission/{case}", **typed)


async def test_a_child_is_taken_in_with_its_papers_and_each_person_is_typed_once(house):  # noqa: F811
    case = await a_child(house.custody)
    assert "/residents/admission" in await house.page("/residents")
    answer = await house.browser.send("/residents/admission", case=str(case))
    assert answer.headers["location"] == f"/residents/admission/{case}"
    answer = await admitted(house, case)
    assert answer.headers["location"] == f"/residents/{case}?done=1"
    page = words(await house.browser.look(f"/residents/{case}"))
    assert "花生" in page
    assert "none, as the family says" in page
    assert page.count("童奶奶") == 4  # twice listed, each with its way off the list
    assert str(case) in await house.page("/door")


async def test_what_an_admission_lacks_stands_beside_its_field_and_nothing_typed_is_lost(house):  # noqa: F811
    case = await a_child(house.custody)
    lacking = {"no_medication": "", "health_checked_on": "", "person2.name": "童叔叔"}
    answer = await admitted(house, case, **lacking)
    assert answer.status_code == 422
    for name in ("medication", "health_checked_on", "person2.phone"):
        assert re.search(rf'id="{re.escape(name)}"[^>]*aria-invalid="true"', answer.text), name
    assert 'value="童叔叔"' in answer.text
    assert await house.moves(str(case)) == []


async def test_without_anybody_who_may_fetch_it_no_child_is_taken_in(house):  # noqa: F811
    case = await a_child(house.custody)
    answer = await admitted(house, case, **{"person1.fetch": ""})
    assert answer.status_code == 422
    assert "custody.admission-incomplete" in answer.text


async def test_a_child_too_young_to_board_is_refused_at_the_form_of_care(house):  # noqa: F811
    case = await a_child(house.custody, born=clock.today() - timedelta(days=500))
    answer = await admitted(house, case, admitted_on=clock.today().isoformat())
    assert answer.status_code == 422
    assert re.search(r'id="mode"[^>]*aria-invalid="true"', answer.text)


async def test_what_is_no_case_number_is_said_and_a_number_of_nobody_admits_nobody(house):  # noqa: F811
    await house.page("/residents/admission")
    answer = await house.browser.send("/residents/admission", case="37160220190201")
    assert answer.status_code == 422
    assert 'value="37160220190201"' in answer.text
    assert "This is no case number" in words(answer)
    assert (await admitted(house, UNKNOWN)).status_code == 404


async def test_a_stay_is_ended_with_a_reason_and_the_place_is_free(house):  # noqa: F811
    case = await house.takes_in()
    link = re.search(r'href="(/record/stay-end/[^"]+)"', await house.page(f"/residents/{case}")).group(1)
    await house.page(link)
    answer = await house.browser.send(link, ended_on="2024-05-01", reason="aged_out")
    assert re.search(r'id="reason"[^>]*aria-invalid="true"', answer.text)
    answer = await house.browser.send(link, ended_on="2024-05-01", reason="returned_home")
    assert answer.status_code == 303
    assert await house.moves(case) == ["custody_admitted", "custody_ended"]


async def test_a_missing_child_is_found(house):  # noqa: F811
    case = await house.takes_in()
    await house.page("/incidents/report", case=case)
    typed = {"level": "serious", "kind": "missing", "at": "2024-03-04T09:00", "words": "走失"}
    incident = (await house.browser.send(f"/incidents/report?case={case}", **typed)).headers["location"]
    assert "The child was found" in await house.page(incident)
    assert (await house.browser.send(f"{incident}/found")).status_code == 303
    assert "The child was found" not in await house.page(incident)


async def test_carers_are_declared_and_compared_with_the_children(house):  # noqa: F811
    await house.takes_in()
    assert "too few" in words(await house.browser.look("/care-houses"))
    await house.page("/record/carers")
    answer = await house.browser.send("/record/carers", by_day="two", by_night="1", since="2024-01-01")
    assert re.search(r'id="by_day"[^>]*aria-invalid="true"', answer.text)
    answer = await house.browser.send("/record/carers", by_day="4", by_night="2", since="2024-01-01")
    assert answer.headers["location"] == "/care-houses?done=1"
    assert "enough" in words(await house.browser.look("/care-houses"))


async def test_a_check_of_staff_is_recorded_of_a_colleague(house):  # noqa: F811
    page = await house.page("/record/staff-check")
    (person, *_) = re.findall(r'<option value="([0-9a-f-]{36})"', page)
    typed = {"person": person, "checked_on": clock.today().isoformat(), "result": "clear"}
    assert (await house.browser.send("/record/staff-check", **typed)).status_code == 303
    assert "in order" in words(await house.browser.look("/care-houses"))


async def test_a_supervisor_licenses_a_house_of_the_county_and_nobody_else_does(office, custody, house):  # noqa: F811
    supervisor = await office.reader(OrgType.FEDERATION, Role.INSTITUTION_SUPERVISOR)
    await supervisor.look("/record/custody-licence")
    licence = {"day_places": "5", "boarding_places": "7", "valid_from": "2024-01-01", "valid_until": "2098-12-31"}
    nobody = await supervisor.send("/record/custody-licence", institution="../x", **licence)
    assert nobody.status_code == 422
    organisation = str(house.actor.organisation)
    answer = await supervisor.send("/record/custody-licence", institution=organisation, **licence)
    assert answer.headers["location"] == "/care-houses?done=1"
    assert "5 by day, 7 boarding" in words(await supervisor.look("/care-houses"))
    assert (await house.browser.look("/record/custody-licence")).status_code == 403


@pytest.mark.parametrize("path", ["/residents/admission", f"/residents/admission/{UNKNOWN}", "/care-houses"])
async def test_who_runs_no_house_is_refused(office, path):  # noqa: F811
    teacher = await office.reader(OrgType.SCHOOL)
    assert (await teacher.look(path)).status_code == 403
