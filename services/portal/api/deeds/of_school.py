"""What schools and their authority record: placements and their end, reviews, disputes, licences (handbook §4)."""

from services.portal.domain.deed import Blank, Deed
from services.portal.words import _
from shared.access.policy import Act
from shared.contracts.codes import OrgType
from shared.contracts.events.education import (
    LicenceStage,
    PlacementEndReason,
    PlacementMode,
    PlacementStep,
    SkipReason,
)

SITES = frozenset({OrgType.REHAB_CENTRE, OrgType.CARE_HOME})
SCHOOLS = frozenset({OrgType.SCHOOL})
AT = "/v1/placements/{of}"
E = PlacementEndReason
WHY_NOT = (
    (PlacementStep.NEARBY_ORDINARY, _("Why not the nearby ordinary school")),
    (PlacementStep.DESIGNATED_ORDINARY, _("Why not the designated ordinary school")),
    (PlacementStep.SPECIAL_SCHOOL, _("Why not the special school")),
)
SKIPPED_HINT = _("Only where a later form of schooling is decided.")

DEEDS = (
    Deed(
        "placement", Act.DECIDE_PLACEMENT, "education", "/v1/cases/{case}/placements",
        _("Decide the placement"), _("Decide"),
        (
            Blank("mode", _("Form of schooling"), "code", of="PlacementMode", codes=tuple(PlacementMode)),
            Blank("school", _("School that keeps the roll"), "organisation", needed=False, who=SCHOOLS,
                  hint=_("All but a deferral need one.")),
            Blank("site", _("Teaching site"), "organisation", needed=False, who=SITES,
                  hint=_("Only for teaching in a centre or house that is licensed for it.")),
            Blank("decided_on", _("Decided by the committee on"), "day", usual="today"),
            Blank("starts_on", _("First day"), "day", ahead=True),
            Blank("ends_on", _("Last day"), "day", needed=False, ahead=True),
            *(
                Blank(f"reasons.{step}", words, "code", needed=False, of="SkipReason", codes=tuple(SkipReason),
                      hint=SKIPPED_HINT)
                for step, words in WHY_NOT
            ),
            Blank("applied_on", _("Guardian's application"), "day", needed=False, hint=_("Only for a deferral.")),
            Blank("review_by", _("Looked at again by"), "day", needed=False, ahead=True),
        ),
        _("Ordinary schools come first, then special schools, then teaching at home (Regulations, art. 17). "
          "An earlier placement ends with the first day of the new one."),
    ),
    Deed(
        "placement-review", Act.DECIDE_PLACEMENT, "education", f"{AT}/reviews",
        _("The placement stays as it is"), _("Keep the placement"),
        (
            Blank("reviewed_on", _("Reviewed on"), "day", usual="today"),
            Blank("review_by", _("Looked at again by"), "day", needed=False, ahead=True),
        ),
        _("After the committee's review. A change, and every further deferral, is decided anew instead."),
    ),
    Deed(
        "placement-end", Act.END_PLACEMENT, "education", f"{AT}/end",
        _("The child leaves the school"), _("End the placement"),
        (
            Blank("ended_on", _("First day without it"), "day", usual="today", ahead=True),
            Blank("reason", _("Reason"), "code", of="PlacementEndReason",
                  codes=(E.GRADUATED, E.TRANSFERRED, E.MOVED_AWAY, E.AGED_OUT)),
        ),
        _("A child of compulsory age without another placement is to be placed again; the authority is told."),
        grave=True,
    ),
    Deed(
        "placement-withdrawal", Act.DECIDE_PLACEMENT, "education", f"{AT}/end",
        _("End the placement"), _("End the placement"),
        (
            Blank("ended_on", _("First day without it"), "day", usual="today", ahead=True),
            Blank("reason", _("Reason"), "code", of="PlacementEndReason",
                  codes=tuple(one for one in E if one is not E.DECEASED)),
        ),
        _("To place the child elsewhere, decide a new placement instead: it ends this one."),
        grave=True,
    ),
    Deed(
        "dispute", Act.DISPUTE_PLACEMENT, "education", f"{AT}/disputes",
        _("Dispute of the guardian"), _("Enter the dispute"),
        (Blank("raised_on", _("Raised on"), "day", usual="today"), Blank("note", _("What the guardian says"), "long")),
        _("It goes to the expert committee (Regulations on the Education of Persons with Disabilities, art. 20)."),
    ),
    Deed(
        "dispute-answer", Act.DISPUTE_PLACEMENT, "education", f"{AT}/disputes/{{within}}/answer",
        _("Answer of the committee"), _("Enter the answer"),
        (Blank("settled_on", _("Settled on"), "day", usual="today"), Blank("answer", _("What it answers"), "long")),
    ),
    Deed(
        "education-licence", Act.GRANT_LICENCE, "education", "/v1/institutions/{institution}/licences",
        _("License a teaching site"), _("Grant the licence"),
        (
            Blank("institution", _("Centre or house"), "organisation", who=SITES, in_path=True),
            Blank("number", _("Number of the licence")),
            Blank("stage", _("Stage of education"), "code", of="LicenceStage", codes=tuple(LicenceStage)),
            Blank("valid_from", _("Valid from"), "day", usual="today", ahead=True),
            Blank("valid_until", _("Valid until"), "day", ahead=True),
            Blank("partner_school", _("Partner school"), "organisation", who=SCHOOLS,
                  hint=_("It keeps the roll of the children who are taught there.")),
        ),
        _("Days at a site without a valid licence count as no schooling."),
        back="/schooling?show=licences",
        alone=True,
    ),
    Deed(
        "resource-room", Act.RECORD_RESOURCE_ROOM, "education", "/v1/schools/{school}/resource-room",
        _("Resource room of a school"), _("Enter the resource room"),
        (
            Blank("school", _("School"), "organisation", who=SCHOOLS, in_path=True),
            Blank("opened_on", _("Opened on"), "day", usual="today"),
        ),
        _("Which schools owe one stands in the list."),
        back="/schooling?show=rooms",
        alone=True,
    ),
)  # fmt: skip
