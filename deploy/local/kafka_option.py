"""The option `--kafka embedded|apache|HOST:PORT` of `up`, `demo`, the test stack and the benchmarks."""

from deploy.kafka.apache import Apache
from deploy.local.broker import Broker, Embedded, External, host_and_port
from deploy.local.errors import UnknownKafka
from deploy.local.home import Home

OWN: dict[str, type[Embedded] | type[Apache]] = {"embedded": Embedded, "apache": Apache}


def broker_from(option: str, home: Home) -> Broker:
    """Return the broker that the option names, not started; raises UnknownKafka."""
    choice = option.strip()
    own = OWN.get(choice.lower())
    return own(home) if own else External(home, _addresses(choice))


def _addresses(choice: str) -> str:
    addresses = [part.strip() for part in choice.split(",")]
    try:
        for address in addresses:
            host_and_port(address)
    except ValueError as error:
        raise UnknownKafka(
            f"--kafka takes embedded, apache, or HOST:PORT of a running broker; {choice!r} is none of them."
        ) from error
    return ",".join(addresses)
