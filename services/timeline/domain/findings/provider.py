"""Whether who gave a session was entitled to: staff list and designation (F12, F13; handbook §3.7)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Facts, Held, Session
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground, Suspect, by_month, counted
from services.timeline.domain.findings.limits import Limits
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    DesignationGranted,
    DesignationReinstated,
    DesignationRemoved,
    DesignationSuspended,
    StaffLapsed,
    StaffQualified,
)


@finds("F12", zh="治疗师不在机构人员名单、执照过期或专业不符。")
def unqualified_staff(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions by a therapist who was not on the list, not licensed or of another discipline (handbook §3.7 F12).

    An institution that never sent a list is not judged by it: that is a matter of its designation [assumed].
    """
    del limits
    suspects = []
    for session in file.sessions:
        staff = file.institution(session.institution)
        if staff.of(StaffQualified) and not qualified(staff, session):
            suspects.append(Suspect(session, frozenset(_about(staff, session.therapist))))
    words = counted(
        "not-qualified",
        "the therapist was not on the list of the institution, or not for this discipline, on that day.",
        "当日治疗师不在机构人员名单或专业不符。",
    )
    yield from by_month(suspects, words)


def qualified(staff: Facts, session: Session) -> bool:
    """Tell whether the institution's list has the therapist for the discipline on the day of a session."""
    entries = (held.fact for held in staff.by(StaffQualified, "therapist").get(session.therapist, ()))
    lapses = [held.fact.lapsed_on for held in staff.by(StaffLapsed, "therapist").get(session.therapist, ())]
    return any(
        entry.since <= session.day <= entry.licence_until
        and session.discipline in entry.disciplines
        and not any(entry.since <= lapsed_on <= session.day for lapsed_on in lapses)
        for entry in entries
    )


def _about(staff: Facts, therapist: UUID) -> Iterator[UUID]:
    held: Sequence[Held[Any]] = [*staff.of(StaffQualified), *staff.of(StaffLapsed)]
    yield from (one.id for one in held if one.fact.therapist == therapist)


@finds("F13", zh="训练当日机构定点被暂停、取消或不含该类别。")
def designation(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions on days on which the institution was not designated for the category (handbook §3.7 F13)."""
    del limits
    suspects = []
    for session in file.sessions:
        enrolment = file.enrolments.get(session.enrolment)
        facts = file.institution(session.institution)
        if enrolment is not None and not designated(facts, enrolment.category, session.day):
            suspects.append(Suspect(session, frozenset({enrolment.fact, *_designations(facts)})))
    words = counted(
        "not-designated",
        "the institution was suspended, or not designated for the category, on that day.",
        "当日机构定点被暂停或不含该类别。",
    )
    yield from by_month(suspects, words)


def designated(institution: Facts, category: RehabCategory, day: date) -> bool:
    """Tell whether any agreement covers a category on a day, neither removed nor suspended then."""
    return any(
        category in held.fact.categories
        and held.fact.valid_from <= day <= held.fact.valid_until
        and not _stopped(institution, held.fact.designation, day)
        for held in institution.of(DesignationGranted)
    )


def _stopped(institution: Facts, agreement: UUID, day: date) -> bool:
    """Tell whether an agreement was removed or suspended on a day."""
    removed = any(
        held.fact.designation == agreement and held.fact.removed_on <= day
        for held in institution.of(DesignationRemoved)
    )
    suspensions = [
        held.fact.suspended_on for held in institution.of(DesignationSuspended) if held.fact.designation == agreement
    ]
    reinstated = [
        held.fact.reinstated_on for held in institution.of(DesignationReinstated) if held.fact.designation == agreement
    ]
    return removed or any(
        since <= day and not any(since <= back <= day for back in reinstated) for since in suspensions
    )


def _designations(institution: Facts) -> Iterator[UUID]:
    kinds = (DesignationGranted, DesignationSuspended, DesignationReinstated, DesignationRemoved)
    yield from (held.id for kind in kinds for held in institution.of(kind))
