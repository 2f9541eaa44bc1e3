"""Access tokens: JWT (RFC 9068's `at+jwt`), signed with Ed25519; the keys that verify them."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from services.directory.domain.members import Subject
from services.directory.settings import Settings
from shared.access.tokens import TOKEN_TYPE

ALGORITHM = "Ed25519"
"""EdDSA over Ed25519 by its own name: the name `EdDSA` is deprecated (RFC 9864)."""
CURVE = "Ed25519"


class TokenKeys:
    """The key that signs, and all keys whose tokens are still about."""

    def __init__(self, signing: Path, older: Iterable[Path] = ()) -> None:
        self._signing = _key(signing)
        if not self._signing.is_private:
            raise RuntimeError(f"no private key in {signing}")
        self._shown = KeySet([self._signing, *map(_key, older)]).as_dict(private=False)

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys, as `/.well-known/jwks.json` shows them."""
        return dict(self._shown)

    @property
    def pepper(self) -> bytes:
        """A secret that all replicas share, for digests that must not be guessed from the database alone."""
        return self._signing.as_pem(private=True)

    async def fetch(self) -> dict[str, Any]:
        """Return the public keys to this service's own verifier."""
        return self.jwks

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the signed token."""
        header = {"alg": ALGORITHM, "kid": self._signing.kid, "typ": TOKEN_TYPE}
        return jwt.encode(header, claims, self._signing, algorithms=[ALGORITHM])


def _key(file: Path) -> OKPKey:
    try:
        bare = OKPKey.import_key(file.read_bytes())
    except (JoseError, ValueError) as error:
        raise RuntimeError(f"no {CURVE} key in {file}") from error
    if bare.curve_name != CURVE:
        raise RuntimeError(f"no {CURVE} key in {file}")
    parameters: Any = {"kid": bare.thumbprint(), "use": "sig", "alg": ALGORITHM}
    return OKPKey.import_key(file.read_bytes(), parameters)


def claims_of(subject: Subject, purpose: str, settings: Settings, at: datetime) -> dict[str, Any]:
    """Return what a token says (docs/access.md, actors)."""
    now = int(at.timestamp())
    return {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": str(subject.person),
        "org": str(subject.organisation),
        "org_type": subject.org_type.value,
        "region": subject.region,
        "roles": sorted(subject.roles),
        "purpose": purpose,
        "iat": now,
        "nbf": now,
        "exp": now + settings.token_seconds,
        "jti": str(uuid4()),
    }
