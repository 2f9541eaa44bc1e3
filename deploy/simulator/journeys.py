"""One child's way through the chain, as plain values: what happened when, at which organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from deploy.simulator.people import Person
from deploy.simulator.sources import Role
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.custody import (
    CustodyEndReason,
    CustodyMode,
    IncidentKind,
    IncidentLevel,
    IncidentStep,
    LeaveType,
)
from shared.contracts.events.education import AttendanceStatus, PlacementMode, PlacementStep, SkipReason
from shared.contracts.events.rehab import (
    Checkpoint,
    Discipline,
    EligibilityBasis,
    EnrolmentEndReason,
    GoalTerm,
    Material,
    SessionMode,
    TrainingMode,
)
from shared.contracts.events.screening import (
    ClosingReason,
    DiagnosisOutcome,
    Instrument,
    Regression,
    RescreeningOutcome,
)


@dataclass(frozen=True, slots=True)
class Screening:
    """An initial screening with the warning signs; no positive sign and no regression is a normal one."""

    clinic: str
    on: date
    positive_signs: tuple[str, ...]
    regression: Regression


@dataclass(frozen=True, slots=True)
class Referral:
    """A slip; not accepted yet when `accepted_on` is None."""

    sender: str
    receiver: str
    issued_on: date
    accepted_on: date | None


@dataclass(frozen=True, slots=True)
class Rescreening:
    """A re-screening or recheck: scales of the child's age for autism and intellect, an examination for the others.

    A normal recheck brings the suspicion to its end by itself.
    """

    mch: str
    on: date
    outcome: RescreeningOutcome
    concerns: tuple[str, ...]
    """What history or observation showed, by the codes of screening."""
    examined_by: tuple[Instrument, ...]
    quotients: Mapping[str, int] | None
    """儿心量表-II: `total` and the five domains."""
    m_chat_yes: frozenset[int] | None
    """Items of M-CHAT-23 that were answered with yes."""
    abc: int | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis by the city's hospital; CARS in half points as text, for autism only."""

    hospital: str
    on: date
    outcome: DiagnosisOutcome
    rehab_category: RehabCategory | None
    cars: str | None


@dataclass(frozen=True, slots=True)
class Closing:
    """The suspicion was closed."""

    organisation: str
    on: date
    reason: ClosingReason
    guardian_signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The suspicion of one category from the first screening on; what is None has not happened."""

    category: ScreeningCategory
    screening: Screening | None = None
    to_rescreening: Referral | None = None
    rescreening: Rescreening | None = None
    recheck: Rescreening | None = None
    to_diagnosis: Referral | None = None
    diagnosis: Diagnosis | None = None
    failed_tracings: tuple[date, ...] = ()
    lost_on: date | None = None
    closing: Closing | None = None
    second_diagnosis: Diagnosis | None = None
    """After one that left it open."""
    contacted_on: date | None = None
    """The federation told the family of methods and policy, and it did not apply."""
    follow_ups: tuple[date, ...] = ()
    """Days on which the hospital saw a child with confirmed autism again; they come after rehabilitation began."""
    loop_closed: Closing | None = None
    """Closed as handed over; it comes last."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application for training; approved, or waiting when `approved_on` is None."""

    federation: str
    category: RehabCategory
    mode: TrainingMode
    basis: EligibilityBasis
    materials: tuple[Material, ...]
    submitted_on: date
    approved_on: date | None
    refused_on: date | None = None
    experts_agree: bool = False
    """Experts evaluated that assistance should go on after the first period."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A rest that the family asked for: from its first day to the first day of service again."""

    since: date
    back_on: date


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A child with a centre; `ended_on` is the first day without service."""

    centre: str
    started_on: date
    ended_on: date | None
    reason: EnrolmentEndReason | None
    leave: Leave | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of a plan: its level, its ICF code, its words."""

    term: GoalTerm
    icf: str
    words: str


@dataclass(frozen=True, slots=True)
class Care:
    """The assessment with which a service begins, and the plan of care that follows from it."""

    assessor: str
    assessed_on: date
    signed_on: date
    valid_until: date
    planned_days: int
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """One session, times in Asia/Shanghai, half-open."""

    centre: str
    therapist: str
    discipline: Discipline
    mode: SessionMode
    starts_at: datetime
    ends_at: datetime
    attended: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A stage evaluation with one instrument (handbook §3.6)."""

    centre: str
    assessor: str
    on: date
    checkpoint: Checkpoint
    instrument: str
    instrument_version: str
    scores: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Course:
    """One approval with what was done under it."""

    application: Application
    enrolment: Enrolment | None
    care: Care | None
    evaluations: tuple[Evaluation, ...]
    sessions: tuple[Session, ...]
    evaluated_until: date = date.max
    """A stage that lacks its evaluation is not claimed: nothing after this day."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A decision of the county's expert committee, entered by its education authority."""

    authority: str
    mode: PlacementMode
    school: str | None
    site: str | None
    decided_on: date
    starts_on: date
    ends_on: date | None
    reasons: Mapping[PlacementStep, SkipReason]
    applied_on: date | None = None
    """The guardian's application for a deferral."""


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """One day at the institution of the placement."""

    institution: str
    on: date
    status: AttendanceStatus


@dataclass(frozen=True, slots=True)
class HomeVisit:
    """A visit of home teaching."""

    starts_at: datetime
    ends_at: datetime
    class_hours: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in care; `ended_on` is the day of leaving."""

    institution: str
    mode: CustodyMode
    admitted_on: date
    ended_on: date | None
    reason: CustodyEndReason | None


@dataclass(frozen=True, slots=True)
class HomeLeave:
    """A leave from care; not back yet when `returned_at` is None."""

    kind: LeaveType
    starts_at: datetime
    expected_back_at: datetime
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened in care, and what was done about it when."""

    level: IncidentLevel
    kind: IncidentKind
    at: datetime
    steps: tuple[tuple[IncidentStep, datetime], ...]


@dataclass(frozen=True, slots=True)
class Child:
    """The whole plan of one child. Lists are in the order of time."""

    index: int
    role: Role
    person: Person
    county: str
    registered_by: str
    suspicion: Suspicion
    application: Application | None
    enrolment: Enrolment | None
    evaluations: tuple[Evaluation, ...]
    sessions: tuple[Session, ...]
    placement: Placement | None
    school_days: tuple[SchoolDay, ...]
    stay: Stay | None
    care: Care | None = None
    programmes: tuple[date, ...] = ()
    """Days on which the school agreed on an individual programme, one in each term."""
    visits: tuple[HomeVisit, ...] = ()
    leave: HomeLeave | None = None
    """The last leave from care."""
    incidents: tuple[Incident, ...] = ()
    renewal: Course | None = None
    """Assistance in the present benefit year, for a child that goes on."""

    @property
    def courses(self) -> tuple[Course, ...]:
        """What was approved, the year of the cohort first."""
        if self.application is None:
            return ()
        first = Course(self.application, self.enrolment, self.care, self.evaluations, self.sessions)
        return (first, self.renewal) if self.renewal else (first,)
