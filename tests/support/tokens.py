"""An issuer of tokens for tests: signs as the directory would, knows no accounts."""

import time
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared.access.policy import Actor
from shared.access.tokens import TOKEN_TYPE
from shared.contracts.codes import OrgType

ISSUER, AUDIENCE = "tongkang-directory", "tongkang"


class Issuer:
    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519", parameters={"kid": "test"}, private=True)

    async def keys(self) -> dict[str, Any]:
        return KeySet([self.key]).as_dict(private=False)  # type: ignore[return-value]

    def token(self, actor: Actor, **changes: Any) -> str:
        now = int(time.time())
        header = {"alg": "Ed25519", "kid": "test", "typ": changes.pop("typ", TOKEN_TYPE)}
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now - 1,
            "exp": now + 300,
            "sub": str(actor.person),
            "org": str(actor.organisation),
            "org_type": actor.org_type.value,
            "region": actor.region,
            "roles": sorted(actor.roles),
            "purpose": actor.purpose,
        }
        return jwt.encode(header, claims | changes, self.key, algorithms=["Ed25519"])


def an_actor(org_type: OrgType, region: str = "371602", *roles: str, organisation: UUID | None = None) -> Actor:
    return Actor(uuid4(), organisation or uuid4(), org_type, region, frozenset(roles or ("staff",)))
