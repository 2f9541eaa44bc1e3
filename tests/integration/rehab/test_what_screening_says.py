"""What screening says of a child moves rehab: late, twice, and before or after what rehab itself recorded."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from shared import clock
from shared.contracts.codes import DisabilityCategory, OrgType
from shared.contracts.events import screening
from tests.support.rehab import (
    AFTER_DEATH,
    APPROVED,
    COUNTY,
    DIED,
    STARTED,
    YEAR,
    County,
    Told,
    a_child,
    a_diagnosis,
    an_application,
    data_of,
    ends,
    enrol,
    record,
    registered,
)
from tests.support.stages import code_of

ALIVE = screening.DeathRetracted(reason=screening.RetractionReason.ANOTHER_CHILD, retracted_on=date(YEAR, 2, 20))
ELSEWHERE = "371699"


async def types(stage, case):
    return [fact["type"].split(".")[2] for fact in await stage.facts(case)]


async def test_a_death_ends_the_enrolment_on_its_day_once_however_often_it_comes(rehab, county):
    told = await a_child(rehab)
    child = await enrol(county, told)
    assert (await county.log(child, after=20 * 24 * 60)).status_code == 201, "a session after that day stays"
    await told.hear(screening.DeathRegistered(died_on=DIED), times=3)
    assert await ends(rehab, told.case) == [(AFTER_DEATH, "deceased")]
    fact = (await rehab.facts(told.case))[-1]
    assert fact["causationid"] == str(told.stream.events[-1].id)


async def test_an_enrolment_that_is_entered_after_the_death_ends_with_it(rehab, county):
    told = await a_child(rehab)
    _, approval = await county.approved(told.case)
    await told.hear(screening.DeathRegistered(died_on=DIED))
    body = {"approval": approval, "started_on": STARTED.isoformat()}
    record(await county.post(county.centre, f"/v1/cases/{told.case}/enrolments", body))
    assert await ends(rehab, told.case) == [(AFTER_DEATH, "deceased")]
    assert (await types(rehab, told.case))[-2:] == ["enrolment_started", "enrolment_ended"]


async def test_nothing_begins_after_a_death(rehab, county):
    told = await a_child(rehab, screening.DeathRegistered(died_on=date(YEAR, 1, 1)))
    refused = await county.post(county.federation, f"/v1/cases/{told.case}/applications", an_application())
    assert code_of(refused) == (409, "rehab.child-died")
    await told.hear(a_diagnosis())
    assert await types(rehab, told.case) == ["intake_opened"]
    for path in ("/v1/intakes", "/v1/worklist"):
        items = (await county.get(county.federation, path, limit=200)).json()["items"]
        assert str(told.case) not in {row["case_id"] for row in items}


async def test_a_child_whose_death_was_registered_wrongly_is_enrolled_anew_from_the_day_it_lost(rehab, county):
    told = await a_child(rehab)
    child = await enrol(county, told)
    await told.hear(screening.DeathRegistered(died_on=DIED))
    await told.hear(ALIVE, times=2)
    assert await ends(rehab, told.case) == [(AFTER_DEATH, "deceased")]
    body = {"approval": str(child.approval), "started_on": AFTER_DEATH}
    record(await county.post(county.centre, f"/v1/cases/{told.case}/enrolments", body))
    assert (await types(rehab, told.case))[-2:] == ["enrolment_ended", "enrolment_started"]


async def test_open_business_moves_with_the_child_and_the_old_county_keeps_a_stub(rehab):
    old, new = County(rehab, "371622"), County(rehab, "371623")
    await old.designated()
    told = await a_child(rehab, county="371622")
    _, application = await old.applied(told.case)
    move = screening.ResidenceMoved(previous="371622", region="371623", moved_on=APPROVED)
    await told.hear(move, times=2)
    assert code_of(await old.get(old.federation, f"/v1/applications/{application}")) == (404, "not-found")
    assert code_of(await old.get(old.federation, f"/v1/cases/{told.case}/assistance")) == (404, "case-not-found")
    stubs = (await old.get(old.federation, "/v1/former-residents")).json()["items"]
    assert stubs == [
        {"case_id": str(told.case), "county": "371622", "until": APPROVED.isoformat(), "moved_to": "371623"}
    ]
    body = {"approved_on": f"{YEAR}-01-06"}
    record(await new.post(new.federation, f"/v1/applications/{application}/approval", body))
    assert data_of((await rehab.facts(told.case))[-1], "county") == ("371623",)


async def test_an_enrolment_goes_on_in_the_new_county_and_a_move_told_late_changes_nothing(rehab, county):
    told = await a_child(rehab)
    child = await enrol(county, told)
    second = screening.ResidenceMoved(previous=ELSEWHERE, region="371625", moved_on=date(YEAR, 2, 1))
    first = screening.ResidenceMoved(previous=COUNTY, region=ELSEWHERE, moved_on=date(YEAR, 1, 15))
    await told.hear(second, first)
    (row,) = await rehab.fetch("SELECT county FROM enrolment WHERE id = $1", UUID(child.enrolment))
    (known,) = await rehab.fetch("SELECT county FROM child WHERE case_id = $1", told.case)
    assert (row[0], known[0]) == ("371625", "371625")
    assert (await county.log(child)).status_code == 201


async def test_without_consent_nobody_new_receives_the_child_and_who_has_it_goes_on(rehab, county):
    hospital = rehab.organisation(OrgType.HOSPITAL, COUNTY)
    told = await a_child(rehab, hospital=hospital.organisation)
    child = await enrol(county, told)
    await told.hear(screening.ConsentWithdrawn(withdrawn_on=date(YEAR, 1, 10)), times=2)
    assert (await county.log(child)).status_code == 201
    assert (await county.get(county.centre, f"/v1/cases/{told.case}/enrolments")).status_code == 200
    apply = await county.post(hospital, f"/v1/cases/{told.case}/applications", an_application())
    assert code_of(apply) == (404, "case-not-found")
    end = {"ended_on": f"{YEAR}-01-20", "reason": "withdrawn"}
    record(await county.post(county.centre, f"/v1/enrolments/{child.enrolment}/end", end))
    gone = await county.get(county.centre, f"/v1/cases/{told.case}/enrolments")
    assert code_of(gone) == (404, "case-not-found")
    start = {"approval": child.approval, "started_on": f"{YEAR}-01-20"}
    refused = await county.post(county.centre, f"/v1/cases/{told.case}/enrolments", start)
    assert code_of(refused) == (409, "rehab.consent-withdrawn")
    basis = screening.ConsentBasis.GUARDIAN_CONSENT
    await told.hear(screening.ConsentGiven(basis=basis, given_on=date(YEAR, 1, 21)))
    record(await county.post(county.centre, f"/v1/cases/{told.case}/enrolments", start))


async def test_an_erased_childs_words_are_gone_and_none_are_kept_any_more(rehab, county):
    told = await a_child(rehab)
    contact = {"outcome": "will_apply", "informed_on": f"{YEAR}-01-04", "note": "grandmother answers in the evening"}
    await county.post(county.federation, f"/v1/cases/{told.case}/intakes/autism/contact", contact)
    _, application = await county.applied(told.case)
    erasure = screening.ChildErased(basis=screening.ErasureBasis.GUARDIAN_REQUEST, erased_on=APPROVED)
    await told.hear(erasure, times=2)
    late = {"missing": ["hardship"], "returned_on": f"{YEAR}-01-06", "note": "bring it next week"}
    record(await county.post(county.federation, f"/v1/applications/{application}/return", late))
    for table in ("intake", "application"):
        assert [row[0] for row in await rehab.fetch(f"SELECT note FROM {table} WHERE case_id = $1", told.case)] == [
            None
        ]


async def test_an_erasure_that_comes_before_the_diagnosis_leaves_nothing_to_do(rehab):
    told = Told(rehab)
    erasure = screening.ChildErased(basis=screening.ErasureBasis.ENTERED_IN_ERROR, erased_on=APPROVED)
    await told.hear(registered(), erasure, a_diagnosis())
    assert await rehab.facts(told.case) == []


def issued(category=DisabilityCategory.MENTAL, grading=None):
    return screening.CertificateIssued(
        grading=grading or uuid4(), category=category, grade=2, county=COUNTY, issued_on=date(YEAR - 1, 5, 1),
        valid_until=date(YEAR + 9, 4, 30),
    )  # fmt: skip


@pytest.mark.parametrize("story", ["issued", "regraded", "cancelled"])
async def test_a_certificate_is_known_for_eligibility(rehab, county, story):
    grading = uuid4()
    facts = {
        "issued": [issued()],
        "regraded": [
            issued(grading=grading),
            screening.CertificateRegraded(
                grading=grading, category=DisabilityCategory.VISUAL, grade=3, regraded_on=APPROVED
            ),
        ],
        "cancelled": [
            issued(grading=grading),
            screening.CertificateCancelled(
                grading=grading, reason=screening.CancellationReason.OWN_REQUEST, cancelled_on=APPROVED,
                reapply_from=APPROVED + timedelta(days=365),
            ),
        ],
    }[story]  # fmt: skip
    told = Told(rehab)
    await told.hear(registered(), *facts, times=2)
    materials = ["identity", "residence", "certificate"]
    _, application = await county.applied(told.case, basis="certificate", materials=materials)
    check = {"checked_on": APPROVED.isoformat()}
    answer = await county.post(county.federation, f"/v1/applications/{application}/eligibility", check)
    expected = {"issued": [], "regraded": ["no_assisted_category"], "cancelled": ["needs_certificate"]}[story]
    assert data_of((await rehab.facts(told.case))[-1], "eligible", "reasons") == (not expected, expected)
    failed = [step["code"] for step in answer.json()["explanation"]["steps"] if not step["holds"]]
    assert failed == (["category-supported"] if expected else [])


async def test_a_diagnosis_confirmed_again_after_a_move_opens_no_second_intake(rehab):
    told = await a_child(rehab)
    await told.hear(screening.ResidenceMoved(previous=COUNTY, region=ELSEWHERE, moved_on=clock.today()), a_diagnosis())
    assert await types(rehab, told.case) == ["intake_opened"]
    (row,) = await rehab.fetch("SELECT county FROM intake WHERE case_id = $1", told.case)
    assert row[0] == ELSEWHERE
