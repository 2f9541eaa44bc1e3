"""The rehab service's own database (handbook §3). No identity: a child is a case, a birth date and a county."""

from services.rehab.tables.assistance import application, approval, child, intake
from services.rehab.tables.common import metadata
from services.rehab.tables.enrolments import enrolment
from services.rehab.tables.institutions import designation
from services.rehab.tables.service import evaluation, session

__all__ = [
    "application",
    "approval",
    "child",
    "designation",
    "enrolment",
    "evaluation",
    "intake",
    "metadata",
    "session",
]
