"""Operational figures: medians, shares and counts; the list behind each; month by month; one child is one child."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.codes import OrgType, ScreeningCategory
from shared.contracts.events import education, rehab, screening
from tests.integration.timeline.snapshot import emptied
from tests.support.children import COUNTY, Child, nine_o_clock
from tests.support.stages import code_of

YEAR = {"from": "2024-01-01", "to": "2024-12-31"}
DEVICES, PAID, OPERATED = "children_with_devices_fitted", "children_with_payment", "children_operated"
TO_DIAGNOSIS, TO_SESSION, TO_PAYMENT = (
    "days_screening_to_diagnosis",
    "days_diagnosis_to_first_session",
    "days_claim_to_payment",
)
CENTRE, HOME = uuid4(), uuid4()


@pytest.fixture(autouse=True)
async def _empty(timeline) -> None:
    await emptied(timeline)


async def ask(timeline, path: str, region: str = "3716", **query):
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, region)) as client:
        answer = await client.get(f"/v1/indicators{path}", params=YEAR | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def figure(timeline, key: str, **query):
    found = {one["key"]: one for one in (await ask(timeline, "/operational", **query))["indicators"]}
    return found[key]


def registered(county: str = COUNTY) -> Child:
    child = Child()
    child.registered(county)
    return child


def diagnosed_after(days: int, county: str = COUNTY) -> Child:
    child = registered(county)
    child.screened(date(2024, 1, 10))
    child.confirmed(date(2024, 1, 10) + timedelta(days=days))
    return child


def a_device(child: Child, day: date):
    fact = rehab.DeviceFitted(
        fitting=uuid4(), approval=uuid4(), institution=CENTRE, device=rehab.DeviceKind.HEARING_AID, fitted_on=day,
        replace_after=date(2027, 3, 4), cost=600_000, insurance_paid=0, assistance_paid=480_000,
    )  # fmt: skip
    return child.add(fact, day)


def a_surgery(child: Child, day: date):
    fact = rehab.SurgeryCompleted(
        operation=uuid4(), approval=uuid4(), institution=CENTRE, surgery=rehab.SurgeryKind.COCHLEAR_IMPLANT,
        operated_on=day, cost=9_000_000, insurance_paid=3_000_000, assistance_paid=6_000_000,
    )  # fmt: skip
    return child.add(fact, day)


def settled(child: Child, submitted: date, *paid: date) -> None:
    claim, line = uuid4(), uuid4()
    claimed = rehab.ClaimLine(
        line=line, enrolment=uuid4(), month="2024-03", sessions=20, attended_days=18, planned_days=20, amount=150_000,
        insurance_paid=0,
    )  # fmt: skip
    child.add(
        rehab.ClaimSubmitted(
            claim=claim, institution=CENTRE, county=COUNTY, cycle_from=date(2024, 1, 1), cycle_until=date(2024, 3, 31),
            submitted_on=submitted, lines=(claimed,),
        ),
        submitted,
    )  # fmt: skip
    for day in paid:
        payment = rehab.PaymentMade(
            payment=uuid4(), claim=claim, institution=CENTRE, lines=(line,), amount=150_000,
            payee=rehab.Payee.INSTITUTION, paid_on=day,
        )  # fmt: skip
        child.add(payment, day)


def taught_at_home(child: Child, *days: date, hours: int = 3) -> None:
    for day in days:
        starts = nine_o_clock(day)
        visit = education.HomeTeachingRecorded(
            visit=uuid4(), placement=uuid4(), school=uuid4(), teacher=uuid4(), starts_at=starts,
            ends_at=starts + timedelta(minutes=135), class_hours=hours,
        )  # fmt: skip
        child.add(visit, starts)


async def deliver(timeline, *children: Child) -> None:
    for child in children:
        await timeline.deliver(*child.records)


async def test_nobody_gives_figures_of_nobody(timeline):
    found = {one["key"]: one for one in (await ask(timeline, "/operational"))["indicators"]}
    assert len(found) == 9
    assert {one["children"] for one in found.values()} == {0}
    assert found[TO_DIAGNOSIS]["value"] is None
    assert found["home_teaching_hours"]["percent"] is None
    for one in found.values():
        assert set(one["name"]) == set(one["definition"]) == {"zh", "en"}


async def test_the_median_of_days_is_one_of_the_children_behind_it(timeline):
    await deliver(timeline, diagnosed_after(10), diagnosed_after(90), diagnosed_after(30), diagnosed_after(5, "371621"))
    found = await figure(timeline, TO_DIAGNOSIS)
    assert (found["children"], found["value"]) == (4, 10)
    assert (found["by_county"]["371602"]["children"], found["by_county"]["371602"]["value"]) == (3, 30)
    assert found["by_county"]["371621"]["value"] == 5


@pytest.mark.parametrize(
    ("story", "children"),
    [
        (lambda c: c.confirmed(date(2024, 2, 1)), 0),  # no screening record before it
        (lambda c: (c.screened(date(2023, 12, 1)), c.confirmed(date(2023, 12, 31))), 0),  # the year before
        (lambda c: (c.screened(date(2023, 12, 1)), c.confirmed(date(2024, 1, 1))), 1),
        (lambda c: (c.screened(date(2024, 1, 5)), c.screened(date(2024, 2, 1), abnormal=False)), 0),  # not diagnosed
        (lambda c: (c.screened(date(2024, 1, 5), category=ScreeningCategory.VISION), c.confirmed(date(2024, 2, 1))), 0),
        (
            lambda c: (
                c.screened(date(2024, 1, 5)),
                c.confirmed(date(2024, 2, 1)),
                c.closed(date(2024, 3, 1), screening.ClosingReason.ENTERED_IN_ERROR),
            ),
            0,
        ),
    ],
)
async def test_who_stands_behind_the_days_to_a_diagnosis(timeline, story, children):
    child = registered()
    story(child)
    await deliver(timeline, child)
    assert (await figure(timeline, TO_DIAGNOSIS))["children"] == children


async def test_days_to_the_first_session_count_the_first_one_that_the_child_attended(timeline):
    child = diagnosed_after(20)
    enrolment = child.enrolled(date(2024, 2, 5), CENTRE, child.approved(date(2024, 2, 1), date(2024, 12, 31)))
    child.trained(date(2024, 2, 6), CENTRE, enrolment, attended=False)
    voided = child.trained(date(2024, 2, 7), CENTRE, enrolment)
    child.trained(date(2024, 2, 20), CENTRE, enrolment)
    await deliver(timeline, child)
    assert (await figure(timeline, TO_SESSION))["value"] == (date(2024, 2, 7) - date(2024, 1, 30)).days
    child.corrected(voided)
    await timeline.deliver(child.records[-1])
    assert (await figure(timeline, TO_SESSION))["value"] == (date(2024, 2, 20) - date(2024, 1, 30)).days


async def test_settlement_days_go_to_the_last_payment_and_take_the_longest_claim(timeline):
    child, unpaid = registered(), registered()
    settled(child, date(2024, 4, 1), date(2024, 4, 11))
    settled(child, date(2024, 7, 1), date(2024, 7, 11), date(2024, 8, 1))
    settled(unpaid, date(2024, 4, 1))
    await deliver(timeline, child, unpaid)
    found = await figure(timeline, TO_PAYMENT)
    assert (found["children"], found["value"]) == (1, 31)
    assert (await figure(timeline, PAID))["value"] == 1


@pytest.mark.parametrize(("make", "key"), [(a_device, DEVICES), (a_surgery, OPERATED)])
async def test_a_child_counts_once_and_on_the_days_of_the_period(timeline, make, key):
    child, before = registered(), registered()
    make(child, date(2024, 3, 4))
    make(child, date(2024, 5, 6))
    make(before, date(2023, 12, 31))
    await deliver(timeline, child, before)
    assert (await figure(timeline, key))["value"] == 1


async def test_home_teaching_is_measured_against_216_hours_for_each_child(timeline):
    one, other = registered(), registered("371621")
    taught_at_home(one, *(date(2024, 3, 4) + timedelta(days=7 * week) for week in range(36)))
    taught_at_home(other, date(2024, 3, 5))
    await deliver(timeline, one, other)
    found = await figure(timeline, "home_teaching_hours")
    assert (found["numerator"], found["denominator"], found["percent"]) == (111, 432, "25.6")
    assert found["by_county"]["371602"]["percent"] == "50.0"


async def test_who_is_in_training_and_in_custody_on_the_last_day(timeline):
    child = registered()
    enrolment = child.enrolled(date(2024, 2, 5), CENTRE, child.approved(date(2024, 2, 1), date(2024, 12, 31)))
    stay = child.admitted(date(2024, 2, 1), HOME)
    await deliver(timeline, child)
    assert (await figure(timeline, "children_in_training"))["value"] == 1
    assert (await figure(timeline, "children_in_custody", to="2024-01-31"))["value"] == 0
    child.left(enrolment, CENTRE, date(2024, 12, 31))
    child.went_home(stay, HOME, date(2024, 6, 1))
    await timeline.deliver(*child.records[-2:])
    assert (await figure(timeline, "children_in_training"))["value"] == 0
    assert (await figure(timeline, "children_in_training", to="2024-12-30"))["value"] == 1
    assert (await figure(timeline, "children_in_custody"))["value"] == 0


async def test_as_of_a_time_nothing_later_counts(timeline):
    child, then = registered(), datetime.now(UTC) - timedelta(hours=1)
    a_device(child, date(2024, 3, 4))
    await deliver(timeline, child)
    assert (await figure(timeline, DEVICES, as_of=then.isoformat()))["value"] == 0


async def test_the_list_behind_shows_the_days_pages_and_is_logged(timeline):
    await deliver(timeline, *(diagnosed_after(days) for days in (10, 20, 30)))
    auditor, seen, after = timeline.organisation(OrgType.AUDITOR, "3716"), [], {}
    async with timeline.client(auditor) as client:
        while True:
            path = f"/v1/indicators/operational/{TO_DIAGNOSIS}/cases"
            page = (await client.get(path, params=YEAR | {"limit": 2} | after)).json()
            seen += page["items"]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
    assert sorted(item["amount"] for item in seen) == [10, 20, 30]
    logged = await timeline.fetch("SELECT count(*) FROM access_log WHERE person = $1", auditor.person)
    assert logged[0][0] == 3


async def test_months_cut_the_period_and_each_counts_for_itself(timeline):
    child = registered()
    a_device(child, date(2024, 3, 4))
    a_device(child, date(2024, 5, 6))
    child.screened(date(2024, 5, 20))
    await deliver(timeline, child)
    months = (await ask(timeline, f"/operational/{DEVICES}/months", **{"from": "2024-02-15", "to": "2024-05-10"}))[
        "items"
    ]
    assert [(one["month"], one["value"]) for one in months] == [
        ("2024-02", 0), ("2024-03", 1), ("2024-04", 0), ("2024-05", 1),
    ]  # fmt: skip
    found = (await ask(timeline, "/newly_found_suspected_children/months"))["items"]
    assert {one["month"]: one["value"] for one in found if one["value"]} == {"2024-05": 1}
    assert len(found) == 12


async def test_too_many_months_are_refused(timeline):
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, "3716")) as client:
        query = {"from": "2020-01-01", "to": "2024-12-31"}
        answer = await client.get(f"/v1/indicators/operational/{DEVICES}/months", params=query)
    assert code_of(answer) == (422, "timeline.period-too-long")


async def test_cases_that_are_one_child_count_once(timeline):
    survivor, merged = diagnosed_after(10), diagnosed_after(20)
    for child in (survivor, merged):
        a_device(child, date(2024, 3, 4))
        child.add(merging(survivor.case, merged.case), date(2024, 6, 3))
    await deliver(timeline, survivor, merged)
    assert (await figure(timeline, DEVICES))["value"] == 1
    figures = {one["key"]: one["value"] for one in (await ask(timeline, ""))["indicators"]}
    assert figures["newly_found_suspected_children"] == 1
    behind = await ask(timeline, f"/operational/{DEVICES}/cases")
    assert [item["id"] for item in behind["items"]] == [str(survivor.case)]


def merging(survivor: UUID, merged: UUID) -> screening.IdentityMerged:
    return screening.IdentityMerged(survivor=survivor, merged=merged, merged_on=date(2024, 6, 3))


async def test_an_authority_sees_the_figures_of_its_region_only(timeline):
    await deliver(timeline, diagnosed_after(10), diagnosed_after(20, "370302"))
    assert (await figure(timeline, TO_DIAGNOSIS))["children"] == 1
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, "371602")) as client:
        answer = await client.get("/v1/indicators/operational", params=YEAR | {"region": "371621"})
    assert code_of(answer) == (403, "timeline.outside-region")
