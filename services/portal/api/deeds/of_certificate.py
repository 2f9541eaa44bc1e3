"""Disability certificates: the federation takes the application, a hospital grades, the federation issues (§2.2)."""

from typing import Any

from services.portal.domain.deed import Blank, Deed
from services.portal.words import _
from shared.access.policy import Act
from shared.contracts.codes import DisabilityCategory, OrgType
from shared.contracts.events.screening import CancellationReason

D = DisabilityCategory
SINGLE = tuple(one for one in D if one is not D.MULTIPLE)
LIVING = ("cannot", "basically_cannot", "partly_can", "basically_can")
REFUSALS = ("objection_upheld", "materials_incomplete", "withdrawn")
APPLICATION = "/v1/certificate-applications/{of}"
ON = Blank("on", _("Day"), "day", usual="today")


def measurements(body: dict[str, Any]) -> dict[str, Any]:
    """Return what was measured as a list, a part for each category of which anything was typed."""
    measured = {category: body.pop(category) for category in SINGLE if category in body}
    return body | {"measurements": [{"category": category, **values} for category, values in measured.items()]}


def _measured(category: DisabilityCategory, name: str, words: str, kind: Any = "text", **more: Any) -> Blank:  # noqa: ANN401 - as a blank has them
    return Blank(f"{category}.{name}", words, kind, needed=False, **more)


DEEDS = (
    Deed(
        "certificate-application", Act.APPLY_FOR_CERTIFICATE, "screening", "/v1/cases/{case}/certificate-applications",
        _("Application for a disability certificate"), _("Take the application"),
        (
            Blank("hospital", _("Hospital that grades"), "organisation", who=frozenset({OrgType.HOSPITAL})),
            Blank("applied_on", _("Applied on"), "day", usual="today"),
        ),
        _("The hospital sees the child from now on, grades it, and the public notice follows."),
        of_as="certificate",
    ),
    Deed(
        "grading", Act.GRADE_DISABILITY, "screening", f"{APPLICATION}/grading",
        _("Grading of a disability"), _("Record the grading"),
        (
            Blank("on", _("Graded on"), "day", usual="today"),
            _measured(D.VISUAL, "acuity", _("Sight: acuity of the better eye, best corrected")),
            _measured(D.VISUAL, "field_radius_degrees", _("Sight: radius of the field in degrees")),
            _measured(D.HEARING, "better_ear_db", _("Hearing: better ear in dB HL"), "number",
                      hint=_("Without hearing aid.")),
            _measured(D.SPEECH, "intelligibility_percent", _("Speech: intelligibility in percent"), "number"),
            _measured(D.PHYSICAL, "daily_living", _("Limbs: daily living"), "code", of="DailyLiving", codes=LIVING,
                      hint=_("Without prosthesis or orthosis.")),
            _measured(D.INTELLECTUAL, "quotient", _("Intellect: DQ, from the seventh birthday on IQ"), "number"),
            _measured(D.INTELLECTUAL, "adaptive_grade", _("Intellect: grade of adaptive behaviour"), "number",
                      hint=_("1 to 4; 0 without a disorder.")),
            _measured(D.MENTAL, "adaptive_grade", _("Mental: grade of adaptive behaviour"), "number",
                      hint=_("1 to 4; 0 without a disorder. Autism is graded here.")),
        ),
        _("Type what was measured and leave the rest empty. The grade follows from the tables of GB/T 26341."),
        shape=measurements,
        back="/certificates",
    ),
    Deed(
        "certificate-grant", Act.DECIDE_CERTIFICATE, "screening", f"{APPLICATION}/certificate",
        _("Issue the certificate"), _("Issue"),
        (
            Blank("number", _("Number of the certificate"), hint=_("20 characters; it is checked and not kept.")),
            Blank("on", _("Issued on"), "day", usual="today"),
        ),
        _("Once the public notice is over."),
    ),
    Deed(
        "certificate-refusal", Act.DECIDE_CERTIFICATE, "screening", f"{APPLICATION}/refusal",
        _("End the application without a certificate"), _("End the application"),
        (Blank("reason", _("Reason"), "code", of="RefusalReason", codes=REFUSALS), ON),
        grave=True,
    ),
    Deed(
        "certificate-known", Act.DECIDE_CERTIFICATE, "screening", "/v1/cases/{case}/certificates",
        _("A certificate that was issued before"), _("Take the certificate up"),
        (
            Blank("number", _("Number of the certificate"), hint=_("20 characters; it is checked and not kept.")),
            Blank("category", _("Category"), "code", of="DisabilityCategory", codes=tuple(D)),
            Blank("grade", _("Grade"), "number"),
            Blank("parts", _("Parts of a multiple disability"), "codes", of="DisabilityCategory", codes=SINGLE),
            Blank("issued_on", _("Issued on"), "day"),
        ),
    ),
    Deed(
        "certificate-cancellation", Act.DECIDE_CERTIFICATE, "screening", "/v1/certificates/{of}/cancellation",
        _("Cancel the certificate"), _("Cancel the certificate"),
        (
            Blank("reason", _("Reason"), "code", of="CancellationReason", codes=tuple(CancellationReason)),
            Blank("cancelled_on", _("Cancelled on"), "day", usual="today"),
        ),
        _("A new application is possible after one year."),
        grave=True,
    ),
)  # fmt: skip
