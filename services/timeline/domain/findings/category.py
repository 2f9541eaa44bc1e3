"""Whether certificate or diagnosis supports the training (F21; handbook §2.1, §2.2, §3.7)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Held
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.periods import ONE_DAY, Enrolment
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
)
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    DiagnosisOutcome,
    DiagnosisRecorded,
)
from shared.rehabilitation.support import supported
from shared.rulebook.explanation import step


@finds("F21", zh="训练类别没有残疾人证或诊断支持。")
def category_mismatch(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag training whose category neither certificate nor diagnosis supports on its first day (handbook §3.7 F21)."""
    del limits
    for enrolment in file.enrolments.values():
        if enrolment.item is not AssistanceItem.TRAINING or _supports(file, enrolment):
            continue
        yield Ground(
            case=enrolment.case,
            institution=enrolment.institution,
            occasion=str(enrolment.id),
            first_day=enrolment.since,
            last_day=max(enrolment.until - ONE_DAY, enrolment.since),
            evidence=frozenset({enrolment.fact, *_papers(file)}),
            step=step(
                "category-not-supported",
                "Training for {category} from {since}: no certificate or diagnosis of that day supports it.",
                "自 {since} 起训练类别为 {category}：当日没有残疾人证或诊断支持。",
                holds=False,
                category=enrolment.category.value,
                since=enrolment.since,
            ),
        )


def _supports(file: CaseFile, enrolment: Enrolment) -> bool:
    return enrolment.category in certified(file, enrolment.since) | diagnosed(file, enrolment.since)


def certified(file: CaseFile, day: date) -> frozenset[RehabCategory]:
    """Return which training the certificates in force on a day support."""
    return frozenset[RehabCategory]().union(
        *(_certificate(file, held.fact, day) for held in file.of(CertificateIssued) if held.fact.issued_on <= day)
    )


def _certificate(file: CaseFile, issued: CertificateIssued, day: date) -> frozenset[RehabCategory]:
    of_this: Callable[[Held[Any]], bool] = lambda held: held.fact.grading == issued.grading  # noqa: E731
    if day > issued.valid_until or any(
        held.fact.cancelled_on <= day for held in filter(of_this, file.of(CertificateCancelled))
    ):
        return frozenset()
    regrades = [held.fact for held in filter(of_this, file.of(CertificateRegraded)) if held.fact.regraded_on <= day]
    now: CertificateIssued | CertificateRegraded = max(regrades, key=lambda one: one.regraded_on, default=issued)
    return supported({now.category, *now.parts})


def diagnosed(file: CaseFile, day: date) -> frozenset[RehabCategory]:
    """Return the categories of rehabilitation that the latest diagnoses of a day confirm."""
    latest = {
        held.fact.category: held.fact
        for held in sorted(file.of(DiagnosisRecorded), key=lambda held: held.fact.diagnosed_on)
        if held.fact.diagnosed_on <= day
    }
    return frozenset(
        fact.rehab_category
        for fact in latest.values()
        if fact.outcome is DiagnosisOutcome.CONFIRMED and fact.rehab_category is not None
    )


def _papers(file: CaseFile) -> Iterator[UUID]:
    kinds = (CertificateIssued, CertificateRegraded, CertificateCancelled, DiagnosisRecorded)
    yield from (held.id for kind in kinds for held in file.of(kind))
