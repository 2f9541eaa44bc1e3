"""Finding a child: by whom, by what, what is shown of it, and where what was typed does not stand."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.journal.inbox import Record
from tests.integration.portal.conftest import Browser, Portal, a_portal, chain_of, words
from tests.support.screening import a_resident_number
from tests.support.stack import Running
from tests.support.stages import a_stage

NAME, BORN = "童寻见", "2022-03-15"
LOOKS = "SELECT purpose FROM access_log WHERE case_id = $1 AND act = 'children.find' AND organisation = $2"
LOGGED = "SELECT envelope FROM event_log WHERE case_id = $1 ORDER BY epoch, seq"


@pytest.fixture(scope="module")
async def stages(servers) -> AsyncIterator[dict[str, Running]]:
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(a_stage(servers, name)) for name in ("screening", "timeline")}


@pytest.fixture(scope="module")
async def office(servers, directory, stages) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, *stages.values()) as it:
        yield it


@pytest.fixture(scope="module")
async def child(stages, clinic) -> tuple[UUID, str]:
    """A child that its clinic suspected, and its number."""
    chain, number = chain_of(stages["screening"], clinic["organisation"]), a_resident_number()
    case = await chain.register(name=NAME, resident_number=number)
    await chain.screen(case, 1)
    await stages["timeline"].deliver(*[Record(row[0]) for row in await stages["screening"].fetch(LOGGED, UUID(case))])
    return UUID(case), number


@pytest.fixture
async def here(office, clinic) -> Browser:
    browser: Browser = await office.signed_in(clinic)
    await browser.reads_english()
    return browser


async def found(browser: Browser, typed: str, **fields: str):
    await browser.look("/find")
    return await browser.send("/find", words=typed, **fields)


async def test_the_switch_of_the_language_stands_where_it_leads_back_to_and_loses_nothing(here):
    assert 'action="/account/preferences"' in (await here.look("/find")).text
    answer = await found(here, NAME)
    assert answer.status_code == 200
    assert "/account/preferences" not in answer.text


async def test_a_clinic_finds_its_child_by_name_number_birth_date_and_case(here, child):
    case, number = child
    for typed in (NAME, "寻见", f"{NAME} {BORN}", number, number[-4:], BORN, str(case)[:8]):
        page = await found(here, typed)
        assert page.status_code == 200
        assert "1 child found" in words(page), typed
        assert f'href="/my-children/{case}"' in page.text


async def test_what_helps_to_recognise_a_child_stands_beside_its_name(here, child, clinic, stages):
    case, _ = child
    page = words(await found(here, NAME))
    for told in (NAME, f"Case {str(case)[:8]}", "15 Mar 2022", "male", "371602", "suspected"):
        assert told in page, told
    looks = await stages["screening"].fetch(LOOKS, case, clinic["organisation"])
    assert {row[0] for row in looks} == {"care"}


async def test_what_was_typed_stays_in_the_field_and_stands_in_no_address_and_no_log(here, child, caplog):
    caplog.set_level(logging.DEBUG)
    page = await found(here, f"{NAME} {child[1]}")
    assert f'value="{NAME} {child[1]}"' in page.text
    assert (str(page.url), page.headers.get("location")) == ("http://portal.test/find", None)
    refused = await found(here, "379999202203159999")
    assert refused.status_code == 422
    for typed in (NAME, child[1], "379999202203159999"):
        assert typed not in caplog.text


async def test_who_is_not_found_is_reported_with_what_was_typed(here, office):
    page = await found(here, "童未见", birth_date="20230405")
    assert "No child found" in words(page)
    assert "What you typed is taken over" in words(page)
    answer = await here.send("/report/begin", name="童未见", birth_date="2023-04-05")
    assert (answer.status_code, answer.headers["location"]) == (303, "/report?begun=1")
    form = await here.look(answer.headers["location"])
    assert 'value="童未见"' in form.text
    assert 'value="2023-04-05"' in form.text
    assert "is here again" not in words(form)
    rows = await office.running.fetch("SELECT sealed FROM draft")
    assert rows
    assert not any("童未见".encode() in row[0] for row in rows)
    again = await here.send("/report/begin", name="童另一")
    assert again.headers["location"] == "/report?first=1"
    kept = await here.look(again.headers["location"])
    assert ("童未见" in kept.text, "童另一" in kept.text) == (True, False)
    assert "Send it or discard it first" in words(kept)
    await here.send("/report/discard")


@pytest.mark.parametrize(
    "kind", [OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL, OrgType.REHAB_CENTRE, OrgType.SCHOOL, OrgType.CARE_HOME]
)
async def test_a_stranger_finds_nobody_and_is_told_what_to_do(office, child, kind):
    case, number = child
    stranger = await office.reader(kind)
    for typed in (NAME, number, str(case)):
        page = await found(stranger, typed)
        assert "No child found" in words(page)
        assert "A child of others is not found here" in words(page)
    reports = kind in {OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL}
    assert ('action="/report/begin"' in page.text) is reports
    assert ("A child can be found here once" in words(page)) is not reports


async def test_a_federation_says_what_for_and_finds_a_covered_child(office, child, stages):
    case, number = child
    person = await office.person(OrgType.FEDERATION, Role.REVIEWER)
    browser = await office.signed_in(person)
    await browser.reads_english()
    asked = await found(browser, number)
    assert asked.status_code == 422
    assert "Say what you need the child for" in words(asked)
    assert f'value="{number}"' in asked.text
    assert await stages["screening"].fetch(LOOKS, case, person["organisation"]) == []
    for typed in (number, f"{NAME} {BORN}", str(case)[:8]):
        page = await found(browser, typed, purpose="supervision")
        assert f'href="/cases/{case}"' in page.text
        assert NAME not in page.text.replace(f'value="{typed}"', "")
    looks = await stages["screening"].fetch(LOOKS, case, person["organisation"])
    assert [row[0] for row in looks] == ["supervision"] * 3


@pytest.mark.parametrize("typed", [NAME, BORN, "0019"])
async def test_a_federation_that_names_nobody_is_asked_to_say_more(office, child, typed):
    browser = await office.reader(OrgType.FEDERATION, Role.REVIEWER)
    page = await found(browser, typed, purpose="assistance")
    assert (page.status_code, "Say which child you mean" in words(page)) == (422, True)


async def test_a_purpose_that_is_not_the_visitors_is_none(office, child):
    browser = await office.reader(OrgType.FEDERATION, Role.REVIEWER)
    assert (await found(browser, child[1], purpose="care")).status_code == 422


@pytest.mark.parametrize(
    ("kind", "roles"), [(OrgType.AUDITOR, ()), (OrgType.FEDERATION, (Role.ADMINISTRATOR,))], ids=["auditor", "admin"]
)
async def test_who_reads_no_names_is_neither_offered_the_page_nor_let_in(office, child, kind, roles):
    browser = await office.reader(kind, *roles)
    assert '"/find"' not in (await browser.look("/account")).text
    assert (await browser.look("/find")).status_code == 403
    await browser.look("/account")
    assert (await browser.send("/find", words=NAME, purpose="audit")).status_code == 403


async def test_a_form_of_another_login_finds_nothing(office, here, child):
    assert (await here.send("/find", form="forged", words=NAME)).status_code == 403


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words": " "}, "Type what you know of the child"),
        ({"words": NAME, "birth_date": "yesterday"}, "This is not a day"),
    ],
)
async def test_what_is_missing_or_no_day_is_told_at_its_field(here, child, fields, told):
    await here.look("/find")
    page = await here.send("/find", **fields)
    assert (page.status_code, told in words(page)) == (422, True)
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize(
    ("kind", "path"),
    [(OrgType.CLINIC, "/"), (OrgType.CLINIC, "/my-children"), (OrgType.CLINIC, "/cases"), (OrgType.CLINIC, "/duties"),
     (OrgType.FEDERATION, "/"), (OrgType.FEDERATION, "/cases")],
)  # fmt: skip
async def test_the_field_stands_where_people_look_for_it(office, child, kind, path):
    browser = await office.reader(kind)
    page = await browser.look(path)
    assert (page.status_code, page.text.count('action="/find"')) == (200, 1)


async def test_a_child_is_found_while_the_timeline_is_away_and_what_was_typed_is_kept_while_the_registry_is(
    servers, directory, stages, clinic, child
):
    async with a_portal(servers, directory, stages["screening"]) as part:
        page = await found(await part.signed_in(clinic), NAME)
        assert (page.status_code, NAME in page.text) == (200, True)
    async with a_portal(servers, directory) as alone:
        page = await found(await alone.signed_in(clinic), NAME)
        assert (page.status_code, f'value="{NAME}"' in page.text) == (503, True)
