"""Typed environment of the portal, prefix PORTAL_."""

from pathlib import Path

from pydantic import Field, HttpUrl
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the portal is told beyond what every service is."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True, extra="ignore")

    services: dict[str, HttpUrl] = Field(description="Base URL of every service whose doors the pages open.")
    session_key_file: Path = Field(
        description="Secret of which the keys are derived that seal tokens and drafts and sign forms."
    )
    secure_cookies: bool = Field(
        default=True, description="Cookies travel over HTTPS only; off only for a run on one machine."
    )
    rotate_minutes: int = Field(default=15, ge=1, description="How often the cookie of a login changes. [assumed]")
    draft_days: int = Field(default=14, ge=1, description="How long an unsent draft is kept. [assumed]")
    import_days: int = Field(
        default=7,
        ge=1,
        description="How long a file that is taken over is kept; no longer than services keep their answers. [assumed]",
    )
    regions_file: Path | None = Field(
        default=None, description="Names of regions as CSV, `code,zh,en`; of a region without one the code is shown."
    )
    demo_logins_file: Path | None = Field(
        default=None, description="People of the invented city, whom the page for signing in offers; only in a demo."
    )
