"""Typed environment of the screening service, prefix SCREENING_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.screening.domain.protocol import DATA
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the screening service is told; its two identity secrets are files and have no default."""

    model_config = SettingsConfigDict(env_prefix="SCREENING_", frozen=True, extra="ignore")

    identity_key_file: Path = Field(
        description="Secret of which the key that wraps every child's key is derived; losing it erases all identity."
    )
    index_key_file: Path = Field(description="Secret of which the key of the blind index of numbers is derived.")
    protocols: Path = Field(default=DATA, description="Folder with the versions of the screening protocol.")
    registry_policies: Path = Field(
        default=DATA, title="登记政策文件夹", description="Folder with the versions of the registry's figures (§2.2)."
    )
    visible_after_days: int = Field(
        default=90, ge=0, description="How long a rehabilitation centre still sees the name of a child that left it."
    )
