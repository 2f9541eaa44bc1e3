"""Which pages are pictured, as whom they are seen, and how wide the window is."""

from dataclasses import dataclass

from playwright.async_api import ViewportSize


@dataclass(frozen=True, slots=True)
class Shot:
    """One page of the portal; pictured on a desktop and on a phone, in both languages."""

    name: str
    path: str
    """`{case}` is the demo's showcase: a child that a clinic suspected and a centre trains."""
    person: str | None = "federation-371602"
    """User name of who looks; None before anybody is signed in."""


DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
LANGUAGES = ("zh", "en")
SHOTS = (
    Shot("sign-in", "/sign-in", person=None),
    Shot("home", "/"),
    Shot("working-list", "/duties"),
    Shot("report-a-child", "/report", person="clinic-371602-1"),
    Shot("my-children", "/my-children", person="clinic-371602-1"),
    Shot("import", "/import/children", person="clinic-371602-1"),
    Shot("day-sheet", "/today?day=2024-06-19", person="rehab-371602-1"),
    Shot("claims", "/claims", person="rehab-371602-1"),
    Shot("attendance", "/attendance", person="school-371602-special"),
    Shot("door", "/door", person="care-371602"),
    Shot("children", "/cases"),
    Shot("file-of-a-child", "/cases/{case}"),
    Shot("who-looked", "/cases/{case}/access-log"),
    Shot("findings", "/findings", person="auditor-3716"),
    Shot("indicators", "/indicators", person="federation-3716"),
    Shot("integrity", "/integrity"),
)
