"""Disability certificates and applications for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Update, insert, select, tuple_, update

from services.screening import tables as t
from services.screening.domain.applications import Application
from services.screening.domain.certificates import ApplicationStatus, Certificate, Standing
from services.screening.domain.person import Person
from services.screening.errors import ApplicationNotFound, CertificateNotFound
from services.screening.repository.visibility import readable_by
from shared.access.policy import Actor
from shared.contracts.codes import DisabilityCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    CancellationReason,
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
)
from shared.db import Session

ON_ITS_WAY = (ApplicationStatus.APPLIED.value, ApplicationStatus.NOTICE.value)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Certificates, in the transaction of one session."""

    session: Session
    by: ActorRef

    async def of(self, person: Person) -> list[Certificate]:
        """Return all certificates that a child ever had."""
        c = t.certificate.c
        rows = await self.session.execute(
            select(t.certificate).where(c.case_id.in_(person.cases)).order_by(c.issued_on, c.id)
        )
        return [_certificate(row) for row in rows]

    async def case_of(self, certificate: UUID, actor: Actor) -> UUID:
        """Return the case of a certificate that the actor may know of. Raises CertificateNotFound."""
        c = t.certificate.c
        wanted = select(c.case_id).where(c.id == certificate, readable_by(actor, c.case_id))
        case: UUID | None = (await self.session.execute(wanted)).scalar()
        if case is None:
            raise CertificateNotFound
        return case

    async def add(self, case: UUID, issued: CertificateIssued, reissue: str | None) -> None:
        """Keep a new certificate; its number is not kept."""
        row = {
            "id": issued.grading,
            "case_id": case,
            "category": issued.category.value,
            "parts": [part.value for part in issued.parts],
            "grade": issued.grade,
            "county": issued.county,
            "reissue": reissue,
            "issued_on": issued.issued_on,
            "valid_until": issued.valid_until,
            "changed_on": issued.issued_on,
        }
        await self.session.execute(insert(t.certificate).values(row | self._author))

    async def regrade(self, changed: CertificateRegraded, reissue: str | None) -> None:
        """Keep category and grade of a certificate as they are now."""
        values = {
            "category": changed.category.value,
            "parts": [part.value for part in changed.parts],
            "grade": changed.grade,
            "reissue": reissue,
            "changed_on": changed.regraded_on,
        }
        await self.session.execute(_one(changed.grading).values(values))

    async def cancel(self, cancelled: CertificateCancelled) -> None:
        """Keep that a certificate is no longer one."""
        values = {
            "cancelled_on": cancelled.cancelled_on,
            "cancellation_reason": cancelled.reason.value,
            "reapply_from": cancelled.reapply_from,
        }
        await self.session.execute(_one(cancelled.grading).values(values))

    # Applications ---------------------------------------------------------------------------------------------------

    async def application(self, application: UUID, actor: Actor) -> Application:
        """Return an application that the actor may know of. Raises ApplicationNotFound."""
        a = t.certificate_application.c
        wanted = select(t.certificate_application).where(a.id == application, readable_by(actor, a.case_id))
        row = (await self.session.execute(wanted)).one_or_none()
        if row is None:
            raise ApplicationNotFound
        return _application(row)

    async def on_its_way(self, person: Person) -> bool:
        """Tell whether an application of a child has not ended."""
        a = t.certificate_application.c
        wanted = select(a.id).where(a.case_id.in_(person.cases), a.status.in_(ON_ITS_WAY)).limit(1)
        return (await self.session.execute(wanted)).scalar() is not None

    async def apply(self, application: Application) -> None:
        """Keep a new application."""
        row = {
            "id": application.id,
            "case_id": application.case,
            "certificate": application.certificate,
            "hospital": application.hospital,
            "applied_on": application.applied_on,
            "status": application.status.value,
        }
        await self.session.execute(insert(t.certificate_application).values(row | self._author))

    async def grade(self, application: Application, measurements: Sequence[dict[str, Any]]) -> None:
        """Keep what the hospital found."""
        standing, clocks = application.standing, application.clocks
        values = {
            "status": application.status.value,
            "graded_on": application.graded_on,
            "graded_by": self.by.person,
            "measurements": list(measurements),
            "category": standing.category.value if standing else None,
            "grade": standing.grade if standing else None,
            "parts": [part.value for part in standing.parts] if standing else [],
            "notice_until": clocks.notice_until if clocks else None,
            "review_by": clocks.review_by if clocks else None,
        }
        await self.session.execute(_of(application).values(values))

    async def decide(self, application: Application, on: date) -> None:
        """Keep how an application ended."""
        reason = application.refusal.value if application.refusal else None
        values = {"status": application.status.value, "decided_on": on, "refusal_reason": reason}
        await self.session.execute(_of(application).values(values))

    async def applications(
        self, actor: Actor, status: ApplicationStatus | None, after: tuple[Any, ...] | None, limit: int
    ) -> list[Row[Any]]:
        """Return one page of applications, newest first, and one row more."""
        a = t.certificate_application.c
        wanted = select(t.certificate_application).where(readable_by(actor, a.case_id))
        if status is not None:
            wanted = wanted.where(a.status == status.value)
        if after is not None:
            wanted = wanted.where(tuple_(a.applied_on, a.id) < tuple_(*after))
        return list(await self.session.execute(wanted.order_by(a.applied_on.desc(), a.id.desc()).limit(limit + 1)))

    @property
    def _author(self) -> dict[str, UUID]:
        return {"organisation": self.by.organisation, "person": self.by.person}


def _one(certificate: UUID) -> Update:
    return update(t.certificate).where(t.certificate.c.id == certificate)


def _of(application: Application) -> Update:
    return update(t.certificate_application).where(t.certificate_application.c.id == application.id)


def _standing(row: Row[Any]) -> Standing:
    return Standing(DisabilityCategory(row.category), row.grade, tuple(map(DisabilityCategory, row.parts)))


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(
        row.id, _standing(row), row.issued_on, row.valid_until, row.changed_on, row.reissue, row.cancelled_on,
        row.reapply_from, CancellationReason(row.cancellation_reason) if row.cancellation_reason else None,
    )  # fmt: skip


def _application(row: Row[Any]) -> Application:
    return Application(
        id=row.id,
        case=row.case_id,
        hospital=row.hospital,
        applied_on=row.applied_on,
        certificate=row.certificate,
        status=ApplicationStatus(row.status),
        graded_on=row.graded_on,
        standing=_standing(row) if row.category else None,
        notice_until=row.notice_until,
    )
