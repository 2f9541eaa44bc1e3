"""Identity at rest (docs/access.md, identity): why this service has a file that no other has.

Every field is encrypted with AES-256-GCM under the child's own key; that key is wrapped by one outside the database.
Destroying the child's key erases the child. Numbers are found through HMAC-SHA-256 under another key: a plain hash
would be useless, there are only about 2^34 possible numbers of children.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.screening.domain.identity import written
from services.screening.domain.registry import Identity
from shared.contracts.events.screening import IdentifierKind

KEY_BYTES = 32
NONCE_BYTES = 12
SHORTEST_SECRET = 32
FIELDS = tuple(one.name for one in fields(Identity))


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """An identity as the database holds it: the wrapped key of the child and its encrypted fields."""

    wrapped_key: bytes
    wrapped_with: str
    fields: Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens identities, and makes numbers findable without storing them."""

    wrapping: AESGCM = field(repr=False)
    lookup: bytes = field(repr=False)
    name: str
    """Names the wrapping key, so that a later one can take over child by child."""

    @classmethod
    def of(cls, identity_secret: str, lookup_secret: str) -> Self:
        """Derive the keys. Raises ValueError for a secret too short to be one."""
        wrapping = _derived(identity_secret, b"tongkang identity wrapping v1")
        name = _derived(identity_secret, b"tongkang identity name v1").hex()[:12]
        return cls(AESGCM(wrapping), _derived(lookup_secret, b"tongkang identity lookup v1"), name)

    def seal(self, case: UUID, identity: Identity) -> SealedIdentity:
        """Encrypt an identity under a fresh key of the child; case and field are bound to each ciphertext."""
        key = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
        child = AESGCM(key)
        given = {name: getattr(identity, name) for name in FIELDS}
        sealed = {name: None if text is None else _sealed(child, text, case, name) for name, text in given.items()}
        return SealedIdentity(_encrypted(self.wrapping, key, _place(case, "key")), self.name, sealed)

    def open(self, case: UUID, sealed: SealedIdentity) -> dict[str, str | None]:
        """Decrypt the fields that are given. Raises InvalidTag when anything was changed or moved to another child."""
        child = AESGCM(_decrypted(self.wrapping, sealed.wrapped_key, _place(case, "key")))
        return {
            name: None if text is None else _decrypted(child, text, _place(case, name)).decode()
            for name, text in sealed.fields.items()
        }

    def reseal(self, case: UUID, sealed: SealedIdentity, changed: Mapping[str, str | None]) -> dict[str, bytes | None]:
        """Encrypt fields anew under the key that the child has; the others stay as they are."""
        child = AESGCM(_decrypted(self.wrapping, sealed.wrapped_key, _place(case, "key")))
        return {name: None if text is None else _sealed(child, text, case, name) for name, text in changed.items()}

    def blind(self, kind: IdentifierKind, number: str) -> bytes:
        """Return what a number is looked up by; the kinds never meet."""
        return hmac.digest(self.lookup, f"{kind.value}:{number}".encode(), "sha256")

    def named(self, kind: IdentifierKind, number: str, name: str) -> bytes:
        """Return under which name a number was given; it tells only whether two names of one number are the same."""
        return hmac.digest(self.lookup, f"name of {kind.value}:{number}:{written(name)}".encode(), "sha256")


def _sealed(key: AESGCM, text: str, case: UUID, name: str) -> bytes:
    return _encrypted(key, text.encode(), _place(case, name))


def _encrypted(key: AESGCM, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, place)


def _decrypted(key: AESGCM, sealed: bytes, place: bytes) -> bytes:
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)


def _place(case: UUID, name: str) -> bytes:
    return f"{case}/{name}".encode()


def _derived(secret: str, purpose: bytes) -> bytes:
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters")
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret.encode())
