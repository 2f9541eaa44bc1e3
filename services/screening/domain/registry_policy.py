"""The figures of the registry in a versioned file: certificates, guardians, likeness, reconciliation."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from services.screening.domain.protocol import DATA
from shared.contracts.events.screening import GuardianKind
from shared.policyfile import Figure, Policies, PolicyVersion, read_policies


class Trait(StrEnum):
    """What two registered children may have in common."""

    BIRTH_CERTIFICATE = "birth_certificate"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    GUARDIAN_RESIDENT_NUMBER = "guardian_resident_number"
    GUARDIAN_NAME = "guardian_name"
    GUARDIAN_PHONE = "guardian_phone"
    ADDRESS = "address"


class Part(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Certificates(Part):
    validity_years: Figure[int] = Field(title="残疾人证有效期（年）", description="Validity of a certificate (§2.2).")
    notice_working_days: Figure[int] = Field(
        title="公示工作日", description="Working days of public notice in the village or community (§2.2)."
    )
    review_working_days: Figure[int] = Field(
        title="县级审核工作日", description="Working days in which the county reviews an application (§2.2)."
    )
    reapply_months: Figure[int] = Field(
        title="注销后再申请间隔（月）", description="Months after a cancellation before a new application (§2.2)."
    )


class Guardians(Part):
    order: Figure[tuple[GuardianKind, ...]] = Field(
        title="监护顺序", description="Order in which people become guardians; a later kind says why not earlier (§5)."
    )


class Likeness(Part):
    weights: Figure[Mapping[Trait, int]] = Field(
        title="重复档案相似度权重", description="What each trait in common adds to the likeness of two children (§1.4)."
    )
    likely_from: Figure[int] = Field(
        title="疑似重复阈值", description="Score from which two children are shown as likely one (§1.4)."
    )


class Reconciliation(Part):
    every_months: Figure[int] = Field(
        title="名单核对周期（月）",
        description="Months from one comparison with the federation's list to the next (§1.4).",
    )


class RegistryPolicy(PolicyVersion):
    """One version of the registry's figures; `policy` of a fact names it."""

    certificate: Certificates
    guardian: Guardians
    likeness: Likeness
    reconciliation: Reconciliation


@cache
def registry_policies(folder: Path = DATA) -> Policies[RegistryPolicy]:
    """Read all versions; a site may keep its own folder (settings)."""
    return read_policies(RegistryPolicy, folder, "registry_*.json")
