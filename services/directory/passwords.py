"""Passwords: Argon2id, in threads of their own so that a login never holds up the other requests."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.directory.domain.members import plain_password
from services.directory.settings import Settings


class Passwords:
    """Hashes and verifies; knows a hash that nobody's password has, for accounts that do not exist."""

    def __init__(self, settings: Settings) -> None:
        cost = (settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism)
        self._hasher = PasswordHasher(*cost)
        # No more threads than hashes may hold their memory at once; the others wait.
        self._threads = ThreadPoolExecutor(settings.hashing_threads, thread_name_prefix="argon2")
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return the hash to store."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, plain_password(password))

    async def fits(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is the one behind a hash; without a hash it takes as long and is never so."""
        loop = asyncio.get_running_loop()
        behind, plain = stored or self._nobody, plain_password(password)
        right = await loop.run_in_executor(self._threads, self._verify, behind, plain)
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
