"""The screening service's own database: the registry of children, and what was found about each (handbook §1)."""

from services.screening.tables.children import child, child_identity, child_number, participant
from services.screening.tables.common import Basis, metadata
from services.screening.tables.suspicions import diagnosis, referral, rescreening, screening, suspicion, tracing

__all__ = [
    "Basis",
    "child",
    "child_identity",
    "child_number",
    "diagnosis",
    "metadata",
    "participant",
    "referral",
    "rescreening",
    "screening",
    "suspicion",
    "tracing",
]
