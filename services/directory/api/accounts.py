"""Accounts of people: kept by the manager of their organisation, or by an administrator over its region."""

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from services.directory import handlers
from services.directory.api.common import (
    Body,
    Desk,
    From,
    Name,
    Out,
    Password,
    Roles,
    SortedRoles,
    Uow,
    never_cached,
    page_of,
)
from services.directory.domain.members import Account, NewAccount, kinds, require_user_name
from services.directory.repository import DirectoryUnitOfWork, Repository
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.http.doors import Read, may, service_of
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor

router = APIRouter(prefix="/v1", tags=["accounts"])

Manager = Annotated[Actor, may(Act.MANAGE_ACCOUNTS)]


class AccountIn(Body):
    """A person to take up."""

    organisation: UUID | None = Field(default=None, description="The caller's own unless given.")
    user_name: str = Field(max_length=64)
    display_name: Name
    roles: Roles

    def wanted(self, actor: Actor) -> NewAccount:
        """Return what is wanted. Raises UserNameInvalid."""
        organisation = self.organisation or actor.organisation
        return NewAccount(organisation, require_user_name(self.user_name), self.display_name, self.roles)


class PasswordIn(Body):
    """One's own password, and the one that replaces it."""

    current: Password
    new: Password


class AccountOut(Out):
    """A person who works with the system."""

    id: UUID
    organisation: UUID
    user_name: str
    display_name: str
    roles: SortedRoles
    password_is_initial: bool
    created_at: datetime
    disabled_at: datetime | None


class AccountWithPassword(AccountOut):
    """The account and its initial password: shown this once. A repeat of the request answers without it."""

    password: str | None = None


class Colleague(Out):
    """A person of one's own organisation."""

    id: UUID
    display_name: str


class OwnOrganisation(Out):
    """The organisation for which somebody works."""

    id: UUID
    name: str
    org_type: OrgType
    region: str


class OwnAccount(AccountOut):
    """Who is signed in, for whom, and for what they may ask for tokens."""

    at: OwnOrganisation
    purposes: tuple[str, ...] = Field(description="The first is the one of a token that names none.")


@router.post("/accounts", status_code=201, dependencies=[never_cached])
async def create_account(body: AccountIn, actor: Manager, desk: Desk, uow: Uow) -> AccountWithPassword:
    """Take up a person. The directory makes the initial password, to be handed over and changed."""
    account, password = await handlers.create_account(body.wanted(actor), actor, desk.passwords, uow)
    return await _commit(account, password, uow)


@router.get("/accounts")
async def accounts(
    actor: Manager, reading: Read, organisation: UUID | None = None, after: After = None, limit: Limit = 50
) -> Page[AccountOut]:
    """Return the accounts of one's organisation; to an administrator those of its region."""
    last = from_cursor(after, UUID)
    rows = await Repository(reading.session).list_accounts(actor, organisation, last, limit + 1)
    return page_of(rows, limit, AccountOut, "id")


@router.get("/colleagues")
async def colleagues(
    actor: Annotated[Actor, may(Act.READ_COLLEAGUES)], reading: Read, after: After = None, limit: Limit = 50
) -> Page[Colleague]:
    """Return the names of those who work for one's own organisation; whose account has ended is left out."""
    rows = await Repository(reading.session).colleagues(actor, from_cursor(after, UUID), limit + 1)
    more = to_cursor(str(rows[limit - 1]["id"])) if len(rows) > limit else None
    return Page(items=[Colleague.model_validate(dict(row)) for row in rows[:limit]], next=more)


@router.post("/accounts/{account}/disable")
async def disable_account(account: UUID, actor: Manager, uow: Uow) -> AccountOut:
    """End an account."""
    answer: AccountOut = await uow.commit(
        AccountOut.model_validate(await handlers.disable_account(account, actor, uow))
    )
    return answer


@router.post("/accounts/{account}/password", dependencies=[never_cached])
async def reset_password(account: UUID, actor: Manager, desk: Desk, uow: Uow) -> AccountWithPassword:
    """Give an account a new initial password and end the lock of its user name."""
    found, password = await handlers.reset_password(account, actor, desk, uow)
    return await _commit(found, password, uow)


@router.get("/account")
async def own_account(actor: Annotated[Actor, may(Act.READ_OWN_ACCOUNT)], reading: Read) -> OwnAccount:
    """Return the own account. A machine has none: 404."""
    account, organisation = await Repository(reading.session).own_account(actor)
    shown = AccountOut.model_validate(account).model_dump()
    at = OwnOrganisation.model_validate(organisation)
    return OwnAccount(**shown, at=at, purposes=kinds().of[organisation.org_type].purposes)


@router.post("/account/logins/end")
async def end_logins(actor: Annotated[Actor, may(Act.END_OWN_LOGINS)], uow: Uow) -> AccountOut:
    """Sign out everywhere: no kept login of one's own lets in any more; tokens that are out end within minutes."""
    answer: AccountOut = await uow.commit(AccountOut.model_validate(await handlers.end_logins(actor, uow)))
    return answer


@router.put("/account/password", status_code=204)
async def change_password(
    body: PasswordIn, request: Request, actor: Annotated[Actor, may(Act.CHANGE_OWN_PASSWORD)], desk: Desk, visitor: From
) -> None:
    """Change one's own password. Needs no Idempotency-Key; a wrong current password counts as a failed login."""
    password_hash = await desk.change_password(actor.person, body.current, body.new, visitor)
    # No `Uow`: the row of an Idempotency-Key keeps a fast hash of the body, from which a password could be guessed.
    async with service_of(request).ledger.open(actor.ref) as uow:
        await handlers.change_password(actor.person, password_hash, cast("DirectoryUnitOfWork", uow))
        await uow.commit()


async def _commit(account: Account, password: str, uow: Uow) -> AccountWithPassword:
    # What a repeat is answered with is kept in the database: so it is kept without the password.
    kept: AccountWithPassword = await uow.commit(AccountWithPassword.model_validate(account))
    return kept.model_copy(update={"password": password})
