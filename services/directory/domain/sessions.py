"""How long a person stays signed in, where a portal keeps the login so that nobody types a password every five minutes.

What the portal keeps is a refresh token (RFC 6749 §6). It is bound to the portal, which proves itself with its own
secret whenever it shows the token, and it never reaches a browser. So it is not exchanged at each use (RFC 9700
§4.14.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.directory.domain.members import Subject


@dataclass(frozen=True, slots=True)
class Terms:
    """When a kept login ends by itself."""

    idle: timedelta
    """After so long without a request."""
    longest: timedelta
    """After so long, used or not."""


@dataclass(frozen=True, slots=True)
class KeptLogin:
    """A person who is signed in somewhere."""

    id: UUID
    subject: Subject
    service: str
    """The service that keeps it; no other may use it."""
    begun_at: datetime
    used_at: datetime
    ended_at: datetime | None
    usable: bool
    """Whether account and organisation still are."""
    password_is_initial: bool

    def holds(self, now: datetime, terms: Terms) -> bool:
        """Tell whether it still lets its person in."""
        alive = now - self.used_at < terms.idle and now - self.begun_at < terms.longest
        return self.usable and self.ended_at is None and alive
