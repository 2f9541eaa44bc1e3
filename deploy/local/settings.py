"""Settings of the embedded run, from the environment with the prefix TONGKANG_ (docs in README.md beside this file)."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[2]
"""Service processes start there, so that they import this very tree."""


class LocalSettings(BaseSettings):
    """What can differ from machine to machine. Every field has a default that suits two cores and 4 GB."""

    model_config = SettingsConfigDict(env_prefix="TONGKANG_", frozen=True)

    home: Path = Field(default=REPOSITORY / ".tongkang", description="Data folder of this run.")
    code: Path = Field(default=REPOSITORY, description="Folder that holds `services` and `shared`.")
    min_free_mb: int = Field(default=500, description="Free disk space below which nothing is started.")
    start_within_s: float = Field(default=60.0, description="Time a server has to answer after its start.")
    stop_within_s: float = Field(default=20.0, description="Time a server has to stop before it is killed.")
    first_port: int = Field(
        default=20000,
        description="Ports are taken from here up. Below the ephemeral range: an outgoing connection can then never "
        "sit on the port of a server that is just restarting, nor a client connect to itself.",
    )
    last_port: int = Field(default=29999, description="Last port that may be taken.")
    log_max_mb: int = Field(default=20, description="A log larger than this is set aside as .1 at the next start.")
    postgres_account: str = Field(
        default="", description="System user that runs PostgreSQL when we are root; empty: postgres, else nobody."
    )
    postgres_shared_buffers_mb: int = Field(default=64, description="PostgreSQL's shared_buffers.")
    postgres_max_connections: int = Field(default=100, description="Seven services with pools, relays and a person.")
    outside: Path = Field(
        default=Path("/var/lib/tongkang"),
        description="Root only: where the database lives when its user cannot enter the data folder.",
    )
    kafka_heap_mb: int = Field(default=512, description="Heap of Apache Kafka.")
    kafka_jars: Path | None = Field(default=None, description="Cache of Kafka's jars; default <home>/kafka/jars.")
