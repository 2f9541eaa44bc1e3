"""Make the secrets of a compose installation: one file each, 0600, made once. `python -m deploy.secrets [folder]`."""

import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.local.files import read_or_make_secret, write_whole
from deploy.services import NAMES
from deploy.setup import ROLES

FOLDER = Path(".secrets")
KEYS = ("tokens.pem", *(f"{name}.pem" for name in NAMES))
WORDS = (
    "postgres", *ROLES, *(f"client-{name}" for name in NAMES), "identity-key", "index-key", "wording-key",
    "custody-identity-key", "portal-session-key", "administrator",
)  # fmt: skip
"""Passwords of superuser, roles and first administrator; secrets of the services as API clients; keys of identity."""


def make(folder: Path) -> list[str]:
    """Make what is missing in a folder and return all names."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in KEYS:
        if not (folder / name).exists():
            write_whole(folder / name, new_key())
    for name in WORDS:
        read_or_make_secret(folder / name)
    return [*KEYS, *WORDS]


def new_key() -> str:
    """Return a new Ed25519 private key, PEM."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def main() -> None:
    """Make the secrets in the folder that compose reads."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    print(f"{len(make(folder))} secrets in {folder}")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
