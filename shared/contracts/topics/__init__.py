"""Topics as the files of this folder declare them."""

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

_DAY_MS = 24 * 60 * 60 * 1000


class Topic(BaseModel):
    """A topic: who writes it, who reads it, how it is cut and kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    key: str
    partitions: int
    replicas: int
    retention: Literal["forever", "7 days"]
    owner: str

    @property
    def retention_ms(self) -> int:
        """Retention as Kafka takes it; -1 keeps records for ever."""
        return -1 if self.retention == "forever" else 7 * _DAY_MS


@cache
def topics() -> tuple[Topic, ...]:
    """Return all declared topics, by name."""
    declared = [file for file in files(__name__).iterdir() if file.name.endswith(".yaml")]
    return tuple(
        sorted((Topic.model_validate(yaml.safe_load(file.read_text())) for file in declared), key=lambda t: t.name)
    )
