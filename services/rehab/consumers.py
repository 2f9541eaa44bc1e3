"""What the rehab service listens to, read top to bottom."""

from services.rehab import handlers
from shared.contracts.events.screening import DiagnosisRecorded
from shared.journal.reactions import on
from shared.stage import KNOWS_CHILD

REACTIONS = (
    KNOWS_CHILD,
    on(DiagnosisRecorded, handlers.open_intake),
)
