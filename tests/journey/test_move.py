"""Journey 5: a family moves to another county in the middle of its way."""

from datetime import date

from shared.testing.eventually import eventually
from tests.journey.chain import listed
from tests.journey.story import CLINIC, COUNTY, FEDERATION, MCH, OTHER_COUNTY, Story, quotients
from tests.journey.town import PATIENCE_S, Town

BORN = date(2023, 2, 8)
MOVED = date(2026, 4, 20)
OTHER_MCH, OTHER_FEDERATION = f"mch-{OTHER_COUNTY}", f"federation-{OTHER_COUNTY}"


async def test_a_move_takes_the_case_along_and_leaves_a_stub(town: Town):
    """No second case: the new county goes on where the old one stopped, and the old one sees that the child moved."""
    story = Story(town, 905, BORN)
    await story.registered(date(2026, 3, 2))
    await story.screened(date(2026, 3, 2), "autism", "M36-1")
    await story.referred(date(2026, 3, 2), "autism", "rescreening", CLINIC, MCH)
    move = {"region": OTHER_COUNTY, "moved_on": MOVED.isoformat(), "institution": str(town.city.ids[OTHER_MCH])}
    await story.by(MCH, "screening", "/v1/cases/{case}/moves", move)
    moved = (await story.facts("residence_moved"))[0]
    assert (moved["previous"], moved["region"]) == (COUNTY, OTHER_COUNTY)

    await eventually(lambda: sees(story, OTHER_FEDERATION), within=PATIENCE_S)
    assert not await sees(story, FEDERATION)
    stub = (await listed(story, FEDERATION, "timeline", "/v1/cases/moved-away"))[story.case]
    assert (stub["region"], stub["moved_on"]) == (OTHER_COUNTY, MOVED.isoformat())

    rescreening = {"on": "2026-05-06", "concerns": [], "cdss_ii": quotients(total=64, language=60), "abc": 60}
    await story.by(OTHER_MCH, "screening", story.suspicion("autism", "rescreenings"), rescreening)
    await story.referred(date(2026, 5, 6), "autism", "diagnosis", OTHER_MCH, "hospital-3716")
    await story.confirmed(date(2026, 5, 20), "autism", cars="34.0")
    assert (await story.facts("intake_opened"))[0]["county"] == OTHER_COUNTY


async def sees(story: Story, federation: str) -> bool:
    answer = await story.town.ask(federation, "timeline", f"/v1/cases/{story.case}")
    return answer.status_code == 200
