"""What a house and its federation record: the end of a stay, carers, checks of staff, licensed places (handbook §5)."""

from services.portal.domain.deed import Blank, Deed
from services.portal.words import _
from shared.access.policy import Act
from shared.contracts.codes import OrgType
from shared.contracts.events.custody import CustodyEndReason

HOUSES = frozenset({OrgType.CARE_HOME, OrgType.REHAB_CENTRE})
SAID_BY_THE_HOUSE = tuple(one for one in CustodyEndReason if one is not CustodyEndReason.DECEASED)
"""A death is registered, and ends the stay by itself."""
CHECKED = ("clear", "on_record")

DEEDS = (
    Deed(
        "stay-end", Act.END_CUSTODY, "custody", "/v1/stays/{of}/end",
        _("The child leaves the house"), _("End the stay"),
        (
            Blank("ended_on", _("Day of leaving"), "day", usual="today", hint=_("No longer part of the stay.")),
            Blank("reason", _("Reason"), "code", of="CustodyEndReason", codes=SAID_BY_THE_HOUSE),
        ),
        _("The place is free from that day on. Whoever only goes home for some days is on leave instead."),
        grave=True,
    ),
    Deed(
        "carers", Act.DECLARE_CARERS, "custody", "/v1/carers",
        _("Carers on duty"), _("Declare the carers"),
        (
            Blank("by_day", _("Carers by day"), "number"),
            Blank("by_night", _("Carers by night"), "number"),
            Blank("since", _("Since"), "day", usual="today"),
        ),
        _("They are compared with the children in the house; a shortfall is shown and refuses no child."),
        back="/care-houses",
        alone=True,
    ),
    Deed(
        "staff-check", Act.CHECK_STAFF, "custody", "/v1/staff-checks",
        _("Background check of staff"), _("Record the check"),
        (
            Blank("person", _("Whom"), "colleague"),
            Blank("checked_on", _("Checked on"), "day", usual="today"),
            Blank("result", _("Result"), "code", of="CheckResult", codes=CHECKED),
        ),
        _("Everybody in close contact with children, every year (Law on the Protection of Minors, art. 62)."),
        back="/care-houses",
        alone=True,
    ),
    Deed(
        "custody-licence", Act.GRANT_CUSTODY_LICENCE, "custody", "/v1/institutions/{institution}/custody-licences",
        _("License places of a house"), _("Grant the licence"),
        (
            Blank("institution", _("House"), "organisation", who=HOUSES, in_path=True),
            Blank("day_places", _("Places by day"), "number"),
            Blank("boarding_places", _("Places for boarding"), "number"),
            Blank("valid_from", _("Valid from"), "day", usual="today", ahead=True),
            Blank("valid_until", _("Valid until"), "day", ahead=True),
        ),
        _("A later licence replaces an earlier one from its first day on. Without one no child is admitted."),
        back="/care-houses",
        alone=True,
    ),
)  # fmt: skip
