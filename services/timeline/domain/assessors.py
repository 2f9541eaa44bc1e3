"""Who assesses a child's book: one after the other, each pure."""

from services.timeline.domain.assessment import Assessor
from services.timeline.domain.duties import comparing
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.findings.assessor import findings_by
from services.timeline.domain.findings.limits import Limits


def assessors(duties: DutyLimits, findings: Limits) -> tuple[Assessor, ...]:
    """Return all of them, in the order in which their conclusions are recorded."""
    return (comparing.assessor(duties), findings_by(findings))
