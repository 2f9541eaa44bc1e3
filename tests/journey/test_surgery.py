"""Journey 3: cerebral palsy: training, an operation after insurance, a hospital stay, an orthosis with its cycle."""

from datetime import date, time

import pytest

from deploy.simulator.sending import person
from tests.journey.story import CENTRE, FEDERATION, HOSPITAL, Story
from tests.journey.town import Town

BORN = date(2021, 9, 14)
ADMITTED, OPERATED, DISCHARGED = date(2026, 5, 10), date(2026, 5, 12), date(2026, 5, 19)
COST, INSURED = 5_200_000, 3_400_000


@pytest.fixture(scope="module")
async def story(town: Town) -> Story:
    await town.designate(CENTRE, FEDERATION, 2026)
    story = Story(town, 903, BORN)
    await story.registered(date(2026, 1, 14), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 14), "physical")
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "physical")
    await story.enrolled(date(2026, 2, 2))
    return story


async def applied(story: Story, submitted: date, **what: str) -> str:
    """Apply for something that is given once, let the hospital assess the need, and return the application's path."""
    body = {
        "category": "physical", "mode": "once", "basis": "diagnosis", "submitted_on": submitted.isoformat(),
        "materials": ["identity", "diagnosis", "residence"], **what,
    }  # fmt: skip
    application = (await story.by(FEDERATION, "rehab", "/v1/cases/{case}/applications", body))["record"]
    need = {
        "assessor": person("surgeon"), "assessed_on": submitted.isoformat(), "outcome": "suitable",
        "recommended_mode": "once", "estimate": 1_000_000,
    }  # fmt: skip
    await story.by(HOSPITAL, "rehab", f"/v1/cases/{{case}}/applications/{application}/assessment", need)
    return f"/v1/applications/{application}"


async def once(story: Story, submitted: date, approved: date, **what: str) -> str:
    """Apply for something that is given once, and return the county's approval."""
    path = f"{await applied(story, submitted, **what)}/approval"
    return str((await story.by(FEDERATION, "rehab", path, {"approved_on": approved.isoformat()}))["record"])


async def test_the_operation_is_paid_after_insurance_and_the_scale_classifies(story: Story):
    """GMFCS classifies and never measures progress; the rest after insurance is paid in whole (SD-2026)."""
    level = {
        "enrolment": story.records["enrolment"], "assessor": person("assessor"), "assessed_on": "2026-02-03",
        "checkpoint": "baseline", "instrument": "gmfcs", "instrument_version": "2007", "scores": {"level": "III"},
    }  # fmt: skip
    await story.by(CENTRE, "rehab", "/v1/cases/{case}/evaluations", level)
    series = await story.reads(CENTRE, "rehab", "/v1/cases/{case}/score-series")
    assert [(one["instrument"], one["direction"]) for one in series] == [("gmfcs", "classification")]
    wrong = level | {"instrument": "gmfm_88", "instrument_version": "2002", "scores": {"a": "52"}}
    assert (await story.refused(CENTRE, "rehab", "/v1/cases/{case}/evaluations", wrong)).startswith("rehab.score")

    approval = await once(story, date(2026, 4, 7), date(2026, 4, 14), item="surgery", surgery="limb_correction")
    stay = {"admitted_on": ADMITTED.isoformat(), "discharged_on": DISCHARGED.isoformat()}
    await story.by(HOSPITAL, "screening", "/v1/cases/{case}/hospital-stays", stay)
    bill = {"given_on": OPERATED.isoformat(), "cost": COST, "insurance_paid": INSURED}
    await story.by(HOSPITAL, "rehab", f"/v1/cases/{{case}}/approvals/{approval}/operation", bill)
    done = (await story.facts("surgery_completed"))[0]
    assert done["assistance_paid"] == COST - INSURED
    await story.tells("hospital_admitted", "hospital_discharged")


async def test_a_session_at_the_bedside_is_one_and_a_session_elsewhere_that_day_is_flagged(story: Story):
    """Strictly between admission and discharge only the bedside counts (F04); the day of admission itself is free."""
    await story.trained(ADMITTED, discipline="pt", at=time(8))
    await story.trained(date(2026, 5, 14), discipline="pt", bedside=True)
    await story.trained(date(2026, 5, 15), discipline="pt")
    flagged = [fact for fact in await story.facts("finding_raised") if fact["rule"] == "F04"]
    assert [(fact["first_day"], fact["severity"]) for fact in flagged] == [("2026-05-15", "hold")]


async def test_an_orthosis_is_given_once_in_its_cycle(story: Story):
    """The same kind of device again before its time is not eligible."""
    approval = await once(story, date(2026, 6, 1), date(2026, 6, 8), item="device", device="orthosis")
    bill = {"given_on": "2026-06-15", "cost": 300_000, "insurance_paid": 0}
    await story.by(CENTRE, "rehab", f"/v1/cases/{{case}}/approvals/{approval}/fitting", bill)
    fitted = (await story.facts("device_fitted"))[0]
    assert fitted["device"] == "orthosis"
    assert fitted["replace_after"] > "2026-12-15"
    again = await applied(story, date(2026, 7, 1), item="device", device="orthosis")
    checked = await story.by(FEDERATION, "rehab", f"{again}/eligibility", {"checked_on": "2026-07-02"})
    assert checked["explanation"]["outcome"] == "not_eligible"
    failed = {step["code"] for step in checked["explanation"]["steps"] if step["holds"] is False}
    assert failed == {"device-cycle"}
