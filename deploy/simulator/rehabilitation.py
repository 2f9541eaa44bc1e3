"""Rehabilitation of one child: application, enrolment, sessions three times a week, evaluations (handbook §3)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from deploy.simulator import days
from deploy.simulator.casting import EDUCATED, Cast, Progress
from deploy.simulator.journeys import Application, Enrolment, Evaluation, Leave, Session, Suspicion
from deploy.simulator.sources import Chance, Role, happens, invention
from shared.ages import age_in_months, age_in_years, anniversary
from shared.clock import SHANGHAI
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    Checkpoint,
    Discipline,
    EligibilityBasis,
    EnrolmentEndReason,
    Material,
    SessionMode,
    TrainingMode,
)

WEEKS = ((0, 2, 4), (1, 3, 5))
"""A therapist sees half of the children on Monday, Wednesday and Friday, the others on Tuesday, Thursday, Saturday."""
CERTIFICATE_AGE = 7
"""From the 7th birthday a certificate is the usual basis (handbook §2.2)."""
SS_FROM, SS_BEFORE, SCALE_II_BEFORE = 12, 67, 73
"""Ages in months at enrolment at which an instrument fits, also ten months later: S-S 1-6½, 儿心量表-II to 7 years."""
CHECKPOINT_MONTHS = (0, 3, 6)
EARLY = EDUCATED | {Role.BEFORE_LICENCE}
DISCIPLINES: Mapping[RehabCategory, tuple[Discipline, Discipline, Discipline]] = {
    RehabCategory.AUTISM: (Discipline.BEHAVIOURAL, Discipline.ST, Discipline.SENSORY_INTEGRATION),
    RehabCategory.INTELLECTUAL: (Discipline.SPECIAL_EDUCATION, Discipline.OT, Discipline.ST),
    RehabCategory.PHYSICAL: (Discipline.PT, Discipline.OT, Discipline.PT),
    RehabCategory.HEARING: (Discipline.AUDITORY_VERBAL, Discipline.ST, Discipline.PARENT_TRAINING),
    RehabCategory.SPEECH: (Discipline.ST, Discipline.MUSIC, Discipline.ST),
}
ENDS = (
    EnrolmentEndReason.FINISHED,
    EnrolmentEndReason.WITHDRAWN,
    EnrolmentEndReason.TRANSFERRED,
    EnrolmentEndReason.TERMINATED,
)
SS_STAGES = ("2-1", "2-2", "2-3", "3-1", "3-2", "4-1", "4-2")
LAST_DAYS = date(2024, 9, 23), date(2024, 9, 30)
"""The programme's year ends with the quarter in which its figures were published."""
RESTS = date(2024, 7, 8), date(2024, 8, 9)
LONG_ENOUGH = timedelta(days=60)


def apply(dice: Random, cast: Cast, suspicion: Suspicion) -> Application | None:
    """Return the child's application: at the beginning of the year, or soon after the diagnosis."""
    submitted_on = _submitted_on(dice, cast, suspicion)
    if submitted_on is None:
        return None
    by_certificate = age_in_years(cast.born, submitted_on) >= CERTIFICATE_AGE
    basis = EligibilityBasis.CERTIFICATE if by_certificate else EligibilityBasis.DIAGNOSIS
    waiting = cast.role in {Role.FOUND_IN_PROGRESS, Role.LATELY}
    refused = cast.role is Role.FOUND_IN_PROGRESS
    return Application(
        federation=f"federation-{cast.county}",
        category=cast.category,
        mode=TrainingMode.CENTRALISED,
        basis=basis,
        materials=(Material.IDENTITY, Material(basis.value), Material.RESIDENCE),
        submitted_on=submitted_on,
        approved_on=None if waiting else days.after(dice, submitted_on, 3, 8),
        refused_on=days.after(dice, submitted_on, 3, 8) if refused else None,
    )


def enrol(dice: Random, cast: Cast, application: Application | None) -> Enrolment | None:
    """Return the child's enrolment with its centre, where it came to one."""
    if application is None or application.approved_on is None or cast.role is Role.NEVER_CAME:
        return None
    enrolment = Enrolment(cast.centre, days.after(dice, application.approved_on, 1, 9), None, None)
    if cast.role is Role.ENDED_BEFORE:
        ended_on = days.a_workday(dice, date(2023, 11, 1), date(2023, 12, 28))
        return replace(enrolment, ended_on=ended_on, reason=EnrolmentEndReason.FINISHED)
    if cast.role is Role.REHABILITATED and happens(dice, Chance.LEFT_IN_SUMMER):
        ended_on = days.a_workday(dice, date(2024, 7, 1), date(2024, 8, 30))
        return replace(enrolment, ended_on=ended_on, reason=dice.choice(ENDS))
    came = cast.role is not Role.NEVER_ATTENDED
    reason = EnrolmentEndReason.FINISHED if came else EnrolmentEndReason.LAPSED
    leave = _leave(dice, enrolment) if came and happens(dice, Chance.ON_LEAVE_IN_SUMMER) else None
    return replace(enrolment, ended_on=days.a_workday(dice, *LAST_DAYS), reason=reason, leave=leave)


def train(dice: Random, cast: Cast, enrolment: Enrolment | None, until: date) -> Iterator[Session]:
    """Yield the child's sessions up to a day. The first one was attended, unless the child is one that never came."""
    if enrolment is None:
        return
    first = cast.role is not Role.NEVER_ATTENDED
    for day in _session_days(cast, enrolment, until):
        came = first or days.in_full_week(day) or happens(dice, Chance.SESSION_ATTENDED)
        yield _session(cast, day, attended=came and cast.role is not Role.NEVER_ATTENDED)
        first = False


def evaluate(dice: Random, cast: Cast, enrolment: Enrolment | None, until: date) -> Iterator[Evaluation]:
    """Yield the evaluations at months 0, 3 and 6 and at the end, as far as enrolment and day go (handbook §3.5)."""
    if enrolment is None or cast.role is Role.NEVER_ATTENDED:
        return
    for number, (on, checkpoint) in enumerate(_checkpoints(dice, enrolment)):
        scored = _scores(dice, cast, enrolment.started_on, number)
        if on <= until:
            yield Evaluation(enrolment.centre, therapist_of(cast), on, checkpoint, *scored)


def _submitted_on(dice: Random, cast: Cast, suspicion: Suspicion) -> date | None:
    diagnosis = suspicion.diagnosis
    in_progress = cast.role in {Role.FOUND_IN_PROGRESS, Role.LATELY}
    waiting = in_progress and cast.progress is Progress.APPLIED
    if diagnosis is None or cast.role is Role.FOUND_BEFORE:
        return None
    if cast.role is Role.FOUND_REHABILITATED or waiting:
        return days.after(dice, diagnosis.on, 3, 12)
    if in_progress:
        return None
    if cast.role is Role.ENDED_BEFORE:
        return days.a_workday(dice, date(2023, 2, 6), date(2023, 8, 1))
    early = cast.role in EARLY or happens(dice, Chance.APPLIED_EARLY)
    return days.a_workday(dice, date(2024, 1, 2), date(2024, 1, 10) if early else date(2024, 5, 31))


def _leave(dice: Random, enrolment: Enrolment) -> Leave | None:
    since = days.a_workday(dice, *RESTS)
    if since - enrolment.started_on < LONG_ENOUGH:
        return None
    return Leave(since, days.after(dice, since, 5, 16))


def _checkpoints(dice: Random, enrolment: Enrolment) -> Iterator[tuple[date, Checkpoint]]:
    for months in CHECKPOINT_MONTHS:
        due = anniversary(enrolment.started_on, months=months)
        if enrolment.ended_on and due >= enrolment.ended_on:
            break
        on = days.workday_from(due + timedelta(days=dice.randint(0, 6)))
        checkpoint = Checkpoint.STAGE if months else Checkpoint.BASELINE
        yield min(on, enrolment.ended_on or on), checkpoint
    if enrolment.ended_on:
        yield days.after(dice, enrolment.ended_on, 0, 4), Checkpoint.EXIT


def _session_days(cast: Cast, enrolment: Enrolment, until: date) -> Iterator[date]:
    last, leave = min((enrolment.ended_on or date.max) - timedelta(days=1), until), enrolment.leave
    week = WEEKS[cast.place // len(invention().slots) % len(WEEKS)]
    first = max(enrolment.started_on, date(2023, 9, 1)) if cast.role is Role.ENDED_BEFORE else enrolment.started_on
    trained = (day for day in days.days(first, last) if day.weekday() in week and not days.is_off(day))
    return (day for day in trained if leave is None or not leave.since <= day < leave.back_on)


def _session(cast: Cast, day: date, *, attended: bool) -> Session:
    slots = invention().slots
    starts_at = datetime.combine(day, slots[cast.place % len(slots)], SHANGHAI)
    return Session(
        centre=cast.centre,
        therapist=therapist_of(cast),
        discipline=DISCIPLINES[cast.category][day.weekday() // 2],
        mode=SessionMode.INDIVIDUAL,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=invention().session_minutes),
        attended=attended,
    )


def therapist_of(cast: Cast) -> str:
    """Return who trains a child: one for all the places that follow each other."""
    return f"{cast.centre}-therapist-{cast.place // (len(WEEKS) * len(invention().slots)) + 1}"


def _scores(dice: Random, cast: Cast, started_on: date, number: int) -> tuple[str, str, dict[str, str]]:
    """Return instrument, version and scores: one instrument through the whole enrolment, a little better each time."""
    months, level = age_in_months(cast.born, started_on), cast.index % 5
    match cast.category:
        case RehabCategory.AUTISM:
            total = Decimal("43.5") - level - 2 * number - Decimal(dice.randint(0, 2)) / 2
            return "cars", "1980", {"total": str(total)}
        case RehabCategory.PHYSICAL:
            total = Decimal(38 + 4 * level + 3 * number) + Decimal(dice.randint(0, 99)) / 100
            return "gmfm_66", "2002", {"total": str(total)}
        case RehabCategory.HEARING:
            return "cap", "1995", {"level": str(1 + level % 3 + number)}
        case RehabCategory.SPEECH if SS_FROM <= months < SS_BEFORE:
            return "ss_language", "2001", {"stage": SS_STAGES[level % 4 + number]}
        case RehabCategory.INTELLECTUAL if months < SCALE_II_BEFORE:
            return "developmental_scale_ii", "2017", {"total": str(46 + 3 * level + 2 * number + dice.randint(0, 1))}
        case _:
            return "weefim", "1993", {"total": str(56 + 8 * level + 4 * number + dice.randint(0, 3))}
