"""The programme's figures: who counts, who only looks as if, when and where (handbook §8)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest

from deploy.simulator.sources import source
from services.timeline.api.counting import Counting, Period
from services.timeline.completeness import Board
from shared import clock
from shared.contracts.codes import OrgType, ScreeningCategory
from shared.contracts.events import rehab
from shared.contracts.events.education import PlacementMode
from shared.contracts.events.screening import ClosingReason
from tests.integration.timeline.snapshot import emptied
from tests.support.children import Child, Institution
from tests.support.stages import code_of

FOUND, REHABILITATED = "newly_found_suspected_children", "children_given_free_rehabilitation"
EDUCATED, LICENSED = (
    "children_educated_in_rehabilitation_institutions",
    "rehabilitation_institutions_with_education_licence",
)
INTEGRATED = "children_in_integrated_rehabilitation_education_custody"
PERIOD = {"from": "2024-01-01", "to": "2024-09-18"}
MARCH = date(2024, 3, 4)
CENTRE, HOME = uuid4(), uuid4()


@pytest.fixture
async def empty(timeline) -> None:
    await emptied(timeline)
    await timeline.deliver(Institution(CENTRE).licensed(date(2024, 1, 1), date(2024, 12, 31)))


async def figures(timeline, **query):
    auditor = timeline.organisation(OrgType.AUDITOR, "3716")
    async with timeline.client(auditor) as client:
        answer = await client.get("/v1/indicators", params=PERIOD | query)
    assert answer.status_code == 200, answer.text
    return {one["key"]: one for one in answer.json()["indicators"]}


async def value(timeline, key, **query) -> int:
    return (await figures(timeline, **query))[key]["value"]


def in_training(child: Child, *, until: date = date(2024, 12, 31)) -> UUID:
    """Register and enrol a child with an approval for 2024."""
    child.registered()
    approval = child.approved(date(2024, 1, 1), until)
    return child.enrolled(date(2024, 1, 15), CENTRE, approval)


def integrated(child: Child) -> tuple[UUID, UUID]:
    """Let all three services meet on 4 March; return enrolment and stay."""
    enrolment = in_training(child)
    child.trained(MARCH, CENTRE, enrolment)
    child.at_school(MARCH, CENTRE)
    return enrolment, child.admitted(date(2024, 2, 1), HOME)


async def test_the_keys_are_those_of_the_programmes_report(timeline, empty):
    found = await figures(timeline)
    assert set(found) == set(source().figures) - {"children_in_skills_training"}
    for one in found.values():
        assert set(one["name"]) == set(one["definition"]) == {"zh", "en"}


async def test_a_child_is_newly_found_once_however_many_categories(timeline, empty):
    child = Child()
    child.registered()
    child.screened(MARCH)
    child.screened(MARCH, category=ScreeningCategory.VISION)
    await timeline.deliver(*child.records)
    assert await value(timeline, FOUND) == 1


@pytest.mark.parametrize(
    ("story", "found", "confirmed"),
    [
        (lambda c: c.screened(MARCH, abnormal=False), 0, 0),
        (lambda c: c.screened(date(2023, 12, 31)), 0, 0),
        (lambda c: c.screened(date(2024, 1, 1)), 1, 0),
        (lambda c: c.screened(date(2024, 9, 18)), 1, 0),
        (lambda c: c.screened(date(2024, 9, 19)), 0, 0),
        (lambda c: (c.screened(date(2023, 12, 1)), c.confirmed(MARCH)), 0, 1),
        (lambda c: c.confirmed(MARCH), 1, 1),
        (lambda c: (c.screened(MARCH), c.closed(MARCH, ClosingReason.NORMAL_ON_RECHECK)), 1, 0),
        (lambda c: (c.screened(MARCH), c.closed(MARCH, ClosingReason.ENTERED_IN_ERROR)), 0, 0),
        (lambda c: (c.screened(MARCH), c.closed(MARCH, ClosingReason.DUPLICATE_MERGED)), 0, 0),
    ],
)
async def test_who_is_newly_found_and_who_newly_confirmed(timeline, empty, story, found, confirmed):
    child = Child()
    child.registered()
    story(child)
    await timeline.deliver(*child.records)
    figure = (await figures(timeline))[FOUND]
    assert (figure["value"], figure["confirmed"]["value"]) == (found, confirmed)


@pytest.mark.parametrize(
    ("story", "counts"),
    [
        (lambda c, e: c.trained(MARCH, CENTRE, e), 1),
        (lambda _c, _e: None, 0),  # enrolled, no session
        (lambda c, e: c.trained(MARCH, CENTRE, e, attended=False), 0),
        (lambda c, e: c.trained(date(2024, 9, 19), CENTRE, e), 0),
        (lambda c, _e: c.trained(MARCH, CENTRE, uuid4()), 0),  # no such enrolment
        (lambda c, e: c.corrected(c.trained(MARCH, CENTRE, e)), 0),
        (lambda c, e: c.corrected(c.trained(MARCH, CENTRE, e), attended=False), 0),
        (lambda c, e: c.corrected(c.trained(MARCH, CENTRE, e, attended=False), attended=True), 1),
        (lambda c, e: c.corrected(c.corrected(c.trained(MARCH, CENTRE, e), attended=True)), 0),
        (lambda c, e: c.corrected(c.trained(MARCH, CENTRE, e), attended=True, day=date(2024, 10, 1)), 0),
    ],
)
async def test_who_was_given_free_rehabilitation(timeline, empty, story, counts):
    child = Child()
    story(child, in_training(child))
    await timeline.deliver(*child.records)
    assert await value(timeline, REHABILITATED) == counts


@pytest.mark.parametrize(
    ("assistance_paid", "day", "counts"), [(1, MARCH, 1), (0, MARCH, 0), (1, date(2024, 9, 19), 0)]
)
async def test_a_device_counts_where_assistance_paid_for_it(timeline, empty, assistance_paid, day, counts):
    child = Child()
    child.registered()
    fitted = rehab.DeviceFitted(
        fitting=uuid4(), approval=uuid4(), institution=CENTRE, device=rehab.DeviceKind.HEARING_AID, fitted_on=day,
        replace_after=date(2027, 3, 4), cost=600_000, insurance_paid=600_000 - assistance_paid,
        assistance_paid=assistance_paid,
    )  # fmt: skip
    child.add(fitted, day)
    await timeline.deliver(*child.records)
    assert await value(timeline, REHABILITATED) == counts


async def test_an_approval_without_an_enrolment_and_a_session_after_its_end_are_not_payable(timeline, empty):
    never_came, too_late = Child(), Child()
    never_came.registered()
    never_came.approved(date(2024, 1, 1), date(2024, 12, 31))
    too_late.trained(date(2024, 5, 1), CENTRE, in_training(too_late, until=date(2024, 4, 30)))
    await timeline.deliver(*never_came.records, *too_late.records)
    assert await value(timeline, REHABILITATED) == 0


@pytest.mark.parametrize(
    ("story", "counts"),
    [
        (lambda c: c.at_school(MARCH, CENTRE), 1),
        (lambda c: c.at_school(MARCH, CENTRE, present=False), 0),
        (lambda c: c.at_school(MARCH, CENTRE, mode=PlacementMode.SPECIAL_SCHOOL), 0),
        (lambda c: c.at_school(MARCH, uuid4()), 0),  # never had a licence
        (lambda c: c.at_school(date(2023, 12, 29), CENTRE), 0),
        (lambda c: c.at_school(MARCH, CENTRE, present=False, corrects=c.at_school(MARCH, CENTRE)), 0),
        (lambda c: c.placed(MARCH, school=uuid4(), site=CENTRE), 0),  # placed, never there
    ],
)
async def test_who_was_educated_in_a_rehabilitation_institution(timeline, empty, story, counts):
    child = Child()
    child.registered()
    story(child)
    await timeline.deliver(*child.records)
    assert await value(timeline, EDUCATED) == counts


async def test_a_day_before_or_after_the_licence_does_not_count(timeline, empty):
    site, child = Institution(), Child()
    child.registered()
    child.at_school(date(2024, 2, 29), site.id)
    child.at_school(date(2024, 6, 1), site.id)
    await timeline.deliver(site.licensed(date(2024, 3, 1), date(2024, 5, 31)), *child.records)
    assert await value(timeline, EDUCATED) == 0
    child.at_school(date(2024, 5, 31), site.id)
    await timeline.deliver(child.records[-1])
    assert await value(timeline, EDUCATED) == 1


async def test_institutions_count_whose_licence_is_valid_on_the_last_day(timeline, empty):
    expired, twice, future = Institution(), Institution(), Institution()
    await timeline.deliver(
        expired.licensed(date(2022, 1, 1), date(2024, 9, 17)),
        twice.licensed(date(2024, 1, 1), date(2024, 9, 18)),
        twice.licensed(date(2024, 1, 1), date(2025, 9, 18), county="371602"),
        future.licensed(date(2024, 9, 19), date(2025, 9, 18)),
    )
    assert await value(timeline, LICENSED) == 2


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda _c, _e, _s: None, 1),
        (lambda c, _e, s: c.went_home(s, HOME, MARCH), 0),  # the day of leaving is no longer part of the stay
        (lambda c, _e, s: c.went_home(s, HOME, date(2024, 3, 5)), 1),
        (lambda c, e, _s: c.left(e, CENTRE, MARCH), 0),
        (lambda c, e, _s: c.left(e, CENTRE, date(2024, 3, 5)), 1),
    ],
)
async def test_integrated_are_those_for_whom_all_three_services_meet_on_a_day(timeline, empty, change, counts):
    child = Child()
    change(child, *integrated(child))
    await timeline.deliver(*child.records)
    assert await value(timeline, INTEGRATED) == counts


async def test_two_of_three_services_or_three_at_different_times_are_not_integrated(timeline, empty):
    no_school, no_stay, no_session, apart = Child(), Child(), Child(), Child()
    no_school.trained(MARCH, CENTRE, in_training(no_school))
    no_school.admitted(date(2024, 2, 1), HOME)
    no_stay.trained(MARCH, CENTRE, in_training(no_stay))
    no_stay.at_school(MARCH, CENTRE)
    in_training(no_session)
    no_session.at_school(MARCH, CENTRE)
    no_session.admitted(date(2024, 2, 1), HOME)
    apart.trained(MARCH, CENTRE, in_training(apart))
    apart.at_school(MARCH, CENTRE)
    apart.went_home(apart.admitted(date(2023, 10, 1), HOME), HOME, date(2024, 1, 20))
    await timeline.deliver(*(record for child in (no_school, no_stay, no_session, apart) for record in child.records))
    found = await figures(timeline)
    assert (found[INTEGRATED]["value"], found[EDUCATED]["value"], found[REHABILITATED]["value"]) == (0, 3, 3)


async def test_figures_by_county_add_up_and_a_region_sees_its_own(timeline, empty):
    for county in ("371602", "371602", "371621", "370302"):
        child = Child()
        child.registered(county)
        child.screened(MARCH)
        await timeline.deliver(*child.records)
    figure = (await figures(timeline))[FOUND]
    assert (figure["value"], figure["by_county"]) == (3, {"371602": 2, "371621": 1})
    assert (await figures(timeline, region="371621"))[FOUND]["value"] == 1


async def test_as_of_knows_neither_later_facts_nor_later_corrections(timeline, empty):
    child, then = Child(), datetime.now(UTC) - timedelta(hours=1)
    child.registered()
    approval = child.approved(date(2024, 1, 1), date(2024, 12, 31))
    enrolment = child.enrolled(date(2024, 1, 15), CENTRE, approval)
    session = child.trained(MARCH, CENTRE, enrolment)
    await timeline.deliver(*child.records)
    assert await value(timeline, REHABILITATED, as_of=then.isoformat()) == 0
    between = datetime.now(UTC)
    child.corrected(session)
    await timeline.deliver(child.records[-1])
    assert await value(timeline, REHABILITATED, as_of=between.isoformat()) == 1
    assert await value(timeline, REHABILITATED) == 0


async def test_the_list_behind_a_figure_pages_and_every_child_in_it_is_logged(timeline, empty):
    children = [Child() for _ in range(5)]
    for child in children:
        child.registered()
        child.screened(MARCH)
        await timeline.deliver(*child.records)
    auditor, seen, after = timeline.organisation(OrgType.AUDITOR, "3716"), [], {}
    async with timeline.client(auditor) as client:
        while True:
            page = (await client.get(f"/v1/indicators/{FOUND}/cases", params=PERIOD | {"limit": 2} | after)).json()
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
    assert sorted(seen) == sorted(str(child.case) for child in children)
    logged = await timeline.fetch("SELECT case_id FROM access_log WHERE person = $1", auditor.person)
    assert sorted(str(row["case_id"]) for row in logged) == sorted(seen)


async def test_the_institutions_behind_a_figure(timeline, empty):
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, "371602")) as client:
        page = (await client.get(f"/v1/indicators/{LICENSED}/institutions", params=PERIOD)).json()
        wrong = [
            await client.get(f"/v1/indicators/{LICENSED}/cases", params=PERIOD),
            await client.get(f"/v1/indicators/{FOUND}/institutions", params=PERIOD),
        ]
    assert page["items"] == [{"id": str(CENTRE), "county": "371602"}]
    assert [code_of(answer) for answer in wrong] == [(404, "not-found")] * 2


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ({"from": "2024-09-19"}, (422, "timeline.period-reversed")),
        ({"region": "3703"}, (403, "timeline.outside-region")),
        ({"region": "37"}, (403, "timeline.outside-region")),
        ({"region": "binzhou"}, (422, "invalid-request")),
        ({"as_of": "2999-01-01T00:00:00Z"}, (422, "in-the-future")),
        ({"as_of": "2024-01-01"}, (422, "invalid-request")),
        ({"to": "yesterday"}, (422, "invalid-request")),
        ({"colour": "red"}, (422, "invalid-request")),
    ],
)
async def test_a_question_of_the_wrong_form_is_refused(timeline, empty, query, refusal):
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, "3716")) as client:
        assert code_of(await client.get("/v1/indicators", params=PERIOD | query)) == refusal
        assert code_of(await client.get(f"/v1/indicators/{FOUND}/cases", params=PERIOD | query)) == refusal


async def test_who_asks_the_same_is_told_the_same_for_a_while_and_as_of_when_it_is(timeline, empty):
    counting = Counting(timeline.service.database, Board(0), seconds=600)
    city = Period(date(2024, 1, 1), date(2024, 12, 31), "3716", None)
    before = orjson.loads(await counting.programme(city))
    child = Child()
    child.registered()
    child.screened(MARCH)
    await timeline.deliver(*child.records)
    assert orjson.loads(await counting.programme(city)) == before
    for other in (replace(city, region="371602"), replace(city, as_of=clock.now())):
        told = orjson.loads(await counting.programme(other))
        assert told["indicators"][0]["value"] == 1
        assert told["as_of"] > before["as_of"]
