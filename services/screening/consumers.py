"""What screening listens to: facts of later stages."""

from services.screening.handlers import reactions
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded
from shared.contracts.events.education import PlacementDecided
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted
from shared.journal.reactions import on

REACTIONS = (
    on(EnrolmentStarted, reactions.hand_over),
    on(EnrolmentEnded, reactions.leave_centre),
    on(PlacementDecided, reactions.join_school),
    on(CustodyAdmitted, reactions.enter_custody),
    on(CustodyEnded, reactions.leave_custody),
)
