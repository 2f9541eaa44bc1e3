"""Doors of disability certificates (handbook §2.2): the hospital grades, the federation issues."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.screening.api.case_views import ListedApplication
from services.screening.api.person_bodies import (
    ApplicationIn,
    CancellationIn,
    CertificateIn,
    GradingIn,
    GrantIn,
    RefusalIn,
)
from services.screening.api.tools import Uow
from services.screening.domain.certificates import ApplicationStatus
from services.screening.domain.grading import Measurement, WhichGrade
from services.screening.handlers import certifying
from services.screening.repository.certificates import Certificates
from shared.access.policy import TABLE, Act, Actor
from shared.http.doors import Read, may, service_of
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.rulebook.explanation import Explanation

router = APIRouter(prefix="/v1", tags=["certificates"])


class MeasuredAt(Measurement):
    """A measurement and the age at which it was made."""

    years: Annotated[int, Query(ge=0, le=120)]


@router.get("/disability-grades")
async def which_grade(
    actor: Annotated[Actor, may(Act.READ_CERTIFICATE)], measured: Annotated[MeasuredAt, Query()]
) -> Explanation:
    """Answer which grade a measurement gives at an age, by the rule that gradings go by; nothing is recorded."""
    del actor
    measurement = Measurement(**measured.model_dump(exclude={"years"}))
    return WhichGrade(measurements=(measurement,), years=measured.years).explain()


@router.get("/certificate-applications")
async def applications(
    actor: Annotated[Actor, may(Act.READ_CERTIFICATE)],
    reading: Read,
    status: ApplicationStatus | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ListedApplication]:
    """Return applications of children whom the caller may see, newest first, each with its due days."""
    keys = from_cursor(after, date.fromisoformat, UUID)
    rows = await Certificates(reading.session, actor.ref).applications(actor, status, keys, limit)
    await reading.shown({row.case_id for row in rows[:limit]})
    last = rows[limit - 1] if len(rows) > limit else None
    cursor = to_cursor(last.applied_on, last.id) if last else None
    return Page(items=[_listed(row) for row in rows[:limit]], next=cursor)


@router.post("/cases/{case}/certificate-applications", status_code=201)
async def apply(
    case: CaseId,
    body: ApplicationIn,
    actor: Annotated[Actor, may(Act.APPLY_FOR_CERTIFICATE)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Open an application; the hospital that is to grade sees the child from now on."""
    needed = TABLE[Act.GRADE_DISABILITY].org_types
    await service_of(request).organisations.get(body.hospital, field_name="hospital", needed=needed)
    command = body.command(case)
    await certifying.apply(command, actor, uow)
    return await uow.commit(record=command.id)


@router.post("/certificate-applications/{application}/grading", status_code=201)
async def grade(
    application: UUID, body: GradingIn, actor: Annotated[Actor, may(Act.GRADE_DISABILITY)], uow: Uow
) -> Receipt:
    """Grade a child; the answer explains the grade, and the public notice begins."""
    explanation = await certifying.grade(application, body.measurements, body.on, actor, uow)
    return await uow.commit(record=application, explanation=explanation)


@router.post("/certificate-applications/{application}/certificate", status_code=201)
async def grant(
    application: UUID, body: GrantIn, actor: Annotated[Actor, may(Act.DECIDE_CERTIFICATE)], uow: Uow
) -> Receipt:
    """Issue the certificate, or give the old one its new grade, once the public notice is over."""
    certificate = await certifying.grant(application, body.number, body.on, actor, uow)
    return await uow.commit(record=certificate)


@router.post("/certificate-applications/{application}/refusal", status_code=201)
async def refuse(
    application: UUID, body: RefusalIn, actor: Annotated[Actor, may(Act.DECIDE_CERTIFICATE)], uow: Uow
) -> Receipt:
    """End an application without a certificate, for a reason."""
    await certifying.refuse(application, body.reason, body.on, actor, uow)
    return await uow.commit(record=application)


@router.post("/cases/{case}/certificates", status_code=201)
async def take_over(
    case: CaseId, body: CertificateIn, actor: Annotated[Actor, may(Act.DECIDE_CERTIFICATE)], uow: Uow
) -> Receipt:
    """Take up a certificate that was issued before this system."""
    command = body.command()
    await certifying.take_over(case, command, actor, uow)
    return await uow.commit(record=command.id)


@router.post("/certificates/{certificate}/cancellation", status_code=201)
async def cancel(
    certificate: UUID, body: CancellationIn, actor: Annotated[Actor, may(Act.DECIDE_CERTIFICATE)], uow: Uow
) -> Receipt:
    """Cancel a certificate; a new application is possible after one year."""
    await certifying.cancel(certificate, body.reason, body.cancelled_on, actor, uow)
    return await uow.commit(record=certificate)


def _listed(row: Any) -> ListedApplication:  # noqa: ANN401 - a row of SQLAlchemy
    """Leave out what the hospital measured: that stays in the case file, on the health side."""
    return ListedApplication.model_validate(row).model_copy(update={"measurements": None})
