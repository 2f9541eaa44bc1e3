"""The rehab service's own database (handbook §3). No identity: a child is a case, a birth date and a county."""

from services.rehab.tables.assistance import application, approval, child, given_once, intake
from services.rehab.tables.common import metadata
from services.rehab.tables.enrolments import enrolment
from services.rehab.tables.institutions import designation
from services.rehab.tables.money import claim, claim_line, finding, line_hold, payment, recovery, recovery_line
from services.rehab.tables.service import care_plan, entry_assessment, evaluation, goal, home_visit, session

__all__ = [
    "application",
    "approval",
    "care_plan",
    "child",
    "claim",
    "claim_line",
    "designation",
    "enrolment",
    "entry_assessment",
    "evaluation",
    "finding",
    "given_once",
    "goal",
    "home_visit",
    "intake",
    "line_hold",
    "metadata",
    "payment",
    "recovery",
    "recovery_line",
    "session",
]
