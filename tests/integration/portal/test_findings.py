"""The desk of findings: what waits, on which facts it stands, who decides and with what reason."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.timeline.domain.findings.assessor import findings_by
from services.timeline.domain.findings.limits import Limits
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.events.screening import DeathRegistered
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.integration.timeline.snapshot import emptied
from tests.support.findings import MONDAY, Way, a_centre, a_child_in_training


@pytest.fixture(scope="module")
async def office(servers, directory, timeline) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, timeline) as it:
        yield it


@pytest.fixture
async def raised(timeline) -> tuple[Way, UUID]:
    """A session after the child's death: a finding that waits for a person."""
    await emptied(timeline)
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.assessed(enrolment, centre.id)
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=1))
    way.told(DeathRegistered(died_on=MONDAY), MONDAY)
    await timeline.deliver(*centre.records, *way.records)
    await replace(timeline.app.state.assessment, assessors=(findings_by(Limits()),)).settle()
    ((finding,),) = await timeline.fetch("SELECT finding FROM finding WHERE rule = 'F05' AND case_id = $1", way.case)
    return way, finding


async def decide(browser: Browser, finding: UUID, **typed: Any) -> Any:
    await browser.look(f"/findings/{finding}")
    return await browser.send(f"/findings/{finding}/reviews", **typed)


async def test_what_waits_stands_on_the_desk_and_tells_what_was_compared_with_its_facts(office, raised):
    way, finding = raised
    auditor = await office.reader(OrgType.FEDERATION, Role.AUDITOR)
    desk = (await auditor.look("/findings")).text
    assert f'href="/findings/{finding}"' in desk
    assert "F05 Session after death" in desk
    page = (await auditor.look(f"/findings/{finding}")).text
    assert f'href="/cases/{way.case}"' in page
    assert "What was compared" in page
    assert page.count('<li class="entry') == 2


async def test_the_desk_can_be_narrowed_until_nothing_is_left_and_says_so(office, raised):
    _, finding = raised
    auditor = await office.reader(OrgType.FEDERATION, Role.AUDITOR)
    for narrowed, seen in (
        ({"severity": "hold"}, True), ({"rule": "F05"}, True), ({"state": ""}, True), ({"county": "371602"}, True),
        ({"severity": "note"}, False), ({"rule": "F01"}, False), ({"state": "confirmed"}, False),
    ):  # fmt: skip
        page = (await auditor.look("/findings", **narrowed)).text
        assert (str(finding) in page, "No finding fits" in page) == (seen, not seen), narrowed


async def test_a_decision_is_recorded_with_its_reason_and_shown(office, timeline, raised):
    way, finding = raised
    auditor = await office.reader(OrgType.FEDERATION, Role.AUDITOR)
    answer = await decide(auditor, finding, decision="explained", reason="The death belongs to a twin.")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/findings/{finding}?reviewed=1")
    page = (await auditor.look(f"/findings/{finding}", reviewed="1")).text
    assert "The death belongs to a twin." in page
    assert "Your decision is recorded" in page
    assert "Record the decision" not in page
    assert [fact["data"].get("decision") for fact in await timeline.facts(way.case)].count("explained") == 1


async def test_a_double_click_decides_once(office, timeline, raised):
    way, finding = raised
    auditor = await office.reader(OrgType.FEDERATION, Role.AUDITOR)
    for _ in range(2):
        answer = await decide(auditor, finding, decision="confirmed", reason="Seen the list.", once="one-click")
        assert answer.status_code == 303
    assert len([fact for fact in await timeline.facts(way.case) if "decision" in fact["data"]]) == 1


async def test_a_decision_without_a_reason_is_refused_and_nothing_typed_is_lost(office, raised):
    _, finding = raised
    auditor = await office.reader(OrgType.FEDERATION, Role.AUDITOR)
    answer = await decide(auditor, finding, decision="data_error", reason="  ")
    assert answer.status_code == 422
    assert 'value="data_error" required checked' in answer.text
    assert 'role="alert"' in answer.text


async def test_a_clerk_who_reviews_nothing_is_offered_no_decision_and_refused_one(office, raised):
    _, finding = raised
    clerk = await office.reader(OrgType.FEDERATION, Role.INTAKE_CLERK)
    page = await clerk.look(f"/findings/{finding}")
    assert page.status_code == 200
    assert "Record the decision" not in page.text
    assert (await decide(clerk, finding, decision="confirmed", reason="No.")).status_code == 403


async def test_a_centre_neither_sees_the_desk_nor_is_led_to_it(office, raised):
    _, finding = raised
    centre = await office.reader(OrgType.REHAB_CENTRE)
    assert 'href="/findings"' not in (await centre.look("/account")).text
    for path in ("/findings", f"/findings/{finding}"):
        assert (await centre.look(path)).status_code == 403


async def test_a_federation_of_another_county_does_not_learn_that_a_finding_exists(office, raised):
    _, finding = raised
    organisation = await office.directory.organisation(OrgType.FEDERATION, "371624")
    browser = await office.signed_in(await office.directory.account(organisation, Role.AUDITOR))
    assert (await browser.look(f"/findings/{finding}")).status_code == 404
    assert str(finding) not in (await browser.look("/findings")).text
