"""The screening service's own database: the registry of children, and what was found about each (handbook §1)."""

from services.screening.tables.certificates import certificate, certificate_application
from services.screening.tables.children import child, child_identity, child_number, participant
from services.screening.tables.common import Basis, metadata
from services.screening.tables.persons import (
    case_merge,
    consent,
    former_residence,
    guardian_change,
    hospital_stay,
    identity_conflict,
    told_apart,
)
from services.screening.tables.reconciliations import reconciliation, reconciliation_difference
from services.screening.tables.suspicions import (
    diagnosis,
    follow_up,
    referral,
    rescreening,
    resident_children,
    screening,
    suspicion,
    tracing,
)

__all__ = [
    "Basis",
    "case_merge",
    "certificate",
    "certificate_application",
    "child",
    "child_identity",
    "child_number",
    "consent",
    "diagnosis",
    "follow_up",
    "former_residence",
    "guardian_change",
    "hospital_stay",
    "identity_conflict",
    "metadata",
    "participant",
    "reconciliation",
    "reconciliation_difference",
    "referral",
    "rescreening",
    "resident_children",
    "screening",
    "suspicion",
    "told_apart",
    "tracing",
]
