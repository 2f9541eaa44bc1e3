"""Custody's settings: the [assumed] figures of handbook §5 with their defaults."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.custody.domain import AdmissionPaper, Policy
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of custody: `CUSTODY_...`."""

    model_config = SettingsConfigDict(env_prefix="CUSTODY_", frozen=True, extra="ignore")

    minimum_boarding_age: int = Field(default=3, ge=0, description="Youngest age for boarding, in years [assumed].")
    before_age: int = Field(default=18, ge=1, description="Care is for children before this birthday.")
    admission_papers: frozenset[AdmissionPaper] = Field(
        default=frozenset(AdmissionPaper), description="Papers that an admission needs [assumed]."
    )
    visible_after_days: int = Field(
        default=90, ge=0, description="How long a child that left stays in sight [assumed]."
    )

    @property
    def policy(self) -> Policy:
        """The figures as the rules take them."""
        return Policy(self.minimum_boarding_age, self.before_age, self.admission_papers)
