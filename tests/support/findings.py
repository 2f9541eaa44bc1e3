"""A child and its institution as rules of findings are told of them; all of it is invented."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.timeline.domain.casebook import CaseBook, casebook
from services.timeline.domain.crossing import Crossing
from services.timeline.domain.findings import judge
from services.timeline.domain.findings.casefile import CaseFile
from services.timeline.domain.findings.grounds import Flag
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.institutionbook import institutionbook
from services.timeline.domain.noted import Noted
from shared.clock import SHANGHAI, moment_of
from shared.contracts.codes import DisabilityCategory, RehabCategory, ScreeningCategory, Sex
from shared.contracts.envelope import Event, Fact
from shared.contracts.events import custody, rehab, screening
from shared.journal.inbox import Record
from shared.testing.streams import Stream

BORN = date(2022, 5, 4)
COUNTY = "371602"
THERAPIST = UUID(int=500)
MONDAY = date(2026, 3, 2)
"""A Monday on which nothing is the matter."""
FROM, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


def at(day: date, clock: str = "09:00") -> datetime:
    """Return a moment of a day by the clock of Shanghai."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


@dataclass
class Centre:
    """An institution with a designation, a therapist and opening hours, as far as it was told."""

    id: UUID = field(default_factory=uuid4)
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streams = {producer: Stream(producer, self.id) for producer in ("rehab", "custody")}

    def told(self, fact: Fact) -> Record:
        record = self.streams[fact.producer].append(fact)
        self.records.append(record)
        return record

    def designated(self, **changed: Any) -> UUID:
        told: dict[str, Any] = {
            "designation": uuid4(), "categories": tuple(RehabCategory), "county": COUNTY, "capacity": 50,
            "valid_from": date(2025, 1, 1), "valid_until": date(2026, 12, 31),
        }  # fmt: skip
        fact = rehab.DesignationGranted(**{**told, **changed})
        self.told(fact)
        return fact.designation

    def employs(self, therapist: UUID = THERAPIST, **changed: Any) -> None:
        told: dict[str, Any] = {
            "disciplines": (rehab.Discipline.PT,), "since": date(2025, 1, 1), "licence_until": date(2027, 12, 31)
        }  # fmt: skip
        self.told(rehab.StaffQualified(therapist=therapist, **{**told, **changed}))


def a_centre() -> Centre:
    """Return a designated institution with its therapist on the list."""
    centre = Centre()
    centre.designated()
    centre.employs()
    return centre


@dataclass
class Way:
    """One child's facts in the order of telling; `recorded` says how long after it happened each was told."""

    case: UUID = field(default_factory=uuid4)
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streams = {
            producer: Stream(producer, self.case) for producer in ("screening", "rehab", "education", "custody")
        }

    def told(self, fact: Fact, day: date | datetime, *, recorded: timedelta = timedelta(hours=2)) -> Event:
        moment = moment_of(day)
        record = self.streams[fact.producer].append(fact, occurred_at=moment, recorded_at=moment + recorded)
        self.records.append(record)
        return Event.read(record.value or b"")

    def registered(self, born: date = BORN) -> Event:
        kind = screening.IdentifierKind.RESIDENT_NUMBER
        fact = screening.ChildRegistered(sex=Sex.FEMALE, birth_date=born, region=COUNTY, identifier_kind=kind)
        return self.told(fact, date(2025, 12, 1))

    def diagnosed(self, category: RehabCategory = RehabCategory.PHYSICAL, day: date = date(2025, 12, 10)) -> Event:
        fact = screening.DiagnosisRecorded(
            diagnosis=uuid4(), category=ScreeningCategory.PHYSICAL, outcome=screening.DiagnosisOutcome.CONFIRMED,
            rehab_category=category, diagnosed_on=day, institution=uuid4(), no_screening_record=False,
            state=screening.SuspicionState.CONFIRMED,
        )  # fmt: skip
        return self.told(fact, day)

    def approved(self, **changed: Any) -> rehab.AssistanceApproved:
        told: dict[str, Any] = {
            "approval": uuid4(), "application": uuid4(), "item": rehab.AssistanceItem.TRAINING,
            "category": RehabCategory.PHYSICAL, "mode": rehab.TrainingMode.CENTRALISED,
            "age_band": rehab.AgeBand.UNDER_7, "county": COUNTY, "approved_on": FROM, "valid_from": FROM,
            "valid_until": UNTIL, "ceiling": 2_000_000, "monthly_cap": 200_000, "enrol_by": date(2026, 1, 31),
        }  # fmt: skip
        fact = rehab.AssistanceApproved(**{**told, **changed})
        self.told(fact, fact.approved_on)
        return fact

    def enrolled(self, centre: UUID, approval: UUID, **changed: Any) -> UUID:
        told: dict[str, Any] = {
            "enrolment": uuid4(), "item": rehab.AssistanceItem.TRAINING, "category": RehabCategory.PHYSICAL,
            "mode": rehab.TrainingMode.CENTRALISED, "started_on": FROM, "expected_until": UNTIL,
        }  # fmt: skip
        fact = rehab.EnrolmentStarted(approval=approval, institution=centre, **{**told, **changed})
        self.told(fact, fact.started_on)
        return fact.enrolment

    def assessed(self, enrolment: UUID, centre: UUID, day: date = FROM) -> Event:
        fact = rehab.AssessmentRecorded(
            assessment=uuid4(), enrolment=enrolment, institution=centre, assessor=uuid4(), assessed_on=day,
            category=RehabCategory.PHYSICAL, outcome=rehab.NeedsOutcome.SUITABLE,
            recommended_mode=rehab.TrainingMode.CENTRALISED,
        )  # fmt: skip
        return self.told(fact, day)

    def trained(
        self, enrolment: UUID, centre: UUID, day: date = MONDAY, clock: str = "09:00", minutes: int = 45,
        *, recorded: timedelta = timedelta(hours=2), **changed: Any,
    ) -> Event:  # fmt: skip
        starts = at(day, clock)
        told = {"therapist": THERAPIST, "discipline": rehab.Discipline.PT, "mode": rehab.SessionMode.INDIVIDUAL}
        fact = rehab.SessionRecorded(
            session=uuid4(), enrolment=enrolment, institution=centre, starts_at=starts,
            ends_at=starts + timedelta(minutes=minutes), **{"attended": True, **told, **changed},
        )  # fmt: skip
        return self.told(fact, starts, recorded=recorded)

    def voided(self, session: Event, *, recorded: timedelta = timedelta(days=1)) -> Event:
        ids = {name: UUID(session.data[name]) for name in ("session", "enrolment", "institution")}
        fact = rehab.SessionCorrected(
            **ids, reason=rehab.CorrectionReason.DID_NOT_HAPPEN, replacement=None, correction_of=session.id
        )
        return self.told(fact, session.occurred_at, recorded=recorded)

    def moved(self, session: Event, starts: datetime, minutes: int = 45) -> Event:
        """Correct a session: it was at another time."""
        ids = {name: UUID(session.data[name]) for name in ("session", "enrolment", "institution")}
        content = rehab.SessionContent(
            therapist=UUID(session.data["therapist"]), discipline=rehab.Discipline.PT,
            mode=rehab.SessionMode.INDIVIDUAL, starts_at=starts, ends_at=starts + timedelta(minutes=minutes),
            attended=True,
        )  # fmt: skip
        fact = rehab.SessionCorrected(
            **ids, reason=rehab.CorrectionReason.WRONG_TIME, replacement=content, correction_of=session.id
        )
        return self.told(fact, starts)

    def admitted(
        self, house: UUID, mode: custody.CustodyMode = custody.CustodyMode.FULL_BOARDING, day: date = FROM
    ) -> UUID:
        fact = custody.CustodyAdmitted(stay=uuid4(), institution=house, mode=mode, admitted_on=day)
        self.told(fact, day)
        return fact.stay

    def certified(self, grade: int, day: date = FROM, *, recorded: timedelta = timedelta(hours=2)) -> UUID:
        """Give a certificate; return its record."""
        fact = screening.CertificateIssued(
            grading=uuid4(), category=DisabilityCategory.PHYSICAL, grade=grade, county=COUNTY, issued_on=day,
            valid_until=day.replace(year=day.year + 10),
        )  # fmt: skip
        self.told(fact, day, recorded=recorded)
        return fact.grading


def a_child_in_training(centre: Centre, **changed: Any) -> tuple[Way, UUID]:
    """Return a child that is registered, diagnosed, approved and enrolled, and its enrolment."""
    way = Way()
    way.registered()
    way.diagnosed()
    return way, way.enrolled(centre.id, way.approved().approval, **changed)


def noted(record: Record) -> Noted:
    event = Event.read(record.value or b"")
    place = (event.subject, event.epoch, event.seq)
    actor = UUID(event.data["actor"]["organisation"])
    return Noted(event.id, event.type, event.producer, *place, event.occurred_at, event.recorded_at, actor, event.data)


def book_of(*ways: Way, centres: Iterable[Centre] = (), crossing: Crossing | None = None) -> CaseBook:
    """Return the book of one child, of several cases where they are one."""
    institutions = {centre.id: institutionbook(centre.id, map(noted, centre.records)) for centre in centres}
    told = [noted(record) for way in ways for record in way.records]
    book = casebook(ways[0].case, told, institutions=institutions, cases=[way.case for way in ways])
    return replace(book, crossing=crossing or Crossing())


def flagged(
    rule: str, *ways: Way, centres: Iterable[Centre] = (), crossing: Crossing | None = None, **limits: Any
) -> list[Flag]:
    """Return what one rule flags in a child's book."""
    book = book_of(*ways, centres=centres, crossing=crossing)
    return list(judge(CaseFile(book), Limits(**limits), [rule]))


def evidence(flags: Iterable[Flag]) -> set[UUID]:
    return {fact for flag in flags for fact in flag.evidence}
