"""The services of this installation: what is started, in compose and embedded alike, and who listens to whom."""

from dataclasses import dataclass

PRODUCERS = ("screening", "rehab", "education", "custody", "timeline")
"""Services whose facts travel on Kafka; each serves the internal feed from which consumers repair."""


@dataclass(frozen=True)
class ServiceSpec:
    """One service: its name is also the name of its database, its process and its folder under `services/`."""

    name: str
    hears: tuple[str, ...] = ()
    """Producers whose facts it applies."""


SERVICES = (
    ServiceSpec("directory"),
    ServiceSpec("screening", hears=("rehab", "education", "custody")),
    ServiceSpec("rehab", hears=("screening", "timeline")),
    ServiceSpec("education", hears=("screening",)),
    ServiceSpec("custody", hears=("screening", "rehab")),
    ServiceSpec("timeline", hears=PRODUCERS),
    ServiceSpec("portal"),
)

NAMES = tuple(spec.name for spec in SERVICES)
