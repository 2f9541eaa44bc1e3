"""A file is taken along as a verifier bundle by whoever may, with keys that are kept elsewhere."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import pytest

from services.timeline.domain.chain import PRODUCERS
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.events.screening import ConsentWithdrawn
from shared.journal.bundle import Bundle, check
from tests.integration.portal.conftest import Portal, a_portal
from tests.support.children import Child, a_whole_way
from tests.support.feeds import feeds, keep


@pytest.fixture(scope="module")
async def office(servers, directory, timeline) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, timeline) as it:
        yield it


@pytest.fixture
async def child(timeline) -> Child:
    child = a_whole_way(uuid4(), uuid4(), uuid4())
    await timeline.deliver(*child.records)
    return child


@pytest.mark.parametrize(("org_type", "role"), [(OrgType.FEDERATION, Role.REVIEWER), (OrgType.AUDITOR, Role.AUDITOR)])
async def test_the_page_of_a_child_offers_its_bundle_and_the_bundle_is_sound(office, timeline, child, org_type, role):
    browser = await office.reader(org_type, role)
    assert f'href="/cases/{child.case}/bundle.zip"' in (await browser.look(f"/cases/{child.case}")).text
    async with feeds(timeline, *PRODUCERS) as apps:
        for app in apps.values():
            await keep(app, child.records)
        answer = await browser.look(f"/cases/{child.case}/bundle.zip")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    verdicts = check(Bundle.unpacked(answer.content))
    assert sum(one.facts for one in verdicts) == len(child.records)
    assert not any(one.faults for one in verdicts)


async def test_of_a_covered_file_no_bundle_is_offered_but_to_an_auditor(office, timeline, child):
    withdrawn = date(2024, 9, 2)
    child.add(ConsentWithdrawn(withdrawn_on=withdrawn), withdrawn)
    await timeline.deliver(child.records[-1])
    path = f"/cases/{child.case}/bundle.zip"
    federation = await office.reader(OrgType.FEDERATION, Role.REVIEWER)
    assert path not in (await federation.look(f"/cases/{child.case}")).text
    assert (await federation.look(path)).status_code == 403
    auditor = await office.reader(OrgType.AUDITOR, Role.AUDITOR)
    assert path in (await auditor.look(f"/cases/{child.case}")).text


async def test_while_a_service_is_away_the_page_says_so_and_gives_no_half_a_bundle(office, child):
    answer = await (await office.reader(OrgType.AUDITOR, Role.AUDITOR)).look(f"/cases/{child.case}/bundle.zip")
    assert answer.status_code == 503
    assert "<h1>" in answer.text


async def test_a_clinic_is_neither_offered_a_bundle_nor_given_one(office, child):
    clinic = await office.reader(OrgType.CLINIC, Role.STAFF)
    for path in (f"/cases/{child.case}/bundle.zip", "/integrity/keys.json"):
        assert (await clinic.look(path)).status_code == 403, path


async def test_the_keys_of_the_services_stand_on_the_page_of_integrity_and_are_taken_along(office, timeline):
    browser = await office.reader(OrgType.AUDITOR, Role.AUDITOR)
    key = timeline.service.signer.public
    page = (await browser.look("/integrity")).text
    assert key in page
    assert "cannot be reached" in page
    assert (await browser.look("/integrity/keys.json")).json() == {"timeline": key}
