"""Rate limits of the token endpoint: token buckets in this process. The lock of a user name is in the database."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from shared.errors import TooManyRequests

KEPT = 50_000
"""Buckets kept at most; the one that was used longest ago goes first."""
SUBSCRIBER_BITS = 64
UNKNOWN = "unknown"


@dataclass(slots=True)
class Buckets:
    """One bucket per key: `burst` tokens, refilled with `per_minute`. What succeeds gives its token back.

    So only failures cost, and a busy gateway with a hundred honest users behind one address is never refused.
    """

    burst: int
    per_minute: float
    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, key: str) -> None:
        """Take one token. Raises TooManyRequests with the seconds until there is one."""
        level = self._level(key)
        if level < 1:
            raise TooManyRequests(retry_after=max(1, math.ceil((1 - level) * 60 / self.per_minute)))
        self._keep(key, level - 1)

    def give_back(self, key: str) -> None:
        """Put a token back: what it was taken for was no failure."""
        self._keep(key, min(self.burst, self._level(key) + 1))

    def _level(self, key: str) -> float:
        level, since = self._buckets.get(key, (float(self.burst), self.clock()))
        return min(self.burst, level + (self.clock() - since) * self.per_minute / 60)

    def _keep(self, key: str, level: float) -> None:
        self._buckets[key] = (level, self.clock())
        self._buckets.move_to_end(key)
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)


def plain_address(text: str) -> str:
    """Return an address in its one form; whatever a header says that is none is one unknown caller."""
    try:
        return str(ip_address(text))
    except ValueError:
        return UNKNOWN


def subscriber(address: str) -> str:
    """Return whom an address stands for: an IPv6 subscriber owns 2^64 addresses and is one caller."""
    if ":" not in address:
        return address
    return str(IPv6Address(int(IPv6Address(address)) >> SUBSCRIBER_BITS << SUBSCRIBER_BITS))
