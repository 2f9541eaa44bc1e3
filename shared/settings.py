"""Typed environment of a service. Secrets are files, never values in the environment, and have no default."""

from pathlib import Path

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every service is told. Subclasses set their prefix: `SCREENING_DATABASE_URL` and so on."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = Field(description="postgresql://role@host:port/database of the service's own database.")
    database_password_file: Path = Field(description="File with the password of the application role.")
    database_pool: int = Field(default=12, ge=2, le=100, description="Connections at most.")

    kafka: str = Field(description="Bootstrap servers, host:port[,host:port].")
    kafka_idempotent: bool = Field(default=True, description="Idempotent producer; off only for the embedded broker.")
    kafka_fetch_wait_ms: int = Field(
        default=200, ge=1, le=10_000, description="How long the broker gathers facts for an answer; part of freshness."
    )

    directory_url: HttpUrl = Field(description="Where the directory serves its register of organisations.")
    issuer: str = Field(default="tongkang-directory", description="Expected `iss` of access tokens.")
    audience: str = Field(default="tongkang", description="Expected `aud` of access tokens.")
    jwks_url: HttpUrl | None = Field(default=None, description="Keys of the token issuer; the directory's unless set.")
    signing_key_file: Path = Field(description="Ed25519 key (PEM) that signs this service's checkpoints.")
    client_secret_file: Path = Field(description="Secret with which this service asks for its own tokens.")
    peers: dict[str, HttpUrl] = Field(default_factory=dict, description="Base URL of each producer's internal feed.")

    relay_shards: int = Field(default=16, ge=1, le=256)
    relay_lease_seconds: float = Field(default=10.0, gt=0)
    relay_poll_seconds: float = Field(default=0.1, gt=0)
    relay_batch: int = Field(default=1000, ge=1, le=10_000)
    relay_gather_seconds: float = Field(
        default=0.02, ge=0, description="How long a busy relay gathers facts for its next turn; part of freshness."
    )
    consumer_batch: int = Field(default=1000, ge=1, le=10_000)
    consumer_gather_seconds: float = Field(
        default=0.1, ge=0, description="How long a busy consumer gathers facts for its next batch; part of freshness."
    )
    consumer_at_once: int = Field(
        default=1, ge=1, le=8, description="Parts of a batch on their way at a time, each in a transaction of its own."
    )
    consumer_session_seconds: float = Field(default=10.0, gt=0, description="After how long a silent consumer is dead.")
    checkpoint_seconds: float = Field(default=60.0, gt=0, description="How often a producer publishes its checkpoint.")
    seal_seconds: float = Field(
        default=5.0, gt=0, description="How often what is final in the log of reading is sealed [assumed]."
    )
    answers_days: int = Field(
        default=7, ge=1, description="How long the answer to an Idempotency-Key is kept for a repeat [assumed]."
    )
    repair_after_seconds: float = Field(default=5.0, gt=0, description="How long a gap may wait before it is repaired.")

    @property
    def password(self) -> str:
        """The application role's password."""
        return self.database_password_file.read_text().strip()
