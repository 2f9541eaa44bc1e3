"""Education's settings; the [assumed] figures of handbook §4 stand in the calendar's policy file."""

from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from services.education.domain.calendar import BUILT_IN, SchoolPolicy, read_school_policies
from shared.policyfile import Policies
from shared.settings import ServiceSettings


class Rules(BaseModel):
    """Choices of a county beside its calendar; `EDUCATION_RULES__<NAME>` sets another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    visible_after_days: int = Field(
        default=90,
        ge=0,
        title="离开后可见天数",
        description="How long a school or site still sees a child that left it, days (§4).",
    )
    gap_check_seconds: float = Field(
        default=3600.0,
        gt=0,
        title="控辍检查间隔",
        description="How often the service looks whether a new day of dropout control is due (§4).",
    )


class Settings(ServiceSettings):
    """Environment of education: `EDUCATION_...`."""

    model_config = SettingsConfigDict(
        env_prefix="EDUCATION_", env_nested_delimiter="__", env_nested_max_split=1, frozen=True, extra="ignore"
    )

    rules: Rules = Rules()
    policy_folder: Path = Field(default=BUILT_IN, description="Folder of the calendar; a county may have its own.")

    @cached_property
    def policies(self) -> Policies[SchoolPolicy]:
        """The calendars, read once; raises on one that cannot be read."""
        return read_school_policies(self.policy_folder)
