"""What education listens to, read top to bottom: screening's facts about the child."""

from services.education.handlers import reactions
from shared.contracts.events.screening import (
    CaseClosed,
    ChildErased,
    ChildRegistered,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    DiagnosisRecorded,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)
from shared.journal.reactions import on

REACTIONS = (
    on(ChildRegistered, reactions.know_child),
    on(DiagnosisRecorded, reactions.take_diagnosis),
    on(CaseClosed, reactions.drop_void_diagnosis),
    on(ResidenceMoved, reactions.move_responsibility),
    on(DeathRegistered, reactions.end_placements_on_death),
    on(DeathRetracted, reactions.know_alive),
    on(IdentityMerged, reactions.show_as_one),
    on(IdentityUnmerged, reactions.show_as_two),
    on(ConsentWithdrawn, reactions.mask),
    on(ConsentGiven, reactions.unmask),
    on(ChildErased, reactions.forget_words),
)
