"""Who must not pass at the timeline's doors, and how much of a file each of those sees who may open it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.chain import PRODUCER_OF, Lane
from shared.access.policy import AUTHORITIES, Actor
from shared.clock import today
from shared.contracts.codes import OrgType
from tests.support.children import COUNTY, Child
from tests.support.stack import Running, Servers
from tests.support.stages import UNKNOWN, a_stage, code_of

LICENSED = "rehabilitation_institutions_with_education_licence"
EVERYONE = frozenset(OrgType) - {OrgType.SERVICE}
DESK = frozenset({OrgType.FEDERATION, OrgType.AUDITOR})
DOORS = {
    "list": ("GET", "/v1/cases", EVERYONE),
    "moved away": ("GET", "/v1/cases/moved-away", AUTHORITIES),
    "head": ("GET", "/v1/cases/{case}", EVERYONE),
    "entries": ("GET", "/v1/cases/{case}/entries", EVERYONE),
    "outline": ("GET", "/v1/cases/{case}/outline", EVERYONE),
    "live": ("GET", "/v1/cases/{case}/live", EVERYONE),
    "bundle": ("GET", "/v1/cases/{case}/bundle", DESK),
    "duties": ("GET", "/v1/duties", EVERYONE),
    "duties counted": ("GET", "/v1/duties/counts", EVERYONE),
    "duties of a case": ("GET", "/v1/cases/{case}/duties", EVERYONE),
    "access log": ("GET", "/v1/cases/{case}/access-log", DESK),
    "indicators": ("GET", "/v1/indicators", AUTHORITIES),
    "list behind": ("GET", "/v1/indicators/newly_found_suspected_children/cases", AUTHORITIES),
    "institutions behind": ("GET", f"/v1/indicators/{LICENSED}/institutions", AUTHORITIES),
    "operational": ("GET", "/v1/indicators/operational", AUTHORITIES),
    "list behind operational": ("GET", "/v1/indicators/operational/children_operated/cases", AUTHORITIES),
    "operational by month": ("GET", "/v1/indicators/operational/children_operated/months", AUTHORITIES),
    "by month": ("GET", f"/v1/indicators/{LICENSED}/months", AUTHORITIES),
    "findings": ("GET", "/v1/findings", DESK),
    "counts of findings": ("GET", "/v1/findings/counts", DESK),
    "finding": ("GET", f"/v1/findings/{UNKNOWN}", DESK),
    "review": ("POST", f"/v1/findings/{UNKNOWN}/reviews", frozenset()),
    "findings of a case": ("GET", "/v1/cases/{case}/findings", DESK),
    "parked": ("GET", "/v1/parked", DESK),
    "redrive": ("POST", "/v1/parked/1/redrive", frozenset()),
    "waive": ("POST", "/v1/parked/1/waive", frozenset()),
    "rebuild": ("POST", "/internal/timeline/rebuild", frozenset()),
    "progress": ("GET", "/internal/timeline/rebuild", frozenset()),
    "status": ("GET", "/internal/status", frozenset()),
}
"""Each door with those whose staff may knock; the last ones are for administrators and services only."""
OF_A_CASE = [door for door, (_, path, _) in DOORS.items() if "{case}" in path]
SHUT = [(door, kind) for door, (_, _, let_in) in DOORS.items() for kind in sorted(EVERYONE - let_in)]
BY_REGION = (OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY, OrgType.EDUCATION_AUTHORITY, OrgType.AUDITOR)
TAKING_PART = tuple(sorted(EVERYONE - set(BY_REGION)))
BODIES = {"waive": {"reason": "content_invalid"}, "review": {"decision": "confirmed", "reason": "seen on site"}}


@pytest.fixture(scope="module")
async def timeline(servers: Servers) -> AsyncIterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIMELINE_ASSESS_POLL_SECONDS", "3600")
        async with a_stage(servers, "timeline") as stage:
            yield stage


@dataclass
class World:
    """A child with a fact of every lane, and an actor of every kind that may open its file."""

    child: Child
    actors: dict[OrgType, Actor]


@pytest.fixture(scope="module")
async def world(timeline: Running) -> World:
    actors = {kind: timeline.organisation(kind, COUNTY) for kind in EVERYONE}
    child, centre, other = Child(), actors[OrgType.REHAB_CENTRE], timeline.organisation(OrgType.REHAB_CENTRE)
    child.registered(by=actors[OrgType.CLINIC])
    child.screened(date(2024, 1, 8), by=actors[OrgType.CLINIC])
    child.referred(date(2024, 1, 9), actors[OrgType.MCH].organisation)
    child.referred(date(2024, 1, 20), actors[OrgType.HOSPITAL].organisation)
    child.confirmed(date(2024, 2, 1), by=actors[OrgType.HOSPITAL])
    approval = child.approved(date(2024, 2, 10), date(2024, 12, 31))
    own = child.enrolled(date(2024, 2, 20), centre.organisation, approval, by=centre)
    child.trained(date(2024, 3, 4), centre.organisation, own, by=centre)
    elsewhere = child.enrolled(date(2024, 2, 21), other.organisation, approval, by=other)
    child.corrected(child.trained(date(2024, 3, 5), other.organisation, elsewhere, by=other))
    child.placed(date(2024, 3, 1), school=actors[OrgType.SCHOOL].organisation)
    child.at_school(date(2024, 3, 6), actors[OrgType.SCHOOL].organisation, by=actors[OrgType.SCHOOL])
    child.at_school(date(2024, 3, 7), uuid4())
    child.admitted(date(2024, 3, 1), actors[OrgType.CARE_HOME].organisation, by=actors[OrgType.CARE_HOME])
    child.admitted(date(2024, 4, 1), uuid4())
    await timeline.deliver(*child.records)
    return World(child, actors)


async def knock(timeline: Running, door: str, case: UUID, actor: Actor | None = None, **token):
    method, path, _ = DOORS[door]
    async with timeline.client(actor, **token) as client:
        return await client.request(method, path.format(case=case), json=BODIES.get(door) if method == "POST" else None)


@pytest.mark.parametrize(("door", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(timeline, world, door, kind):
    before = await timeline.counts()
    assert code_of(await knock(timeline, door, world.child.case, world.actors[kind])) == (403, "not-allowed")
    assert await timeline.counts() == before


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_passes_without_a_valid_token(timeline, world, door):
    before, auditor = await timeline.counts(), world.actors[OrgType.AUDITOR]
    assert code_of(await knock(timeline, door, world.child.case)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"}, {"typ": "JWT"}):
        assert code_of(await knock(timeline, door, world.child.case, auditor, **wrong)) == (401, "not-authenticated")
    assert await timeline.counts() == before


@pytest.mark.parametrize(("door", "kind"), [(door, kind) for door in OF_A_CASE for kind in sorted(DOORS[door][2])])
async def test_who_has_no_part_in_a_case_cannot_tell_that_it_exists(timeline, world, door, kind):
    stranger = timeline.organisation(kind, "371621")
    before = await timeline.counts()
    there = await knock(timeline, door, world.child.case, stranger)
    nowhere = await knock(timeline, door, uuid4(), stranger)
    assert code_of(there) == code_of(nowhere) == (404, "case-not-found")
    assert there.json() | {"request_id": ""} == nowhere.json() | {"request_id": ""}
    assert await timeline.counts() == before


@pytest.mark.parametrize("door", OF_A_CASE)
async def test_who_only_runs_the_installation_sees_no_child(timeline, world, door):
    administrator = timeline.organisation(OrgType.FEDERATION, "37", "administrator")
    assert code_of(await knock(timeline, door, world.child.case, administrator)) == (404, "case-not-found")
    service = timeline.organisation(OrgType.SERVICE, "37", "service")
    assert code_of(await knock(timeline, door, world.child.case, service)) == (403, "not-allowed")


async def test_who_only_runs_the_installation_has_empty_lists(timeline, world):
    administrator = timeline.organisation(OrgType.FEDERATION, "37", "administrator")
    assert (await knock(timeline, "list", world.child.case, administrator)).json()["items"] == []
    assert code_of(await knock(timeline, "list behind", world.child.case, administrator)) == (403, "not-allowed")


async def test_an_authority_without_a_region_sees_nothing(timeline, world):
    nowhere = timeline.organisation(OrgType.AUDITOR, "")
    assert (await knock(timeline, "list", world.child.case, nowhere)).json()["items"] == []
    assert code_of(await knock(timeline, "entries", world.child.case, nowhere)) == (404, "case-not-found")


@pytest.mark.parametrize("kind", BY_REGION)
@pytest.mark.parametrize(
    ("region", "status"), [("37", 200), ("3716", 200), (COUNTY, 200), ("3703", 404), ("371603", 404)]
)
async def test_an_authority_sees_the_cases_of_its_region(timeline, world, kind, region, status):
    actor = replace(world.actors[kind], region=region)
    assert (await knock(timeline, "entries", world.child.case, actor)).status_code == status


@pytest.mark.parametrize("kind", TAKING_PART)
async def test_who_takes_part_sees_the_case_whatever_its_region(timeline, world, kind):
    actor = replace(world.actors[kind], region="110101")
    assert (await knock(timeline, "entries", world.child.case, actor)).status_code == 200


FULL = dict.fromkeys(Lane, frozenset({"full"}))
STATES = dict.fromkeys(Lane, frozenset({"reduced"}))
HEALTH = STATES | {Lane.SCREENING: {"full"}, Lane.FINDINGS: set()}
NOTHING = dict.fromkeys(Lane, frozenset())
MATRIX = {
    OrgType.CLINIC: HEALTH,
    OrgType.MCH: HEALTH,
    OrgType.HOSPITAL: HEALTH,
    OrgType.REHAB_CENTRE: NOTHING | {Lane.SCREENING: {"category"}, Lane.REHABILITATION: {"full", "reduced", "busy"}},
    OrgType.SCHOOL: NOTHING | {Lane.SCHOOLING: {"full"}},
    OrgType.CARE_HOME: NOTHING | {Lane.CUSTODY: {"full"}},
    OrgType.FEDERATION: FULL,
    OrgType.HEALTH_AUTHORITY: STATES | {Lane.SCREENING: {"full"}},
    OrgType.EDUCATION_AUTHORITY: STATES | {Lane.SCHOOLING: {"full"}},
    OrgType.AUDITOR: FULL,
}


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane is not Lane.FINDINGS])
@pytest.mark.parametrize("kind", sorted(EVERYONE))
async def test_how_much_each_kind_sees_of_each_lane(timeline, world, kind, lane):
    async with timeline.client(world.actors[kind]) as client:
        path = f"/v1/cases/{world.child.case}/entries"
        items = (await client.get(path, params={"lane": lane.value, "limit": 200})).json()["items"]
    assert {item["detail"] for item in items} == MATRIX[kind][lane]
    assert all(("fact" in item) == (item["detail"] == "full") for item in items)
    whole = len(world.child.streams[PRODUCER_OF[lane]].records)
    in_part = kind in {OrgType.REHAB_CENTRE, OrgType.SCHOOL, OrgType.CARE_HOME}
    assert len(items) < whole if in_part else len(items) in {0, whole}


ALL_PERIODS = ["approval", "enrolment", "enrolment", "custody_stay", "placement", "custody_stay"]
DRAWN = {
    OrgType.REHAB_CENTRE: ["enrolment"],
    OrgType.SCHOOL: ["placement"],
    OrgType.CARE_HOME: ["custody_stay"],
    OrgType.EDUCATION_AUTHORITY: ["placement"],
    OrgType.FEDERATION: ALL_PERIODS,
    OrgType.AUDITOR: ALL_PERIODS,
}


@pytest.mark.parametrize("kind", sorted(EVERYONE))
async def test_an_outline_tells_periods_from_what_is_seen_in_full_and_counts_what_is_seen_at_all(timeline, world, kind):
    outline = (await knock(timeline, "outline", world.child.case, world.actors[kind])).json()
    assert [period["kind"] for period in outline["periods"]] == DRAWN.get(kind, [])
    assert sum(row["facts"] for row in outline["counts"]) == len(await items_of(timeline, world, kind))
    sees_registration = MATRIX[kind][Lane.SCREENING] == {"full"}
    assert (outline["born_on"] is not None) == sees_registration


async def items_of(timeline, world, kind, **query):
    async with timeline.client(world.actors[kind]) as client:
        return (await client.get(f"/v1/cases/{world.child.case}/entries", params={"limit": 200, **query})).json()[
            "items"
        ]


async def test_a_centre_knows_when_the_child_is_busy_elsewhere_but_not_where(timeline, world):
    busy = [item for item in await items_of(timeline, world, OrgType.REHAB_CENTRE) if item["detail"] == "busy"]
    assert {item["type"].split(".")[2] for item in busy} == {"session_recorded", "session_corrected"}
    for item in busy:
        assert item.keys() == {"id", "lane", "type", "detail", "day", "corrected_by", "busy"}
    assert [item["busy"] for item in busy if item["busy"]] == [
        {"starts_at": "2024-03-05T01:00:00Z", "ends_at": "2024-03-05T01:45:00Z"}
    ]


async def test_a_centre_knows_the_category_and_no_more_of_the_diagnosis(timeline, world):
    (diagnosis,) = await items_of(timeline, world, OrgType.REHAB_CENTRE, lane="screening")
    assert diagnosis["category"] == "autism"
    assert diagnosis.keys() == {"id", "lane", "type", "detail", "day", "corrected_by", "category"}


async def test_a_clinic_learns_what_became_of_a_child_but_not_by_whom(timeline, world):
    for item in await items_of(timeline, world, OrgType.CLINIC, lane="rehabilitation"):
        assert item.keys() <= {"id", "lane", "type", "detail", "day", "corrected_by", "state"}


async def test_the_filter_by_organisation_tells_nobody_who_serves_the_child(timeline, world):
    elsewhere = world.child.streams["rehab"].events[3].data["institution"]
    for kind in (OrgType.CLINIC, OrgType.REHAB_CENTRE, OrgType.HEALTH_AUTHORITY):
        assert await items_of(timeline, world, kind, organisation=elsewhere) == []
    assert len(await items_of(timeline, world, OrgType.FEDERATION, organisation=elsewhere)) == 3


async def test_an_institution_sees_only_its_own_part_in_the_head(timeline, world):
    async with timeline.client(world.actors[OrgType.CARE_HOME]) as client:
        head = (await client.get(f"/v1/cases/{world.child.case}")).json()
    assert [part["basis"] for part in head["participants"]] == ["admitted"]
    assert (head["states"], head["stage"], head["entries"]) == (None, None, {})


async def a_child_that(timeline, story) -> UUID:
    child = Child()
    child.registered()
    story(child)
    await timeline.deliver(*child.records)
    return child.case


@pytest.mark.parametrize(("days_ago", "status"), [(0, 200), (89, 200), (90, 404), (91, 404)])
async def test_a_centre_sees_a_child_for_ninety_days_after_it_left(timeline, days_ago, status):
    centre, left_on = timeline.organisation(OrgType.REHAB_CENTRE), today() - timedelta(days=days_ago)

    def story(child):
        child.left(child.enrolled(date(2024, 2, 1), centre.organisation, uuid4()), centre.organisation, left_on)

    assert (await knock(timeline, "head", await a_child_that(timeline, story), centre)).status_code == status


async def test_a_rejected_or_replaced_referral_shuts_the_file_again(timeline):
    rejecting, replaced = timeline.organisation(OrgType.MCH), timeline.organisation(OrgType.MCH)
    replacing = timeline.organisation(OrgType.MCH)

    def story(child):
        child.rejected(child.referred(date(2024, 1, 9), rejecting.organisation), date(2024, 1, 10))
        old = child.referred(date(2024, 1, 11), replaced.organisation)
        child.referred(date(2024, 2, 11), replacing.organisation, replaces=old.referral)

    case = await a_child_that(timeline, story)
    answers = [(await knock(timeline, "head", case, actor)).status_code for actor in (rejecting, replaced, replacing)]
    assert answers == [404, 404, 200]


async def test_a_school_from_which_the_child_was_placed_elsewhere_long_ago_is_shut_out(timeline):
    former, present = timeline.organisation(OrgType.SCHOOL), timeline.organisation(OrgType.SCHOOL)

    def story(child):
        child.placed(date(2022, 9, 1), school=former.organisation)
        child.placed(date(2023, 9, 1), school=present.organisation)

    case = await a_child_that(timeline, story)
    assert [(await knock(timeline, "head", case, actor)).status_code for actor in (former, present)] == [404, 200]
