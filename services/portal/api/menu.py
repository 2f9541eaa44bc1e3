"""Where each kind of visitor may go: pages that would be refused are not offered."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.portal.words import _
from shared.access.policy import Act

if TYPE_CHECKING:
    from services.portal.api.common import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu."""

    path: str
    name: str
    """Words in English, which the catalogue translates."""
    act: Act


PLACES = (
    Place("/", _("Home"), Act.READ_OWN_ACCOUNT),
    Place("/today", _("Day sheet"), Act.RECORD_SESSION),
    Place("/import/sessions", _("Import"), Act.RECORD_SESSION),
    Place("/claims", _("Claims"), Act.SUBMIT_CLAIM),
    Place("/duties", _("Working list"), Act.READ_DUTIES),
    Place("/door", _("At the door"), Act.SIGN_CHILD),
    Place("/residents", _("Children of the house"), Act.READ_CARE_SHEET),
    Place("/incidents", _("Incidents"), Act.REPORT_INCIDENT),
    Place("/attendance", _("Attendance"), Act.RECORD_ATTENDANCE),
    Place("/pupils", _("Pupils"), Act.RECORD_ATTENDANCE),
    Place("/home-teaching", _("Teaching at home"), Act.RECORD_HOME_TEACHING),
    Place("/report", _("Report a child"), Act.REGISTER_CHILD),
    Place("/import/children", _("Import"), Act.REGISTER_CHILD),
    Place("/my-children", _("My children"), Act.RECORD_SCREENING),
    Place("/cases", _("Children"), Act.READ_TIMELINE),
    Place("/applications", _("Applications"), Act.READ_APPLICATION),
    Place("/findings", _("Findings"), Act.READ_FINDING),
    Place("/indicators", _("Indicators"), Act.READ_INDICATORS),
    Place("/integrity", _("Integrity"), Act.READ_PARKED),
    Place("/organisations", _("Organisations"), Act.MANAGE_ORGANISATIONS),
    Place("/accounts", _("Accounts"), Act.MANAGE_ACCOUNTS),
)


def menu_of(visit: "Visit") -> list[Place]:
    """Return the places that a visitor may go to."""
    return [place for place in PLACES if visit.allows(place.act)]
