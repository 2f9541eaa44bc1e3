"""Facts about the child: a move, a merge and its undoing, withdrawn consent, death, erasure; how files show them."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from shared import clock
from shared.access.second_wall import Wall
from shared.contracts.codes import OrgType
from shared.contracts.events import rehab, screening
from tests.integration.timeline.snapshot import emptied
from tests.support.children import COUNTY, Child, event_of, merge, unmerge
from tests.support.stages import code_of

OTHER = "371603"
MARCH, JUNE = date(2024, 3, 4), date(2024, 6, 3)
TOMORROW, LATER = (clock.now().replace(microsecond=0) + timedelta(days=days) for days in (1, 9))


async def ask(timeline, actor, path: str, **query):
    async with timeline.client(actor) as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def status(timeline, actor, path: str) -> int:
    async with timeline.client(actor) as client:
        return (await client.get(path)).status_code


@pytest.fixture
async def empty(timeline) -> None:
    await emptied(timeline)


@pytest.fixture
def auditor(timeline):
    return timeline.organisation(OrgType.AUDITOR, "3716")


def a_move(child: Child, day: date = JUNE, *, previous: str = COUNTY, region: str = OTHER):
    return child.add(screening.ResidenceMoved(previous=previous, region=region, moved_on=day), day)


async def test_after_a_move_the_new_county_sees_the_file_and_the_old_one_a_stub(timeline, empty):
    child = Child()
    child.registered()
    child.screened(MARCH)
    a_move(child)
    await timeline.deliver(*child.records)
    old, new = (timeline.organisation(OrgType.FEDERATION, region) for region in (COUNTY, OTHER))
    assert (await ask(timeline, new, f"/v1/cases/{child.case}"))["county"] == OTHER
    assert await status(timeline, old, f"/v1/cases/{child.case}") == 404
    stub = {"case": str(child.case), "previous": COUNTY, "region": OTHER, "moved_on": "2024-06-03"}
    assert (await ask(timeline, old, "/v1/cases/moved-away"))["items"] == [stub]
    assert (await ask(timeline, new, "/v1/cases/moved-away"))["items"] == []


async def test_the_city_sees_no_move_inside_it_as_moved_away(timeline, empty, auditor):
    child = Child()
    child.registered()
    a_move(child)
    await timeline.deliver(*child.records)
    assert (await ask(timeline, auditor, "/v1/cases/moved-away"))["items"] == []
    assert (await ask(timeline, auditor, f"/v1/cases/{child.case}"))["county"] == OTHER


async def test_who_looks_at_a_stub_is_logged(timeline, empty):
    child = Child()
    child.registered()
    a_move(child)
    await timeline.deliver(*child.records)
    old = timeline.organisation(OrgType.FEDERATION, COUNTY)
    await ask(timeline, old, "/v1/cases/moved-away")
    looks = await timeline.fetch("SELECT organisation FROM access_log WHERE case_id = $1", child.case)
    assert [row[0] for row in looks] == [old.organisation]


async def test_pages_of_moved_children_add_up(timeline, empty):
    old, children = timeline.organisation(OrgType.FEDERATION, COUNTY), [Child() for _ in range(5)]
    for child in children:
        child.registered()
        a_move(child)
        await timeline.deliver(*child.records)
    found, after = [], {}
    while True:
        page = await ask(timeline, old, "/v1/cases/moved-away", limit=2, **after)
        found += [item["case"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert sorted(found) == sorted(str(child.case) for child in children)


@pytest.fixture
async def twins_in_the_books(timeline, empty) -> tuple[Child, Child]:
    """Two cases that turn out to be one child; each has entries of its own."""
    survivor, merged = Child(), Child()
    for child in (survivor, merged):
        child.registered()
    survivor.screened(MARCH)
    merged.screened(date(2024, 4, 1))
    return survivor, merged


@pytest.mark.parametrize("order", list(permutations(range(2))))
async def test_two_cases_that_are_one_child_are_one_file_in_either_order(timeline, auditor, twins_in_the_books, order):
    survivor, merged = twins_in_the_books
    merge(survivor, merged)
    for index in order:
        await timeline.deliver(*twins_in_the_books[index].records)
    page = await ask(timeline, auditor, f"/v1/cases/{survivor.case}/entries", limit=200)
    happened = [item["day"] for item in page["items"]]
    assert len(happened) == 6
    assert happened == sorted(happened, reverse=True)
    head = await ask(timeline, auditor, f"/v1/cases/{survivor.case}")
    assert head["same_child"] == [str(merged.case)]
    assert head["shown_under"] is None
    assert (await ask(timeline, auditor, f"/v1/cases/{merged.case}"))["shown_under"] == str(survivor.case)
    assert [row["case"] for row in (await ask(timeline, auditor, "/v1/cases"))["items"]] == [str(survivor.case)]


async def test_pages_of_a_merged_file_add_up_without_gap_or_repeat(timeline, auditor, twins_in_the_books):
    survivor, merged = twins_in_the_books
    merge(survivor, merged)
    await timeline.deliver(*survivor.records, *merged.records)
    found, after = [], {}
    while True:
        page = await ask(timeline, auditor, f"/v1/cases/{survivor.case}/entries", limit=2, **after)
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(found) == len(set(found)) == 6


async def test_after_an_unmerge_there_are_two_children_again(timeline, auditor, twins_in_the_books):
    survivor, merged = twins_in_the_books
    merge(survivor, merged)
    unmerge(survivor, merged)
    await timeline.deliver(*survivor.records, *merged.records)
    listed = {row["case"] for row in (await ask(timeline, auditor, "/v1/cases"))["items"]}
    assert listed == {str(survivor.case), str(merged.case)}
    page = await ask(timeline, auditor, f"/v1/cases/{survivor.case}/entries", limit=200)
    assert len(page["items"]) == 4
    assert (await ask(timeline, auditor, f"/v1/cases/{merged.case}"))["shown_under"] is None


async def test_a_file_as_it_was_known_has_the_cases_that_were_known_to_be_one_child_then(
    timeline, auditor, twins_in_the_books
):
    survivor, merged = twins_in_the_books
    merge(survivor, merged, recorded_at=TOMORROW)
    unmerge(survivor, merged, recorded_at=LATER)
    await timeline.deliver(*survivor.records, *merged.records)
    path = f"/v1/cases/{survivor.case}/entries"
    before, then, after = [
        await ask(timeline, auditor, path, limit=200, as_known_at=moment.isoformat())
        for moment in (TOMORROW - timedelta(seconds=1), TOMORROW, LATER)
    ]
    assert [len(page["items"]) for page in (before, then, after)] == [2, 6, 4]
    theirs = {str(event_of(record).id) for record in merged.records[:3]}
    assert theirs <= {item["id"] for item in then["items"]}
    logged = "SELECT count(*) FROM access_log WHERE person = $1 AND case_id = $2"
    assert [row[0] for row in await timeline.fetch(logged, auditor.person, merged.case)] == [1]


async def test_a_file_as_it_was_known_shows_nothing_of_a_child_that_the_reader_may_not_see_today(
    timeline, twins_in_the_books
):
    survivor, merged = twins_in_the_books
    centre = timeline.organisation(OrgType.REHAB_CENTRE, COUNTY)
    survivor.enrolled(MARCH, centre.organisation, survivor.approved(MARCH, date(2030, 12, 31)))
    merged.trained(MARCH, centre.organisation, uuid4())
    merge(survivor, merged, recorded_at=TOMORROW)
    unmerge(survivor, merged, recorded_at=LATER)
    await timeline.deliver(*survivor.records, *merged.records)
    path = f"/v1/cases/{survivor.case}/entries"
    page = await ask(timeline, centre, path, limit=200, as_known_at=TOMORROW.isoformat())
    theirs = {str(event_of(record).id) for record in merged.records}
    assert page["items"]
    assert not theirs & {item["id"] for item in page["items"]}


HIDES = [
    screening.ConsentWithdrawn(withdrawn_on=JUNE),
    screening.ChildErased(basis=screening.ErasureBasis.GUARDIAN_REQUEST, erased_on=JUNE),
]


@pytest.mark.parametrize("hides", HIDES, ids=["withdrawn", "erased"])
@pytest.mark.parametrize("apart", [True, False], ids=["apart", "still one"])
async def test_each_case_of_a_file_is_masked_by_itself(timeline, twins_in_the_books, hides, apart):
    survivor, merged = twins_in_the_books
    federation = timeline.organisation(OrgType.FEDERATION, COUNTY)
    for child in (survivor, merged):
        child.approved(MARCH, date(2030, 12, 31))
    merge(survivor, merged, recorded_at=TOMORROW)
    if apart:
        unmerge(survivor, merged, recorded_at=LATER)
    merged.add(hides, JUNE)
    await timeline.deliver(*survivor.records, *merged.records)
    query = {"as_known_at": TOMORROW.isoformat()} if apart else {}
    path = f"/v1/cases/{survivor.case}/entries"
    details = {
        item["id"]: item["detail"] for item in (await ask(timeline, federation, path, limit=200, **query))["items"]
    }
    own, theirs = ({str(event_of(record).id) for record in child.records} for child in (survivor, merged))
    assert {details[entry] for entry in own & details.keys()} == {"full"}
    assert {details[entry] for entry in theirs & details.keys()} == {"reduced"}
    outline = await ask(timeline, federation, f"/v1/cases/{survivor.case}/outline", **query)
    assert {period["opened_by"] in own for period in outline["periods"]} == {True}
    assert sum(one["facts"] for one in outline["counts"]) == len(details)


async def test_facts_of_a_covered_case_are_taken_along_with_no_other_case_of_the_child(timeline, twins_in_the_books):
    survivor, merged = twins_in_the_books
    federation = timeline.organisation(OrgType.FEDERATION, COUNTY)
    merge(survivor, merged)
    merged.add(screening.ConsentWithdrawn(withdrawn_on=JUNE), JUNE)
    await timeline.deliver(*survivor.records, *merged.records)
    async with timeline.client(federation) as client:
        answer = await client.get(f"/v1/cases/{survivor.case}/bundle")
    assert code_of(answer) == (403, "timeline.file-covered")


async def test_whoever_cares_for_the_merged_case_sees_the_one_child(timeline, twins_in_the_books):
    survivor, merged = twins_in_the_books
    centre = timeline.organisation(OrgType.REHAB_CENTRE, COUNTY)
    approval = merged.approved(MARCH, date(2030, 12, 31))
    merged.enrolled(MARCH, centre.organisation, approval)
    merge(survivor, merged)
    await timeline.deliver(*survivor.records, *merged.records)
    assert [row["case"] for row in (await ask(timeline, centre, "/v1/cases"))["items"]] == [str(survivor.case)]
    assert await status(timeline, centre, f"/v1/cases/{survivor.case}/entries") == 200
    stranger = timeline.organisation(OrgType.REHAB_CENTRE, COUNTY)
    assert await status(timeline, stranger, f"/v1/cases/{survivor.case}/entries") == 404


async def test_reading_a_merged_file_is_logged_with_both_cases(timeline, auditor, twins_in_the_books):
    survivor, merged = twins_in_the_books
    merge(survivor, merged)
    await timeline.deliver(*survivor.records, *merged.records)
    await ask(timeline, auditor, f"/v1/cases/{survivor.case}/entries")
    looks = await timeline.fetch("SELECT case_id FROM access_log WHERE organisation = $1", auditor.organisation)
    assert {row[0] for row in looks} == {survivor.case, merged.case}


async def test_a_withdrawn_consent_masks_and_a_new_one_unmasks(timeline, empty):
    child, federation = Child(), timeline.organisation(OrgType.FEDERATION, COUNTY)
    child.registered()
    child.add(screening.ConsentWithdrawn(withdrawn_on=JUNE), JUNE)
    await timeline.deliver(*child.records)
    page = await ask(timeline, federation, f"/v1/cases/{child.case}/entries")
    assert {item["detail"] for item in page["items"]} == {"reduced"}
    assert (await ask(timeline, federation, f"/v1/cases/{child.case}"))["masked"] is True
    given = screening.ConsentGiven(basis=screening.ConsentBasis.GUARDIAN_CONSENT, given_on=JUNE)
    await timeline.deliver(child.add(given, JUNE))
    page = await ask(timeline, federation, f"/v1/cases/{child.case}/entries")
    assert {item["detail"] for item in page["items"]} == {"full"}


async def test_an_erased_child_has_neither_birth_date_nor_sex_and_shows_no_content(timeline, empty, auditor):
    child = Child()
    child.registered()
    child.add(screening.ChildErased(basis=screening.ErasureBasis.GUARDIAN_REQUEST, erased_on=JUNE), JUNE)
    await timeline.deliver(*child.records)
    head = await ask(timeline, auditor, f"/v1/cases/{child.case}")
    assert (head["erased"], head["age_years"], head["sex"]) == (True, None, None)
    page = await ask(timeline, auditor, f"/v1/cases/{child.case}/entries")
    assert {item["detail"] for item in page["items"]} == {"reduced"}
    assert child.records[0].value.decode() not in str(page)


async def test_a_death_stands_at_the_head_of_the_file(timeline, empty, auditor):
    child = Child()
    child.registered()
    child.add(screening.DeathRegistered(died_on=MARCH), MARCH, recorded_at=datetime(2024, 4, 20, tzinfo=UTC))
    await timeline.deliver(*child.records)
    assert (await ask(timeline, auditor, f"/v1/cases/{child.case}"))["died_on"] == "2024-03-04"


@pytest.mark.parametrize("batches", [1, 2])
async def test_a_death_that_was_taken_back_leaves_the_head_and_stays_in_the_file(timeline, empty, auditor, batches):
    child = Child()
    child.registered()
    child.add(screening.DeathRegistered(died_on=MARCH), MARCH)
    alive = screening.DeathRetracted(
        reason=screening.RetractionReason.ANOTHER_CHILD, retracted_on=JUNE, correction_of=event_of(child.records[-1]).id
    )
    child.add(alive, JUNE)
    for part in [child.records] if batches == 1 else [child.records[:-1], child.records[-1:]]:
        await timeline.deliver(*part)
    assert (await ask(timeline, auditor, f"/v1/cases/{child.case}"))["died_on"] is None
    entries = (await ask(timeline, auditor, f"/v1/cases/{child.case}/entries"))["items"]
    assert len([entry for entry in entries if ".death_" in entry["type"]]) == 2


@pytest.mark.parametrize(("region", "rows"), [(COUNTY, 1), (OTHER, 1), ("371621", 0), ("", 0)])
async def test_the_second_wall_shows_a_move_to_both_counties_and_no_third(timeline, empty, region, rows):
    child = Child()
    child.registered()
    a_move(child)
    await timeline.deliver(*child.records)
    assert len(await rows_of(timeline, "residence_move", region)) == rows


@pytest.mark.parametrize(("region", "rows"), [(COUNTY, 1), (OTHER, 0), ("", 0)])
async def test_the_second_wall_stands_before_what_figures_count(timeline, empty, region, rows):
    child = Child()
    child.registered()
    child.add(a_fitting(uuid4()), MARCH)
    await timeline.deliver(*child.records)
    assert len(await rows_of(timeline, "counted_fact", region)) == rows


def a_fitting(institution: UUID) -> rehab.DeviceFitted:
    return rehab.DeviceFitted(
        fitting=uuid4(), approval=uuid4(), institution=institution, device=rehab.DeviceKind.HEARING_AID,
        fitted_on=MARCH, replace_after=date(2027, 3, 4), cost=600_000, insurance_paid=0, assistance_paid=480_000,
    )  # fmt: skip


async def rows_of(timeline, table: str, region: str):
    async with timeline.service.database.transaction() as session:
        await Wall(None, region, JUNE).tell(session.driver)
        return await session.driver.fetch(f"SELECT * FROM {table}")
