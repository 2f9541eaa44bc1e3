"""What the rehab service listens to, read top to bottom."""

from services.rehab import handlers
from shared.contracts.events.screening import ChildRegistered, DiagnosisRecorded
from shared.journal.reactions import on

REACTIONS = (
    on(ChildRegistered, handlers.know_child),
    on(DiagnosisRecorded, handlers.open_intake),
)
