"""Children of the journeys, as plans that the simulator's `Journey` sends. All of them are invented.

Their year is the one after the cohort's, so that they count in none of its figures.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deploy.simulator.journeys import (
    Application,
    Child,
    Diagnosis,
    Enrolment,
    Evaluation,
    Placement,
    Referral,
    Rescreening,
    SchoolDay,
    Screening,
    Session,
    Stay,
    Suspicion,
)
from deploy.simulator.people import Person, resident_number
from deploy.simulator.sources import Role
from shared.clock import SHANGHAI
from shared.contracts.codes import RehabCategory, ScreeningCategory, Sex
from shared.contracts.events.custody import CustodyMode
from shared.contracts.events.education import AttendanceStatus, PlacementMode, PlacementStep, SkipReason
from shared.contracts.events.rehab import Checkpoint, Discipline, EligibilityBasis, Material, SessionMode, TrainingMode
from shared.contracts.events.screening import DiagnosisOutcome, Regression, RescreeningOutcome

YEAR = 2025
COUNTY, OTHER_COUNTY = "371602", "371603"
CLINIC, MCH, HOSPITAL = f"clinic-{COUNTY}-1", f"mch-{COUNTY}", "hospital-3716"
FEDERATION, CENTRE, OTHER_CENTRE = f"federation-{COUNTY}", f"rehab-{COUNTY}-1", f"rehab-{COUNTY}-3"
EDUCATION, SCHOOL, CARE_HOME = f"education-{COUNTY}", f"school-{COUNTY}-special", f"care-{COUNTY}"
SCREENED, RESCREENED, DIAGNOSED = date(YEAR, 3, 10), date(YEAR, 3, 17), date(YEAR, 3, 26)
APPLIED, APPROVED, ENROLLED = date(YEAR, 3, 31), date(YEAR, 4, 3), date(YEAR, 4, 8)
PLACED, AT_SCHOOL, IN_CARE = date(YEAR, 4, 18), date(YEAR, 5, 6), date(YEAR, 5, 7)
BORN = date(YEAR - 5, 2, 20)
SESSION_DAYS = tuple(ENROLLED + timedelta(days=number) for number in (1, 3, 6, 8, 10, 13))
MISSED = SESSION_DAYS[4]
SCHOOL_DAYS = (AT_SCHOOL, AT_SCHOOL + timedelta(days=1), AT_SCHOOL + timedelta(days=2))


@dataclass(frozen=True, slots=True)
class Plan:
    """A child's plan by its number; `sessions` are its sessions, school and care come only to a child that goes on."""

    number: int
    goes_on: bool = True

    def child(self) -> Child:
        """Return the plan as the simulator sends it."""
        return Child(
            index=self.number,
            role=Role.INTEGRATED,
            person=self.person,
            county=COUNTY,
            registered_by=CLINIC,
            suspicion=_suspicion(),
            application=_application(),
            enrolment=Enrolment(CENTRE, ENROLLED, None, None),
            evaluations=_evaluations() if self.goes_on else (),
            sessions=tuple(a_session(day, attended=day != MISSED) for day in SESSION_DAYS) if self.goes_on else (),
            placement=_placement() if self.goes_on else None,
            school_days=_school_days() if self.goes_on else (),
            stay=Stay(CARE_HOME, CustodyMode.DAY, IN_CARE, None, None) if self.goes_on else None,
        )

    @property
    def person(self) -> Person:
        """Who the child is: words that occur nowhere else, so that they can be searched for."""
        tail = f"{self.number:03d}"
        return Person(
            name=f"金丝雀童{tail}",
            sex=Sex.FEMALE,
            birth_date=BORN,
            resident_number=resident_number(BORN, Sex.FEMALE, self.number),
            birth_certificate=None,
            guardian_name=f"金丝雀家长{tail}",
            guardian_relation="mother",
            guardian_phone=f"10098765{tail}",
            address=f"金丝雀路{tail}号",
        )


def a_session(day: date, *, starts: time = time(9), attended: bool = True) -> Session:
    starts_at = datetime.combine(day, starts, SHANGHAI)
    return Session(
        centre=CENTRE,
        therapist="journey-therapist",
        discipline=Discipline.BEHAVIOURAL,
        mode=SessionMode.INDIVIDUAL,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=40),
        attended=attended,
    )


def _suspicion() -> Suspicion:
    return Suspicion(
        category=ScreeningCategory.AUTISM,
        screening=Screening(CLINIC, SCREENED, ("Y5-1", "Y5-2"), Regression.NONE),
        to_rescreening=Referral(CLINIC, MCH, SCREENED, SCREENED + timedelta(days=2)),
        rescreening=_rescreening(),
        to_diagnosis=Referral(MCH, HOSPITAL, RESCREENED, RESCREENED + timedelta(days=3)),
        diagnosis=Diagnosis(HOSPITAL, DIAGNOSED, DiagnosisOutcome.CONFIRMED, RehabCategory.AUTISM, "36.5"),
    )


def _rescreening() -> Rescreening:
    quotients = dict.fromkeys(("total", "gross_motor", "fine_motor", "adaptive", "language", "social"), 62)
    return Rescreening(MCH, RESCREENED, RescreeningOutcome.ABNORMAL, ("language",), (), quotients, None, 71)


def _application() -> Application:
    return Application(
        federation=FEDERATION,
        category=RehabCategory.AUTISM,
        mode=TrainingMode.CENTRALISED,
        basis=EligibilityBasis.DIAGNOSIS,
        materials=(Material.IDENTITY, Material.DIAGNOSIS, Material.RESIDENCE),
        submitted_on=APPLIED,
        approved_on=APPROVED,
    )


def _evaluations() -> tuple[Evaluation, ...]:
    scores = {"total": "36.5"}
    return (Evaluation(CENTRE, "journey-assessor", ENROLLED, Checkpoint.BASELINE, "cars", "1980", scores),)


def _placement() -> Placement:
    return Placement(
        authority=EDUCATION,
        mode=PlacementMode.TEACHING_SITE,
        school=SCHOOL,
        site=CENTRE,
        decided_on=PLACED,
        starts_on=AT_SCHOOL,
        ends_on=None,
        reasons={
            PlacementStep.NEARBY_ORDINARY: SkipReason.NEEDS_SPECIAL_SUPPORT,
            PlacementStep.DESIGNATED_ORDINARY: SkipReason.NO_PLACE_NEARBY,
            PlacementStep.SPECIAL_SCHOOL: SkipReason.IN_RESIDENTIAL_REHABILITATION,
        },
    )


def _school_days() -> tuple[SchoolDay, ...]:
    return tuple(SchoolDay(CENTRE, day, AttendanceStatus.PRESENT) for day in SCHOOL_DAYS)
