"""Rules of custody: pure. Admission to day or boarding care and its end (handbook §5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.custody import errors
from shared.ages import age_in_years
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded, CustodyEndReason, CustodyMode
from shared.errors import InTheFuture
from shared.ids import new_record

BOARDING = frozenset({CustodyMode.WEEKDAY_BOARDING, CustodyMode.FULL_BOARDING})


class AdmissionPaper(StrEnum):
    """What an admission needs (handbook §5); the papers themselves stay with the institution."""

    GUARDIAN_CONTRACT = "guardian_contract"
    HEALTH_CHECK = "health_check"
    ALLERGY_AND_MEDICATION_LIST = "allergy_and_medication_list"
    EMERGENCY_CONTACTS = "emergency_contacts"
    PICK_UP_LIST = "pick_up_list"


@dataclass(frozen=True, slots=True)
class Policy:
    """Local choices of handbook §5; the defaults stand in the settings."""

    minimum_boarding_age: int
    before_age: int
    papers: frozenset[AdmissionPaper]


@dataclass(frozen=True, slots=True)
class Admission:
    """An institution takes a child into care; the guardians stay guardians (民法典 art. 27)."""

    institution: UUID
    mode: CustodyMode
    admitted_on: date
    until: date | None
    papers: frozenset[AdmissionPaper]


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay, half-open [admitted_on, ended_on)."""

    id: UUID
    institution: UUID
    admitted_on: date
    ended_on: date | None

    def reaches_past(self, day: date) -> bool:
        """Tell whether a stay that opens on a day would overlap this one."""
        return self.ended_on is None or self.ended_on > day


def admit(born: date, admission: Admission, stays: Iterable[Stay], policy: Policy, *, today: date) -> CustodyAdmitted:
    """Admit a child: old enough for the form of care, papers complete, no other stay on the day."""
    if admission.admitted_on > today:
        raise InTheFuture(field="admitted_on")
    if admission.until is not None and admission.until < admission.admitted_on:
        raise errors.LeavesBeforeEntry
    _check_age(born, admission, policy)
    missing = policy.papers - admission.papers
    if missing:
        raise errors.AdmissionIncomplete(papers=sorted(missing))
    if any(stay.reaches_past(admission.admitted_on) for stay in stays):
        raise errors.StayOverlaps
    return CustodyAdmitted(
        stay=new_record(),
        institution=admission.institution,
        mode=admission.mode,
        admitted_on=admission.admitted_on,
        until=admission.until,
    )


def end_stay(stay: Stay, ended_on: date, reason: CustodyEndReason, *, today: date) -> CustodyEnded:
    """End an open stay on the day of leaving."""
    if stay.ended_on is not None:
        raise errors.StayEndedBefore(ended_on=stay.ended_on.isoformat())
    if ended_on > today:
        raise InTheFuture(field="ended_on")
    if ended_on < stay.admitted_on:
        raise errors.LeavesBeforeEntry
    return CustodyEnded(stay=stay.id, institution=stay.institution, ended_on=ended_on, reason=reason)


def _check_age(born: date, admission: Admission, policy: Policy) -> None:
    age = age_in_years(born, admission.admitted_on)
    if not 0 <= age < policy.before_age:
        raise errors.OutsideChildhood(before_age=policy.before_age, age=age)
    if admission.mode in BOARDING and age < policy.minimum_boarding_age:
        raise errors.TooYoungToBoard(minimum=policy.minimum_boarding_age, age=age)
