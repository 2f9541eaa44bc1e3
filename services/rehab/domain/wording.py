"""Digests of what a centre wrote about a session: equal words show as equal, and nobody can read them back."""

import hmac
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from shared.rulebook.registry import rule

SHORTEST_SECRET = 32
DIGEST_BYTES = 16
PURPOSE = b"tongkang rehab wording v1"


@dataclass(frozen=True, slots=True)
class Wordings:
    """Makes digests under a key of each centre, which is derived of a secret outside the database."""

    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        """Take a secret. Raises ValueError for one too short."""
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters")
        return cls(secret.encode())

    @rule("rehab.wording-digest", "assumed", zh="训练内容原文留在机构，只传出带密钥的摘要，用于发现雷同记录")
    def digest(self, centre: UUID, words: str | None) -> str | None:
        """Digest words so that identical ones of one centre show, whatever blanks stand between them (handbook §3.7).

        Another centre's same words give another digest, and without the secret no guess can be tried.
        """
        if words is None:
            return None
        key = hmac.digest(self.secret, PURPOSE + centre.bytes, "sha256")
        plain = " ".join(unicodedata.normalize("NFKC", words).split())
        return urlsafe_b64encode(hmac.digest(key, plain.encode(), "sha256")[:DIGEST_BYTES]).rstrip(b"=").decode()
