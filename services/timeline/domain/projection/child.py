"""What the facts about the child add: residence, consent, grades, death, erasure, two cases that are one child."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.timeline.domain.projection.rows import Reader, Rows, actor_of, join
from shared.clock import local_date
from shared.contracts.envelope import Event, Fact, read
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    ChildErased,
    ChildRegistered,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)


def _child_registered(event: Event, rows: Rows) -> None:
    fact, file = read(ChildRegistered, event), rows.files[event.subject]
    file.county, file.birth_date, file.sex = fact.region, fact.birth_date, fact.sex
    join(event, rows, "registered", event.subject, actor_of(event), local_date(event.occurred_at))


def _residence_moved(event: Event, rows: Rows) -> None:
    fact = read(ResidenceMoved, event)
    rows.files[event.subject].county = fact.region
    rows.moves.append((event.subject, fact.moved_on, event.id, fact.previous, fact.region, event.recorded_at))


def _consent_given(event: Event, rows: Rows) -> None:
    rows.files[event.subject].masked = False


def _consent_withdrawn(event: Event, rows: Rows) -> None:
    rows.files[event.subject].masked = True


def _death_registered(event: Event, rows: Rows) -> None:
    rows.files[event.subject].died_on = read(DeathRegistered, event).died_on
    rows.files[event.subject].revived = False


def _death_retracted(event: Event, rows: Rows) -> None:
    rows.files[event.subject].died_on = None
    rows.files[event.subject].revived = True


def _child_erased(event: Event, rows: Rows) -> None:
    rows.files[event.subject].erased = True


def _identity_merged(event: Event, rows: Rows) -> None:
    """Both cases hear of it in their own streams; each keeps who the other is, and which of the two is shown."""
    fact = read(IdentityMerged, event)
    survives = event.subject == fact.survivor
    other = fact.merged if survives else fact.survivor
    rows.same_child[event.subject, other] = (event.subject, other, survives, event.recorded_at)
    _tell(event, rows, other, same=True)


def _identity_unmerged(event: Event, rows: Rows) -> None:
    fact = read(IdentityUnmerged, event)
    other = fact.merged if event.subject == fact.survivor else fact.survivor
    rows.same_child[event.subject, other] = None
    _tell(event, rows, other, same=False)


def _tell(event: Event, rows: Rows, other: UUID, *, same: bool) -> None:
    rows.same_child_told.append((event.subject, event.epoch, event.seq, other, same, event.recorded_at))


def _certificate_issued(event: Event, rows: Rows) -> None:
    fact = read(CertificateIssued, event)
    _grade(event, rows, fact.grading, fact.issued_on, fact.grade)


def _certificate_regraded(event: Event, rows: Rows) -> None:
    fact = read(CertificateRegraded, event)
    _grade(event, rows, fact.grading, fact.regraded_on, fact.grade)


def _certificate_cancelled(event: Event, rows: Rows) -> None:
    fact = read(CertificateCancelled, event)
    _grade(event, rows, fact.grading, fact.cancelled_on, None)


def _grade(event: Event, rows: Rows, certificate: UUID, since: date, grade: int | None) -> None:
    rows.graded.append((event.subject, event.epoch, event.seq, event.id, certificate, since, grade))


CHILD: Mapping[type[Fact], Reader] = {
    ChildRegistered: _child_registered,
    ResidenceMoved: _residence_moved,
    ConsentGiven: _consent_given,
    ConsentWithdrawn: _consent_withdrawn,
    DeathRegistered: _death_registered,
    DeathRetracted: _death_retracted,
    ChildErased: _child_erased,
    IdentityMerged: _identity_merged,
    IdentityUnmerged: _identity_unmerged,
    CertificateIssued: _certificate_issued,
    CertificateRegraded: _certificate_regraded,
    CertificateCancelled: _certificate_cancelled,
}
"""What a fact about the child adds beside its entry."""
