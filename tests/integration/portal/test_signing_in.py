"""Signing in and out: who gets in, how long, and what a stolen cookie or a foreign form is worth."""

from datetime import timedelta

import pytest

from shared import clock
from tests.support.directory import an_administrator

WRONG = "a wrong but long password"


async def test_a_person_signs_in_and_is_greeted(portal):
    browser = await portal.signed_in()
    answer = await browser.look("/account")
    assert answer.status_code == 200
    assert "某工作人员（样例）" in answer.text


async def test_whoever_is_not_signed_in_is_asked_and_brought_back(portal):
    browser = portal.browser()
    answer = await browser.look("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?to=/account")
    person = await portal.person()
    answer = await browser.sign_in(person["user_name"], person["password"], to="/cases?after=x")
    assert answer.headers["location"] == "/cases?after=x" or "password" in answer.headers["location"]


@pytest.mark.parametrize("to", ["https://elsewhere.test", "//elsewhere.test", "/\\elsewhere.test", "elsewhere"])
async def test_nobody_is_sent_to_another_host_after_signing_in(portal, to):
    browser, person = portal.browser(), await portal.person()
    answer = await browser.sign_in(person["user_name"], person["password"], to=to)
    assert answer.headers["location"].startswith("/")
    assert "elsewhere" not in answer.headers["location"]


async def test_a_password_that_was_handed_over_is_to_be_changed(portal):
    browser, person = portal.browser(), await portal.person()
    answer = await browser.sign_in(person["user_name"], person["password"])
    assert answer.headers["location"] == "/account/password?due=1"


async def test_a_wrong_password_says_so_in_the_language_of_the_browser_and_keeps_the_name(portal):
    browser, person = portal.browser(), await portal.person()
    answer = await browser.sign_in(person["user_name"], WRONG)
    assert answer.status_code == 400
    assert "用户名或密码错误" in answer.text
    assert person["user_name"] in answer.text
    assert WRONG not in answer.text


async def test_a_name_is_locked_after_some_failures_and_the_page_says_how_long(portal):
    browser, person = portal.browser(), await portal.person()
    for _ in range(5):
        answer = await browser.sign_in(person["user_name"], WRONG)
    answer = await browser.sign_in(person["user_name"], person["password"])
    assert answer.status_code == 429
    assert "秒后重试" in answer.text


async def test_the_cookie_is_for_servers_only_and_for_this_site(portal):
    browser, person = portal.browser(), await portal.person()
    answer = await browser.sign_in(person["user_name"], person["password"])
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("tongkang=")]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_neither_cookie_nor_token_stands_in_the_database(portal):
    browser = await portal.signed_in()
    rows = await portal.running.fetch("SELECT l::text FROM login l")
    assert rows
    assert not any(browser.client.cookies["tongkang"] in row[0] or "eyJ" in row[0] for row in rows)


async def test_who_signs_in_gets_another_cookie_than_the_one_shown_before(portal):
    browser, person = portal.browser(), await portal.person()
    browser.client.cookies.set("tongkang", "planted")
    await browser.sign_in(person["user_name"], person["password"])
    assert browser.client.cookies.get("tongkang", domain="portal.test") != "planted"


async def test_who_signs_out_is_out_also_with_the_old_cookie(portal):
    browser = await portal.signed_in()
    cookie = browser.client.cookies["tongkang"]
    await browser.look("/account")
    assert (await browser.send("/sign-out")).headers["location"] == "/sign-in?out=1"
    browser.client.cookies.set("tongkang", cookie, domain="portal.test", path="/")
    assert (await browser.look("/account")).status_code == 303


async def test_who_signs_out_everywhere_is_out_on_every_browser(portal):
    person = await portal.person()
    here, there = await portal.signed_in(person), await portal.signed_in(person)
    await here.look("/account")
    await here.send("/account/sign-out-everywhere")
    assert [(await one.look("/account")).status_code for one in (here, there)] == [303, 303]


async def test_a_login_goes_on_after_its_token_has_ended(portal):
    browser = await portal.signed_in()
    await portal.running.fetch("UPDATE login SET access_until = $1", clock.now() - timedelta(minutes=1))
    assert (await browser.look("/account")).status_code == 200
    rows = await portal.running.fetch("SELECT count(*) FROM login WHERE access_until > now()")
    assert rows[0][0] >= 1


async def test_a_login_that_the_directory_ended_is_over_at_the_next_token(portal):
    person = await portal.person()
    browser = await portal.signed_in(person)
    await portal.directory.send("POST", f"/v1/accounts/{person['id']}/disable", by=an_administrator())
    await portal.running.fetch("UPDATE login SET access_until = now()")
    assert (await browser.look("/account")).status_code == 303


async def test_the_cookie_changes_now_and_then_and_the_one_before_still_counts_for_requests_on_their_way(portal):
    browser = await portal.signed_in()
    before = browser.client.cookies["tongkang"]
    await portal.running.fetch("UPDATE login SET rotated_at = $1", clock.now() - timedelta(minutes=20))
    assert (await browser.look("/account")).status_code == 200
    after = browser.client.cookies["tongkang"]
    assert after != before
    for cookie in (before, after):
        late = portal.browser()
        late.client.cookies.set("tongkang", cookie, domain="portal.test")
        assert (await late.look("/account")).status_code == 200
    await portal.running.fetch("UPDATE login SET rotated_at = rotated_at - interval '2 minutes'")
    assert (await late.look("/account")).status_code == 200
    late.client.cookies.set("tongkang", before, domain="portal.test")


async def test_a_form_of_another_login_changes_nothing(portal):
    here, there = await portal.signed_in(), await portal.signed_in()
    await there.look("/account")
    await here.look("/account")
    foreign = there.last.text.split('name="form" value="')[1].split('"')[0]
    answer = await here.send("/sign-out", form=foreign)
    assert answer.status_code == 403
    assert (await here.look("/account")).status_code == 200


@pytest.mark.parametrize("form", ["", "made-up"])
async def test_nobody_is_signed_in_by_a_form_of_another_site(portal, form):
    browser, person = portal.browser(), await portal.person()
    await browser.look("/sign-in")
    answer = await browser.send("/sign-in", form=form, user_name=person["user_name"], password=person["password"])
    assert answer.status_code == 403
    assert "tongkang" not in browser.client.cookies


async def test_a_new_password_signs_out_everywhere_and_lets_in(portal):
    person = await portal.person()
    here, there = await portal.signed_in(person), await portal.signed_in(person)
    await here.look("/account/password")
    answer = await here.send("/account/password", current=person["password"], new="several invented words")
    assert answer.headers["location"] == "/sign-in?changed=1"
    assert (await there.look("/account")).status_code == 303
    assert (await here.sign_in(person["user_name"], "several invented words")).headers["location"] == "/"


async def test_a_bad_new_password_is_refused_in_words(portal):
    person = await portal.person()
    browser = await portal.signed_in(person)
    await browser.look("/account/password")
    answer = await browser.send("/account/password", current=person["password"], new="short")
    assert answer.status_code == 422
    assert "密码至少 12 个字符" in answer.text


async def test_language_and_density_are_remembered_for_the_person_on_every_browser(portal):
    person = await portal.person()
    here = await portal.signed_in(person)
    await here.look("/account")
    await here.send("/account/preferences", language="en", density="compact", back="/account")
    there = await portal.signed_in(person)
    page = (await there.look("/account")).text
    assert "My account" in page
    assert 'data-density="compact"' in page


async def test_a_page_may_load_nothing_from_outside_and_nothing_inline(portal):
    answer = await (await portal.signed_in()).look("/account")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "<style" not in answer.text
    assert ' style="' not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_page_that_is_not_there_says_so_in_words(portal):
    answer = await (await portal.signed_in()).look("/nowhere")
    assert answer.status_code == 404
    assert "没有此页面" in answer.text


async def test_a_service_that_is_away_is_told_in_words_and_the_rest_of_the_page_stands(portal):
    browser = await portal.signed_in()
    assert (await browser.look("/")).status_code == 200
    assert "暂时无法显示" in browser.last.text
    answer = await browser.look("/cases")
    assert answer.status_code == 503
    assert "时间线" in answer.text
