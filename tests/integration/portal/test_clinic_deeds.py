"""What clinics and hospitals record of a child in the portal: examinations, follow-up, closing, the child itself."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from services.portal.api.deeds import DEEDS
from shared.access.clients import Organisation
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import Browser, Portal, a_portal, words
from tests.support.directory import COUNTY
from tests.support.screening import Chain, a_resident_number
from tests.support.stages import UNKNOWN
from tests.support.tokens import an_actor

DOMAINS = ("total", "gross_motor", "fine_motor", "adaptive", "language", "social")
QUOTIENTS = {f"cdss_ii.{one}": "100" for one in DOMAINS}
RESCREENED = {"on": "2024-04-10", "abc": "60"} | QUOTIENTS
CONFIRMED = {"outcome": "confirmed", "rehab_category": "autism"}
DIAGNOSED = CONFIRMED | {"on": "2024-05-06", "instruments": "cars", "cars": "36"}


@pytest.fixture(scope="module")
async def office(servers, directory, screening) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, screening) as it:
        yield it


@dataclass
class Desk:
    """Somebody of an institution at a browser."""

    browser: Browser
    actor: Actor

    async def page(self, path: str, status: int = 200) -> str:
        answer = await self.browser.look(path)
        assert answer.status_code == status, words(answer)
        return words(answer)

    async def fill(self, path: str, **typed: str) -> httpx.Response:
        """Open a form and send it."""
        assert (await self.browser.look(path)).status_code == 200
        return await self.browser.send(path, **typed)

    async def done(self, path: str, **typed: str) -> str:
        answer = await self.fill(path, **typed)
        assert answer.status_code == 303, words(answer)
        return await self.page(answer.headers["location"])


@dataclass
class County(Chain):
    """The chain of care, with a browser in each of its institutions."""

    async def open_for_business(self, office: Portal) -> "County":
        for name in ("clinic", "mch", "hospital", "federation"):
            roles = ("reviewer",) if name == "federation" else ()
            person = await office.person(OrgType(name), *roles)
            browser = await office.signed_in(person)
            await browser.reads_english()
            actor = an_actor(OrgType(name), COUNTY, *roles, organisation=person["organisation"])
            self.stage.knows(Organisation(actor.organisation, f"{name} (invented)", actor.org_type, COUNTY))
            setattr(self, name, actor)
            setattr(self, f"{name}_desk", Desk(browser, actor))
        return self


@pytest.fixture
async def county(office, screening) -> County:
    return await County(screening).open_for_business(office)


async def test_a_county_institution_records_the_rescreening_and_the_rules_send_the_child_on(county):
    case = await county.at_rescreening()
    page = await county.mch_desk.page(f"/my-children/{case}")
    assert "Record the re-screening" in page
    page = await county.mch_desk.done(f"/my-children/{case}/autism/rescreening", **RESCREENED)
    assert "Saved." in page
    assert "autism: diagnosis referred" in page
    assert "Re-screening: autism abnormal" in page
    assert (await county.suspicion(case))["state"] == "diagnosis_referred"


async def test_the_scales_are_those_of_the_childs_age_and_what_is_missing_stands_beside_its_field(county):
    case = await county.at_rescreening()
    at = f"/my-children/{case}/autism/rescreening"
    young = await county.mch_desk.browser.look(at, on="2023-10-01")
    assert "M-CHAT, 23 items" in words(young)
    assert "ABC, total" not in words(young)
    answer = await county.mch_desk.fill(at, **RESCREENED | {"abc": "", "cdss_ii.language": "high"})
    assert answer.status_code == 422
    assert re.search(r'id="abc"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r'id="cdss_ii.language"[^>]*value="high"[^>]*aria-invalid="true"', answer.text)
    assert (await county.suspicion(case))["state"] == "rescreen_referred"


async def test_no_item_of_the_checklist_is_taken_for_a_no(county):
    case = await county.at_rescreening()
    answers = {f"m_chat_23.{item}": "no" for item in range(1, 23)}
    young = {"on": "2023-10-01"} | QUOTIENTS | answers
    answer = await county.mch_desk.fill(f"/my-children/{case}/autism/rescreening", **young)
    assert answer.status_code == 422
    assert "Answer each of the 23 items" in words(answer)


async def test_an_examiner_judges_sight_and_says_with_what(county):
    case = await county.at_rescreening("vision")
    at = f"/my-children/{case}/vision/rescreening"
    assert "Choose at least one." in words(await county.mch_desk.fill(at, on="2024-04-10", finding="normal"))
    page = await county.mch_desk.done(at, on="2024-04-10", finding="normal", examined_by="vision_test")
    assert "vision: recheck due" in page


async def test_a_hospital_records_its_diagnosis_and_follows_the_child_up(county):
    case = await county.at_diagnosis()
    page = await county.hospital_desk.done(f"/my-children/{case}/diagnosis?category=autism", **DIAGNOSED)
    assert "Diagnosis: autism confirmed" in page
    assert "CARS 36" in page
    typed = {"on": "2024-08-05", "in_rehabilitation": "no"}
    page = await county.hospital_desk.done(f"/record/follow-up/{case}?of=autism", **typed)
    assert "not in rehabilitation" in page
    assert case in (await county.hospital_desk.browser.look("/my-children", show="follow")).text


async def test_a_confirmed_diagnosis_names_its_category_and_another_none(county):
    case = await county.at_diagnosis()
    at = f"/my-children/{case}/diagnosis?category=autism"
    answer = await county.hospital_desk.fill(at, **DIAGNOSED | {"rehab_category": ""})
    assert answer.status_code == 422
    assert re.search(r'id="rehab_category"[^>]*aria-invalid="true"', answer.text)
    excluded = await county.hospital_desk.fill(at, **DIAGNOSED | {"outcome": "excluded"})
    assert "Only a confirmed diagnosis names a category." in words(excluded)


async def test_a_hospital_diagnoses_a_child_that_nobody_suspected(county):
    case = await county.register(county.hospital)
    page = await county.hospital_desk.page(f"/my-children/{case}")
    assert "Diagnose without a referral" in page
    assert "What was examined" in await county.hospital_desk.page(f"/my-children/{case}/diagnosis")
    page = await county.hospital_desk.done(f"/my-children/{case}/diagnosis?category=autism", **DIAGNOSED)
    assert "no screening record" in page


async def test_a_case_is_closed_with_a_reason_that_fits_and_taken_up_again(county):
    case = await county.suspected()
    at, on = f"/record/closure/{case}?of=autism", "2024-04-01"
    answer = await county.clinic_desk.fill(at, on=on, reason="guardian_refused")
    assert answer.status_code == 422
    assert re.search(r'id="guardian_signed_on"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r'value="guardian_refused" selected', answer.text)
    page = await county.clinic_desk.done(at, on=on, reason="guardian_refused", guardian_signed_on=on)
    assert "autism: closed" in page
    again = {"on": "2024-05-01", "reason": "guardian_consented"}
    page = await county.clinic_desk.done(f"/record/reopening/{case}?of=autism", **again)
    assert "autism: screen positive" in page


async def test_two_clicks_record_one_stay_in_hospital_and_its_end_is_entered_later(county):
    case = await county.register()
    at = f"/record/hospital-stay/{case}"
    page = (await county.clinic_desk.browser.look(at)).text
    once = re.search(r'name="once" value="([^"]+)"', page).group(1)
    for _ in range(2):
        answer = await county.clinic_desk.browser.send(at, admitted_on="2024-05-01", once=once)
        assert answer.status_code == 303
    (stay,) = (await county.file(case))["hospital_stays"]
    page = await county.clinic_desk.done(f"/record/discharge/{case}?of={stay['id']}", discharged_on="2024-05-09")
    assert "9 May 2024" in page
    assert "still there" not in page


async def test_the_number_of_a_newborn_is_confirmed_later_and_a_wrong_one_is_said_at_its_field(county):
    case = await county.register()
    at = f"/record/identity/{case}"
    wrong = await county.clinic_desk.fill(at, resident_number="379999202203150019", confirmed_on="2024-05-01")
    assert wrong.status_code == 422
    assert re.search(r'id="resident_number"[^>]*aria-invalid="true"', wrong.text)
    assert "Resident number" in await county.clinic_desk.page(f"/my-children/{case}")
    await county.clinic_desk.done(at, resident_number=a_resident_number(), confirmed_on="2024-05-01")
    assert f"/record/identity/{case}" not in county.clinic_desk.browser.last.text


async def test_a_later_guardian_says_why_no_earlier_one_serves(county):
    case = await county.register()
    new = {"kind": "grandparent", "name": "童奶奶", "phone": "00000000000", "changed_on": "2024-05-01"}
    answer = await county.clinic_desk.fill(f"/record/guardian/{case}", **new)
    assert answer.status_code == 422
    assert re.search(r'id="kind"[^>]*aria-invalid="true"', answer.text)
    assert 'value="童奶奶"' in answer.text
    page = await county.clinic_desk.done(f"/record/guardian/{case}", **new, **{"unavailable.parent": "deceased"})
    assert "Guardian 童奶奶" in page
    assert "1 May 2024: grandparent" in page


async def test_consent_is_given_and_withdrawn(county):
    case = await county.register()
    assert "consent-withdrawal" not in (await county.clinic_desk.browser.look(f"/my-children/{case}")).text
    given = {"basis": "guardian_consent", "given_on": "2024-04-01"}
    await county.clinic_desk.done(f"/record/consent/{case}", **given)
    page = await county.clinic_desk.done(f"/record/consent-withdrawal/{case}", withdrawn_on="2024-05-01")
    assert "withdrawn on 1 May 2024" in page


async def test_a_death_is_registered_and_taken_back(county):
    case = await county.suspected()
    page = await county.clinic_desk.done(f"/record/death/{case}", died_on="2024-05-01")
    assert "deceased 1 May 2024" in page
    assert "Move to another county" not in page
    back = {"on": "2024-05-03", "reason": "report_was_wrong"}
    page = await county.clinic_desk.done(f"/record/death-retraction/{case}", **back)
    assert "autism: screen positive" in page


async def test_who_takes_a_child_over_finds_it_by_number_and_name_and_by_nothing_less(county, office, screening):
    number = a_resident_number()
    case = await county.register(name="童迁迁", resident_number=number, birth_certificate=None)
    there = await County(screening).open_for_business(office)
    await there.clinic_desk.page(f"/my-children/{case}", 404)
    typed = {"name": "童迁迁", "resident_number": number, "region": COUNTY, "moved_on": "2024-05-01"}
    stranger = await there.clinic_desk.fill("/record/arrival", **typed | {"name": "童另一"})
    assert stranger.status_code == 404
    assert 'value="童另一"' in stranger.text
    elsewhere = await there.clinic_desk.fill("/record/arrival", **typed | {"region": "371603"})
    assert re.search(r'id="region"[^>]*aria-invalid="true"', elsewhere.text)
    assert "童迁迁" in await there.clinic_desk.done("/record/arrival", **typed)


async def test_a_move_goes_to_another_county_only(county):
    case = await county.register()
    same = await county.clinic_desk.fill(f"/record/move/{case}", region=COUNTY, moved_on="2024-05-01")
    assert same.status_code == 422
    assert re.search(r'id="region"[^>]*aria-invalid="true"', same.text)
    moved = await county.clinic_desk.fill(f"/record/move/{case}", region="371603", moved_on="2024-05-01")
    assert moved.headers["location"] == "/my-children?done=1"


@pytest.mark.parametrize("key", DEEDS)
async def test_a_deed_is_refused_to_whom_it_is_not_for(office, county, key):
    case = await county.register()
    path = f"/record/{key}" if DEEDS[key].alone else f"/record/{key}/{case}"
    stranger = await office.reader(OrgType.CARE_HOME if DEEDS[key].service != "custody" else OrgType.SCHOOL)
    for answer in (await stranger.look(path), await stranger.send(path)):
        assert answer.status_code == 403
        assert "not-allowed" in answer.text


async def test_there_is_no_other_deed_and_no_way_to_another_door(county):
    case = await county.register()
    assert (await county.clinic_desk.browser.look(f"/record/erase/{case}")).status_code == 404
    assert (await county.clinic_desk.browser.look("/record/closure")).status_code == 404
    for of_what in ("../identity", "autism/closure", "%2e%2e"):
        answer = await county.clinic_desk.browser.look(f"/record/closure/{case}", of=of_what)
        assert answer.status_code == 422


async def test_a_form_of_another_login_records_nothing(county):
    case = await county.suspected()
    typed = {"on": "2024-04-01", "reason": "entered_in_error"}
    answer = await county.clinic_desk.browser.send(f"/record/closure/{case}?of=autism", form="another", **typed)
    assert answer.status_code == 403
    assert (await county.suspicion(case))["state"] == "screen_positive"


async def test_who_does_not_examine_is_shown_no_way_to_it_and_is_refused(county):
    case = await county.suspected()
    page = await county.clinic_desk.page(f"/my-children/{case}")
    assert "Record the re-screening" not in page
    await county.clinic_desk.page(f"/my-children/{case}/autism/rescreening", 403)
    await county.clinic_desk.page(f"/my-children/{case}/diagnosis", 403)
    await county.mch_desk.page(f"/my-children/{UNKNOWN}/autism/rescreening", 404)
