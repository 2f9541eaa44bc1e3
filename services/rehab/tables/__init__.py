"""The rehab service's own database (handbook §3). No identity: a child is a case, a birth date and a county."""

from services.rehab.tables.assistance import application, approval, given_once, intake, needs_assessment
from services.rehab.tables.children import certificate, child, former_residence, same_child
from services.rehab.tables.common import WORDS, metadata
from services.rehab.tables.enrolments import enrolment, rest
from services.rehab.tables.institutions import closure_day, designation, grading, staff
from services.rehab.tables.money import claim, claim_line, finding, line_hold, payment, recovery, recovery_line
from services.rehab.tables.service import (
    care_plan,
    entry_assessment,
    evaluation,
    goal,
    home_visit,
    session,
    session_correction,
)

__all__ = [
    "WORDS",
    "application",
    "approval",
    "care_plan",
    "certificate",
    "child",
    "claim",
    "claim_line",
    "closure_day",
    "designation",
    "enrolment",
    "entry_assessment",
    "evaluation",
    "finding",
    "former_residence",
    "given_once",
    "goal",
    "grading",
    "home_visit",
    "intake",
    "line_hold",
    "metadata",
    "needs_assessment",
    "payment",
    "recovery",
    "recovery_line",
    "rest",
    "same_child",
    "session",
    "session_correction",
    "staff",
]
