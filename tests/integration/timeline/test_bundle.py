"""The verifier bundle of a file: whole, signed by every producer, and for nobody from whom a part is covered."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.chain import PRODUCERS
from shared.contracts.codes import OrgType
from shared.contracts.events.screening import ConsentWithdrawn, IdentityMerged
from shared.journal.bundle import Bundle, Wrong, check
from tests.integration.timeline.snapshot import emptied
from tests.support.children import COUNTY, Child, a_whole_way
from tests.support.feeds import feeds, keep
from tests.support.stages import code_of


@pytest.fixture
async def child(timeline) -> Child:
    await emptied(timeline)
    child = a_whole_way(uuid4(), uuid4(), uuid4())
    await timeline.deliver(*child.records)
    return child


async def taken(timeline, actor, case: UUID) -> Bundle:
    async with timeline.client(actor) as client:
        answer = await client.get(f"/v1/cases/{case}/bundle")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return Bundle.unpacked(answer.content)


def facts_of(bundle: Bundle) -> set[bytes]:
    return {fact for facts in bundle.facts.values() for fact in facts}


@pytest.mark.parametrize("kind", [OrgType.FEDERATION, OrgType.AUDITOR])
async def test_a_bundle_holds_every_fact_as_it_was_published_and_is_sound(timeline, child, kind):
    actor = timeline.organisation(kind, COUNTY)
    async with feeds(timeline, *PRODUCERS) as apps:
        for app in apps.values():
            await keep(app, child.records)
        bundle = await taken(timeline, actor, child.case)
        keys = {name: app.state.service.signer.public for name, app in apps.items()}
    assert facts_of(bundle) == {record.value for record in child.records}
    assert bundle.keys == keys
    assert [one.faults for one in check(bundle, keys)] == [[]] * len(PRODUCERS)
    logged = await timeline.fetch("SELECT case_id, act FROM access_log WHERE person = $1", actor.person)
    assert [tuple(row) for row in logged] == [(child.case, "timeline.bundle")]


async def test_the_facts_of_both_cases_of_one_child_are_in_it(timeline, child):
    other, day = Child(), date(2024, 6, 3)
    for one in (child, other):
        one.registered()
        one.add(IdentityMerged(survivor=child.case, merged=other.case, merged_on=day), day)
    async with feeds(timeline, *PRODUCERS) as apps:
        await timeline.deliver(*child.records, *other.records)
        for app in apps.values():
            await keep(app, [*child.records, *other.records])
        bundle = await taken(timeline, timeline.organisation(OrgType.AUDITOR, COUNTY), child.case)
    assert facts_of(bundle) == {record.value for record in [*child.records, *other.records]}
    assert not any(one.faults for one in check(bundle))


async def test_what_a_producer_signed_and_the_timeline_has_not_is_found_missing(timeline, child):
    async with feeds(timeline, *PRODUCERS) as apps:
        child.trained(date(2024, 7, 1), uuid4(), uuid4(), recorded_at=datetime(2024, 7, 2, tzinfo=UTC))
        for app in apps.values():
            await keep(app, child.records)
        bundle = await taken(timeline, timeline.organisation(OrgType.AUDITOR, COUNTY), child.case)
    faults = [fault for one in check(bundle) for fault in one.faults]
    assert [(fault.producer, fault.wrong) for fault in faults] == [("rehab", Wrong.TAIL)]


async def test_without_the_word_of_one_producer_there_is_no_bundle(timeline, child):
    actor = timeline.organisation(OrgType.AUDITOR, COUNTY)
    async with timeline.client(actor) as client:
        answer = await client.get(f"/v1/cases/{child.case}/bundle")
    assert code_of(answer) == (503, "temporarily-unavailable")
    assert not await timeline.fetch("SELECT 1 FROM access_log WHERE person = $1", actor.person)


async def test_a_covered_file_is_given_to_the_auditor_only(timeline, child):
    withdrawn = date(2024, 9, 2)
    child.add(ConsentWithdrawn(withdrawn_on=withdrawn), withdrawn)
    await timeline.deliver(child.records[-1])
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, COUNTY)) as client:
        assert code_of(await client.get(f"/v1/cases/{child.case}/bundle")) == (403, "timeline.file-covered")
    async with feeds(timeline, *PRODUCERS) as apps:
        for app in apps.values():
            await keep(app, child.records)
        bundle = await taken(timeline, timeline.organisation(OrgType.AUDITOR, COUNTY), child.case)
    assert len(facts_of(bundle)) == len(child.records)


async def test_only_the_federation_and_auditors_take_one_and_of_their_region_only(timeline, child):
    for kind, region, refusal in (
        (OrgType.CLINIC, COUNTY, (403, "not-allowed")), (OrgType.HEALTH_AUTHORITY, COUNTY, (403, "not-allowed")),
        (OrgType.AUDITOR, "371621", (404, "case-not-found")), (OrgType.FEDERATION, "371621", (404, "case-not-found")),
    ):  # fmt: skip
        async with timeline.client(timeline.organisation(kind, region)) as client:
            assert code_of(await client.get(f"/v1/cases/{child.case}/bundle")) == refusal, kind
