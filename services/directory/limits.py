"""Rate limits of the token endpoint: token buckets and queues in this process. A name is locked in the database."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from weakref import WeakValueDictionary

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


@dataclass(slots=True)
class Queues:
    """One queue per key: whoever comes waits until the one before it is done.

    A login counts as failed until its password is found right. In line, the logins of one user name never count against
    each other, and those that guess find each failure before them counted.
    """

    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for one's turn and hold it."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            yield

    def __len__(self) -> int:
        return len(self._locks)


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
