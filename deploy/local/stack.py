"""The whole installation on one machine: servers, databases, topics, keys, a process for every service."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.broker import Broker
from deploy.local.files import write_whole
from deploy.local.home import Home
from deploy.local.kafka_option import broker_from
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Postgres
from deploy.local.processes import Service
from deploy.local.server import Server, start_all, stop_all
from deploy.postgres.databases import MIGRATOR, role_of
from deploy.secrets import make
from deploy.services import NAMES, SERVICES, ServiceSpec
from deploy.setup import ROLES, owner_dsn, prepare

ADMINISTRATOR = "administrator"
LOOK_BACK = dict.fromkeys(("rehab", "education", "custody"), "RULES__VISIBLE_AFTER_DAYS")
LOOK_BACK_DAYS = "36500"
"""The cohort's year is over: by the rule of 90 days its institutions would no longer see their children."""

LIVE_SINCE = {"timeline": "FINDINGS__LIVE_SINCE"}
"""What happened before the data folder was begun is sent on one day: it was taken over, and no note of it is late."""

OWN_KEYS = {
    "screening": {"identity": "identity-key", "index": "index-key"},
    "rehab": {"wording": "wording-key"},
    "custody": {"identity": "custody-identity-key"},
    "portal": {"session": "portal-session-key"},
}
"""Secrets outside the database of which a service derives keys, and the file of each."""

REGIONS = Path(__file__).parents[1] / "regions.csv"
"""What the counties of the demo are called."""
POOL = "10"
"""Connections of a service at most. They are opened when they are needed; each costs PostgreSQL about 4 MB."""

CHECKPOINT_SECONDS = "5"
"""On one machine a checkpoint costs nothing; a person who watches the demo sees completeness move."""

EMBEDDED_SESSION_SECONDS = "3"
"""The embedded broker makes a consumer's first start wait for half of its session, and each later one for twice."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation as other commands find it, by `running.json`: where it is, never a secret."""

    home: Home
    kafka: str
    """Kind of its broker."""
    bootstrap: str
    database_server: str
    """HOST:PORT of PostgreSQL."""
    urls: Mapping[str, str]
    """Base URL of every service."""

    @classmethod
    def running(cls, home: Home) -> "Installation | None":
        """Return the installation that runs in this home, or None; a run that is still starting is none yet."""
        if home.holder() is None or not running_file(home).exists():
            return None
        return cls(home, **json.loads(running_file(home).read_text(encoding="utf-8")))

    def owned(self, service: str) -> str:
        """Return the address of a service's database for its owner, the migrator, with the password."""
        return owner_dsn(self.address("postgres"), service, self.home.secret(MIGRATOR))

    def address(self, role: str) -> str:
        """Return the address of a role's own database, without the password."""
        return f"postgresql://{role}@{self.database_server}/{role}"

    def save(self) -> None:
        """Tell other commands where it is."""
        told = {"kafka": self.kafka, "bootstrap": self.bootstrap, "database_server": self.database_server}
        write_whole(running_file(self.home), json.dumps(told | {"urls": dict(self.urls)}))


def running_file(home: Home) -> Path:
    """Return the file that says where the running installation is."""
    return home.path / "running.json"


@dataclass
class Stack:
    """A running installation. `with up(home, "embedded", say) as stack:`; all is stopped at the end, in order."""

    home: Home
    postgres: Postgres
    broker: Broker
    services: dict[str, Service]

    @property
    def servers(self) -> list[Server]:
        """All processes: servers first."""
        return [self.postgres, self.broker, *self.services.values()]

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of every service."""
        return {name: service.url for name, service in self.services.items()}

    @property
    def installation(self) -> Installation:
        """The same as other commands find it."""
        server = f"{LOOPBACK}:{self.postgres.port}"
        return Installation(self.home, self.broker.kind, self.broker.bootstrap, server, self.urls)

    def database(self, service: str) -> str:
        """Return the address of a service's database for its owner, the migrator."""
        return self.installation.owned(service)


@contextmanager
def up(home: Home, kafka: str, say: Say) -> Iterator[Stack]:
    """Bring everything up, step by step, saying each; stop everything when the context ends, also by an error."""
    running_file(home).unlink(missing_ok=True)  # of a run that was killed
    stack = _planned(home, kafka)
    say(f"starting PostgreSQL and Kafka ({stack.broker.kind})")
    start_all([stack.postgres, stack.broker])
    try:
        say("databases and topics")
        prepare(stack.postgres.dsn(), stack.broker.bootstrap, {role: home.secret(role) for role in ROLES})
        say(f"starting {len(NAMES)} services")
        start_all(list(stack.services.values()))
        stack.installation.save()
        yield stack
    finally:
        running_file(home).unlink(missing_ok=True)
        stop_all(list(stack.services.values()))
        stop_all([stack.broker, stack.postgres])


def _planned(home: Home, kafka: str) -> Stack:
    postgres, broker = Postgres(home), broker_from(kafka, home)
    ports = {name: home.port(name) for name in NAMES}
    make(home.folder("secrets"))
    services = {
        spec.name: Service(home, spec.name, _environment(home, spec, postgres, broker, ports)) for spec in SERVICES
    }
    return Stack(home, postgres, broker, services)


def _environment(
    home: Home, spec: ServiceSpec, postgres: Postgres, broker: Broker, ports: Mapping[str, int]
) -> dict[str, str]:
    """Return the environment of a service; docker-compose.yml sets the same names."""
    urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
    values = {
        "DATABASE_URL": f"postgresql://{role_of(spec.name)}@{LOOPBACK}:{postgres.port}/{role_of(spec.name)}",
        "DATABASE_PASSWORD_FILE": str(home.secret_file(role_of(spec.name))),
        "DATABASE_POOL": POOL,
        "KAFKA": broker.bootstrap,
        "KAFKA_IDEMPOTENT": str(broker.idempotent).lower(),
        "DIRECTORY_URL": urls["directory"],
        "SIGNING_KEY_FILE": str(home.secret_file(f"{spec.name}.pem")),
        "CLIENT_SECRET_FILE": str(home.secret_file(f"client-{spec.name}")),
        "CHECKPOINT_SECONDS": CHECKPOINT_SECONDS,
        "PEERS": json.dumps({name: urls[name] for name in spec.hears}),
    }
    if broker.kind == "embedded":
        values["CONSUMER_SESSION_SECONDS"] = EMBEDDED_SESSION_SECONDS
    values |= _own_environment(home, spec.name)
    if spec.name == "portal":
        values |= {"SERVICES": json.dumps({name: url for name, url in urls.items() if name != "portal"})}
    own = {f"{spec.name.upper()}_{key}": value for key, value in values.items()}
    return invented(spec.name) | told_by_county(spec.name, os.environ) | own


def invented(service: str) -> dict[str, str]:
    """Return what a service is told of the demo's city, unless our own environment says else."""
    return {"PORTAL_REGIONS_FILE": str(REGIONS)} if service == "portal" else {}


def told_by_county(service: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what our own environment sets for a service: the keys that `tongkang rules` names.

    Where servers and secrets are is the run's to say, so its own values stand above these.
    """
    return {key: value for key, value in environment.items() if key.startswith(f"{service.upper()}_")}


def _own_environment(home: Home, service: str) -> dict[str, str]:
    """Return what only this service is told."""
    if service == "directory":
        secrets = {name: str(home.secret_file(f"client-{name}")) for name in NAMES}
        return {
            "TOKEN_KEY_FILE": str(home.secret_file("tokens.pem")),
            "SERVICE_SECRETS": json.dumps(secrets),
            "ADMINISTRATOR_NAME": ADMINISTRATOR,
            "ADMINISTRATOR_PASSWORD_FILE": str(home.secret_file(ADMINISTRATOR)),
        }
    looks_back = {LOOK_BACK[service]: LOOK_BACK_DAYS} if service in LOOK_BACK else {}
    taken_over = {LIVE_SINCE[service]: home.begun_on.isoformat()} if service in LIVE_SINCE else {}
    return (
        looks_back
        | ({"SECURE_COOKIES": "false", "DEMO_LOGINS_FILE": str(home.demo_city)} if service == "portal" else {})
        | taken_over
        | {f"{key.upper()}_KEY_FILE": str(home.secret_file(name)) for key, name in OWN_KEYS.get(service, {}).items()}
    )
