"""How a child is found: screened and passed on step by step (handbook §1.4), or known to the hospital from before."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from deploy.simulator import days, organisations
from deploy.simulator.casting import Cast, Progress
from deploy.simulator.following import as_of, settle
from deploy.simulator.journeys import Closing, Diagnosis, Referral, Rescreening, Screening, Suspicion
from deploy.simulator.sources import Chance, Role, happens, source
from shared.ages import age_in_months, anniversary
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    ClosingReason,
    DiagnosisOutcome,
    Instrument,
    Regression,
    RescreeningOutcome,
)

SIGN_COLUMNS = {3: "M3", 6: "M6", 8: "M8", 12: "M12", 18: "M18", 24: "M24", 30: "M30", 36: "M36"} | {
    48: "Y4",
    60: "Y5",
    72: "Y6",
}
USUAL_SIGN = {
    RehabCategory.AUTISM: 2,
    RehabCategory.INTELLECTUAL: 3,
    RehabCategory.PHYSICAL: 4,
    RehabCategory.HEARING: 1,
    RehabCategory.SPEECH: 1,
}
"""The rough pattern of the table: hearing and language, social, fine motor, gross motor (handbook §1.3)."""
DEVELOPMENTAL = frozenset({RehabCategory.AUTISM, RehabCategory.INTELLECTUAL})
EXAMINATIONS = {
    RehabCategory.PHYSICAL: (Instrument.HIP_AND_LIMB_CHECK,),
    RehabCategory.HEARING: (Instrument.BEHAVIOURAL_HEARING,),
    RehabCategory.SPEECH: (Instrument.BEHAVIOURAL_HEARING, Instrument.CLINICAL_EXAMINATION),
}
DIAGNOSED = {
    Progress.EXCLUDED: DiagnosisOutcome.EXCLUDED,
    Progress.UNDETERMINED: DiagnosisOutcome.UNDETERMINED,
}
DOMAINS = ("gross_motor", "fine_motor", "adaptive", "language", "social")
M_CHAT_FROM, ABC_FROM = 18, 24
"""Ages in months from which each instrument replaces the one before (孤独症规范; handbook §1.4)."""
M_CHAT_REVERSED = frozenset({11, 18, 20, 22})
M_CHAT_ITEMS = frozenset(range(1, 24))
M_CHAT_FAILED = frozenset({2, 7, 13})
TRACED_AFTER = (14, 30, 30)
"""Days from the slip to the first attempt, and from each attempt to the next."""


def screening_category(category: RehabCategory) -> ScreeningCategory:
    """Return the screening category: speech is assessed within hearing (handbook §1.1)."""
    return ScreeningCategory.HEARING if category is RehabCategory.SPEECH else ScreeningCategory(category.value)


def find(dice: Random, cast: Cast, today: date) -> Suspicion:
    """Return how the child was found, and what came of it where rehabilitation did not."""
    found = _found(dice, cast)
    if cast.role is Role.LATELY:
        return as_of(found, today)
    return settle(dice, cast, found)


def _found(dice: Random, cast: Cast) -> Suspicion:
    if cast.screened_on is None:
        return Suspicion(screening_category(cast.category), diagnosis=_known_from_before(dice, cast))
    if cast.role is Role.SCREENED_NORMAL:
        clinic = dice.choice(organisations.clinics_of(cast.county))
        normal = Screening(clinic, cast.screened_on, (), Regression.NONE)
        return Suspicion(screening_category(cast.category), screening=normal)
    if cast.role in {Role.FOUND_IN_PROGRESS, Role.LATELY}:
        return _so_far(dice, cast, cast.progress)
    return _diagnosed(dice, cast, _rescreened(dice, cast, RescreeningOutcome.ABNORMAL), DiagnosisOutcome.CONFIRMED)


def _so_far(dice: Random, cast: Cast, progress: Progress) -> Suspicion:
    match progress:
        case Progress.REFERRED | Progress.SLIP_OPEN:
            return _referred(dice, cast, accepted=progress is Progress.REFERRED)
        case Progress.REFUSED:
            return _refused(dice, cast)
        case Progress.LOST:
            return _lost(dice, cast)
        case Progress.RECHECK_DUE:
            borderline = cast.category in DEVELOPMENTAL
            outcome = RescreeningOutcome.BORDERLINE if borderline else RescreeningOutcome.NORMAL
            return _rescreened(dice, cast, outcome)
        case Progress.NORMAL_ON_RECHECK:
            return _normal_on_recheck(dice, cast)
    diagnosed = DIAGNOSED.get(progress, DiagnosisOutcome.CONFIRMED)
    return _diagnosed(dice, cast, _rescreened(dice, cast, RescreeningOutcome.ABNORMAL), diagnosed)


def _screened(dice: Random, cast: Cast) -> tuple[Suspicion, Screening]:
    if cast.screened_on is None:
        raise ValueError(f"child {cast.index} was never screened")
    clinic = dice.choice(organisations.clinics_of(cast.county))
    clinic = organisations.SHOWN_CLINIC if cast.is_shown else clinic
    signs = {USUAL_SIGN[cast.category], dice.randint(1, 4)}
    column = _column(cast.born, cast.screened_on)
    regressed = cast.category is RehabCategory.AUTISM and happens(dice, Chance.REGRESSED)
    regression = (
        dice.choice((Regression.LANGUAGE, Regression.SOCIAL, Regression.BOTH)) if regressed else Regression.NONE
    )
    screening = Screening(clinic, cast.screened_on, tuple(f"{column}-{sign}" for sign in sorted(signs)), regression)
    return Suspicion(screening_category(cast.category), screening=screening), screening


def _referred(dice: Random, cast: Cast, *, accepted: bool = True) -> Suspicion:
    suspicion, screening = _screened(dice, cast)
    accepted_on = days.after(dice, screening.on, 1, 4) if accepted else None
    slip = Referral(screening.clinic, organisations.mch_of(cast.county), screening.on, accepted_on)
    return replace(suspicion, to_rescreening=slip)


def _refused(dice: Random, cast: Cast) -> Suspicion:
    suspicion, screening = _screened(dice, cast)
    closed_on = days.after(dice, screening.on, 1, 10)
    closing = Closing(screening.clinic, closed_on, ClosingReason.GUARDIAN_REFUSED, guardian_signed_on=closed_on)
    return replace(suspicion, closing=closing)


def _lost(dice: Random, cast: Cast) -> Suspicion:
    suspicion = _referred(dice, cast, accepted=False)
    last, traced = _slip(suspicion.to_rescreening).issued_on, []
    for waited in TRACED_AFTER:
        last = days.workday_from(last + timedelta(days=waited))
        traced.append(last)
    return replace(suspicion, failed_tracings=tuple(traced), lost_on=last)


def _rescreened(dice: Random, cast: Cast, outcome: RescreeningOutcome) -> Suspicion:
    suspicion = _referred(dice, cast)
    accepted_on = _slip(suspicion.to_rescreening).accepted_on or days.last_day()
    return replace(suspicion, rescreening=_rescreening(dice, cast, days.after(dice, accepted_on, 2, 14), outcome))


def _normal_on_recheck(dice: Random, cast: Cast) -> Suspicion:
    suspicion = _rescreened(dice, cast, RescreeningOutcome.NORMAL)
    first = _done(suspicion.rescreening)
    recheck = _rescreening(dice, cast, days.after(dice, first.on, 60, 75), RescreeningOutcome.NORMAL)
    return replace(suspicion, recheck=recheck)


def _diagnosed(dice: Random, cast: Cast, suspicion: Suspicion, outcome: DiagnosisOutcome) -> Suspicion:
    rescreening = _done(suspicion.rescreening)
    if cast.role is Role.FOUND_BEFORE:
        accepted_on = days.a_workday(dice, date(2023, 12, 18), date(2023, 12, 29))
        on = days.a_workday(dice, source().period.since, date(2024, 1, 31))
    else:
        accepted_on = days.after(dice, rescreening.on, 1, 4)
        on = days.after(dice, accepted_on, 4, 14)
    slip = Referral(rescreening.mch, organisations.hospital(), rescreening.on, accepted_on)
    diagnosis = _diagnosis(dice, cast, on, outcome)
    closing = None
    if outcome is DiagnosisOutcome.EXCLUDED:
        closing = Closing(organisations.hospital(), on, ClosingReason.EXCLUDED_BY_DIAGNOSIS)
    return replace(suspicion, to_diagnosis=slip, diagnosis=diagnosis, closing=closing)


def _known_from_before(dice: Random, cast: Cast) -> Diagnosis:
    earliest = anniversary(cast.born, months=10)
    latest = date(2023, 1, 31) if cast.role is Role.ENDED_BEFORE else date(2023, 8, 15)
    on = days.a_workday(dice, min(earliest, latest - timedelta(days=20)), latest)
    return _diagnosis(dice, cast, on, DiagnosisOutcome.CONFIRMED)


def _diagnosis(dice: Random, cast: Cast, on: date, outcome: DiagnosisOutcome) -> Diagnosis:
    confirmed = outcome is DiagnosisOutcome.CONFIRMED
    cars = None
    if cast.category is RehabCategory.AUTISM:
        halves = dice.randint(62, 90) if confirmed else dice.randint(36, 58)
        cars = f"{halves // 2}.{5 * (halves % 2)}"
    return Diagnosis(organisations.hospital(), on, outcome, cast.category if confirmed else None, cars)


def _rescreening(dice: Random, cast: Cast, on: date, outcome: RescreeningOutcome) -> Rescreening:
    mch = organisations.mch_of(cast.county)
    if cast.category not in DEVELOPMENTAL:
        return Rescreening(mch, on, outcome, (), EXAMINATIONS[cast.category], None, None, None)
    months = age_in_months(cast.born, on)
    suspect = outcome is RescreeningOutcome.ABNORMAL and cast.category is RehabCategory.AUTISM
    return Rescreening(
        mch=mch,
        on=on,
        outcome=outcome,
        concerns=("language", "communication") if suspect else (),
        examined_by=(),
        quotients=_quotients(dice, outcome),
        m_chat_yes=_m_chat(suspect) if M_CHAT_FROM <= months < ABC_FROM else None,
        abc=_abc(dice, suspect) if months >= ABC_FROM else None,
    )


def _m_chat(suspect: bool) -> frozenset[int]:
    passed = M_CHAT_ITEMS - M_CHAT_REVERSED
    return passed - M_CHAT_FAILED if suspect else passed


def _abc(dice: Random, suspect: bool) -> int:
    return dice.randint(54, 90) if suspect else dice.randint(8, 40)


def _quotients(dice: Random, outcome: RescreeningOutcome) -> dict[str, int]:
    least, most = {
        RescreeningOutcome.ABNORMAL: (48, 68),
        RescreeningOutcome.BORDERLINE: (71, 79),
        RescreeningOutcome.NORMAL: (86, 112),
    }[outcome]
    return {part: dice.randint(least, most) for part in ("total", *DOMAINS)}


def _column(born: date, on: date) -> str:
    months = age_in_months(born, on)
    return SIGN_COLUMNS[max(age for age in SIGN_COLUMNS if age <= months)]


def _slip(referral: Referral | None) -> Referral:
    if referral is None:
        raise ValueError("the child was not referred")
    return referral


def _done(rescreening: Rescreening | None) -> Rescreening:
    if rescreening is None:
        raise ValueError("the child was not re-screened")
    return rescreening
