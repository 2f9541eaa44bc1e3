"""The desk of parked events: why something waits, a rehearsal, two persons who step over it; how complete all is."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.integration.timeline.snapshot import emptied
from tests.integration.timeline.test_parked import a_stuck_child
from tests.support.stack import Running


@pytest.fixture(scope="module")
async def office(servers, directory, timeline) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, timeline) as it:
        yield it


@pytest.fixture
async def stuck(timeline) -> UUID:
    """A child of whom the second session is poison."""
    await emptied(timeline)
    await timeline.fetch("DELETE FROM parked_event")
    child, _, _ = await a_stuck_child(timeline)
    return child.case


async def poison(timeline: Running) -> int:
    ((event,),) = await timeline.fetch("SELECT id FROM parked_event WHERE reason = 'poison'")
    return int(event)


async def send(browser: Browser, path: str, **typed: Any) -> Any:
    await browser.look("/parked")
    return await browser.send(path, **typed)


async def test_what_waits_says_why_in_plain_words_who_owns_it_and_how_long(office, stuck):
    page = (await (await office.reader(OrgType.FEDERATION, Role.REVIEWER)).look("/parked")).text
    assert "The timeline cannot make sense of this fact" in page
    assert f'href="/cases/{stuck}"' in page
    assert "second" in page
    assert "Rehearse" not in page


async def test_a_rehearsal_tells_what_would_happen_and_changes_nothing(office, timeline, stuck):
    operator = await office.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    before = await timeline.fetch("SELECT id, tries FROM parked_event ORDER BY id")
    answer = await send(operator, f"/parked/{await poison(timeline)}/redrive", how="rehearse")
    assert answer.status_code == 200
    assert "Nothing was changed by this rehearsal." in answer.text
    assert await timeline.fetch("SELECT id, tries FROM parked_event ORDER BY id") == before


async def test_what_is_tried_again_and_cannot_be_applied_says_that_it_stays(office, timeline, stuck):
    operator = await office.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    answer = await send(operator, f"/parked/{await poison(timeline)}/redrive", how="redrive")
    assert "it stays parked" in answer.text
    assert 'href="/parked.xlsx"' in answer.text


async def test_one_person_asks_to_step_over_and_another_agrees(office, timeline, stuck):
    event = await poison(timeline)
    path, typed = f"/parked/{event}/waiver", {"reason": "content_invalid"}
    first = await office.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    assert (await send(first, path, **typed)).headers["location"] == "/parked?waiver=asked"
    assert (await send(first, path, **typed)).status_code == 403
    second = await office.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    assert (await send(second, path, **typed)).headers["location"] == "/parked?waiver=agreed"


async def test_who_does_not_run_the_installation_redrives_nothing(office, timeline, stuck):
    clerk = await office.reader(OrgType.FEDERATION, Role.REVIEWER)
    answer = await send(clerk, f"/parked/{await poison(timeline)}/redrive", how="redrive")
    assert answer.status_code == 403


async def test_integrity_is_told_to_federations_and_how_services_stand_to_administrators_only(office, timeline, stuck):
    clerk = (await (await office.reader(OrgType.FEDERATION, Role.REVIEWER)).look("/integrity")).text
    assert "Last signed word" in clerk
    assert "How each service stands" not in clerk
    page = (await (await office.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)).look("/integrity")).text
    assert "How each service stands" in page
    assert "cannot be reached" in page
    assert "tongkang verify" in page


async def test_a_clinic_sees_neither_desk_nor_integrity(office):
    clinic = await office.reader(OrgType.CLINIC, Role.STAFF)
    assert [(await clinic.look(path)).status_code for path in ("/parked", "/integrity")] == [403, 403]
