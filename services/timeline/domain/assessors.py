"""Who assesses a child's book: one after the other, each pure."""

from services.timeline.domain.assessment import Assessor
from services.timeline.domain.duties import comparing
from services.timeline.domain.duties.limits import DutyLimits


def assessors(limits: DutyLimits) -> tuple[Assessor, ...]:
    """Return all of them, in the order in which their conclusions are recorded."""
    return (comparing.assessor(limits),)
