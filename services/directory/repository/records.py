"""Organisations, accounts, clients and the audit. Whose accounts an actor may see is decided in `readable_by` alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.directory.domain.members import Account, Client, Deed, Organisation, is_administrator
from services.directory.errors import OrganisationExists, UserNameTaken
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import ActorRef
from shared.db import Driver, Session
from shared.errors import NotFound

FOUNDING_LOCK = 0x746F6E67
"""Number of the advisory lock under which the first organisation is made."""

ORGANISATION = "o.id, o.name, o.org_type, o.region, o.credit_code, o.created_at, o.closed_at"
ACCOUNTS = """
SELECT x.id, x.organisation_id, x.user_name, x.display_name, x.roles, x.password_is_initial, x.created_at, x.disabled_at
FROM account x JOIN organisation o ON o.id = x.organisation_id
"""
CLIENTS = """
SELECT x.id, x.organisation_id, x.label, x.roles, x.created_at, x.disabled_at
FROM api_client x JOIN organisation o ON o.id = x.organisation_id
"""
COLLEAGUES = """
SELECT id, display_name FROM account
WHERE organisation_id = $1 AND disabled_at IS NULL AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3
"""
PAGE = "AND ($2::uuid IS NULL OR o.id = $2) AND ($3::uuid IS NULL OR x.id > $3) ORDER BY x.id LIMIT $4"

ADD_ORGANISATIONS = """
INSERT INTO organisation (id, name, org_type, region, credit_code, created_at, closed_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
ON CONFLICT DO NOTHING RETURNING id
"""
ONE_ORGANISATION = f"SELECT {ORGANISATION} FROM organisation o WHERE o.id = $1"
REGISTER = f"SELECT {ORGANISATION} FROM organisation o WHERE o.closed_at IS NULL ORDER BY o.id"
LIST_ORGANISATIONS = f"""
SELECT {ORGANISATION} FROM organisation o
WHERE ($1::text IS NULL OR o.org_type = $1) AND o.region LIKE $2 || '%'
  AND ($3::text IS NULL OR (o.region, o.id) > ($3, $4::uuid))
ORDER BY o.region, o.id LIMIT $5
"""
ADD_ACCOUNT = """
INSERT INTO account (id, organisation_id, user_name, display_name, roles, password_is_initial, created_at, disabled_at,
                     password_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (user_name) DO NOTHING RETURNING id
"""
SET_HASH = "UPDATE account SET password_hash = $2, password_is_initial = $3 WHERE id = $1"
ADD_CLIENTS = """
INSERT INTO api_client (id, organisation_id, label, roles, created_at)
SELECT id, organisation_id, label, string_to_array(roles, ','), created_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
    AS c (id, organisation_id, label, roles, created_at)
"""
ADD_SECRETS = """
INSERT INTO client_secret (client_id, digest, created_at)
SELECT client_id, digest, $3 FROM unnest($1::uuid[], $2::bytea[]) AS s (client_id, digest)
"""
AUDIT = """
INSERT INTO audit (person, organisation, role, deed, object, reason, address, request_id)
SELECT $1, $2, $3, $4, object, $6, $7, $8 FROM unnest($5::uuid[]) AS o (object)
"""


@dataclass(frozen=True, slots=True)
class Repository:
    """The directory's records, in the transaction of one session."""

    session: Session

    @property
    def driver(self) -> Driver:
        return self.session.driver

    # Visibility -----------------------------------------------------------------------------------------------------

    @staticmethod
    def readable_by(actor: Actor) -> tuple[str, Any]:
        """Return the condition on organisation `o`, and its `$1`, for accounts and clients that an actor may see.

        An administrator sees those of its region, a manager those of the own organisation (docs/access.md).
        """
        if is_administrator(actor):
            return "o.region LIKE $1 || '%'", actor.region
        return "o.id = $1", actor.organisation

    # Organisations --------------------------------------------------------------------------------------------------

    async def add_organisations(self, organisations: Sequence[Organisation]) -> None:
        """Add organisations. Raises OrganisationExists with the places of those that are there already."""
        columns = [list(column) for column in zip(*map(astuple, organisations), strict=True)]
        added = {row[0] for row in await self.driver.fetch(ADD_ORGANISATIONS, *columns)}
        places = [place for place, entry in enumerate(organisations) if entry.id not in added]
        if places:
            raise OrganisationExists(places=places)

    async def organisations_of(self, wanted: Collection[UUID]) -> dict[UUID, Organisation]:
        """Return organisations by id. Raises NotFound when one of them does not exist."""
        rows = await self.driver.fetch(f"SELECT {ORGANISATION} FROM organisation o WHERE o.id = ANY ($1)", list(wanted))
        found = {row["id"]: _organisation(row) for row in rows}
        if found.keys() != set(wanted):
            raise NotFound(kind="organisation")
        return found

    async def organisation(self, wanted: UUID) -> Organisation:
        """Return one organisation. Raises NotFound."""
        return (await self.organisations_of({wanted}))[wanted]

    async def organisation_to_change(self, wanted: UUID) -> Organisation:
        """Return one organisation and keep its row. Raises NotFound."""
        row = await self.driver.fetchrow(f"{ONE_ORGANISATION} FOR UPDATE", wanted)
        if row is None:
            raise NotFound(kind="organisation")
        return _organisation(row)

    async def save_organisation(self, entry: Organisation) -> None:
        """Write the name and the end of an organisation. Raises OrganisationExists when the name is taken."""
        try:
            await self.driver.execute(
                "UPDATE organisation SET name = $2, closed_at = $3 WHERE id = $1", entry.id, entry.name, entry.closed_at
            )
        except asyncpg.UniqueViolationError as error:
            raise OrganisationExists(places=[0]) from error

    async def list_organisations(
        self, org_type: OrgType | None, region: str, after: tuple[Any, ...] | None, limit: int
    ) -> list[Organisation]:
        """Return a page of organisations, open and closed, by region."""
        last = after or (None, None)
        return [_organisation(r) for r in await self.driver.fetch(LIST_ORGANISATIONS, org_type, region, *last, limit)]

    async def register(self) -> list[Organisation]:
        """Return all open organisations."""
        rows = await self.driver.fetch(REGISTER)
        return [_organisation(row) for row in rows]

    async def may_found(self) -> bool:
        """Wait for whoever else founds; then tell whether there is still no organisation."""
        await self.driver.execute("SELECT pg_advisory_xact_lock($1)", FOUNDING_LOCK)
        return not await self.driver.fetchval("SELECT EXISTS (SELECT FROM organisation)")

    # Accounts -------------------------------------------------------------------------------------------------------

    async def add_account(self, account: Account, password_hash: str) -> None:
        """Add an account. Raises UserNameTaken."""
        row = (account.id, account.organisation, account.user_name, account.display_name, sorted(account.roles))
        rest = (account.password_is_initial, account.created_at, account.disabled_at, password_hash)
        if await self.driver.fetchval(ADD_ACCOUNT, *row, *rest) is None:
            raise UserNameTaken

    async def own_account(self, actor: Actor) -> tuple[Account, Organisation]:
        """Return the account of whoever asks, and its organisation. Raises NotFound for a machine."""
        row = await self.driver.fetchrow(f"{ACCOUNTS} WHERE x.id = $1", actor.person)
        if row is None:
            raise NotFound(kind="account")
        return _account(row), await self.organisation(actor.organisation)

    async def account_to_change(self, actor: Actor, wanted: UUID) -> Account:
        """Return an account that the actor may see, and keep its row. Raises NotFound."""
        condition, value = self.readable_by(actor)
        row = await self.driver.fetchrow(f"{ACCOUNTS} WHERE {condition} AND x.id = $2 FOR UPDATE OF x", value, wanted)
        if row is None:
            raise NotFound(kind="account")
        return _account(row)

    async def list_accounts(
        self, actor: Actor, organisation: UUID | None, after: tuple[Any, ...] | None, limit: int
    ) -> list[Account]:
        """Return a page of the accounts that the actor may see."""
        rows = await self._list(ACCOUNTS, actor, organisation, after, limit)
        return [_account(row) for row in rows]

    async def colleagues(self, actor: Actor, after: tuple[Any, ...] | None, limit: int) -> list[asyncpg.Record]:
        """Return a page of the people of the actor's own organisation: who they are, and nothing of their accounts."""
        rows: list[asyncpg.Record] = await self.driver.fetch(
            COLLEAGUES, actor.organisation, after[0] if after else None, limit
        )
        return rows

    async def disable_account(self, account: UUID, at: datetime) -> None:
        await self.driver.execute("UPDATE account SET disabled_at = $2 WHERE id = $1", account, at)

    async def set_password(self, account: UUID, password_hash: str, *, initial: bool) -> None:
        await self.driver.execute(SET_HASH, account, password_hash, initial)

    # Clients --------------------------------------------------------------------------------------------------------

    async def add_clients(self, clients: Sequence[Client], digests: Sequence[bytes]) -> None:
        """Add clients, each with its secret."""
        identities = [client.id for client in clients]
        await self.driver.execute(
            ADD_CLIENTS,
            identities,
            [client.organisation for client in clients],
            [client.label for client in clients],
            [",".join(sorted(client.roles)) for client in clients],
            [client.created_at for client in clients],
        )
        await self.driver.execute(ADD_SECRETS, identities, list(digests), clients[0].created_at)

    async def client_to_change(self, actor: Actor, wanted: UUID) -> Client:
        """Return a client that the actor may see, and keep its row. Raises NotFound."""
        condition, value = self.readable_by(actor)
        row = await self.driver.fetchrow(f"{CLIENTS} WHERE {condition} AND x.id = $2 FOR UPDATE OF x", value, wanted)
        if row is None:
            raise NotFound(kind="client")
        return _client(row)

    async def list_clients(
        self, actor: Actor, organisation: UUID | None, after: tuple[Any, ...] | None, limit: int
    ) -> list[Client]:
        """Return a page of the clients that the actor may see."""
        rows = await self._list(CLIENTS, actor, organisation, after, limit)
        return [_client(row) for row in rows]

    async def rotate_secret(self, client: UUID, digest: bytes, at: datetime, older_until: datetime) -> None:
        """Make a secret the current one; the one before ends at a moment, and any before that one at once."""
        await self.driver.execute("DELETE FROM client_secret WHERE client_id = $1 AND valid_until IS NOT NULL", client)
        await self.driver.execute("UPDATE client_secret SET valid_until = $2 WHERE client_id = $1", client, older_until)
        await self.driver.execute(ADD_SECRETS, [client], [digest], at)

    async def disable_client(self, client: UUID, at: datetime) -> None:
        await self.driver.execute("UPDATE api_client SET disabled_at = $2 WHERE id = $1", client, at)

    # Audit ----------------------------------------------------------------------------------------------------------

    async def audit(
        self,
        who: ActorRef | None,
        deed: Deed,
        objects: Iterable[UUID | None],
        *,
        request_id: UUID,
        reason: str | None = None,
        address: str | None = None,
    ) -> None:
        """Add one row per object; there is no other statement on this table."""
        by = (who.person, who.organisation, who.role) if who else (None, None, None)
        await self.driver.execute(AUDIT, *by, deed, list(objects), reason, address, request_id)

    async def _list(
        self, select: str, actor: Actor, organisation: UUID | None, after: tuple[Any, ...] | None, limit: int
    ) -> list[asyncpg.Record]:
        condition, value = self.readable_by(actor)
        statement = f"{select} WHERE {condition} {PAGE}"
        return list(await self.driver.fetch(statement, value, organisation, after[0] if after else None, limit))


def _organisation(row: asyncpg.Record) -> Organisation:
    return Organisation(row[0], row[1], OrgType(row[2]), row[3], row[4], row[5], row[6])


def _account(row: asyncpg.Record) -> Account:
    return Account(row[0], row[1], row[2], row[3], frozenset(row[4]), row[5], row[6], row[7])


def _client(row: asyncpg.Record) -> Client:
    return Client(row[0], row[1], row[2], frozenset(row[3]), row[4], row[5])
