"""An application for a certificate: the hospital grades, the notice hangs, the county decides (handbook §2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID

from services.screening.domain.certificates import (
    ApplicationStatus,
    Clocks,
    RefusalReason,
    Standing,
    clocks,
    standing_of,
)
from services.screening.domain.grading import Graded, Measurement, grade
from services.screening.domain.registry_policy import RegistryPolicy
from services.screening.errors import ApplicationNotNow, BeforeApplication, NoticeRuns, NotTheGradingHospital
from shared.ages import age_in_years
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands; `certificate` is the one to be regraded."""

    id: UUID
    case: UUID
    hospital: UUID
    applied_on: date
    certificate: UUID | None = None
    status: ApplicationStatus = ApplicationStatus.APPLIED
    graded_on: date | None = None
    standing: Standing | None = None
    notice_until: date | None = None
    clocks: Clocks | None = None
    refusal: RefusalReason | None = None

    def must_be(self, *statuses: ApplicationStatus) -> None:
        """Raise ApplicationNotNow unless it is in one of these."""
        if self.status not in statuses:
            raise ApplicationNotNow(status=self.status.value)

    def must_have_begun_by(self, on: date) -> None:
        """Raise BeforeApplication for a day before the step ahead."""
        since = self.graded_on or self.applied_on
        if on < since:
            raise BeforeApplication(since=since.isoformat())

    def refused(self, reason: RefusalReason, on: date) -> Self:
        """Return the application ended without a certificate."""
        self.must_be(ApplicationStatus.APPLIED, ApplicationStatus.NOTICE)
        self.must_have_begun_by(on)
        return replace(self, status=ApplicationStatus.REFUSED, refusal=reason)


@rule("screening.hospital-grades", "source", zh="残疾评定由指定医院作出，残联不评定")
def graded(
    application: Application,
    measured: Sequence[Measurement],
    born: date,
    on: date,
    by: UUID,
    policy: RegistryPolicy,
) -> tuple[Application, Graded]:
    """Grade an application: only the hospital that was asked does, never the federation (残疾人证办法 art. 6; §2.2).

    Raises NotTheGradingHospital, ApplicationNotNow, BeforeApplication and what grading raises.
    """
    if application.hospital != by:
        raise NotTheGradingHospital
    application.must_be(ApplicationStatus.APPLIED)
    application.must_have_begun_by(on)
    found = grade(measured, age_in_years(born, on))
    shown = standing_of(found)
    if shown is None:
        return replace(application, status=ApplicationStatus.NOT_DISABLED, graded_on=on), found
    run = clocks(on, policy.certificate)
    notice = ApplicationStatus.NOTICE
    return replace(application, status=notice, graded_on=on, standing=shown, clocks=run), found


@rule("screening.notice-before-certificate", "source", zh="公示期满方可发证")
def granted(application: Application, on: date) -> tuple[Application, Standing]:
    """Let an application end with a certificate, once its public notice is over (残疾人证办法 art. 9; handbook §2.2).

    Raises ApplicationNotNow, BeforeApplication, NoticeRuns.
    """
    application.must_be(ApplicationStatus.NOTICE)
    application.must_have_begun_by(on)
    if application.standing is None or application.notice_until is None:
        raise ApplicationNotNow(status=application.status.value)
    if on <= application.notice_until:
        raise NoticeRuns(notice_until=application.notice_until.isoformat())
    return replace(application, status=ApplicationStatus.ISSUED), application.standing
