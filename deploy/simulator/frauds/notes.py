"""Frauds of notes, proofs and claims: F14, F17, F18, F20."""

from datetime import datetime, time, timedelta

from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Placed, Scene, by, months, trained
from deploy.simulator.journeys import Child, Session
from deploy.simulator.sending import person
from shared.clock import SHANGHAI, local_date
from shared.contracts.events.rehab import ConfirmationMethod, CorrectionReason

WORDS = "按计划训练，配合良好，情绪稳定。"
CLONES = 5
"""Sessions under one wording from which it is cloned (handbook §3.7 F14)."""
FAMILIES = 4
"""Families that one telephone confirms for: one more than a household of helpers explains [assumed]."""
QUARTER, CLAIMED = "2024-04-01", "2024-05"
CLAIMED_ON = "2024-09-03"


async def cloned_notes(scene: Scene, number: int) -> list[Fraud]:
    """F14: a therapist writes the same words under every session."""
    found = []
    for child in scene.fitting(trained, number):
        placed = await scene.placed(child)
        sessions = _sundays(placed, CLONES, f"copies-{child.index}")
        for session in sessions:
            await scene.log(placed, session, words=f"{WORDS}{child.index}")
        done = f"the same words under {CLONES} sessions"
        found += [Fraud("F14", placed.case, _centre(scene, placed), month, done) for month in months(sessions)]
    return found


async def one_telephone(scene: Scene, number: int) -> list[Fraud]:
    """F20: somebody at the centre confirms with one telephone for family after family."""
    found = []
    for phone in range(number):
        telephone = person(f"telephone-{scene.dice.random()}")
        for child in scene.fitting(trained, FAMILIES):
            placed = await scene.placed(child)
            (session,) = _sundays(placed, 1, f"telephone-{phone}-{child.index}")
            proof = {"method": ConfirmationMethod.CODE, "device": telephone}
            await scene.log(placed, session, confirmation=proof)
            (month,) = months([session])
            done = f"confirmed from the telephone of {FAMILIES} families"
            found.append(Fraud("F20", placed.case, _centre(scene, placed), month, done))
    return found


async def claimed_and_taken_back(scene: Scene, number: int) -> list[Fraud]:
    """F17: a month was claimed and paid, and afterwards the centre corrects a session of it away."""
    found = []
    for child in scene.fitting(_was_claimed_for, number):
        placed = await scene.placed(child)
        centre = placed.at.centre
        held = await scene.callers.get(centre, "rehab", f"/v1/cases/{placed.case}/sessions", month=CLAIMED)
        if not any(one["void"] for one in held["sessions"]):
            session = min(one["id"] for one in held["sessions"] if one["attended"])
            correction = {"reason": CorrectionReason.DID_NOT_HAPPEN}
            path = f"/v1/sessions/{session}/correction"
            await scene.once(f"taken-back/{child.index}", centre, "rehab", path, correction)
        done = f"{CLAIMED} claimed, and a session of it corrected away afterwards"
        found.append(Fraud("F17", placed.case, _centre(scene, placed), CLAIMED, done))
    return found


async def paid_by_both(scene: Scene, number: int) -> list[Fraud]:
    """F18: a claim on paper asks the county for what medical insurance has paid already."""
    found = []
    for child in scene.fitting(_was_claimed_for, number):
        placed = await scene.placed(child)
        line = {
            "month": CLAIMED,
            "enrolment": placed.enrolment,
            "amount": ASKED,
            "cost": COST,
            "insurance_paid": INSURED,
        }
        claim = {"county": child.county, "cycle_from": QUARTER, "submitted_on": CLAIMED_ON, "lines": [line]}
        body = claim | {"institution": _centre(scene, placed)}
        await scene.post(f"federation-{child.county}", "rehab", "/v1/claims/on-paper", body)
        done = f"insurance paid {INSURED} fen of {COST} for {CLAIMED}, and {ASKED} were asked for on paper"
        found.append(Fraud("F18", placed.case, _centre(scene, placed), CLAIMED, done))
    return found


COST, INSURED, ASKED = 100_000, 60_000, 60_000
"""The centre claimed the month already, so the claim is also above what is left of it: a consequence (F17)."""


def _sundays(placed: Placed, number: int, who: str) -> list[Session]:
    """Return sessions on Sundays, when nobody of the cohort is trained, before the last one of the child."""
    last = placed.sessions[-1]
    day = local_date(last.starts_at)
    sundays = [day - timedelta(days=day.isoweekday() % 7 + 7 * weeks) for weeks in range(1, number + 1)]
    first = by(placed.at.centre, last, who)
    return [_on(first, datetime.combine(sunday, time(9), SHANGHAI)) for sunday in sundays]


def _on(session: Session, starts_at: datetime) -> Session:
    length = session.ends_at - session.starts_at
    return Session(
        centre=session.centre, therapist=session.therapist, discipline=session.discipline, mode=session.mode,
        starts_at=starts_at, ends_at=starts_at + length, attended=True,
    )  # fmt: skip


def _centre(scene: Scene, placed: Placed) -> str:
    return str(scene.ids[placed.at.centre])


def _was_claimed_for(child: Child) -> bool:
    return trained(child) and any(one.attended and months([one]) == [CLAIMED] for one in child.sessions)
