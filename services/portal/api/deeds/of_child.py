"""What a clinic, a hospital or the federation records of the child itself (handbook §2)."""

from services.portal.domain.deed import Blank, Deed
from services.portal.words import _
from shared.access.policy import HEALTH, Act
from shared.contracts.events.screening import ConsentBasis, GuardianKind, RetractionReason

CASE = "/v1/cases/{case}"
UNAVAILABLE = ("none_known", "deceased", "incapable", "rights_revoked", "unwilling")
AGREED = ("village_committee", "residents_committee", "civil_affairs")
EARLIER = (
    (GuardianKind.PARENT, _("Why no parent")),
    (GuardianKind.GRANDPARENT, _("Why no grandparent")),
    (GuardianKind.ADULT_SIBLING, _("Why no adult sibling")),
    (GuardianKind.OTHER_WITH_CONSENT, _("Why no other person")),
)
COUNTY_HINT = _("Six digits (GB/T 2260), such as 371602.")
MOVED = (
    Blank("address", _("New address"), needed=False),
    Blank("guardian_phone", _("New phone of the guardian"), "tel", needed=False),
)

DEEDS = (
    Deed(
        "identity", Act.CONFIRM_IDENTITY, "screening", f"{CASE}/identity",
        _("Resident number"), _("Confirm the number"),
        (
            Blank("resident_number", _("Resident number"), hint=_("18 digits, as the household register has it.")),
            Blank("confirmed_on", _("Confirmed on"), "day", usual="today"),
        ),
        _("The child was registered by its birth certificate; the case stays the same. A number cannot be changed."),
    ),
    Deed(
        "guardian", Act.CHANGE_GUARDIAN, "screening", f"{CASE}/guardians",
        _("Another guardian"), _("Record the guardian"),
        (
            Blank("kind", _("Who it is"), "code", of="GuardianKind", codes=tuple(GuardianKind)),
            Blank("name", _("Name")),
            Blank("phone", _("Phone"), "tel"),
            Blank("resident_number", _("Resident number"), needed=False),
            Blank("changed_on", _("Guardian since"), "day", usual="today"),
            *(
                Blank(
                    f"unavailable.{kind}", words, "code", needed=False, of="Unavailable", codes=UNAVAILABLE,
                    hint=_("Only where a guardian of a later kind takes over."),
                )
                for kind, words in EARLIER
            ),
            Blank(
                "consent_of", _("Who agreed"), "code", needed=False, of="ConsentOf", codes=AGREED,
                hint=_("For a guardian outside the family, and for an institution."),
            ),
        ),
        _("Parents come first, then grandparents, adult siblings, others with consent (Civil Code, art. 27)."),
    ),
    Deed(
        "move", Act.MOVE_RESIDENCE, "screening", f"{CASE}/moves",
        _("Move to another county"), _("Record the move"),
        (
            Blank("region", _("New county"), "region", hint=COUNTY_HINT),
            Blank("moved_on", _("Moved on"), "day", usual="today"),
            Blank(
                "institution", _("Who takes the child over there"), "organisation", needed=False, who=HEALTH,
                hint=_("Clinic, county institution or hospital there; it sees the child from now on."),
            ),
            *MOVED,
        ),
        _("The case goes along: the new county is responsible from now on, and no second case is opened."),
        leaves=True,
        grave=True,
    ),
    Deed(
        "arrival", Act.RECEIVE_CHILD, "screening", "/v1/children/arrivals",
        _("A child that moved here"), _("Take the child over"),
        (
            Blank("name", _("Name of the child")),
            Blank(
                "resident_number", _("Resident number"), needed=False,
                hint=_("One of the two numbers is needed: the child is found by number and name together."),
            ),
            Blank("birth_certificate", _("Number of the birth certificate"), needed=False),
            Blank("region", _("County in which it lives now"), "region", hint=COUNTY_HINT, usual="county"),
            Blank("moved_on", _("Moved on"), "day", usual="today"),
            *MOVED,
        ),
        _("For a child that is known in another county. Its case comes along; do not report it anew."),
        back="/my-children/{record}",
        alone=True,
    ),
    Deed(
        "consent", Act.RECORD_CONSENT, "screening", f"{CASE}/consents",
        _("Consent to sharing"), _("Record the consent"),
        (
            Blank("basis", _("What sharing stands on"), "code", of="ConsentBasis", codes=tuple(ConsentBasis)),
            Blank("given_on", _("Since"), "day", usual="today"),
        ),
        _("On what it stands that federation, centres, schools and houses learn of the child."),
    ),
    Deed(
        "consent-withdrawal", Act.RECORD_CONSENT, "screening", f"{CASE}/consents/withdrawal",
        _("Consent withdrawn"), _("Record the withdrawal"),
        (Blank("withdrawn_on", _("Withdrawn on"), "day", usual="today"),),
        _("Later stages see nothing new of the child from that day on; what they did stays in their own records."),
        grave=True,
    ),
    Deed(
        "hospital-stay", Act.RECORD_HOSPITAL_STAY, "screening", f"{CASE}/hospital-stays",
        _("Stay in hospital"), _("Record the stay"),
        (
            Blank("admitted_on", _("Admitted on"), "day", usual="today"),
            Blank("discharged_on", _("Discharged on"), "day", needed=False, hint=_("Empty while the child is there.")),
        ),
        _("Sessions, attendance or care on these days are questioned."),
    ),
    Deed(
        "discharge", Act.RECORD_HOSPITAL_STAY, "screening", f"{CASE}/hospital-stays/{{of}}/discharge",
        _("Discharge from hospital"), _("Record the discharge"),
        (Blank("discharged_on", _("Discharged on"), "day", usual="today"),),
    ),
    Deed(
        "stay-correction", Act.RECORD_HOSPITAL_STAY, "screening", f"{CASE}/hospital-stays/{{of}}/correction",
        _("Correct a stay in hospital"), _("Correct the stay"),
        (
            Blank("admitted_on", _("Admitted on"), "day", needed=False),
            Blank("discharged_on", _("Discharged on"), "day", needed=False),
        ),
        _("What is left empty stays as it is."),
    ),
    Deed(
        "death", Act.REGISTER_DEATH, "screening", f"{CASE}/death",
        _("Register a death"), _("Register the death"),
        (Blank("died_on", _("Day of death"), "day"),),
        _("Everything that is open for the child ends: cases, enrolment, placement, care. It can be taken back."),
        grave=True,
    ),
    Deed(
        "death-correction", Act.REGISTER_DEATH, "screening", f"{CASE}/death/correction",
        _("Correct the day of death"), _("Correct the day"), (Blank("died_on", _("Day of death"), "day"),),
    ),
    Deed(
        "death-retraction", Act.REGISTER_DEATH, "screening", f"{CASE}/death/retraction",
        _("Take a death back"), _("The child lives"),
        (
            Blank("on", _("Known since"), "day", usual="today"),
            Blank("reason", _("Reason"), "code", of="RetractionReason", codes=tuple(RetractionReason)),
        ),
        _("What the death had closed is open again; enrolment, placement and care begin anew where they are wanted."),
        grave=True,
    ),
)  # fmt: skip
