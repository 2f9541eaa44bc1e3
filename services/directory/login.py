"""Who gets a token: people by password or kept login, machines and Tongkang's services by secret (RFC 6749 §4, §6).

Whoever is turned down learns only that: an unknown name, a wrong password, a disabled account and a closed organisation
get one answer, after the same statements and one hash. A lock too is told of any name, whether somebody has it or not.
"""

import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.directory.domain.members import (
    Deed,
    Subject,
    digest_of,
    new_secret,
    plain_user_name,
    purpose_of,
    require_good_password,
)
from services.directory.domain.sessions import KeptLogin, Terms
from services.directory.errors import ClientInvalid, GrantInvalid, LoginLocked, SessionOver
from services.directory.limits import Buckets, Queues, subscriber
from services.directory.passwords import Passwords
from services.directory.repository import Login, Logins, Repository, Sessions
from services.directory.settings import Settings
from services.directory.tokens import TokenKeys, claims_of
from shared import clock, ids
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.envelope import ActorRef
from shared.db import Database, Session
from shared.errors import NotFound
from shared.service import read_secret

NO_DIGEST = bytes(32)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a token request comes from."""

    address: str
    request_id: UUID


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who was let in."""

    subject: Subject
    password_is_initial: bool | None = None


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """All that the token endpoint needs."""

    settings: Settings
    database: Database
    passwords: Passwords
    keys: TokenKeys
    addresses: Buckets
    names: Buckets
    services: Mapping[str, bytes]
    queues: Queues = field(default_factory=Queues)

    def token(self, admitted: Admitted, purpose: str | None) -> str:
        """Return a signed token. Raises PurposeDoesNotFit."""
        claims = claims_of(admitted.subject, purpose_of(admitted.subject, purpose), self.settings, clock.now())
        return self.keys.sign(claims)

    async def by_password(self, user_name: str, password: str, visitor: Visitor) -> Admitted:
        """Let a person in. Raises GrantInvalid, LoginLocked or TooManyRequests."""
        name = self._digest(user_name)
        self.addresses.take(subscriber(visitor.address))
        async with self.queues.turn(name.hex()):
            return await self._in_turn(name, user_name, password, visitor)

    async def _in_turn(self, name: bytes, user_name: str, password: str, visitor: Visitor) -> Admitted:
        self.names.take(name.hex())
        await self._count(name, visitor)
        async with self.database.session() as session:
            login = await Logins(session).by_name(plain_user_name(user_name))
        fits = await self.passwords.fits(login.password_hash if login else None, password)
        if login is None or not fits or not login.usable:
            known = login.subject.person if login else None
            await self._audit(Deed.TURN_AWAY, known, visitor, reason=GrantInvalid.code)
            raise GrantInvalid
        await self._welcome(login, password, name, visitor)
        return Admitted(login.subject, login.password_is_initial)

    async def by_secret(self, client: str, secret: str, visitor: Visitor) -> Admitted:
        """Let a machine or a Tongkang service in. Raises ClientInvalid or TooManyRequests."""
        self.addresses.take(subscriber(visitor.address))
        subject = self._service(client, secret) if client in self.services else await self._client(client, secret)
        if subject is None:
            known = ids.of_service(client) if client in self.services else _uuid(client)
            await self._audit(Deed.TURN_AWAY, known, visitor, reason=ClientInvalid.code)
            raise ClientInvalid
        self.addresses.give_back(subscriber(visitor.address))
        await self._audit(Deed.LOG_IN, subject.person, visitor, who=_ref(subject))
        return Admitted(subject)

    async def keeper(self, service: str, secret: str, visitor: Visitor) -> str:
        """Return the service that keeps people's logins and has proved to be it. Raises ClientInvalid."""
        self.addresses.take(subscriber(visitor.address))
        if service not in self.services or self._service(service, secret) is None:
            known = ids.of_service(service) if service in self.services else None
            await self._audit(Deed.TURN_AWAY, known, visitor, reason=ClientInvalid.code)
            raise ClientInvalid
        self.addresses.give_back(subscriber(visitor.address))
        return service

    async def keep(self, admitted: Admitted, service: str) -> str:
        """Keep the login of a person for a service; return the refresh token, of which only a digest is stored."""
        token, now = new_secret(), clock.now()
        async with self.database.transaction() as session:
            await Sessions(session).keep(ids.new_record(), admitted.subject.person, service, digest_of(token), now)
            await Sessions(session).forget(now - 2 * self.terms.longest)
        return token

    async def renew(self, token: str, service: str) -> Admitted:
        """Let the person of a kept login in again. Raises SessionOver."""
        now = clock.now()
        async with self.database.transaction() as session:
            kept = await self._kept(session, token, service)
            if kept is None or not kept.holds(now, self.terms):
                raise SessionOver
            await Sessions(session).used(kept.id, now)
        return Admitted(kept.subject, kept.password_is_initial)

    async def end(self, token: str, service: str, visitor: Visitor) -> None:
        """End a kept login; one that is unknown or over stays so (RFC 7009 §2.2)."""
        async with self.database.transaction() as session:
            kept = await self._kept(session, token, service)
            if kept is None or kept.ended_at is not None:
                return
            await Sessions(session).end(kept.id, clock.now())
            await Repository(session).audit(
                _ref(kept.subject), Deed.LOG_OUT, [kept.subject.person], request_id=visitor.request_id,
                address=visitor.address,
            )  # fmt: skip

    @property
    def terms(self) -> Terms:
        """When a kept login ends by itself."""
        return Terms(timedelta(minutes=self.settings.idle_minutes), timedelta(hours=self.settings.session_hours))

    async def _kept(self, session: Session, token: str, service: str) -> KeptLogin | None:
        found = await Sessions(session).by_digest(digest_of(token))
        return found if found is not None and found.service == service else None

    async def change_password(self, account: UUID, current: str, new: str, visitor: Visitor) -> str:
        """Check the current password as a login would, and the new one; return the new one's hash.

        Raises NotFound for a machine, GrantInvalid, LoginLocked, TooManyRequests, or what makes the new one bad.
        """
        async with self.database.session() as session:
            login = await Logins(session).by_id(account)
        if login is None:
            raise NotFound(kind="account")
        require_good_password(login.user_name, new, self.settings.shortest_password)
        await self.by_password(login.user_name, current, visitor)
        return await self.passwords.hash(new)

    async def unlock(self, records: Repository, user_name: str) -> None:
        """Free a user name, inside the write that gave it a new password."""
        await Logins(records.session).forget_tries(self._digest(user_name), clock.now() - self._lock)

    @property
    def _lock(self) -> timedelta:
        return timedelta(minutes=self.settings.login_lock_minutes)

    def _digest(self, user_name: str) -> bytes:
        # Keyed: what is typed into the field of the user name is now and then a password.
        return hmac.digest(self.keys.pepper, user_name.strip().lower().encode(), "sha256")

    async def _count(self, name: bytes, visitor: Visitor) -> None:
        now = clock.now()
        async with self.database.session() as session:
            logins = Logins(session)
            if await logins.take_try(name, now, tries=self.settings.login_tries, lock=self._lock) is not None:
                return
            since = await logins.locked_since(name) or now
        left = since + self._lock - now
        locked = LoginLocked(retry_after=max(1, math.ceil(left.total_seconds())))
        await self._audit(Deed.TURN_AWAY, None, visitor, reason=locked.code)
        raise locked

    async def _welcome(self, login: Login, password: str, name: bytes, visitor: Visitor) -> None:
        old = login.password_hash
        renewed = await self.passwords.hash(password) if self.passwords.outdated(old) else None
        person = login.subject.person
        async with self.database.transaction() as session:
            await Logins(session).forget_tries(name, clock.now() - self._lock)
            if renewed is not None:
                await Logins(session).renew_hash(person, old, renewed)
            await Repository(session).audit(
                _ref(login.subject), Deed.LOG_IN, [person], request_id=visitor.request_id, address=visitor.address
            )
        self.addresses.give_back(subscriber(visitor.address))
        self.names.give_back(name.hex())

    def _service(self, name: str, secret: str) -> Subject | None:
        if not hmac.compare_digest(self.services[name], digest_of(secret)):
            return None
        own = ids.of_service(name)
        return Subject(own, own, OrgType.SERVICE, "", frozenset({Role.SERVICE}))

    async def _client(self, client: str, secret: str) -> Subject | None:
        async with self.database.session() as session:
            login = await Logins(session).client(_uuid(client) or UUID(int=0), clock.now())
        given, digests = digest_of(secret), login.digests if login else (NO_DIGEST,)
        valid = any(hmac.compare_digest(digest, given) for digest in digests)
        return login.subject if login is not None and login.usable and valid else None

    async def _audit(
        self, deed: Deed, of: UUID | None, visitor: Visitor, *, who: ActorRef | None = None, reason: str | None = None
    ) -> None:
        async with self.database.session() as session:
            await Repository(session).audit(
                who, deed, [of], request_id=visitor.request_id, reason=reason, address=visitor.address
            )


def service_digests(settings: Settings) -> dict[str, bytes]:
    """Return the digest of each Tongkang service's secret, read once at the start."""
    return {name: digest_of(read_secret(file)) for name, file in settings.service_secrets.items()}


def _ref(subject: Subject) -> ActorRef:
    return ActorRef(person=subject.person, organisation=subject.organisation, role=min(subject.roles))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
