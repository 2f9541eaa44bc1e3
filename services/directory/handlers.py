"""One function per command: load, decide, save, audit. No reactions: the directory listens to nobody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.directory.domain import members
from services.directory.domain.members import (
    Account,
    Client,
    Deed,
    NewAccount,
    NewClient,
    NewOrganisation,
    Organisation,
)
from services.directory.errors import ClientDisabled
from services.directory.login import LoginDesk
from services.directory.passwords import Passwords
from services.directory.repository import DirectoryUnitOfWork, Repository
from shared import clock, ids
from shared.access.policy import Actor, Role
from shared.contracts.codes import OrgType
from shared.contracts.envelope import service_actor


async def create_organisations(
    wanted: Sequence[NewOrganisation], actor: Actor, uow: DirectoryUnitOfWork
) -> list[Organisation]:
    """Take up organisations, all of them or none."""
    made = [members.open_organisation(actor, one, uow.recorded_at, place) for place, one in enumerate(wanted)]
    await uow.records.add_organisations(made)
    await uow.audit(Deed.CREATE_ORGANISATION, *(one.id for one in made))
    return made


async def rename_organisation(organisation: UUID, name: str, actor: Actor, uow: DirectoryUnitOfWork) -> Organisation:
    """Give an open organisation another name."""
    found = await _organisation_of(organisation, actor, uow)
    renamed = replace(found, name=name)
    await uow.records.save_organisation(renamed)
    await uow.audit(Deed.RENAME_ORGANISATION, organisation)
    return renamed


async def close_organisation(organisation: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Organisation:
    """End an organisation: nobody of it gets a token any more, and it leaves the register."""
    members.require_another(actor.organisation, organisation)
    found = await _organisation_of(organisation, actor, uow)
    closed = replace(found, closed_at=uow.recorded_at)
    await uow.records.save_organisation(closed)
    await uow.audit(Deed.CLOSE_ORGANISATION, organisation)
    return closed


async def _organisation_of(organisation: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Organisation:
    found = await uow.records.organisation_to_change(organisation)
    members.require_in_region(actor, found.region)
    found.require_open()
    return found


async def create_account(
    wanted: NewAccount, actor: Actor, passwords: Passwords, uow: DirectoryUnitOfWork
) -> tuple[Account, str]:
    """Take up a person; return the account and its initial password, which nobody can read again."""
    organisation = await uow.records.organisation(wanted.organisation)
    members.require_manages(actor, organisation)
    account = members.open_account(actor, organisation, wanted, uow.recorded_at)
    password = members.new_initial_password()
    await uow.records.add_account(account, await passwords.hash(password))
    await uow.audit(Deed.CREATE_ACCOUNT, account.id)
    return account, password


async def disable_account(account: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Account:
    """End an account; the tokens it holds run out within minutes."""
    members.require_another(actor.person, account)
    found = await _account_of(account, actor, uow)
    await uow.records.disable_account(account, uow.recorded_at)
    await uow.sessions.end_all(account, uow.recorded_at)
    await uow.audit(Deed.DISABLE_ACCOUNT, account)
    return replace(found, disabled_at=uow.recorded_at)


async def reset_password(account: UUID, actor: Actor, desk: LoginDesk, uow: DirectoryUnitOfWork) -> tuple[Account, str]:
    """Give an account a new initial password and free its user name."""
    found = await _account_of(account, actor, uow)
    password = members.new_initial_password()
    await uow.records.set_password(account, await desk.passwords.hash(password), initial=True)
    await desk.unlock(uow.records, found.user_name)
    await uow.sessions.end_all(account, uow.recorded_at)
    await uow.audit(Deed.RESET_PASSWORD, account)
    return replace(found, password_is_initial=True), password


async def change_password(account: UUID, password_hash: str, uow: DirectoryUnitOfWork) -> None:
    """Give one's own account the password that the login desk has already checked and hashed; sign out everywhere."""
    await uow.records.set_password(account, password_hash, initial=False)
    await uow.sessions.end_all(account, uow.recorded_at)
    await uow.audit(Deed.CHANGE_PASSWORD, account)


async def end_logins(actor: Actor, uow: DirectoryUnitOfWork) -> Account:
    """End every kept login of whoever asks."""
    account, _ = await uow.records.own_account(actor)
    await uow.sessions.end_all(account.id, uow.recorded_at)
    await uow.audit(Deed.LOG_OUT_EVERYWHERE, account.id)
    return account


async def _account_of(account: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Account:
    found = await uow.records.account_to_change(actor, account)
    members.require_manageable(actor, found.roles)
    found.require_usable()
    return found


async def create_clients(
    wanted: Sequence[NewClient], actor: Actor, uow: DirectoryUnitOfWork
) -> tuple[list[Client], list[str]]:
    """Take up machines, all of them or none; return them and their secrets, which nobody can read again."""
    organisations = await uow.records.organisations_of({one.organisation for one in wanted})
    for organisation in organisations.values():
        members.require_manages(actor, organisation)
    at = uow.recorded_at
    made = [members.open_client(organisations[one.organisation], one, at, place) for place, one in enumerate(wanted)]
    secrets = [members.new_secret() for _ in made]
    await uow.records.add_clients(made, [members.digest_of(secret) for secret in secrets])
    await uow.audit(Deed.CREATE_CLIENT, *(one.id for one in made))
    return made, secrets


async def rotate_client(
    client: UUID, actor: Actor, overlap: timedelta, uow: DirectoryUnitOfWork
) -> tuple[Client, str, datetime]:
    """Give a machine a new secret; the one before stays valid for an overlap, so that it can be exchanged in peace."""
    found = await _client_of(client, actor, uow)
    secret, until = members.new_secret(), uow.recorded_at + overlap
    await uow.records.rotate_secret(client, members.digest_of(secret), uow.recorded_at, until)
    await uow.audit(Deed.ROTATE_CLIENT, client)
    return found, secret, until


async def disable_client(client: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Client:
    """End a machine's access."""
    found = await _client_of(client, actor, uow)
    await uow.records.disable_client(client, uow.recorded_at)
    await uow.audit(Deed.DISABLE_CLIENT, client)
    return replace(found, disabled_at=uow.recorded_at)


async def _client_of(client: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Client:
    found = await uow.records.client_to_change(actor, client)
    if found.disabled_at is not None:
        raise ClientDisabled
    return found


async def found(desk: LoginDesk, user_name: str, password: str) -> bool:
    """Make the first organisation and its administrator where there is no organisation yet; tell whether it was so.

    Processes that start at once do this one after another, and only the first finds nothing.
    """
    settings, at = desk.settings, clock.now()
    name = members.require_user_name(user_name)
    members.require_good_password(name, password, settings.shortest_password)
    home = Organisation(ids.new_record(), settings.home_name, OrgType.FEDERATION, settings.home_region, None, at)
    roles = frozenset({Role.ADMINISTRATOR.value})
    account = Account(ids.new_record(), home.id, name, name, roles, password_is_initial=False, created_at=at)
    async with desk.database.transaction() as session:
        records = Repository(session)
        if not await records.may_found():
            return False
        await records.add_organisations([home])
        await records.add_account(account, await desk.passwords.hash(password))
        by = service_actor("directory")
        await records.audit(by, Deed.FOUND, [home.id, account.id], request_id=ids.new_record())
        return True
