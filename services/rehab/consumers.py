"""What the rehab service listens to, read top to bottom."""

from services.rehab.handlers import holding, reactions
from shared.contracts.events.screening import DiagnosisRecorded
from shared.contracts.events.timeline import FindingClosed, FindingRaised, FindingReviewed
from shared.journal.reactions import on
from shared.stage import KNOWS_CHILD

REACTIONS = (
    KNOWS_CHILD,
    on(DiagnosisRecorded, reactions.open_intake),
    on(FindingRaised, holding.finding_raised),
    on(FindingReviewed, holding.finding_reviewed),
    on(FindingClosed, holding.finding_closed),
)
