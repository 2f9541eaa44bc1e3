"""Where the child or its therapist cannot have been: F01 to F05, F10, F11 (handbook §3.7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Session
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground, Suspect, by_month, counted
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.periods import (
    ONE_DAY,
    Days,
    Enrolment,
    Interval,
    absences,
    hospital_stays,
    meetings,
)
from shared.contracts.events.education import (
    AttendanceRecorded,
    AttendanceStatus,
    HomeTeachingRecorded,
    PlacementMode,
)
from shared.contracts.events.screening import DeathRegistered
from shared.rulebook.explanation import step


@finds("F01", zh="同一项目在两家机构的安置时间重叠；同日转机构不算。")
def duplicate_enrolment(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag two enrolments for one item at different institutions whose days overlap (handbook §3.7 F01)."""
    del limits
    for one, other in combinations(file.enrolments.values(), 2):
        first, end = max(one.since, other.since), min(one.until, other.until)
        if one.item == other.item and one.institution != other.institution and first < end:
            yield from (_overlap(mine, theirs, first, end - ONE_DAY) for mine, theirs in ((one, other), (other, one)))


def _overlap(mine: Enrolment, theirs: Enrolment, first: date, last: date) -> Ground:
    """Return the ground for one of the two institutions: each of them claims, so each gets its finding."""
    return Ground(
        case=mine.case,
        institution=mine.institution,
        occasion=f"{mine.id}/{theirs.id}",
        first_day=first,
        last_day=last,
        evidence=frozenset({*mine.evidence, *theirs.evidence}),
        step=step(
            "enrolments-overlap",
            "Another institution has the child enrolled for the same item from {first} to {last}; no day is allowed.",
            "另一机构在 {first} 至 {last} 也安置了该儿童的同一项目；不允许重叠。",
            holds=False,
            first=first,
            last=last,
        ),
    )


@finds("F02", zh="同一儿童的两次训练时间相交；首尾相接不算。")
def child_in_two_places(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions of one child whose half-open times intersect (handbook §3.7 F02)."""
    del limits
    suspects = (
        Suspect(mine, frozenset({theirs.fact}))
        for one, other in _meeting(file.sessions)
        for mine, theirs in ((one, other), (other, one))
    )
    words = counted("sessions-intersect", "the child was in another session at the same time.", "同一时间另有训练。")
    yield from by_month(suspects, words)


def _meeting(sessions: Iterable[Session]) -> Iterator[tuple[Session, Session]]:
    """Yield the pairs that share a moment; in the order of time, so that only what runs at once is compared."""
    running: list[Session] = []
    for session in sorted(sessions, key=attrgetter("starts_at")):
        running = [earlier for earlier in running if earlier.ends_at > session.starts_at]
        yield from ((earlier, session) for earlier in running)
        running.append(session)


@finds("F03", zh="治疗师的两次训练时间相交，包括跨机构；一节集体课只算一段时间。")
def therapist_in_two_places(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions whose therapist gave another at the same time, at whatever institution (handbook §3.7 F03).

    Of many at once a finding names the next ones: the limit is a setting.
    """
    del limits
    mine = {session.fact: session for session in file.sessions}
    suspects = (
        Suspect(mine[clash.mine], frozenset({clash.theirs}), clash.on.ties)
        for clash in file.crossing.clashes
        if clash.mine in mine
    )
    words = counted(
        "therapist-elsewhere", "the therapist gave another session at the same time.", "治疗师同一时间另有训练。"
    )
    yield from by_month(suspects, words)


@finds("F04", zh="入院日与出院日之间（不含两日）的训练，床旁训练除外。")
def hospital_stay(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions strictly between admission and discharge, unless at the bedside (handbook §3.7 F04)."""
    del limits
    for stay in hospital_stays(file):
        # The day of admission does not count, the day of discharge already does not: strictly between the two.
        inside = Days(stay.since + ONE_DAY, stay.until, stay.evidence)
        suspects = (
            Suspect(session, frozenset(stay.evidence))
            for session in file.sessions
            if not session.bedside and session.day in inside
        )
        words = counted(
            "in-hospital",
            "the child was in hospital from {since} to {until}, and they were not at the bedside.",
            "儿童自 {since} 至 {until} 住院，且非床旁训练。",
            since=stay.since,
            until=stay.until or "?",
        )
        yield from by_month(suspects, words)


@finds("F05", zh="死亡日期之后的训练。")
def after_death(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions after the day of the child's death, however late it was registered (handbook §3.7 F05)."""
    del limits
    for held in file.of(DeathRegistered):
        died_on: date = held.fact.died_on
        suspects = (Suspect(session, frozenset({held.id})) for session in file.sessions if session.day > died_on)
        words = counted("after-death", "the child had died on {died_on}.", "儿童已于 {died_on} 死亡。", died_on=died_on)
        yield from by_month(suspects, words)


@finds("F10", zh="训练与学校记录的在校时间相交。")
def school_clash(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions that intersect recorded school attendance (handbook §3.7 F10).

    At a teaching site inside the institution the child goes from the classroom to its training: no clash [assumed].
    """
    del limits
    suspects = (
        Suspect(session, frozenset({lesson.fact}))
        for session, lesson in meetings(file.sessions, _lessons(file))
        if session.institution != lesson.own_site
    )
    words = counted("at-school", "the school recorded the child as present at that time.", "学校记录该时间儿童在校。")
    yield from by_month(suspects, words)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A time in which a school recorded the child as present."""

    interval: Interval
    fact: UUID
    own_site: UUID | None
    """The institution, where the child is taught inside it."""


def _lessons(file: CaseFile) -> Iterator[Lesson]:
    for day in file.of(AttendanceRecorded):
        fact = day.fact
        if fact.status is AttendanceStatus.PRESENT and fact.starts_at and fact.ends_at:
            own_site = fact.institution if fact.mode is PlacementMode.TEACHING_SITE else None
            yield Lesson(Interval(fact.starts_at, fact.ends_at), day.id, own_site)
    for visit in file.of(HomeTeachingRecorded):
        yield Lesson(Interval(visit.fact.starts_at, visit.fact.ends_at), visit.id, None)


@finds("F11", zh="儿童已签出托管或请假期间的训练。")
def custody_clash(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions while the child was signed out of custody or on leave from it (handbook §3.7 F11).

    A child that was picked up, or is on leave with its family, may be trained elsewhere; it cannot be trained in the
    house that it left. In hospital, ill or on holiday it is trained nowhere but at home [assumed].
    """
    del limits
    suspects = (
        Suspect(session, frozenset(absence.evidence))
        for session, absence in meetings(file.sessions, absences(file))
        if session.on_the_premises and (absence.everywhere or absence.institution == session.institution)
    )
    words = counted("signed-out", "the child was signed out of custody, or on leave.", "该时间儿童已签出托管或请假。")
    yield from by_month(suspects, words)
