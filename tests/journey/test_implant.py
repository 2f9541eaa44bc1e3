"""Journey 2: a cochlear implant at fourteen months, from the newborn hearing screen to the first sounds."""

from datetime import date

from tests.journey.story import CENTRE, CLINIC, HOSPITAL, MCH, Story
from tests.journey.town import Town

BORN = date(2025, 3, 3)
SCREENED, RESCREENED, DIAGNOSED, OPERATED = date(2025, 3, 5), date(2025, 4, 10), date(2025, 5, 28), date(2026, 5, 11)
COST, INSURED = 16_800_000, 9_300_000


async def test_from_a_failed_newborn_screen_to_an_implant_paid_after_insurance(town: Town):
    """1-3-6: again within 42 days, audiology by three months; the rest after insurance is paid in whole (SD-2026)."""
    await town.designate(CENTRE, "federation-371602", 2026)
    story = Story(town, 902, BORN)
    await story.registered(SCREENED)
    newborn = {
        "category": "hearing",
        "instrument": "newborn_hearing",
        "on": SCREENED.isoformat(),
        "finding": "abnormal",
    }
    await story.by(CLINIC, "screening", "/v1/cases/{case}/screenings", newborn)
    again = await story.facts("recheck_scheduled")
    assert (again[0]["basis"], again[0]["due_on"]) == ("newborn_hearing", "2025-04-14")

    await story.referred(SCREENED, "hearing", "rescreening", CLINIC, MCH)
    rescreened = {
        "on": RESCREENED.isoformat(), "concerns": [], "examined_by": ["newborn_hearing"], "finding": "abnormal",
    }  # fmt: skip
    await story.by(MCH, "screening", story.suspicion("hearing", "rescreenings"), rescreened)
    await story.referred(RESCREENED, "hearing", "diagnosis", MCH, HOSPITAL)
    await story.confirmed(DIAGNOSED, "hearing", instruments=["diagnostic_audiology"])
    assert (await story.facts("diagnosis_recorded"))[0]["rehab_category"] == "hearing"
    audiology = [(fact["basis"], fact["due_on"]) for fact in await story.facts("recheck_scheduled", at_least=2)]
    assert audiology[1] == ("newborn_hearing", "2025-06-03")

    surgery = {"item": "surgery", "surgery": "cochlear_implant", "mode": "once"}
    body = {
        "category": "hearing", "basis": "diagnosis", "materials": ["identity", "diagnosis", "residence"],
        "submitted_on": "2026-04-01", **surgery,
    }  # fmt: skip
    applied = await story.by(story.federation, "rehab", "/v1/cases/{case}/applications", body)
    story.records["application"] = applied["record"]
    need = {
        "assessor": str(town.city.ids[HOSPITAL]), "assessed_on": "2026-04-08", "outcome": "suitable",
        "recommended_mode": "once", "estimate": COST - INSURED,
    }  # fmt: skip
    path = f"/v1/cases/{{case}}/applications/{applied['record']}/assessment"
    await story.by(HOSPITAL, "rehab", path, need)
    await story.decided(date(2026, 4, 15))
    bill = {"given_on": OPERATED.isoformat(), "cost": COST, "insurance_paid": INSURED}
    path = f"/v1/cases/{{case}}/approvals/{story.records['approval']}/operation"
    answer = await story.by(HOSPITAL, "rehab", path, bill)
    assert answer["explanation"]["outcome"] == str(COST - INSURED)
    done = (await story.facts("surgery_completed"))[0]
    assert (done["surgery"], done["assistance_paid"]) == ("cochlear_implant", COST - INSURED)
    assert await story.refused(HOSPITAL, "rehab", path, bill) == "rehab.already-given"

    await story.approved(date(2026, 6, 1), date(2026, 6, 8), "hearing")
    await story.enrolled(date(2026, 6, 15))
    for day in (16, 18, 22):
        await story.trained(date(2026, 6, day), discipline="auditory_verbal")
    heard = {
        "enrolment": story.records["enrolment"], "assessor": str(town.city.ids[CENTRE]), "assessed_on": "2026-06-16",
        "checkpoint": "baseline", "instrument": "cap", "instrument_version": "1995", "scores": {"level": "1"},
    }  # fmt: skip
    await story.by(CENTRE, "rehab", "/v1/cases/{case}/evaluations", heard)
    await story.tells("enrolment_started", "session_recorded", "stage_evaluation_recorded")
    series = await story.reads(CENTRE, "rehab", "/v1/cases/{case}/score-series")
    assert [(one["instrument"], one["direction"]) for one in series] == [("cap", "higher")]
