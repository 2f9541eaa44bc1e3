"""Typed environment of the directory, prefix DIRECTORY_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.contracts.codes import Region
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="DIRECTORY_", frozen=True, extra="ignore")

    token_key_file: Path = Field(description="Ed25519 private key (PEM) that signs access tokens.")
    older_token_key_files: list[Path] = Field(
        default_factory=list, description="Public keys (PEM) of earlier signing keys, shown until their tokens ran out."
    )
    token_seconds: int = Field(default=300, ge=30, le=3600, description="Life of an access token.")
    service_secrets: dict[str, Path] = Field(
        default_factory=dict, description="Secret file of each Tongkang service, with which it asks for its own tokens."
    )

    # The first that OWASP's Password Storage Cheat Sheet names for Argon2id: 19 MiB, two passes, one lane.
    argon2_memory_kib: int = Field(default=19_456, ge=8, description="Memory of one hash.")
    argon2_time_cost: int = Field(default=2, ge=1)
    argon2_parallelism: int = Field(default=1, ge=1)
    hashing_threads: int = Field(default=2, ge=1, le=32, description="Passwords hashed at once; each takes its memory.")
    shortest_password: int = Field(default=12, ge=8, le=64, description="[assumed]")

    login_tries: int = Field(default=5, ge=1, description="Failed logins until a user name is locked. [assumed]")
    login_lock_minutes: int = Field(default=15, ge=1, description="How long a user name stays locked. [assumed]")
    address_burst: int = Field(default=100, ge=1, description="Failed token requests of one address at once.")
    address_per_minute: float = Field(default=60, gt=0, description="Failed token requests of one address, lasting.")
    user_name_burst: int = Field(default=10, ge=1, description="Failed logins of one user name at once.")
    user_name_per_minute: float = Field(default=10, gt=0, description="Failed logins of one user name, lasting.")
    idle_minutes: int = Field(default=60, ge=1, description="Without use, a kept login ends after so long. [assumed]")
    session_hours: int = Field(default=12, ge=1, description="A kept login ends after so long in any case. [assumed]")
    secret_overlap_hours: int = Field(default=24, ge=0, description="How long a client's older secret stays valid.")

    home_region: Region = Field(default="37", description="Region of the organisation made at the first start.")
    home_name: str = Field(default="省残疾人联合会", description="Name of that organisation.")
    administrator_name: str | None = Field(default=None, description="User name of the first administrator.")
    administrator_password_file: Path | None = Field(default=None, description="File with that account's password.")
