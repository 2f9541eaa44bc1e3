"""Disability certificates (残疾人证办法; handbook §2.2): the hospital grades, the federation issues.

A diagnosis is never a certificate, a certificate never an approval (handbook §0 rule 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.screening.domain.grading import Graded, most_severe
from services.screening.domain.identifiers import certificate_number
from services.screening.domain.person import Person
from services.screening.domain.registry_policy import Certificates, RegistryPolicy
from services.screening.errors import (
    BeforeCertificate,
    CertificateDisagrees,
    CertificateNotValid,
    CertificateStands,
    NothingRegraded,
    PartsDoNotFit,
    ReapplyLater,
    ResidentNumberNeeded,
)
from shared.ages import anniversary
from shared.contracts.codes import DisabilityCategory
from shared.contracts.events.screening import (
    CancellationReason,
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
)
from shared.rulebook.registry import rule
from shared.workdays import add_working_days

DIGITS = {category: number for number, category in enumerate(DisabilityCategory, start=1)}
"""The category digit of a certificate number (GB/T 26341)."""


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    APPLIED = "applied"
    """Waits for the hospital's grading."""
    NOTICE = "notice"
    """Graded; public notice and county review run."""
    NOT_DISABLED = "not_disabled"
    """The grading gave no grade: the application has ended."""
    ISSUED = "issued"
    REFUSED = "refused"


class RefusalReason(StrEnum):
    """Why an application ends without a certificate."""

    OBJECTION_UPHELD = "objection_upheld"
    MATERIALS_INCOMPLETE = "materials_incomplete"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a certificate says: category, its parts where there are several, and grade."""

    category: DisabilityCategory
    grade: int
    parts: tuple[DisabilityCategory, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of a child. Its number is not kept: it is the resident number, category, grade and suffix."""

    id: UUID
    standing: Standing
    issued_on: date
    valid_until: date
    changed_on: date
    """Day of the last grade."""
    reissue: str | None = None
    cancelled_on: date | None = None
    reapply_from: date | None = None
    cancelled_because: CancellationReason | None = None

    def valid_on(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return self.issued_on <= on and self.ends_after(on)

    def ends_after(self, on: date) -> bool:
        """Tell whether it still holds on a day, or will."""
        held = self.cancelled_on is None or on < self.cancelled_on
        return held and on <= self.valid_until


@dataclass(frozen=True, slots=True)
class Clocks:
    """Until when an application hangs in public, and by when the county reviews it."""

    notice_until: date
    review_by: date


@rule("screening.certificate-application", "source", zh="残疾人证申领：已有有效证不得重复申领；注销后满一年方可再申请")
def check_application(certificates: Sequence[Certificate], on: date) -> None:
    """Check whether a child may apply: no valid certificate, a year since a cancelled one (残疾人证办法 art. 24; §2.2).

    Of a child that lives, a certificate that was cancelled for its death was cancelled wrongly: nobody waits for that.
    Raises CertificateStands, ReapplyLater.
    """
    if any(one.ends_after(on) for one in certificates):
        raise CertificateStands
    rightly = [one for one in certificates if one.cancelled_because is not CancellationReason.DECEASED]
    waits = [one.reapply_from for one in rightly if one.reapply_from is not None and on < one.reapply_from]
    if waits:
        raise ReapplyLater(reapply_from=max(waits).isoformat())


@rule("screening.certificate-clocks", "source", zh="残疾人证：公示5个工作日，县级审核10个工作日")
def clocks(graded_on: date, figures: Certificates) -> Clocks:
    """Say until when a grading hangs in public, and by when the county reviews it (残疾人证办法 art. 9; §2.2)."""
    return Clocks(
        add_working_days(graded_on, figures.notice_working_days.value),
        add_working_days(graded_on, figures.review_working_days.value),
    )


@rule("screening.certificate-standing", "source", zh="证面：多重残疾须列明两类以上单项残疾")
def standing(category: DisabilityCategory, grade: int, parts: Sequence[DisabilityCategory]) -> Standing:
    """Say what a certificate shows: a multiple disability names its parts, two or more (残疾人证办法 art. 13; §2.2).

    Raises PartsDoNotFit.
    """
    single = set(parts) - {DisabilityCategory.MULTIPLE}
    several = category is DisabilityCategory.MULTIPLE
    if len(single) != len(parts) or (len(parts) < 2 if several else bool(parts)):  # noqa: PLR2004 - one is not several
        raise PartsDoNotFit
    return Standing(category, grade, tuple(sorted(single, key=list(DisabilityCategory).index)))


def standing_of(graded: Graded) -> Standing | None:
    """Return what a hospital's grading gives; None where it gives no grade."""
    if graded.grade is None:
        return None
    return Standing(graded.category, most_severe([graded.grade]), graded.parts)


@rule("screening.certificate-number-fits", "source", zh="证号前18位须为本人身份号码，第19、20位须与类别、等级一致")
def check_number(number: str, resident_number: str | None, shown: Standing) -> str | None:
    """Check a certificate number against the child's own number, category and grade; return its reissue suffix.

    (残疾人证办法 art. 5; handbook §2.2.) Raises InvalidNumber, ResidentNumberNeeded, CertificateDisagrees.
    """
    if resident_number is None:
        raise ResidentNumberNeeded
    read = certificate_number(number)
    if read.resident.text != resident_number:
        raise CertificateDisagrees(field="resident_number")
    if read.category != DIGITS[shown.category]:
        raise CertificateDisagrees(field="category")
    if read.grade != shown.grade:
        raise CertificateDisagrees(field="grade")
    return read.reissue


@rule("screening.certificate-validity", "source", zh="残疾人证有效期十年")
def issue(certificate: UUID, shown: Standing, on: date, county: str, policy: RegistryPolicy) -> CertificateIssued:
    """Issue a certificate, valid for ten years (残疾人证办法 art. 19; handbook §2.2)."""
    months = 12 * policy.certificate.validity_years.value
    return CertificateIssued(
        grading=certificate,
        category=shown.category,
        parts=shown.parts,
        grade=shown.grade,
        county=county,
        issued_on=on,
        valid_until=anniversary(on, months=months) - timedelta(days=1),
        policy=policy.policy,
    )


@rule("screening.certificate-regrade", "source", zh="残疾类别或等级变化时换领：证号末两位随之改变，档案不变")
def regrade(certificate: Certificate, shown: Standing, on: date, policy: RegistryPolicy) -> CertificateRegraded:
    """Change category or grade; the record stays the same, the last digits do not (残疾人证办法 art. 22; §2.2).

    Raises CertificateNotValid, BeforeCertificate, NothingRegraded.
    """
    _must_hold(certificate, on)
    if on <= certificate.changed_on:
        raise BeforeCertificate
    if shown == certificate.standing:
        raise NothingRegraded
    return CertificateRegraded(
        grading=certificate.id,
        category=shown.category,
        parts=shown.parts,
        grade=shown.grade,
        regraded_on=on,
        policy=policy.policy,
    )


@rule("screening.certificate-cancellation", "source", zh="残疾人证注销：一年内不得再申请")
def cancel(
    certificate: Certificate, reason: CancellationReason, on: date, policy: RegistryPolicy
) -> CertificateCancelled:
    """Cancel a certificate; a new application is possible after one year (残疾人证办法 art. 24; handbook §2.2).

    Raises CertificateNotValid, BeforeCertificate.
    """
    _must_hold(certificate, on)
    if on < certificate.changed_on:
        raise BeforeCertificate
    return CertificateCancelled(
        grading=certificate.id,
        reason=reason,
        cancelled_on=on,
        reapply_from=anniversary(on, months=policy.certificate.reapply_months.value),
        policy=policy.policy,
    )


def check_day(child: Person, on: date, today: date, field: str, *, after_death: bool = False) -> None:
    """Raise InTheFuture, NotYetBorn, or AfterDeath unless the act, like a cancellation, may follow the death."""
    person = replace(child, died_on=None) if after_death else child
    person.must_live_on(on, today, field)


def _must_hold(certificate: Certificate, on: date) -> None:
    if certificate.cancelled_on is not None:
        raise CertificateNotValid
    if on < certificate.issued_on:
        raise BeforeCertificate
    if on > certificate.valid_until:
        raise CertificateNotValid
