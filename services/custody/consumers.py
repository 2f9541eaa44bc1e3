"""What custody listens to, read top to bottom."""

from services.custody.handlers import reactions
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    ChildErased,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)
from shared.journal.reactions import on
from shared.stage import KNOWS_CHILD

REACTIONS = (
    KNOWS_CHILD,
    on(EnrolmentStarted, reactions.show_to_carers),
    on(EnrolmentEnded, reactions.hide_from_carers),
    on(DeathRegistered, reactions.end_on_death),
    on(DeathRetracted, reactions.know_alive),
    on(ResidenceMoved, reactions.move),
    on(IdentityMerged, reactions.show_as_one),
    on(IdentityUnmerged, reactions.show_as_two),
    on(ConsentWithdrawn, reactions.show_no_more),
    on(ConsentGiven, reactions.show_again),
    on(ChildErased, reactions.forget),
    on(CertificateIssued, reactions.grade),
    on(CertificateRegraded, reactions.regrade),
    on(CertificateCancelled, reactions.drop_grade),
)
