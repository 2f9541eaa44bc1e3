"""What the rehab service listens to, read top to bottom."""

from services.rehab.handlers import holding, reactions
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    ChildErased,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    DiagnosisRecorded,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)
from shared.contracts.events.timeline import FindingClosed, FindingRaised, FindingReviewed
from shared.journal.reactions import on
from shared.stage import KNOWS_CHILD

REACTIONS = (
    KNOWS_CHILD,
    on(DiagnosisRecorded, reactions.open_intake),
    on(FindingRaised, holding.finding_raised),
    on(FindingReviewed, holding.finding_reviewed),
    on(FindingClosed, holding.finding_closed),
    on(CertificateIssued, reactions.know_certificate),
    on(CertificateRegraded, reactions.regrade_certificate),
    on(CertificateCancelled, reactions.cancel_certificate),
    on(ResidenceMoved, reactions.move_responsibility),
    on(IdentityMerged, reactions.merge),
    on(IdentityUnmerged, reactions.unmerge),
    on(ConsentWithdrawn, reactions.stop_sharing),
    on(ConsentGiven, reactions.share_again),
    on(DeathRegistered, reactions.end_on_death),
    on(DeathRetracted, reactions.know_alive),
    on(ChildErased, reactions.forget_words),
)
