"""Journey 6: the seventh birthday needs a certificate and changes the band; the eighteenth ends assistance."""

from datetime import date, time, timedelta

import pytest

from deploy.simulator.sending import person
from tests.journey.story import CENTRE, HOSPITAL, Story, moment
from tests.journey.town import Town

SEVEN_ON = date(2026, 5, 4)
EIGHTEEN_ON = date(2026, 10, 12)


@pytest.fixture(autouse=True, scope="module")
async def _designated(town: Town) -> None:
    await town.designate(CENTRE, "federation-371602", 2026)


async def test_from_the_seventh_birthday_a_certificate_is_needed_and_the_band_changes(town: Town):
    """A prescribed diagnosis serves until the seventh birthday; after it the county sees what is missing, in words."""
    story = Story(town, 906, SEVEN_ON.replace(year=2019))
    await story.registered(date(2026, 2, 2), by=HOSPITAL)
    await story.confirmed(date(2026, 2, 2), "intellectual")
    by_diagnosis = {
        "category": "intellectual", "mode": "centralised", "basis": "diagnosis",
        "materials": ["identity", "diagnosis", "residence"], "submitted_on": "2026-05-06",
    }  # fmt: skip
    applied = await story.by(story.federation, "rehab", "/v1/cases/{case}/applications", by_diagnosis)
    path = f"/v1/applications/{applied['record']}"
    checked = await story.by(story.federation, "rehab", f"{path}/eligibility", {"checked_on": "2026-05-07"})
    assert checked["explanation"]["outcome"] == "not_eligible"
    assert False in {step["holds"] for step in checked["explanation"]["steps"]}
    refusal = {"reasons": ["needs_certificate"], "refused_on": "2026-05-08"}
    await story.by(story.federation, "rehab", f"{path}/refusal", refusal)
    assert (await story.facts("eligibility_checked"))[0]["reasons"][0] == "needs_certificate"
    assert (await story.facts("assistance_refused"))[0]["reasons"] == ["needs_certificate"]

    certificate = {
        "number": f"{story.person.resident_number}53", "category": "intellectual", "grade": 3,
        "issued_on": "2026-06-01",
    }  # fmt: skip
    await story.by(story.federation, "screening", "/v1/cases/{case}/certificates", certificate)
    materials = ["identity", "certificate", "residence"]
    await story.approved(date(2026, 6, 8), date(2026, 6, 15), "intellectual", basis="certificate", materials=materials)
    approved = (await story.facts("assistance_approved"))[0]
    assert (approved["age_band"], approved["ceiling"]) == ("from_7", 1_500_000)


async def test_assistance_ends_on_the_day_before_the_eighteenth_birthday(town: Town):
    """The approval runs no longer than the age does; no session is logged on the birthday or after it."""
    story = Story(town, 916, EIGHTEEN_ON.replace(year=2008))
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "physical")
    certificate = {
        "number": f"{story.person.resident_number}42", "category": "physical", "grade": 2, "issued_on": "2020-03-02",
    }  # fmt: skip
    await story.by(story.federation, "screening", "/v1/cases/{case}/certificates", certificate)
    materials = ["identity", "certificate", "residence"]
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "physical", basis="certificate", materials=materials)
    assert (await story.facts("assistance_approved"))[0]["valid_until"] == "2026-10-11"
    await story.enrolled(date(2026, 2, 2))
    await story.trained(EIGHTEEN_ON - timedelta(days=3), discipline="pt")
    session = {
        "enrolment": story.records["enrolment"], "therapist": person("therapist"), "discipline": "pt", "attended": True,
        "mode": "individual", "starts_at": moment(EIGHTEEN_ON), "ends_at": moment(EIGHTEEN_ON, time(9, 40)),
    }  # fmt: skip
    assert await story.refused(CENTRE, "rehab", "/v1/cases/{case}/sessions", session) == "rehab.outside-enrolment"
