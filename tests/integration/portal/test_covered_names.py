"""Names of children are for those who work with them; to an authority they are covered until it says what for."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from shared.access.clients import Organisation
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.journal.inbox import Record
from tests.integration.portal.conftest import Browser, Portal, a_portal, chain_of
from tests.integration.timeline.snapshot import emptied
from tests.support.directory import COUNTY
from tests.support.rehab import County
from tests.support.stack import Running
from tests.support.stages import a_stage

NAME = "童一一"  # as tests/support/screening.py registers every child
LOGGED = "SELECT envelope FROM event_log WHERE case_id = $1 ORDER BY epoch, seq"
LOOKS = "SELECT purpose FROM access_log WHERE case_id = $1 AND act = 'child.resolve' AND organisation = $2 ORDER BY at"


@pytest.fixture(scope="module")
async def stages(servers) -> AsyncIterator[dict[str, Running]]:
    async with AsyncExitStack() as stack:
        names = ("screening", "rehab", "timeline")
        yield {name: await stack.enter_async_context(a_stage(servers, name)) for name in names}


@pytest.fixture(scope="module")
async def office(servers, directory, stages) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, *stages.values()) as it:
        yield it


@pytest.fixture(scope="module")
async def child(stages, clinic) -> tuple[UUID, str]:
    """A child that the registry knows, with open duties, and an application that waits."""
    await emptied(stages["timeline"])
    case = UUID(await chain_of(stages["screening"], clinic["organisation"]).confirmed())
    records = [Record(row[0]) for row in await stages["screening"].fetch(LOGGED, case)]
    for listener in ("timeline", "rehab"):
        await stages[listener].deliver(*records)
    await stages["timeline"].app.state.assessment.settle()
    _, application = await County(stages["rehab"]).applied(case)
    return case, application


async def clerk(office: Portal, stages: dict[str, Running], *roles: Role) -> tuple[Browser, UUID]:
    """Return the browser of somebody of the county's federation who reads English, and their organisation."""
    person = await office.person(OrgType.FEDERATION, *roles)
    known = Organisation(person["organisation"], "federation (invented)", OrgType.FEDERATION, COUNTY)
    stages["rehab"].knows(known)
    browser = await office.signed_in(person)
    await browser.reads_english()
    return browser, person["organisation"]


@pytest.mark.parametrize("path", ["/cases", "/duties", "/applications"])
async def test_a_reviewer_meets_no_name_in_a_list(office, stages, child, path):
    case, _ = child
    browser, organisation = await clerk(office, stages, Role.REVIEWER)
    page = (await browser.look(path)).text
    assert f"Case {str(case)[:8]}" in page
    assert NAME not in page
    assert not await stages["screening"].fetch(LOOKS, case, organisation)


async def test_a_reviewer_opens_a_name_by_saying_what_for(office, stages, child):
    case, _ = child
    browser, organisation = await clerk(office, stages, Role.REVIEWER)
    assert NAME not in (await browser.look(f"/cases/{case}")).text
    assert NAME in (await browser.send(f"/cases/{case}/name", purpose="supervision")).text
    assert [row[0] for row in await stages["screening"].fetch(LOOKS, case, organisation)] == ["supervision"]


async def test_who_decides_about_an_application_sees_whose_it_is_and_who_only_reads_it_does_not(office, stages, child):
    case, application = child
    approver, organisation = await clerk(office, stages, Role.APPROVER)
    assert NAME in (await approver.look(f"/applications/{application}")).text
    assert [row[0] for row in await stages["screening"].fetch(LOOKS, case, organisation)] == ["assistance"]
    auditor, _ = await clerk(office, stages, Role.AUDITOR)
    page = await auditor.look(f"/applications/{application}")
    assert (page.status_code, NAME in page.text) == (200, False)


async def test_who_works_with_a_child_reads_its_name(office, child, clinic):
    page = await (await office.signed_in(clinic)).look("/cases")
    assert NAME in page.text
