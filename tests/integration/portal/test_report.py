"""A clinic reports a suspected child and follows what becomes of it, over the real registry."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.clients import Organisation
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import ONCE, Browser, Portal, a_portal, children, words
from tests.support.directory import COUNTY
from tests.support.screening import BORN, Chain, a_birth_certificate, a_rescreening, a_resident_number, of
from tests.support.stack import Running
from tests.support.tokens import an_actor

SIGNS = {f"sign.M24-{number}": "no" for number in range(1, 5)}
CHILD = {
    "name": "童小一", "birth_date": "20220315", "sex": "male", "region": COUNTY, "address": "虚构路一号",
    "guardian_name": "童大一", "guardian_phone": "000 0000 0000", "on": "2024-03-20", "instrument": "warning_signs",
    "regression": "none", "category": "autism", "do": "save",
}  # fmt: skip


@pytest.fixture(scope="module")
async def office(servers, directory, screening) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, screening) as it:
        yield it


class Clinic:
    """A clinic at its browser, with the registry behind it."""

    def __init__(self, office: Portal, screening: Running, browser: Browser, organisation: UUID) -> None:
        self.office, self.screening, self.browser = office, screening, browser
        self.actor = an_actor(OrgType.CLINIC, COUNTY, organisation=organisation)

    async def report(self, path: str = "/report", **typed: str) -> httpx.Response:
        await self.browser.look("/report")
        return await self.browser.send(path, **CHILD | SIGNS | {"birth_certificate": a_birth_certificate()} | typed)

    async def reported(self, **typed: str) -> str:
        answer = await self.report(**{"sign.M24-1": "yes"} | typed)
        assert answer.status_code == 303, words(answer)
        return answer.headers["location"].removeprefix("/my-children/").partition("?")[0]

    async def page(self, path: str, **query: Any) -> str:
        answer = await self.browser.look(path, **query)
        assert answer.status_code == 200, words(answer)
        return words(answer)

    async def receiver(self) -> Actor:
        actor = an_actor(OrgType.MCH, COUNTY, organisation=await self.office.directory.organisation(OrgType.MCH))
        self.screening.knows(Organisation(actor.organisation, "妇幼保健院（样例）", OrgType.MCH, COUNTY))
        return actor

    async def refer(self, case: str, receiver: Actor, **typed: str) -> httpx.Response:
        await self.browser.look(f"/my-children/{case}")
        body = {"to": f"rescreening:{receiver.organisation}", "on": "20240321"} | typed
        return await self.browser.send(f"/my-children/{case}/autism/referrals", **body)


@pytest.fixture
async def clinic(office, screening) -> Clinic:
    person = await office.person(OrgType.CLINIC)
    browser = await office.signed_in(person)
    await browser.reads_english()
    return Clinic(office, screening, browser, person["organisation"])


async def test_a_child_is_reported_in_one_form_and_its_verdict_stands_there_with_the_reason(clinic):
    case = await clinic.reported()
    page = await clinic.page(f"/my-children/{case}", reported="1")
    assert "The child is reported" in page
    assert "autism: screen positive" in page
    assert "Screening of 20 Mar 2024: abnormal" in page
    assert "✓ holds: cannot name 3 objects" in page
    assert "Asked was column M24 of the table." in page


async def test_the_page_asks_the_signs_of_the_childs_age_and_keeps_the_answers(clinic):
    page = await clinic.report(do="signs", **{"sign.M24-2": "yes"})
    assert page.status_code == 200
    assert "Warning signs at 24 months" in words(page)
    assert re.search(r'name="sign.M24-2" value="yes" checked', page.text)
    assert 'value="2022-03-15"' in page.text


@pytest.mark.parametrize(
    ("born", "weeks", "asked", "beside"),
    [
        ("20230315", "30", "12 months", "Corrected age: 9 months"),
        ("20230315", "39", "12 months", None),
        ("20220315", "30", "24 months", None),
        ("20240301", "", None, None),
    ],
)
async def test_the_corrected_age_stands_beside_the_column_of_the_age_since_birth(clinic, born, weeks, asked, beside):
    answer = await clinic.browser.look("/report/signs", birth_date=born, on="20240320", weeks=weeks)
    page = words(answer)
    assert "<html" not in answer.text
    assert (f"Warning signs at {asked}" in page) if asked else ("Choose the examination that was done" in page)
    assert (beside in page) if beside else ("Corrected age" not in page)


async def test_the_resident_number_fills_in_birth_date_and_sex(clinic):
    number = a_resident_number(BORN, male=False)
    case = await clinic.reported(resident_number=number, birth_certificate="", birth_date="", sex="")
    page = await clinic.page(f"/my-children/{case}")
    assert "Birth date 15 Mar 2022 Sex female" in page


async def test_what_is_missing_is_named_beside_the_field_and_nothing_typed_is_lost(clinic, screening):
    before = await children(screening)
    answer = await clinic.report(name="", guardian_name="童大空", resident_number="379999202203150019")
    assert answer.status_code == 422
    assert 'href="#name"' in answer.text
    assert re.search(r'id="name" name="name" value=""[^>]*aria-invalid="true"', answer.text)
    assert 'value="童大空"' in answer.text
    wrong = await clinic.report(resident_number="379999202203150019")
    assert 'href="#resident_number"' in wrong.text
    assert await children(screening) == before


async def test_an_unanswered_sign_is_never_taken_for_a_no(clinic):
    answer = await clinic.report(**{"sign.M24-3": ""})
    assert (answer.status_code, "screening.wrong-signs" in answer.text) == (422, True)


async def test_two_clicks_report_one_child(clinic, screening):
    await clinic.browser.look("/report")
    once = ONCE.search(clinic.browser.last.text).group(1)
    typed = CHILD | SIGNS | {"birth_certificate": a_birth_certificate(), "once": once}
    before = await children(screening)
    answers = [await clinic.browser.send("/report", **typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await children(screening) == before + 1


async def test_somebody_alike_is_shown_before_anything_is_saved_and_the_clerk_decides(clinic, screening):
    case, before = await clinic.reported(name="童像像"), await children(screening)
    asked = await clinic.report(name="童像像", **{"sign.M24-2": "yes"})
    assert asked.status_code == 409
    assert "1 child that you know is much like this one" in words(asked)
    assert "name is the same" in words(asked)
    assert "Result: abnormal" in words(asked)
    assert await children(screening) == before
    await clinic.reported(name="童像像", do=f"other:{case}")
    assert await children(screening) == before + 1
    decided = "SELECT count(*) FROM told_apart WHERE $1 IN (case_id, other) AND organisation = $2"
    ((kept,),) = await screening.fetch(decided, UUID(case), clinic.actor.organisation)
    assert kept == 1
    same = await clinic.report(name="童像像", do=f"same:{case}", on="20240322")
    assert same.headers["location"] == f"/my-children/{case}?reported=1"
    assert await children(screening) == before + 1
    assert (await clinic.page(f"/my-children/{case}")).count("Screening of") == 2


async def test_a_known_number_leads_to_the_child_that_has_it(clinic):
    certificate = a_birth_certificate()
    case = await clinic.reported(birth_certificate=certificate)
    answer = await clinic.report(birth_certificate=certificate)
    assert (answer.status_code, "screening.duplicate-child" in answer.text) == (409, True)
    assert f'href="/my-children/{case}"' in answer.text


async def test_the_check_says_verdict_and_likeness_without_writing(clinic, screening):
    await clinic.reported(name="童先问", guardian_name="童大问")
    before = await screening.counts()
    answer = await clinic.report("/report/check", name="童先问", guardian_name="童大问", **{"sign.M24-4": "yes"})
    assert "Result: abnormal" in words(answer)
    assert "1 child that you know is much like this one" in words(answer)
    after = await screening.counts()
    assert {table for table in after if after[table] != before[table]} <= {"access_log", "access_log_head"}


async def test_a_draft_is_here_again_after_the_browser_was_closed_and_only_for_its_author(clinic, office):
    kept = await clinic.report("/report/draft", name="童草稿")
    assert kept.status_code == 204
    assert "What you typed the last time is here again" in await clinic.page("/report")
    assert 'value="童草稿"' in clinic.browser.last.text
    rows = await office.running.fetch("SELECT sealed FROM draft")
    assert rows
    assert not any("童草稿".encode() in row[0] for row in rows)
    other = await office.signed_in()
    assert "童草稿" not in (await other.look("/report")).text
    await clinic.browser.look("/report")
    await clinic.browser.send("/report/discard")
    assert "童草稿" not in (await clinic.browser.look("/report")).text


async def test_a_reported_child_leaves_no_draft(clinic, office):
    await clinic.report("/report/draft")
    await clinic.reported()
    assert "is here again" not in await clinic.page("/report")


async def test_the_key_of_what_a_browser_keeps_is_each_persons_own(clinic, office):
    other = await office.signed_in()
    found = [
        re.search(r'data-draft-key="([0-9a-f]{64})"', (await browser.look("/report")).text).group(1)
        for browser in (clinic.browser, clinic.browser, other)
    ]
    assert found[0] == found[1] != found[2]


async def test_when_the_registry_is_away_what_was_typed_is_kept(servers, directory, clinic):
    async with a_portal(servers, directory) as alone:
        person = await alone.person(OrgType.CLINIC)
        browser = await alone.signed_in(person)
        await browser.look("/report")
        answer = await browser.send("/report", **{**CHILD, "birth_date": "", "name": "童断线"})
        assert answer.status_code == 503
        assert 'value="童断线"' in (await browser.look("/report")).text


async def test_a_slip_is_issued_printed_and_awaited(clinic):
    case, receiver = await clinic.reported(), await clinic.receiver()
    assert f"rescreening:{receiver.organisation}" in (await clinic.browser.look(f"/my-children/{case}")).text
    answer = await clinic.refer(case, receiver, consented="yes")
    assert answer.status_code == 303, words(answer)
    slip = await clinic.page(answer.headers["location"])
    assert "童小一" in slip
    assert "cannot name 3 objects" in slip
    assert "Guardian agrees Yes" in slip
    waiting = await clinic.page("/my-children", show="waiting")
    assert "童小一" in waiting
    assert "nobody answered in time" in waiting


async def test_what_is_refused_stands_on_the_childs_page_with_what_was_typed(clinic):
    case, receiver = await clinic.reported(), await clinic.receiver()
    answer = await clinic.refer(case, receiver, on="2023-01-01")
    assert answer.status_code == 422
    assert 'value="2023-01-01"' in answer.text
    assert "screening.before-suspicion" in answer.text


async def test_what_is_refused_of_one_form_is_typed_into_no_other_form_of_the_page(clinic):
    case, receiver = await clinic.reported(), await clinic.receiver()
    await clinic.refer(case, receiver)
    await clinic.browser.look(f"/my-children/{case}")
    path = f"/my-children/{case}/autism/tracings"
    answer = await clinic.browser.send(path, on="2023-01-01", outcome="not_reached")
    assert answer.status_code == 422
    assert answer.text.count('name="on"') == 2
    (typed,) = re.findall(r'id="([\w-]+)" name="on" type="date" value="2023-01-01"', answer.text)
    assert typed == "traced-autism"


async def test_an_attempt_to_reach_the_family_is_recorded_from_the_list(clinic):
    case, receiver = await clinic.reported(), await clinic.receiver()
    await clinic.refer(case, receiver)
    assert "no rescreening" in await clinic.page("/my-children", show="trace")
    await clinic.browser.look(f"/my-children/{case}")
    answer = await clinic.browser.send(f"/my-children/{case}/autism/tracings", on="20240410", outcome="not_reached")
    assert answer.headers["location"] == f"/my-children/{case}?done=1"
    assert "10 Apr 2024 autism not reached" in await clinic.page(f"/my-children/{case}")


async def test_the_lists_follow_a_child_from_report_to_diagnosis(clinic, screening):
    chain = Chain(screening, COUNTY)
    chain.clinic = clinic.actor
    assert "No child stands in this list" in await clinic.page("/my-children")
    case = await clinic.reported(on="2024-03-20")
    assert "童小一" in await clinic.page("/my-children", show="refer")
    await chain.accept(await chain.refer(case, chain.clinic, chain.mch), chain.mch)
    assert "No child stands in this list" in await clinic.page("/my-children", show="refer")
    await chain.done(chain.mch, of(case, "rescreenings"), a_rescreening(abc=60))
    await chain.accept(
        await chain.refer(case, chain.mch, chain.hospital, on="2024-04-11"), chain.hospital, "2024-04-15"
    )
    await chain.diagnose(case)
    became = await clinic.page("/my-children")
    assert "autism confirmed" in became
    assert "diagnosed 6 May 2024" in became


async def test_the_receiving_institution_accepts_or_declines(office, screening, clinic):
    person = await office.person(OrgType.MCH)
    here = await office.signed_in(person)
    mch = an_actor(OrgType.MCH, COUNTY, organisation=person["organisation"])
    screening.knows(Organisation(mch.organisation, "县妇幼", OrgType.MCH, COUNTY))
    chain = Chain(screening, COUNTY)
    for born, do, fields in (("20220315", "accept", {}), ("20220316", "decline", {"reason": "no_capacity"})):
        case = await clinic.reported(birth_date=born)
        referral = await chain.refer(case, clinic.actor, mch)
        assert "童小一" in (await here.look("/my-children", show="received")).text
        await here.look(f"/my-children/{case}")
        answer = await here.send(f"/my-children/{case}/referrals/{referral}/answer", do=do, on="2024-03-25", **fields)
        assert answer.status_code == 303, words(answer)
    assert "已保存" in (await here.look(answer.headers["location"])).text
    # Who declines a child takes no part in its case any more.
    assert (await here.look(f"/my-children/{case}")).status_code == 404


@pytest.mark.parametrize("kind", [OrgType.REHAB_CENTRE, OrgType.SCHOOL, OrgType.FEDERATION, OrgType.AUDITOR])
async def test_others_are_neither_offered_the_pages_nor_let_in(office, kind):
    browser = await office.signed_in(await office.person(kind))
    assert 'href="/report"' not in (await browser.look("/account")).text
    for path in ("/report", "/my-children", f"/slips/{UUID(int=404)}"):
        assert (await browser.look(path)).status_code == 403


async def test_another_clinics_child_does_not_exist(clinic, office):
    case = await clinic.reported()
    stranger = await office.signed_in(await office.person(OrgType.CLINIC))
    assert (await stranger.look(f"/my-children/{case}")).status_code == 404
