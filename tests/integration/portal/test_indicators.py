"""Indicators: each figure with its definition, by month and county, the list behind it, and all as a workbook."""

from collections.abc import AsyncIterator
from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.integration.timeline.snapshot import emptied
from tests.support.children import Child, Institution

PERIOD = {"from": "2024-01-01", "to": "2024-04-30"}
CENTRE = uuid4()
REHABILITATED = "children_given_free_rehabilitation"
LICENSED = "rehabilitation_institutions_with_education_licence"


@pytest.fixture(scope="module")
async def office(servers, directory, timeline, screening) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, timeline, screening) as it:
        yield it


@pytest.fixture(scope="module")
async def trained(timeline) -> Child:
    """A child whose one session lies in March 2024, at a centre with a licence."""
    await emptied(timeline)
    child = Child()
    await timeline.deliver(Institution(CENTRE).licensed(date(2024, 1, 1), date(2024, 12, 31)))
    child.registered()
    enrolment = child.enrolled(date(2024, 1, 15), CENTRE, child.approved(date(2024, 1, 1), date(2024, 12, 31)))
    child.trained(date(2024, 3, 4), CENTRE, enrolment)
    await timeline.deliver(*child.records)
    return child


@pytest.fixture(scope="module")
async def reader(office) -> Browser:
    """Somebody of a county federation who reads English."""
    browser = await office.signed_in(await office.person(OrgType.FEDERATION, Role.REVIEWER))
    await browser.reads_english()
    return browser


async def test_every_figure_stands_with_its_definition_and_as_of_when_it_is(reader, trained):
    page = (await reader.look("/indicators", **PERIOD)).text
    assert page.count('<p class="big">') == 5
    assert "Distinct children with at least one paid or payable item" in page
    assert "As known at" in page
    assert "Median settlement days" in page
    assert "initial screening" in page
    assert "the health authority has given no number of residents" in page


async def test_a_service_that_is_away_takes_its_figures_with_it_and_no_others(reader, trained):
    page = await reader.look("/indicators", **PERIOD)
    assert page.status_code == 200
    assert "This part cannot be shown at the moment" in page.text


async def test_a_figure_is_drawn_by_month_and_county_and_opens_the_list_behind_it(reader, trained):
    page = (await reader.look(f"/indicators/{REHABILITATED}", **PERIOD)).text
    assert page.count('class="measure"') == 4 + 1
    assert "2024-03" in page
    assert f'href="/cases/{trained.case}"' in page


async def test_institutions_behind_a_figure_are_told_by_name_where_it_is_known(reader, trained):
    page = (await reader.look(f"/indicators/{LICENSED}", **PERIOD)).text
    assert str(CENTRE)[:8] in page


async def test_before_a_fact_was_recorded_nobody_counts(reader, trained):
    page = (await reader.look(f"/indicators/{REHABILITATED}", **PERIOD, known_on="2024-01-02")).text
    assert "Nobody counts in this period" in page
    assert "0 children" in page


async def test_a_median_says_of_how_many_and_a_share_its_fraction(reader, trained):
    for key, words in (("days_claim_to_payment", "median of 0 children"), ("home_teaching_hours", "0 ÷ 0")):
        assert words in (await reader.look(f"/indicators/{key}", **PERIOD)).text, key


async def test_the_workbook_says_as_of_when_it_is_and_holds_the_same_figures(reader, trained):
    answer = await reader.look("/indicators.xlsx", **PERIOD)
    assert answer.headers["content-disposition"] == 'attachment; filename="indicators-2024-01-01-2024-04-30.xlsx"'
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["Programme", "Operational", "By county", "Official rates"]
    rows = list(book["Programme"].values)
    assert rows[0][0] == "Period: 1 Jan 2024 to 30 Apr 2024"
    assert rows[2][0].startswith("As known at")
    assert [row[1:3] for row in rows if row[0] == "Children given free rehabilitation"] == [(1, "children")]
    assert [row[0] for row in book["Official rates"].values][-3:] == ["initial screening", "rescreening", "diagnosis"]


async def test_a_figure_that_does_not_exist_and_a_period_that_ends_before_it_begins_are_told_in_words(reader):
    assert (await reader.look("/indicators/happiness")).status_code in {404, 422}
    answer = await reader.look("/indicators", **{"from": "2024-05-01", "to": "2024-04-30"})
    assert answer.status_code == 422
    assert "The period ends before it begins." in answer.text


async def test_a_county_asks_for_its_own_region_only(reader):
    answer = await reader.look("/indicators", region="371603")
    assert answer.status_code == 403
    assert "does not lie inside yours" in answer.text


async def test_an_institution_is_shown_no_figures(office):
    centre = await office.signed_in(await office.person(OrgType.REHAB_CENTRE))
    assert (await centre.look("/indicators")).status_code == 403
    assert (await centre.look("/indicators.xlsx")).status_code == 403
