"""Identity at rest (docs/access.md, identity): why this service has a file that no other has.

Every field is sealed under the child's own key (`shared/vault.py`). Numbers are found through HMAC-SHA-256 under
another key: a plain hash would be useless, there are only about 2^34 possible numbers of children.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Self
from uuid import UUID

from services.screening.domain.identity import written
from services.screening.domain.registry import Identity
from shared.contracts.events.screening import IdentifierKind
from shared.vault import Keys, derived

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

    keys: Keys
    lookup: bytes = field(repr=False)

    @classmethod
    def of(cls, identity_secret: str, lookup_secret: str) -> Self:
        """Derive the keys. Raises ValueError for a secret too short to be one."""
        return cls(Keys.of(identity_secret), derived(lookup_secret, b"tongkang identity lookup v1"))

    def seal(self, case: UUID, identity: Identity) -> SealedIdentity:
        """Encrypt an identity under a fresh key of the child; case and field are bound to each ciphertext."""
        wrapped, key = self.keys.new(case)
        sealed = {name: key.seal(getattr(identity, name), name) for name in FIELDS}
        return SealedIdentity(wrapped, self.keys.name, sealed)

    def open(self, case: UUID, sealed: SealedIdentity) -> dict[str, str | None]:
        """Decrypt the fields that are given. Raises InvalidTag when anything was changed or moved to another child."""
        key = self.keys.open(case, sealed.wrapped_key)
        return {name: key.open(text, name) for name, text in sealed.fields.items()}

    def reseal(self, case: UUID, sealed: SealedIdentity, changed: Mapping[str, str | None]) -> dict[str, bytes | None]:
        """Encrypt fields anew under the key that the child has; the others stay as they are."""
        key = self.keys.open(case, sealed.wrapped_key)
        return {name: key.seal(text, name) for name, text in changed.items()}

    def blind(self, kind: IdentifierKind, number: str) -> bytes:
        """Return what a number is looked up by; the kinds never meet."""
        return hmac.digest(self.lookup, f"{kind.value}:{number}".encode(), "sha256")

    def named(self, kind: IdentifierKind, number: str, name: str) -> bytes:
        """Return under which name a number was given; it tells only whether two names of one number are the same."""
        return hmac.digest(self.lookup, f"name of {kind.value}:{number}:{written(name)}".encode(), "sha256")
