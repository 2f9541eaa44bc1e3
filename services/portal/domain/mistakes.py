"""Which fields of a form a service's refusal speaks of: a page says it beside them."""

from collections.abc import Iterator, Mapping
from typing import Any

OF_CODE = {
    "rehab.outside-enrolment": "assessed_on",
    "rehab.instrument-not-for-age": "assessed_on",
    "rehab.unknown-version": "instrument_version",
    "rehab.total-mismatch": "scores.total",
    "rehab.period-backwards": "valid_until",
    "rehab.plan-outside-enrolment": "valid_until",
    "rehab.step-too-early": "signed_on",
    "rehab.goal-levels": "goals",
    "rehab.session-backwards": "end",
    "rehab.session-too-long": "end",
    "rehab.session-overlaps": "start",
    "screening.before-suspicion": "on",
    "screening.guardian-signature-needed": "guardian_signed_on",
    "screening.closing-reason-not-now": "reason",
    "screening.reopening-reason-not-now": "reason",
    "screening.age-limit-not-reached": "reason",
    "screening.answers-incomplete": "m_chat_23",
    "screening.rehab-category-mismatch": "rehab_category",
    "screening.earlier-guardian-first": "kind",
    "screening.consent-of-needed": "consent_of",
    "screening.same-county": "region",
    "screening.institution-elsewhere": "region",
    "screening.before-last-move": "moved_on",
    "screening.discharged-before-admission": "discharged_on",
    "screening.retracted-before-death": "on",
    "custody.too-young-to-board": "mode",
    "custody.no-place-free": "mode",
    "custody.leaves-before-entry": "ended_on",
    "custody.not-aged-out": "reason",
    "custody.period-reversed": "valid_until",
    "education.skipped-step-needs-reason": "mode",
    "education.school-required": "school",
    "education.school-not-expected": "school",
    "education.site-required": "site",
    "education.site-not-expected": "site",
    "education.age-outside-mode": "mode",
    "education.period-reversed": "ends_on",
    "education.deferral-too-long": "ends_on",
    "education.placement-not-after-the-last": "starts_on",
    "education.deferral-needs-application": "applied_on",
    "education.application-not-expected": "applied_on",
    "education.review-outside-placement": "reviewed_on",
    "education.next-review-not-later": "review_by",
    "education.licence-overlaps": "valid_from",
    "education.not-the-partner-school": "school",
    "education.site-not-licensed": "site",
    "education.end-outside-placement": "ended_on",
    "education.not-this-reason": "reason",
}
"""The field of a refusal that names none itself."""


def named_by(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said beside which field, of a refusal as a service tells it (RFC 9457)."""
    said = str(problem.get("title", ""))
    places = {_field(error["place"]): str(error["text"]) for error in problem.get("errors") or ()}
    return places | dict.fromkeys(_told(problem), said)


def _field(place: list[str | int]) -> str:
    return ".".join(str(part) for part in place if part != "body")


def _told(problem: Mapping[str, Any]) -> Iterator[str]:
    code = str(problem.get("code", ""))
    if code in OF_CODE:
        yield OF_CODE[code]
    if "field" in problem:
        yield {"ends_at": "end"}.get(problem["field"], str(problem["field"]))
    one = [problem["dimension"]] if "dimension" in problem else []
    for dimension in [*one, *problem.get("dimensions", ())]:
        yield f"scores.{dimension}"
