"""The timeline's own database: projections of all facts (made anew from them at any time), what waits, and waivers.

No identity: a child is a case, a birth date, a sex and a county. Facts are applied in the order of each stream but in
any order across producers, so tables only grow, or change by operations whose order does not matter.
"""

from services.timeline.tables.common import metadata
from services.timeline.tables.findings import (
    certificate_grade,
    finding,
    finding_ground,
    finding_review,
    finding_tie,
    place_taken,
    session_log,
)
from services.timeline.tables.projected import (
    approval,
    attended_session,
    case_clock,
    case_file,
    case_participant,
    correction,
    counted_fact,
    county,
    dirty_case,
    dirty_institution,
    duty,
    entry,
    licence,
    residence_move,
    same_child,
    same_child_told,
    school_day,
    suspicion_step,
    waiver,
)

__all__ = [
    "PROJECTIONS",
    "case_clock",
    "dirty_case",
    "dirty_institution",
    "finding_ground",
    "finding_review",
    "finding_tie",
    "metadata",
    "waiver",
]

PROJECTIONS = (
    entry,
    correction,
    case_file,
    county,
    case_participant,
    suspicion_step,
    approval,
    attended_session,
    school_day,
    licence,
    same_child,
    same_child_told,
    residence_move,
    counted_fact,
    duty,
    session_log,
    place_taken,
    certificate_grade,
    finding,
)
"""What a rebuild empties and makes anew from the producers' facts."""
