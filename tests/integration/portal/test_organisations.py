"""Organisations and accounts: who may keep them, a password that is shown once, an account that ends."""

import html
import re
from uuid import uuid4

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.support.directory import a_user_name

NEXT = re.compile(r'href="([^"]+)" rel="next"')
PASSWORD = re.compile(r'<code class="secret">([^<]+)</code>')


def a_person() -> dict[str, str]:
    return {"display_name": "新同事（样例）", "user_name": a_user_name(), "roles": "staff"}


async def test_an_administrator_takes_up_an_organisation_and_its_first_person_who_can_sign_in(portal):
    browser = await portal.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    await browser.look("/organisations")
    name = f"某机构 {uuid4()}"
    answer = await browser.send("/organisations", name=name, org_type="rehab_centre", region="371602")
    assert answer.status_code == 303
    page = await browser.look(answer.headers["location"])
    assert name in page.text
    organisation = answer.headers["location"].split("organisation=")[1].split("&")[0]
    person = a_person()
    made = await browser.send("/accounts", organisation=organisation, **person)
    password = PASSWORD.search(made.text)
    assert password
    assert PASSWORD.search((await browser.look("/accounts", organisation=organisation)).text) is None
    newcomer = portal.browser()
    assert (await newcomer.sign_in(person["user_name"], password.group(1))).status_code == 303


async def test_a_double_click_makes_one_account_and_says_that_the_password_was_shown(portal):
    browser = await portal.reader(OrgType.CLINIC, Role.MANAGER)
    person = a_person() | {"once": str(uuid4())}
    await browser.look("/accounts")
    first, second = await browser.send("/accounts", **person), await browser.send("/accounts", **person)
    assert PASSWORD.search(first.text)
    assert not PASSWORD.search(second.text)
    assert "its password was shown then" in second.text
    assert second.text.count(person["user_name"]) == 1


async def test_a_manager_gives_a_new_password_and_ends_an_account(portal):
    browser = await portal.reader(OrgType.CLINIC, Role.MANAGER)
    person = a_person()
    await browser.look("/accounts")
    made = await browser.send("/accounts", **person)
    (account,) = re.findall(r'action="/accounts/([0-9a-f-]{36})/disable"', made.text)
    renewed = PASSWORD.search((await browser.send(f"/accounts/{account}/password")).text)
    assert renewed
    newcomer = portal.browser()
    assert (await newcomer.sign_in(person["user_name"], renewed.group(1))).status_code == 303
    assert (await browser.send(f"/accounts/{account}/disable")).headers["location"] == "/accounts?done=disabled"
    assert (await newcomer.sign_in(person["user_name"], renewed.group(1))).status_code == 400


async def test_what_the_directory_refuses_is_told_and_nothing_typed_is_lost(portal):
    browser = await portal.reader(OrgType.CLINIC, Role.MANAGER)
    await browser.look("/accounts")
    answer = await browser.send("/accounts", display_name="新同事（样例）", user_name="no spaces here", roles="staff")
    assert answer.status_code == 422
    assert 'value="no spaces here"' in answer.text
    assert 'role="alert"' in answer.text


async def test_the_next_page_is_that_of_the_list_where_a_form_was_answered(portal):
    browser = await portal.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    organisation = await portal.directory.organisation(OrgType.CLINIC)
    for _ in range(51):
        await portal.directory.organisation(OrgType.CLINIC)
        await portal.directory.account(organisation)
    await browser.look("/organisations")
    refused = await browser.send("/organisations", name="", org_type="clinic", region="x")
    assert refused.status_code == 422
    made = await browser.send("/accounts", organisation=str(organisation), **a_person())
    assert PASSWORD.search(made.text)
    for answer, path in ((refused, "/organisations?"), (made, f"/accounts?organisation={organisation}&")):
        (link,) = NEXT.findall(html.unescape(answer.text))
        assert link.startswith(path)
        assert (await browser.look(link)).status_code == 200
    assert len(re.findall('action="/accounts/[0-9a-f-]+/password"', browser.last.text)) == 2


async def test_a_manager_sees_the_people_of_its_own_organisation_only(portal):
    own, other = await portal.person(OrgType.CLINIC, Role.MANAGER), await portal.person(OrgType.CLINIC)
    browser = await portal.signed_in(own)
    assert own["user_name"] in (await browser.look("/accounts")).text
    answer = await browser.look("/accounts", organisation=str(other["organisation"]))
    assert (answer.status_code, other["user_name"] in answer.text) == (200, False)
    assert (await browser.look("/organisations")).status_code == 403


async def test_staff_keep_neither_organisations_nor_accounts_and_are_not_led_there(portal):
    browser = await portal.reader(OrgType.CLINIC, Role.STAFF)
    menu = (await browser.look("/account")).text
    assert 'href="/accounts"' not in menu
    assert 'href="/organisations"' not in menu
    assert [(await browser.look(path)).status_code for path in ("/accounts", "/organisations")] == [403, 403]


async def test_a_closed_organisation_takes_up_nobody_and_its_people_are_out(portal):
    browser = await portal.reader(OrgType.FEDERATION, Role.ADMINISTRATOR)
    person = await portal.person(OrgType.SCHOOL)
    await browser.look("/organisations")
    answer = await browser.send(f"/organisations/{person['organisation']}/close")
    assert answer.headers["location"] == "/organisations?done=closed"
    page = (await browser.look("/accounts", organisation=str(person["organisation"]))).text
    assert "Take up a person" not in page
    assert (await portal.browser().sign_in(person["user_name"], person["password"])).status_code == 400
