"""The main pages of the portal, and as whom each is looked at: by somebody who works with it."""

from dataclasses import dataclass

CLINIC, CENTRE, SCHOOL, HOUSE = "clinic-371602-1", "rehab-371602-1", "school-371602-special", "care-371602"
FEDERATION = "federation-371602"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the portal."""

    name: str
    path: str
    """`{case}` is the child of the county with the most entries."""
    person: str = FEDERATION
    """User name of who looks."""


PAGES = (
    Page("home", "/"),
    Page("duties", "/duties"),
    Page("cases", "/cases"),
    Page("case", "/cases/{case}"),
    Page("applications", "/applications"),
    Page("findings", "/findings"),
    Page("indicators", "/indicators"),
    Page("report", "/report", CLINIC),
    Page("my_children", "/my-children", CLINIC),
    Page("today", "/today", CENTRE),
    Page("claims", "/claims", CENTRE),
    Page("attendance", "/attendance", SCHOOL),
    Page("pupils", "/pupils", SCHOOL),
    Page("residents", "/residents", HOUSE),
    Page("door", "/door", HOUSE),
)
"""Those of one person stand together: each person signs in once for all."""
LONG_FILE = "long_file"
"""The file of the child with 2,000 entries, among a million."""
