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
    links: tuple[str, ...] = ()
    """Links to follow from there, by what a selector finds first: pages whose address holds an id."""


DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
SIZES = {"desktop": DESKTOP, "phone": PHONE}
LANGUAGES = ("zh", "en")
CLINIC, CENTRE, SCHOOL, HOUSE = "clinic-371602-1", "rehab-371602-1", "school-371602-special", "care-371602"
PLAN = ".sheet a[href$='/plan']"
SHOTS = (
    Shot("sign-in", "/sign-in", person=None),
    Shot("account", "/account"),
    Shot("home", "/"),
    Shot("working-list", "/duties"),
    Shot("home-of-a-clinic", "/", CLINIC),
    Shot("report-a-child", "/report", CLINIC),
    Shot("my-children", "/my-children", CLINIC),
    Shot("child-of-a-clinic", "/my-children", CLINIC, ("tbody th a",)),
    Shot("slip", "/my-children?show=waiting", CLINIC, ("a[href^='/slips/']",)),
    Shot("import", "/import/children", CLINIC),
    Shot("day-sheet", "/today", CENTRE),
    Shot("plan", "/today", CENTRE, (PLAN,)),
    Shot("evaluation", "/today", CENTRE, (PLAN, "a.button[href$='/evaluation']")),
    Shot("care-plan", "/today", CENTRE, (PLAN, "a.button[href*='/care-plan/']")),
    Shot("claims", "/claims", CENTRE),
    Shot("claim", "/claims", CENTRE, ("tbody th a[href^='/claims/']",)),
    Shot("home-of-a-school", "/", SCHOOL),
    Shot("attendance", "/attendance", SCHOOL),
    Shot("pupils", "/pupils", SCHOOL),
    Shot("pupil", "/pupils", SCHOOL, ("tbody th a",)),
    Shot("teaching-at-home", "/home-teaching", SCHOOL),
    Shot("door", "/door", HOUSE),
    Shot("child-at-the-door", "/door", HOUSE, (".targets a",)),
    Shot("care-sheet", "/residents", HOUSE, ("tbody th a",)),
    Shot("incidents", "/incidents", HOUSE),
    Shot("children", "/cases"),
    Shot("file-of-a-child", "/cases/{case}"),
    Shot("who-looked", "/cases/{case}/access-log"),
    Shot("applications", "/applications"),
    Shot("application", "/applications", links=("tbody a[href^='/applications/']",)),
    Shot("findings", "/findings", "auditor-3716"),
    Shot("finding", "/findings", "auditor-3716", ("tbody a[href^='/findings/']",)),
    Shot("indicators", "/indicators", "federation-3716"),
    Shot("indicator", "/indicators", "federation-3716", ("a[href^='/indicators/']",)),
    Shot("integrity", "/integrity"),
    Shot("parked", "/parked"),
)
