"""Codes that several stages share. Values are stable: they stand in published facts."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field


class Sex(StrEnum):
    """Administrative sex; digit 17 of a resident number is odd for male, even for female (GB 11643)."""

    MALE = "male"
    FEMALE = "female"


class ScreeningCategory(StrEnum):
    """The five screening categories (残疾筛查规范; handbook §1.1)."""

    VISION = "vision"
    HEARING = "hearing"
    PHYSICAL = "physical"
    INTELLECTUAL = "intellectual"
    AUTISM = "autism"


class RehabCategory(StrEnum):
    """The six groups that subsidy law counts (国发20号; handbook §1.1). Not the certificate's category (§2.1)."""

    VISION = "vision"
    HEARING = "hearing"
    SPEECH = "speech"
    PHYSICAL = "physical"
    INTELLECTUAL = "intellectual"
    AUTISM = "autism"


class DisabilityCategory(StrEnum):
    """Categories of the disability certificate, codes 1 to 7 (GB/T 26341; handbook §2.1). Autism is `mental` here."""

    VISUAL = "visual"
    HEARING = "hearing"
    SPEECH = "speech"
    PHYSICAL = "physical"
    INTELLECTUAL = "intellectual"
    MENTAL = "mental"
    MULTIPLE = "multiple"


class OrgType(StrEnum):
    """Kinds of organisation (access, actors)."""

    CLINIC = "clinic"
    MCH = "mch"
    HOSPITAL = "hospital"
    REHAB_CENTRE = "rehab_centre"
    SCHOOL = "school"
    CARE_HOME = "care_home"
    FEDERATION = "federation"
    EDUCATION_AUTHORITY = "education_authority"
    HEALTH_AUTHORITY = "health_authority"
    AUDITOR = "auditor"
    SERVICE = "service"
    """A Tongkang service itself, when it repairs from another's journal feed or acts on a fact."""


# [0-9], never \d: the latter also takes the digits of other scripts.
Region = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{2}([0-9]{2}([0-9]{2})?)?$",
        description="GB/T 2260 region code or its prefix, 2, 4 or 6 digits.",
        examples=["3716"],
    ),
]
County = Annotated[
    str, Field(pattern=r"^[0-9]{6}$", description="GB/T 2260 code of a county, 6 digits.", examples=["371602"])
]
