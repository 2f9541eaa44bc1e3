"""Education's settings: the [assumed] figures of handbook §4 with their defaults."""

from datetime import date

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.education.domain import Policy
from shared.settings import ServiceSettings

A_COMMON_YEAR = 2023


class Settings(ServiceSettings):
    """Environment of education: `EDUCATION_...`."""

    model_config = SettingsConfigDict(env_prefix="EDUCATION_", frozen=True, extra="ignore")

    school_age: int = Field(default=6, ge=5, le=8, description="Age at which compulsory schooling begins (义务教育法).")
    cut_off: tuple[int, int] = Field(default=(8, 31), description="Month and day to have turned that age by [assumed].")
    deferral_months: int = Field(default=12, ge=1, description="Longest deferral before its review.")
    visible_after_days: int = Field(
        default=90, ge=0, description="How long a child that left stays in sight [assumed]."
    )

    @field_validator("cut_off")
    @classmethod
    def _exists_every_year(cls, cut_off: tuple[int, int]) -> tuple[int, int]:
        date(A_COMMON_YEAR, *cut_off)
        return cut_off

    @property
    def policy(self) -> Policy:
        """The figures as the rules take them."""
        return Policy(self.school_age, self.cut_off, self.deferral_months)
