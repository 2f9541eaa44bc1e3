"""What the federation decides of who a child is: the same one, another one, a doubt settled (handbook §1.4, F23)."""

from services.portal.domain.deed import Blank, Deed
from services.portal.words import _
from shared.access.policy import Act
from shared.contracts.events.screening import ConflictKind, ConflictOutcome

CASE = "/v1/cases/{case}"
ON = Blank("on", _("Day"), "day", usual="today")

DEEDS = (
    Deed(
        "merge", Act.MERGE_CHILDREN, "screening", f"{CASE}/merges",
        _("The same child"), _("Show both cases as one child"), (ON,),
        _("Both cases are shown under this one from now on; nothing is lost, and it can be undone."),
        of_as="merged",
        grave=True,
    ),
    Deed(
        "merge-undoing", Act.MERGE_CHILDREN, "screening", f"{CASE}/merges/{{of}}/undoing",
        _("Two children after all"), _("Take the cases apart"), (ON,),
        _("Each case is a child of its own again; what only the merge had closed is open again."),
        grave=True,
    ),
    Deed(
        "another-child", Act.MERGE_CHILDREN, "screening", f"{CASE}/others",
        _("Another child"), _("They are two children"), (),
        _("The decision is kept with your name and day, and stands beside the comparison from now on."),
        of_as="other",
    ),
    Deed(
        "doubt", Act.MERGE_CHILDREN, "screening", f"{CASE}/doubts/settlement",
        _("Settle a doubt about the identity"), _("Settle the doubt"),
        (
            Blank("kind", _("Which doubt"), "code", of="ConflictKind", codes=tuple(ConflictKind)),
            Blank("other", _("The other case"), needed=False, hint=_("Its number, where the doubt names one.")),
            Blank("outcome", _("What the papers showed"), "code", of="ConflictOutcome", codes=tuple(ConflictOutcome)),
            ON,
        ),
        _("After a look at the papers. Its finding closes by itself; two cases of one child are merged instead."),
    ),
)  # fmt: skip
