"""A child's way through the chain as the stages' facts tell it. Every child and organisation here is invented."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory, ScreeningCategory, Sex
from shared.contracts.envelope import Event, Fact
from shared.contracts.events import custody, education, rehab, screening
from shared.contracts.events.education import AttendanceStatus, PlacementMode
from shared.contracts.events.rehab import CorrectionReason, Discipline, SessionContent, SessionMode
from shared.contracts.events.screening import SuspicionState
from shared.journal.inbox import Record
from shared.testing.streams import Stream

BORN = date(2020, 5, 4)
COUNTY = "371602"
YEAR = date(2024, 1, 1)
PRODUCERS = ("screening", "rehab", "education", "custody")


def nine_o_clock(day: date) -> datetime:
    """Return nine o'clock in Shanghai."""
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)


@dataclass
class Child:
    """The streams of one child; each method adds one fact and returns its record, in the order of recording."""

    case: UUID = field(default_factory=uuid4)
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streams = {producer: Stream(producer, self.case) for producer in PRODUCERS}

    def add(
        self, fact: Fact, day: date | datetime, *, by: Actor | None = None, recorded_at: datetime | None = None
    ) -> Record:
        stream = self.streams[fact.producer]
        actor = by.ref if by else None
        record = stream.append(fact, occurred_at=day, actor=actor, recorded_at=recorded_at)
        self.records.append(record)
        return record

    def registered(
        self, county: str = COUNTY, *, by: Actor | None = None, born: date = BORN, recorded_at: datetime | None = None
    ) -> Record:
        kind = screening.IdentifierKind.RESIDENT_NUMBER
        fact = screening.ChildRegistered(sex=Sex.FEMALE, birth_date=born, region=county, identifier_kind=kind)
        return self.add(fact, YEAR, by=by, recorded_at=recorded_at)

    def screened(
        self, day: date, *, abnormal: bool = True, category=ScreeningCategory.AUTISM, by: Actor | None = None
    ) -> Record:
        outcome = screening.ScreeningOutcome.ABNORMAL if abnormal else screening.ScreeningOutcome.NORMAL
        fact = screening.ScreeningRecorded(
            screening=uuid4(),
            category=category,
            round=screening.ScreeningRound.M36,
            instrument=screening.Instrument.WARNING_SIGNS,
            screened_on=day,
            outcome=outcome,
            positive_signs=int(abnormal),
            regression=screening.Regression.NONE,
            state=SuspicionState.SCREEN_POSITIVE if abnormal else None,
        )
        return self.add(fact, day, by=by)

    def referred(self, day: date, receiver: UUID, *, replaces: UUID | None = None) -> screening.ReferralIssued:
        fact = screening.ReferralIssued(
            referral=uuid4(),
            category=ScreeningCategory.AUTISM,
            step=screening.ReferralStep.RESCREENING,
            sender=uuid4(),
            receiver=receiver,
            issued_on=day,
            answer_by=day + timedelta(days=14),
            trace_on=day + timedelta(days=14),
            replaces=replaces,
            state=SuspicionState.RESCREEN_REFERRED,
        )
        self.add(fact, day)
        return fact

    def rejected(self, referral: screening.ReferralIssued, day: date) -> Record:
        fact = screening.ReferralRejected(
            referral=referral.referral,
            category=referral.category,
            step=referral.step,
            sender=referral.sender,
            receiver=referral.receiver,
            rejected_on=day,
            reason=screening.RejectionReason.NO_CAPACITY,
            state=SuspicionState.SCREEN_POSITIVE,
        )
        return self.add(fact, day)

    def confirmed(self, day: date, *, by: Actor | None = None, category=ScreeningCategory.AUTISM) -> Record:
        fact = screening.DiagnosisRecorded(
            diagnosis=uuid4(),
            category=category,
            outcome=screening.DiagnosisOutcome.CONFIRMED,
            rehab_category=RehabCategory(category.value),
            diagnosed_on=day,
            institution=uuid4(),
            no_screening_record=False,
            state=SuspicionState.CONFIRMED,
        )
        return self.add(fact, day, by=by)

    def closed(self, day: date, reason: screening.ClosingReason, *, category=ScreeningCategory.AUTISM) -> Record:
        fact = screening.CaseClosed(
            category=category,
            reason=reason,
            closed_on=day,
            state_before=SuspicionState.SCREEN_POSITIVE,
            state=SuspicionState.CLOSED,
        )
        return self.add(fact, day)

    def approved(self, valid_from: date, valid_until: date) -> UUID:
        fact = rehab.AssistanceApproved(
            approval=uuid4(),
            application=uuid4(),
            item=rehab.AssistanceItem.TRAINING,
            category=RehabCategory.AUTISM,
            mode=rehab.TrainingMode.CENTRALISED,
            age_band=rehab.AgeBand.UNDER_7,
            county=COUNTY,
            approved_on=valid_from,
            valid_from=valid_from,
            valid_until=valid_until,
            ceiling=1_500_000,
            monthly_cap=150_000,
            enrol_by=valid_until,
        )
        self.add(fact, valid_from)
        return fact.approval

    def enrolled(self, day: date, centre: UUID, approval: UUID, *, by: Actor | None = None) -> UUID:
        fact = rehab.EnrolmentStarted(
            enrolment=uuid4(),
            approval=approval,
            institution=centre,
            item=rehab.AssistanceItem.TRAINING,
            category=RehabCategory.AUTISM,
            mode=rehab.TrainingMode.CENTRALISED,
            started_on=day,
            expected_until=date(day.year, 12, 31),
        )
        self.add(fact, day, by=by)
        return fact.enrolment

    def left(self, enrolment: UUID, centre: UUID, day: date) -> Record:
        fact = rehab.EnrolmentEnded(
            enrolment=enrolment, institution=centre, ended_on=day, reason=rehab.EnrolmentEndReason.FINISHED
        )
        return self.add(fact, day)

    def trained(
        self,
        day: date,
        centre: UUID,
        enrolment: UUID,
        *,
        attended: bool = True,
        by: Actor | None = None,
        recorded_at: datetime | None = None,
    ) -> Event:
        starts = nine_o_clock(day)
        fact = rehab.SessionRecorded(
            session=uuid4(),
            enrolment=enrolment,
            institution=centre,
            therapist=uuid4(),
            discipline=Discipline.PT,
            mode=SessionMode.INDIVIDUAL,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=45),
            attended=attended,
        )
        return event_of(self.add(fact, starts, by=by, recorded_at=recorded_at))

    def corrected(
        self,
        session: Event,
        *,
        attended: bool | None = None,
        day: date | None = None,
        recorded_at: datetime | None = None,
    ) -> Event:
        """Correct a session: void it, or put another day or attendance in its place."""
        replacement = None
        if attended is not None:
            starts = nine_o_clock(day or session.occurred_at.date())
            replacement = SessionContent(
                therapist=uuid4(),
                discipline=Discipline.PT,
                mode=SessionMode.INDIVIDUAL,
                starts_at=starts,
                ends_at=starts + timedelta(minutes=45),
                attended=attended,
            )
        fact = rehab.SessionCorrected(
            session=UUID(session.data["session"]),
            enrolment=UUID(session.data["enrolment"]),
            institution=UUID(session.data["institution"]),
            reason=CorrectionReason.WRONG_DETAILS,
            replacement=replacement,
            correction_of=session.id,
        )
        return event_of(self.add(fact, session.occurred_at, recorded_at=recorded_at))

    def placed(
        self, day: date, *, school: UUID, site: UUID | None = None, ends_on: date | None = None, by: Actor | None = None
    ) -> UUID:
        fact = education.PlacementDecided(
            placement=uuid4(),
            mode=PlacementMode.TEACHING_SITE if site else PlacementMode.REGULAR_CLASS,
            school=school,
            site=site,
            decided_on=day,
            starts_on=day,
            ends_on=ends_on,
            skipped=(),
        )
        self.add(fact, day, by=by)
        return fact.placement

    def at_school(
        self,
        day: date,
        institution: UUID,
        *,
        present: bool = True,
        mode: PlacementMode = PlacementMode.TEACHING_SITE,
        corrects: Event | None = None,
        by: Actor | None = None,
    ) -> Event:
        status = AttendanceStatus.PRESENT if present else AttendanceStatus.ABSENT
        fact = education.AttendanceRecorded(
            placement=uuid4(),
            mode=mode,
            institution=institution,
            on=day,
            status=status,
            correction_of=corrects.id if corrects else None,
        )
        return event_of(self.add(fact, day, by=by))

    def admitted(self, day: date, home: UUID, *, by: Actor | None = None) -> UUID:
        fact = custody.CustodyAdmitted(
            stay=uuid4(), institution=home, mode=custody.CustodyMode.DAY, admitted_on=day, until=None
        )
        self.add(fact, day, by=by)
        return fact.stay

    def went_home(self, stay: UUID, home: UUID, day: date) -> Record:
        fact = custody.CustodyEnded(
            stay=stay, institution=home, ended_on=day, reason=custody.CustodyEndReason.RETURNED_HOME
        )
        return self.add(fact, day)


@dataclass
class Institution:
    """The stream of one institution's licences."""

    id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.stream = Stream("education", self.id)

    def licensed(self, valid_from: date, valid_until: date, county: str = COUNTY) -> Record:
        fact = education.EducationLicenceGranted(
            licence=uuid4(),
            region=county,
            stage=education.LicenceStage.COMPULSORY,
            valid_from=valid_from,
            valid_until=valid_until,
            partner_school=uuid4(),
        )
        return self.stream.append(fact, occurred_at=valid_from)


def merge(survivor: Child, merged: Child, *, recorded_at: datetime | None = None) -> None:
    """Tell in both cases that they are one child."""
    for child in (survivor, merged):
        fact = screening.IdentityMerged(survivor=survivor.case, merged=merged.case, merged_on=JUNE)
        child.add(fact, JUNE, recorded_at=recorded_at)


def unmerge(survivor: Child, merged: Child, *, recorded_at: datetime | None = None) -> None:
    """Tell in both cases that they are two children after all."""
    for child in (survivor, merged):
        fact = screening.IdentityUnmerged(survivor=survivor.case, merged=merged.case, unmerged_on=JUNE)
        child.add(fact, JUNE, recorded_at=recorded_at)


JUNE = date(2024, 6, 3)


def event_of(record: Record) -> Event:
    return Event.read(record.value or b"")


def a_whole_way(centre: UUID, school: UUID, home: UUID, *, county: str = COUNTY) -> Child:
    """A child that went through every stage in 2024, up to a corrected session."""
    child = Child()
    child.registered(county)
    child.screened(date(2024, 1, 10))
    referral = child.referred(date(2024, 1, 11), uuid4())
    child.rejected(referral, date(2024, 1, 12))
    child.referred(date(2024, 1, 12), uuid4())
    child.confirmed(date(2024, 2, 5))
    enrolment = child.enrolled(date(2024, 2, 20), centre, child.approved(date(2024, 2, 10), date(2024, 12, 31)))
    sessions = [child.trained(date(2024, 3, day), centre, enrolment) for day in (4, 6, 8)]
    child.corrected(sessions[1])
    child.corrected(sessions[2], attended=True, day=date(2024, 3, 9))
    child.placed(date(2024, 3, 1), school=school, site=centre)
    days = [child.at_school(date(2024, 3, day), centre) for day in (5, 7)]
    child.at_school(date(2024, 3, 7), centre, present=False, corrects=days[1])
    child.went_home(child.admitted(date(2024, 3, 1), home), home, date(2024, 6, 1))
    return child
