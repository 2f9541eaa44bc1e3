"""Inpatient stays: evidence for what cannot have happened at the same time (handbook §3.7 F04)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.screening.domain.person import Person
from services.screening.errors import Discharged, DischargedBeforeAdmission, NothingCorrected, StaysOverlap
from shared.contracts.events.screening import HospitalAdmitted, HospitalDischarged
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay; the day of discharge is not part of it, so that a transfer on the same day does not clash."""

    id: UUID
    hospital: UUID | None
    admitted_on: date
    discharged_on: date | None = None

    def overlaps(self, other: "Stay") -> bool:
        """Tell whether two stays share a day, the day of discharge left out."""
        ends, others_end = self.discharged_on or date.max, other.discharged_on or date.max
        return self.admitted_on < others_end and other.admitted_on < ends


@rule("screening.hospital-stays", "assumed", zh="住院：入出院日期先后有序，住院期间不得重叠；同日转院不算重叠")
def check_stay(child: Person, stay: Stay, others: Sequence[Stay], today: date) -> None:
    """Check the days of a stay: after birth, not after death, in order, and apart from every other (handbook §3.7).

    Raises StaysOverlap, DischargedBeforeAdmission.
    """
    child.must_live_on(stay.admitted_on, today, "admitted_on")
    if stay.discharged_on is not None:
        child.must_live_on(stay.discharged_on, today, "discharged_on")
        if stay.discharged_on < stay.admitted_on:
            raise DischargedBeforeAdmission
    if any(stay.overlaps(other) for other in others if other.id != stay.id):
        raise StaysOverlap


def discharge(stay: Stay, on: date) -> Stay:
    """Return the stay with its end; raises Discharged for one that has ended."""
    if stay.discharged_on is not None:
        raise Discharged
    return replace(stay, discharged_on=on)


def corrected(stay: Stay, admitted_on: date | None, discharged_on: date | None) -> Stay:
    """Return the stay with other days; raises NothingCorrected where none differs or an end is given to an open one."""
    changed = replace(
        stay, admitted_on=admitted_on or stay.admitted_on, discharged_on=discharged_on or stay.discharged_on
    )
    if changed == stay or (stay.discharged_on is None and changed.discharged_on is not None):
        raise NothingCorrected
    return changed


def admission(stay: Stay, corrects: UUID | None = None) -> HospitalAdmitted:
    """Return the fact of the admission."""
    return HospitalAdmitted(stay=stay.id, hospital=stay.hospital, admitted_on=stay.admitted_on, correction_of=corrects)


def departure(stay: Stay, on: date, corrects: UUID | None = None) -> HospitalDischarged:
    """Return the fact of the discharge."""
    return HospitalDischarged(stay=stay.id, discharged_on=on, correction_of=corrects)
