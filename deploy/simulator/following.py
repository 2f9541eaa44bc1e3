"""What comes after a child was found: follow-up, the loop closed, an end for those whom rehabilitation never saw."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from deploy.simulator import days, organisations
from deploy.simulator.casting import Cast, Progress
from deploy.simulator.journeys import Closing, Diagnosis, Enrolment, Referral, Rescreening, Suspicion
from deploy.simulator.sources import Role
from shared.ages import anniversary
from shared.contracts.codes import RehabCategory
from shared.contracts.events.screening import ClosingReason, DiagnosisOutcome

Made = TypeVar("Made", Rescreening, Diagnosis)
SETTLED = date(2024, 10, 8), date(2024, 10, 31)
SEEN_AGAIN = date(2024, 3, 4), date(2024, 6, 28)
CONTACT_DAYS = 2, 6
UNDETERMINED_MONTHS = 2
MISSED_EVERY = 11
"""Of the children who go on every so-manyth one missed its last follow-up."""
LATEST_VISIT = 80


def settle(dice: Random, cast: Cast, found: Suspicion) -> Suspicion:
    """Bring to an end in autumn what was under way when the figures were published, and no centre took up."""
    if cast.role is Role.FOUND_IN_PROGRESS:
        return _settled(dice, cast, found)
    if cast.role is Role.FOUND_BEFORE:
        return _informed(dice, _moved_out(dice, organisations.hospital(), found))
    if cast.role is Role.NEVER_CAME:
        return _moved_out(dice, organisations.hospital(), found)
    return found


def follow(dice: Random, cast: Cast, found: Suspicion, enrolment: Enrolment | None, today: date | None) -> Suspicion:
    """Return a child's follow-up beside rehabilitation; with `today` it goes on, else the loop is closed at its end.

    Only confirmed autism is followed up (handbook §1.4).
    """
    diagnosis = found.diagnosis
    if diagnosis is None or enrolment is None or cast.category is not RehabCategory.AUTISM:
        return found
    seen = max(days.after(dice, diagnosis.on, 75, 85), days.a_workday(dice, *SEEN_AGAIN))
    if today:
        return replace(found, follow_ups=tuple(_visits(dice, cast, seen, today)))
    over = enrolment.ended_on or seen
    closing = Closing(diagnosis.hospital, max(over, seen), ClosingReason.HANDED_OVER)
    return replace(found, follow_ups=(seen,) if seen <= over else (), loop_closed=closing)


def as_of(found: Suspicion, today: date) -> Suspicion:
    """Return as much of a way through screening as lies before the end of a day."""
    lost_on, closing = found.lost_on, found.closing
    return replace(
        found,
        to_rescreening=_slip(found.to_rescreening, today),
        rescreening=_made(found.rescreening, today),
        recheck=_made(found.recheck, today),
        to_diagnosis=_slip(found.to_diagnosis, today),
        diagnosis=_made(found.diagnosis, today),
        failed_tracings=tuple(day for day in found.failed_tracings if day <= today),
        lost_on=lost_on if lost_on and lost_on <= today else None,
        closing=closing if closing and closing.on <= today else None,
    )


def _settled(dice: Random, cast: Cast, found: Suspicion) -> Suspicion:
    progress, hospital = cast.progress, organisations.hospital()
    if progress is Progress.UNDETERMINED:
        return _seen_again(found)
    if progress is Progress.CONFIRMED:
        return _informed(dice, _moved_out(dice, hospital, found))
    if progress is Progress.LOST:
        lost = Closing(_first_screener(found), days.a_workday(dice, *SETTLED), ClosingReason.LOST_TO_FOLLOW_UP)
        return replace(found, closing=lost)
    owners = {
        Progress.SLIP_OPEN: _first_screener(found),
        Progress.REFERRED: organisations.mch_of(cast.county),
        Progress.RECHECK_DUE: organisations.mch_of(cast.county),
        Progress.APPLIED: hospital,
    }
    return _moved_out(dice, owners[progress], found) if progress in owners else found


def _moved_out(dice: Random, owner: str, found: Suspicion) -> Suspicion:
    return replace(found, closing=Closing(owner, days.a_workday(dice, *SETTLED), ClosingReason.MOVED_OUT))


def _informed(dice: Random, found: Suspicion) -> Suspicion:
    diagnosis = found.diagnosis
    return replace(found, contacted_on=days.after(dice, diagnosis.on, *CONTACT_DAYS)) if diagnosis else found


def _seen_again(found: Suspicion) -> Suspicion:
    first = found.diagnosis
    if first is None:
        return found
    on = days.workday_from(anniversary(first.on, months=UNDETERMINED_MONTHS) - timedelta(days=5))
    second = Diagnosis(first.hospital, on, DiagnosisOutcome.EXCLUDED, None, first.cars)
    closing = Closing(first.hospital, on, ClosingReason.EXCLUDED_BY_DIAGNOSIS)
    return replace(found, second_diagnosis=second, closing=closing)


def _visits(dice: Random, cast: Cast, first: date, today: date) -> list[date]:
    last = days.workday_from(today - timedelta(days=dice.randint(14, LATEST_VISIT)))
    missed = cast.index % MISSED_EVERY == 0
    return [first] if missed or last >= today else [first, last]


def _first_screener(found: Suspicion) -> str:
    return found.screening.clinic if found.screening else organisations.hospital()


def _slip(slip: Referral | None, today: date) -> Referral | None:
    if slip is None or slip.issued_on > today:
        return None
    accepted = slip.accepted_on
    return replace(slip, accepted_on=accepted if accepted and accepted <= today else None)


def _made(step: Made | None, today: date) -> Made | None:
    return step if step is not None and step.on <= today else None
