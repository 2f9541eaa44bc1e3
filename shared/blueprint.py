"""A service as its code says it is, without any server: for its documents and for the checks of the house.

Building an app opens no connection, but it reads its settings and the files that they name. Here these hold a key made
for the moment, so whatever is built this way must never be run.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from shared.contracts.topics import topics
from shared.settings import ServiceSettings

ROOT = Path(__file__).parent.parent
NOWHERE = {
    "database_url": "postgresql://nobody@localhost/nothing",
    "kafka": "localhost:9092",
    "directory_url": "http://localhost",
}


def service_names() -> list[str]:
    """Return the services whose composition root stands in the house."""
    return sorted(root.parent.name for root in (ROOT / "services").glob("*/app.py"))


@cache
def app_of(service: str) -> FastAPI:
    """Return the app of a service, built from its own composition root."""
    settings: type[ServiceSettings] = import_module(f"services.{service}.settings").Settings
    with TemporaryDirectory() as folder, _environment(_values(settings, Path(folder))):
        app: FastAPI = import_module(f"services.{service}.app").create_app()
    return app


def _values(settings: type[ServiceSettings], folder: Path) -> dict[str, str]:
    """Return what a service cannot be built without. A PEM key serves as every key, password and secret."""
    key = folder / "key.pem"
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    producers = {name: "http://localhost" for topic in topics() for name in topic.producers}
    needed = {name for name, field in settings.model_fields.items() if field.is_required()}
    addresses = dict.fromkeys(("peers", "services"), json.dumps(producers))
    others = needed - NOWHERE.keys() - addresses.keys()
    values = NOWHERE | addresses | {name: str(key) for name in others}
    return {f"{settings.model_config['env_prefix']}{name}".upper(): value for name, value in values.items()}


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
