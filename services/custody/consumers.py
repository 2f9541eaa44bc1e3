"""What custody listens to."""

from services.custody import handlers
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted
from shared.journal.reactions import on
from shared.stage import KNOWS_CHILD

REACTIONS = (
    KNOWS_CHILD,
    on(EnrolmentStarted, handlers.show_to_carers),
    on(EnrolmentEnded, handlers.hide_from_carers),
)
