"""What the rehab service listens to, read top to bottom."""

from services.rehab.handlers import reactions
from shared.contracts.events.screening import DiagnosisRecorded
from shared.journal.reactions import on
from shared.stage import KNOWS_CHILD

REACTIONS = (
    KNOWS_CHILD,
    on(DiagnosisRecorded, reactions.open_intake),
)
