"""Typed environment of the rehab service: prefix REHAB_, the county's rules as REHAB_RULES__<NAME>."""

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.rehab.domain.policy import BUILT_IN, AssistancePolicy, read_assistance_policies
from services.rehab.domain.rules import Rules
from shared.policyfile import Policies
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the rehab service is told beyond what every service is."""

    model_config = SettingsConfigDict(
        env_prefix="REHAB_", env_nested_delimiter="__", env_nested_max_split=1, frozen=True, extra="ignore"
    )

    rules: Rules = Rules()
    wording_key_file: Path = Field(
        description="Secret of which each centre's key for digests of its wording is derived; it never leaves here."
    )
    by_clock_seconds: float = Field(
        default=300.0,
        gt=0,
        title="按日处理的间隔（秒）",
        description="How often the service looks for what a new day brings: lapses, age-outs.",
    )
    policy_folder: Path = Field(default=BUILT_IN, description="Folder of the policy files; a county may have its own.")

    @cached_property
    def policies(self) -> Policies[AssistancePolicy]:
        """The policy files, read once; raises on one that cannot be read."""
        return read_assistance_policies(self.policy_folder)
