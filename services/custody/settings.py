"""Typed environment of custody: prefix CUSTODY_, the county's rules as CUSTODY_RULES__<NAME>."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.custody.domain.rules import Rules
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What custody is told beyond what every service is."""

    model_config = SettingsConfigDict(
        env_prefix="CUSTODY_", env_nested_delimiter="__", env_nested_max_split=1, frozen=True, extra="ignore"
    )

    rules: Rules = Rules()
    identity_key_file: Path = Field(
        description="Secret of which the key that wraps every child's key is derived; losing it loses all words."
    )
