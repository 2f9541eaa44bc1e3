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
    task: str = ""
    """What one comes to do there, where it is the daily work of those who may: offered on the first page."""


PLACES = (
    Place("/", _("Home"), Act.READ_OWN_ACCOUNT),
    Place("/find", _("Find a child"), Act.FIND_CHILDREN),
    Place("/today", _("Day sheet"), Act.RECORD_SESSION, _("Log today's sessions")),
    Place("/import/sessions", _("Import"), Act.RECORD_SESSION),
    Place("/slip", _("Slip of a family"), Act.READ_APPLICATION_SLIP),
    Place("/duties", _("Working list"), Act.READ_DUTIES),
    Place("/door", _("At the door"), Act.SIGN_CHILD, _("Sign children in and out")),
    Place("/residents", _("Children of the house"), Act.READ_CARE_SHEET),
    Place("/incidents", _("Incidents"), Act.REPORT_INCIDENT),
    Place("/care-houses", _("Places and carers"), Act.READ_CARE_HOUSES),
    Place("/schooling", _("Schooling"), Act.READ_SCHOOL_AGE),
    Place("/attendance", _("Attendance"), Act.RECORD_ATTENDANCE, _("Record attendance")),
    Place("/pupils", _("Pupils"), Act.RECORD_ATTENDANCE),
    Place("/home-teaching", _("Teaching at home"), Act.RECORD_HOME_TEACHING),
    Place("/report", _("Report a child"), Act.REGISTER_CHILD, _("Report a child")),
    Place("/import/children", _("Import"), Act.REGISTER_CHILD),
    Place("/my-children", _("My children"), Act.RECORD_SCREENING, _("My children")),
    Place("/cases", _("Children"), Act.READ_TIMELINE),
    Place("/certificates", _("Certificates"), Act.READ_CERTIFICATE),
    Place("/applications", _("Applications"), Act.READ_APPLICATION, _("Look at applications")),
    Place("/claims", _("Claims"), Act.READ_CLAIM, _("Look at claims")),
    Place("/findings", _("Findings"), Act.READ_FINDING, _("Look at findings")),
    Place("/indicators", _("Indicators"), Act.READ_INDICATORS),
    Place("/integrity", _("Integrity"), Act.READ_PARKED),
    Place("/organisations", _("Organisations"), Act.MANAGE_ORGANISATIONS),
    Place("/accounts", _("Accounts"), Act.MANAGE_ACCOUNTS),
)


def tasks_of(visit: "Visit") -> list[Place]:
    """Return the places of a visitor's daily work."""
    return [place for place in menu_of(visit) if place.task]


def menu_of(visit: "Visit") -> list[Place]:
    """Return the places that a visitor may go to."""
    return [place for place in PLACES if visit.allows(place.act)]
