"""What a clinic or a hospital records of what is suspected: follow-up, loss, closing, taking up again."""

from services.portal.domain.deed import Blank, Deed
from services.portal.words import _
from shared.access.policy import Act
from shared.contracts.events.screening import ClosingReason, ReopeningReason

ON = Blank("on", _("Day"), "day", usual="today")
AT = "/v1/cases/{case}/suspicions/{of}"

BY_THE_SYSTEM = frozenset({ClosingReason.DUPLICATE_MERGED, ClosingReason.DECEASED})
"""Merging two cases and registering a death close by themselves."""

DEEDS = (
    Deed(
        "follow-up", Act.RECORD_FOLLOW_UP, "screening", f"{AT}/follow-ups",
        _("Follow-up"), _("Record the follow-up"),
        (
            Blank("on", _("Seen on"), "day", usual="today"),
            Blank("in_rehabilitation", _("Is the child in rehabilitation, as the family says?"), "said"),
        ),
        _("The clock of the next follow-up starts with this day."),
    ),
    Deed(
        "loss", Act.TRACE_CHILD, "screening", f"{AT}/loss",
        _("Lost to follow-up"), _("Declare the child lost to follow-up"), (ON,),
        _("Only after several attempts in a row that failed. If the family is found, the case is taken up again."),
        grave=True,
    ),
    Deed(
        "closure", Act.CLOSE_CASE, "screening", f"{AT}/closure",
        _("Close the case"), _("Close the case"),
        (
            ON,
            Blank(
                "reason", _("Reason"), "code", of="ClosingReason",
                codes=tuple(one for one in ClosingReason if one not in BY_THE_SYSTEM),
            ),
            Blank(
                "guardian_signed_on", _("Guardian signed on"), "day", needed=False,
                hint=_("Only where the guardian refused: the day of the signature."),
            ),
        ),
        _("A reason is accepted that the state of the case bears out; a closed case can be taken up again."),
        grave=True,
    ),
    Deed(
        "reopening", Act.REOPEN_CASE, "screening", f"{AT}/reopening",
        _("Take the case up again"), _("Take the case up again"),
        (ON, Blank("reason", _("Reason"), "code", of="ReopeningReason", codes=tuple(ReopeningReason))),
        _("The case goes on in the state it came from, and its clocks run again."),
    ),
)  # fmt: skip
