"""What other stages say, in time, late, twice, and before what it is about."""

from datetime import date
from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType, Sex
from shared.contracts.events.screening import (
    ChildErased,
    ChildRegistered,
    ConsentBasis,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    ErasureBasis,
    IdentifierKind,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
    RetractionReason,
)
from shared.journal.inbox import Outcome
from shared.testing.streams import Stream
from tests.integration.custody.test_custody import a_house, admit, an_enrolment, candidates, get, leave
from tests.integration.custody.test_daily_life import SHEET, WORDS, at, post
from tests.support.stages import code_of

BORN = date(2019, 2, 1)


class Registered:
    """A child of whom screening goes on speaking."""

    def __init__(self, custody):
        self.custody, self.stream = custody, Stream("screening")

    @property
    def case(self):
        return self.stream.subject

    async def hears(self, fact):
        return await self.custody.deliver(self.stream.append(fact))


@pytest.fixture
async def child(custody):
    return await another(custody)


async def another(custody, county="371602"):
    child = Registered(custody)
    kind = IdentifierKind.RESIDENT_NUMBER
    await child.hears(ChildRegistered(sex=Sex.MALE, birth_date=BORN, region=county, identifier_kind=kind))
    return child


@pytest.fixture
async def house(custody):
    return await a_house(custody)


async def ends(custody, case):
    facts = await custody.facts(case)
    return [(one["data"]["ended_on"], one["data"]["reason"]) for one in facts if "custody_ended" in one["type"]]


async def test_a_death_registered_weeks_later_ends_the_stay_on_its_day_once(custody, house, child):
    await admit(custody, house, child.case)
    record = child.stream.append(DeathRegistered(died_on=date(2024, 4, 2)))
    await custody.deliver(record)
    assert await custody.deliver(record) == {Outcome.DUPLICATE: 1}
    await child.hears(DeathRegistered(died_on=date(2024, 4, 2)))
    assert await ends(custody, child.case) == [("2024-04-02", "deceased")]
    ended = (await custody.facts(child.case))[-1]
    assert ended["causationid"] == str(child.stream.events[1].id)
    assert ended["data"]["actor"]["role"] == "service"


async def test_a_death_after_the_end_of_the_stay_changes_nothing(custody, house, child):
    stay = (await admit(custody, house, child.case)).json()["record"]
    await leave(custody, house, stay)
    await child.hears(DeathRegistered(died_on=date(2024, 5, 20)))
    assert await ends(custody, child.case) == [("2024-05-01", "returned_home")]


async def test_a_stay_that_comes_after_the_death_is_refused(custody, house, child):
    await child.hears(DeathRegistered(died_on=date(2024, 2, 1)))
    assert code_of(await admit(custody, house, child.case)) == (422, "custody.child-died")


async def test_a_child_whose_death_was_registered_wrongly_is_admitted_anew(custody, house, child):
    await admit(custody, house, child.case)
    await child.hears(DeathRegistered(died_on=date(2024, 2, 1)))
    await child.hears(DeathRetracted(reason=RetractionReason.REPORT_WAS_WRONG, retracted_on=date(2024, 4, 2)))
    assert [reason for _, reason in await ends(custody, child.case)] == ["deceased"]
    assert (await admit(custody, house, child.case)).status_code == 201


async def test_who_moved_is_the_new_countys_to_know_and_the_old_one_still_sees_the_stay(custody, house, child):
    await admit(custody, house, child.case)
    incident = (await custody_incident(custody, house, child.case)).json()["record"]
    old, new = (custody.organisation(OrgType.FEDERATION, region) for region in ("371602", "371603"))
    assert code_of(await get(custody, new, f"/v1/cases/{child.case}/stays")) == (404, "case-not-found")
    moved = ResidenceMoved(previous="371602", region="371603", moved_on=date(2024, 4, 1))
    await child.hears(moved)
    await child.hears(moved)
    for federation in (old, new):
        assert (await get(custody, federation, f"/v1/cases/{child.case}/stays")).status_code == 200
    assert incident in await incidents_of(custody, new)
    assert incident not in await incidents_of(custody, old)
    assert len(await custody.facts(child.case)) == 2


async def custody_incident(custody, house, case):
    (stay,) = (await get(custody, house, f"/v1/cases/{case}/stays")).json()
    body = {"level": "serious", "kind": "injury", "at": at(), "words": WORDS}
    return await post(custody, house, f"/v1/stays/{stay['id']}/incidents", body)


async def incidents_of(custody, actor):
    steps = (await get(custody, actor, "/v1/incident-steps?limit=200")).json()["items"]
    return {item["incident_id"] for item in steps}


def merging(survivor, merged, kind=IdentityMerged, day="merged_on"):
    return kind(survivor=survivor.case, merged=merged.case, **{day: date(2024, 6, 1)})


async def merge(survivor, merged):
    for child in (survivor, merged):
        await child.hears(merging(survivor, merged))


async def unmerge(survivor, merged):
    for child in (merged, survivor):
        await child.hears(merging(survivor, merged, IdentityUnmerged, "unmerged_on"))


async def test_two_cases_of_one_child_have_one_stay_and_one_history(custody, house, child):
    twin = await another(custody)
    await admit(custody, house, twin.case)
    await merge(child, twin)
    assert code_of(await admit(custody, house, child.case)) == (409, "custody.stay-overlaps")
    stays = (await get(custody, house, f"/v1/cases/{child.case}/stays")).json()
    assert [stay["case_id"] for stay in stays] == [str(twin.case)]
    await unmerge(child, twin)
    assert (await admit(custody, house, child.case)).status_code == 201


async def test_a_merger_that_arrives_after_its_own_end_in_the_other_stream_does_not_come_back(custody, house, child):
    twin = await another(custody)
    late = [child.stream.append(merging(child, twin))]
    late.append(child.stream.append(merging(child, twin, IdentityUnmerged, "unmerged_on")))
    await twin.hears(merging(child, twin))
    await twin.hears(merging(child, twin, IdentityUnmerged, "unmerged_on"))
    await custody.deliver(late[0])
    await admit(custody, house, twin.case)
    assert (await admit(custody, house, child.case)).status_code == 201


async def test_a_death_known_under_one_case_ends_the_stay_under_the_other_whichever_comes_first(custody, house):
    for death_first in (True, False):
        survivor, merged = await another(custody), await another(custody)
        await admit(custody, house, merged.case)
        died = DeathRegistered(died_on=date(2024, 4, 2))
        if death_first:
            await survivor.hears(died)
            await merge(survivor, merged)
        else:
            await merge(survivor, merged)
            await survivor.hears(died)
        assert await ends(custody, merged.case) == [("2024-04-02", "deceased")]


async def test_without_consent_a_child_is_shown_to_nobody_new_and_stays_where_it_is(custody, child):
    centre = await a_house(custody, OrgType.REHAB_CENTRE)
    await child.hears(ConsentWithdrawn(withdrawn_on=date(2024, 3, 1)))
    await custody.deliver(Stream("rehab", child.case).append(an_enrolment(centre)))
    assert await candidates(custody, centre) == []
    await child.hears(ConsentGiven(basis=ConsentBasis.GUARDIAN_CONSENT, given_on=date(2024, 3, 9)))
    assert await candidates(custody, centre) == [str(child.case)]
    await admit(custody, centre, child.case)
    await child.hears(ConsentWithdrawn(withdrawn_on=date(2024, 4, 1)))
    assert await ends(custody, child.case) == []


@pytest.mark.parametrize(
    "fact", [DeathRegistered(died_on=date(2024, 4, 2)), "merged"], ids=["died", "in care as another"]
)
async def test_who_died_or_is_in_care_under_another_case_is_no_candidate(custody, child, fact):
    centre = await a_house(custody, OrgType.REHAB_CENTRE)
    await custody.deliver(Stream("rehab", child.case).append(an_enrolment(centre)))
    assert await candidates(custody, centre) == [str(child.case)]
    if fact == "merged":
        twin = await another(custody)
        await admit(custody, centre, twin.case)
        await merge(twin, child)
    else:
        await child.hears(fact)
    assert await candidates(custody, centre) == []


async def test_a_merged_child_in_care_hides_no_other_child(custody, child):
    centre, (survivor, merged) = await a_house(custody, OrgType.REHAB_CENTRE), [await another(custody) for _ in "12"]
    for enrolled in (child, merged):
        await custody.deliver(Stream("rehab", enrolled.case).append(an_enrolment(centre)))
    await admit(custody, centre, survivor.case)
    await merge(survivor, merged)
    assert await candidates(custody, centre) == [str(child.case)]


async def test_erasure_takes_every_word_and_leaves_the_facts(custody, house, child):
    stay = (await admit(custody, house, child.case, papers=[], sheet=SHEET)).json()["record"]
    incident = (await custody_incident(custody, house, child.case)).json()["record"]
    before = await custody.facts(child.case)
    await child.hears(ChildErased(basis=ErasureBasis.GUARDIAN_REQUEST, erased_on=date(2024, 6, 1)))
    assert await custody.fetch("SELECT wrapped_key FROM child_key WHERE case_id = $1", child.case) == [(None,)]
    sheet = (await get(custody, house, f"/v1/stays/{stay}/sheet")).json()
    assert (sheet["allergies"], {one["name"] for one in sheet["contacts"]}) == (None, {None})
    assert (await get(custody, house, f"/v1/incidents/{incident}")).json()["words"] is None
    assert await custody.facts(child.case) == before


async def test_what_is_said_of_an_erased_child_afterwards_is_not_kept(custody, house, child):
    stay = (await admit(custody, house, child.case)).json()["record"]
    await child.hears(ChildErased(basis=ErasureBasis.GUARDIAN_REQUEST, erased_on=date(2024, 6, 1)))
    incident = (await custody_incident(custody, house, child.case)).json()["record"]
    assert (await get(custody, house, f"/v1/incidents/{incident}")).json()["words"] is None
    contact = {"kind": "pick_up", "name": "样例", "relation": "mother", "phone": "10000000000"}
    refused = await post(custody, house, f"/v1/stays/{stay}/contacts", contact)
    assert code_of(refused) == (404, "case-not-found")
    await leave(custody, house, stay)
    assert code_of(await admit(custody, house, child.case, admitted_on="2024-05-02")) == (404, "case-not-found")


async def test_facts_about_a_child_that_never_came_have_no_effect(custody):
    stream = Stream("screening")
    stream.append(ConsentGiven(basis=ConsentBasis.STATUTORY_DUTY, given_on=date(2024, 1, 1)))
    stream.append(DeathRegistered(died_on=date(2024, 4, 2)))
    stream.append(IdentityMerged(survivor=uuid4(), merged=stream.subject, merged_on=date(2024, 5, 1)))
    assert await custody.deliver(*stream.records) == {Outcome.APPLIED: 3}
    assert await custody.facts(stream.subject) == []
