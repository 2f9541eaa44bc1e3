"""What names people, encrypted at rest: AES-256-GCM under a key of each child's own (docs/architecture.md).

A child's key is kept wrapped by one outside the database, so that a copy of the database tells nothing, and destroying
the child's key erases every word that was sealed under it. Case and place are bound to each ciphertext: it opens
nowhere else.
"""

import os
from dataclasses import dataclass, field
from typing import Self, overload
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class ChildKey:
    """The key of one child, open while a transaction needs it."""

    case: UUID
    cipher: AESGCM = field(repr=False)

    @overload
    def seal(self, text: str, place: str) -> bytes: ...
    @overload
    def seal(self, text: str | None, place: str) -> bytes | None: ...
    def seal(self, text: str | None, place: str) -> bytes | None:
        """Encrypt a text for the place where it stands; None stays None."""
        return None if text is None else _encrypted(self.cipher, text.encode(), _place(self.case, place))

    @overload
    def open(self, sealed: bytes, place: str) -> str: ...
    @overload
    def open(self, sealed: bytes | None, place: str) -> str | None: ...
    def open(self, sealed: bytes | None, place: str) -> str | None:
        """Decrypt a text. Raises InvalidTag when it was changed, or stood at another place or with another child."""
        return None if sealed is None else _decrypted(self.cipher, sealed, _place(self.case, place)).decode()


@dataclass(frozen=True, slots=True)
class Keys:
    """Makes, wraps and unwraps the keys of children."""

    wrapping: AESGCM = field(repr=False)
    name: str
    """Names the wrapping key, so that a later one can take over child by child."""

    @classmethod
    def of(cls, secret: str) -> Self:
        """Derive the wrapping key. Raises ValueError for a secret too short to be one."""
        name = derived(secret, b"tongkang identity name v1").hex()[:12]
        return cls(AESGCM(derived(secret, b"tongkang identity wrapping v1")), name)

    def new(self, case: UUID) -> tuple[bytes, ChildKey]:
        """Return a fresh key of a child, wrapped and open."""
        key = AESGCM.generate_key(bit_length=8 * KEY_BYTES)
        return _encrypted(self.wrapping, key, _place(case, "key")), ChildKey(case, AESGCM(key))

    def open(self, case: UUID, wrapped: bytes) -> ChildKey:
        """Unwrap the key of a child. Raises InvalidTag for another child's key or another secret."""
        return ChildKey(case, AESGCM(_decrypted(self.wrapping, wrapped, _place(case, "key"))))


@dataclass(frozen=True, slots=True)
class Seal:
    """Encrypts what belongs to no one child, each text for the place where it is kept."""

    cipher: AESGCM = field(repr=False)

    @classmethod
    def of(cls, secret: str, purpose: bytes) -> Self:
        """Derive the key for one purpose. Raises ValueError for a secret too short to be one."""
        return cls(AESGCM(derived(secret, purpose)))

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt a text for the place where it stands."""
        return _encrypted(self.cipher, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt a text. Raises InvalidTag when it was changed, or stood at another place."""
        return _decrypted(self.cipher, sealed, place.encode()).decode()


def derived(secret: str, purpose: bytes) -> bytes:
    """Derive a key for one purpose. Raises ValueError for a secret too short to be one."""
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters")
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


def _encrypted(key: AESGCM, plain: bytes, place: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, place)


def _decrypted(key: AESGCM, sealed: bytes, place: bytes) -> bytes:
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)


def _place(case: UUID, name: str) -> bytes:
    return f"{case}/{name}".encode()
