"""Who fits where: kinds of organisations, their regions, roles and purposes; accounts, clients, passwords, secrets."""

import json
import re
import secrets
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final
from uuid import UUID

from services.directory.errors import (
    AccountDisabled,
    CreditCodeInvalid,
    NotYours,
    NotYourself,
    OrganisationClosed,
    OutsideRegion,
    PasswordIsName,
    PasswordTooShort,
    PurposeDoesNotFit,
    RegionDoesNotFit,
    RolesDoNotFit,
    UserNameInvalid,
)
from shared import ids
from shared.access.policy import Act, Actor, Role, covers
from shared.contracts.codes import OrgType
from shared.errors import NotAllowed
from shared.identifiers import CreditCode, InvalidIdentifier

USER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
SECRET_BYTES: Final = 32
INITIAL_PASSWORD_BYTES: Final = 15


class Deed(StrEnum):
    """What the audit tells of: every write, every login and every one refused."""

    FOUND = "directory.found"
    CREATE_ORGANISATION = "organisation.create"
    RENAME_ORGANISATION = "organisation.rename"
    CLOSE_ORGANISATION = "organisation.close"
    CREATE_ACCOUNT = "account.create"
    DISABLE_ACCOUNT = "account.disable"
    RESET_PASSWORD = "account.reset-password"  # noqa: S105 - a verb
    CHANGE_PASSWORD = "account.change-password"  # noqa: S105 - a verb
    CREATE_CLIENT = "client.create"
    ROTATE_CLIENT = "client.rotate"
    DISABLE_CLIENT = "client.disable"
    LOG_IN = "login.succeed"
    TURN_AWAY = "login.refuse"
    LOG_OUT = "login.end"
    LOG_OUT_EVERYWHERE = "login.end-all"


@dataclass(frozen=True, slots=True)
class Kind:
    """What an organisation of one kind may be and give: digits of its region, roles, purposes (first: default)."""

    region_digits: frozenset[int]
    roles: frozenset[str]
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kinds:
    """The table of kinds, `org_types.json`."""

    of: Mapping[OrgType, Kind]
    only_people: frozenset[str]
    stands_alone: frozenset[str]


@cache
def kinds() -> Kinds:
    """Return the table of kinds of organisations."""
    table = json.loads(files("services.directory").joinpath("org_types.json").read_text(encoding="utf-8"))
    of = {
        OrgType(name): Kind(frozenset(row["region_digits"]), frozenset(row["roles"]), tuple(row["purposes"]))
        for name, row in table["kinds"].items()
    }
    return Kinds(of, frozenset(table["only_people"]), frozenset(table["stands_alone"]))


@dataclass(frozen=True, slots=True)
class Organisation:
    """A clinic, a centre, a school, a federation, an authority."""

    id: UUID
    name: str
    org_type: OrgType
    region: str
    credit_code: str | None
    created_at: datetime
    closed_at: datetime | None = None

    def require_open(self) -> None:
        """Raise OrganisationClosed for a closed one."""
        if self.closed_at is not None:
            raise OrganisationClosed(organisation=self.id)


@dataclass(frozen=True, slots=True)
class Account:
    """A person who works with the system."""

    id: UUID
    organisation: UUID
    user_name: str
    display_name: str
    roles: frozenset[str]
    password_is_initial: bool
    created_at: datetime
    disabled_at: datetime | None = None

    def require_usable(self) -> None:
        """Raise AccountDisabled for a disabled one."""
        if self.disabled_at is not None:
            raise AccountDisabled


@dataclass(frozen=True, slots=True)
class Client:
    """A machine of an organisation, such as a clinic's HIS."""

    id: UUID
    organisation: UUID
    label: str
    roles: frozenset[str]
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a token speaks for."""

    person: UUID
    organisation: UUID
    org_type: OrgType
    region: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation as an administrator describes it."""

    name: str
    org_type: OrgType
    region: str
    credit_code: str | None


@dataclass(frozen=True, slots=True)
class NewClient:
    """An API client as a manager describes it."""

    organisation: UUID
    label: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as a manager describes it."""

    organisation: UUID
    user_name: str
    display_name: str
    roles: frozenset[str]


def open_organisation(actor: Actor, wanted: NewOrganisation, at: datetime, place: int = 0) -> Organisation:
    """Take up an organisation. Raises OutsideRegion, or RegionDoesNotFit or CreditCodeInvalid with its place."""
    require_in_region(actor, wanted.region)
    digits = kinds().of[wanted.org_type].region_digits
    if len(wanted.region) not in digits:
        raise RegionDoesNotFit(org_type=wanted.org_type.value, digits=sorted(digits), place=place)
    code = _credit_code(wanted.credit_code, place)
    return Organisation(ids.new_record(), wanted.name, wanted.org_type, wanted.region, code, at)


def _credit_code(text: str | None, place: int) -> str | None:
    try:
        return None if text is None else CreditCode.parse(text).text
    except InvalidIdentifier as error:
        raise CreditCodeInvalid(flaw=error.flaw.value, place=place) from error


def open_account(actor: Actor, organisation: Organisation, wanted: NewAccount, at: datetime) -> Account:
    """Take up a person. Raises OrganisationClosed, RolesDoNotFit, or NotYours when a manager makes an administrator."""
    organisation.require_open()
    require_fitting_roles(organisation.org_type, wanted.roles)
    require_manageable(actor, wanted.roles)
    return Account(
        ids.new_record(), organisation.id, wanted.user_name, wanted.display_name, wanted.roles,
        password_is_initial=True, created_at=at,
    )  # fmt: skip


def open_client(organisation: Organisation, wanted: NewClient, at: datetime, place: int = 0) -> Client:
    """Take up a machine. Raises OrganisationClosed or RolesDoNotFit: no machine manages accounts or organisations."""
    organisation.require_open()
    require_fitting_roles(organisation.org_type, wanted.roles, place)
    if wanted.roles & kinds().only_people:
        raise RolesDoNotFit(org_type=organisation.org_type.value, roles=sorted(wanted.roles), place=place)
    return Client(ids.new_record(), organisation.id, wanted.label, wanted.roles, at)


def is_administrator(actor: Actor) -> bool:
    """Tell whether the actor runs the installation in its region; that role exists in federations only."""
    return actor.org_type is OrgType.FEDERATION and Role.ADMINISTRATOR in actor.roles


def require_in_region(actor: Actor, region: str) -> None:
    """Raise OutsideRegion unless the region lies inside the administrator's."""
    if not covers(actor.region, region):
        raise OutsideRegion(region=region)


def require_manages(actor: Actor, organisation: Organisation) -> None:
    """Raise OutsideRegion to an administrator, NotAllowed to a manager, of whom this organisation is not the own."""
    if is_administrator(actor):
        require_in_region(actor, organisation.region)
    elif organisation.id != actor.organisation:
        raise NotAllowed(act=Act.MANAGE_ACCOUNTS.value)


def require_fitting_roles(org_type: OrgType, roles: Collection[str], place: int = 0) -> None:
    """Raise RolesDoNotFit for roles that this kind of organisation does not give, or not together.

    Who runs the installation sees no child, so an administrator holds no other role.
    """
    table = kinds()
    alone = table.stands_alone & set(roles)
    if not set(roles) <= table.of[org_type].roles or (alone and len(roles) > 1):
        raise RolesDoNotFit(org_type=org_type.value, roles=sorted(roles), place=place)


def require_manageable(actor: Actor, roles: Collection[str]) -> None:
    """Raise NotYours when a manager would make, disable or take over an administrator."""
    if Role.ADMINISTRATOR in roles and not is_administrator(actor):
        raise NotYours


def require_another(own: UUID, other: UUID) -> None:
    """Raise NotYourself for one's own account or organisation: the last one would be gone for good."""
    if own == other:
        raise NotYourself


def purpose_of(subject: Subject, wanted: str | None) -> str:
    """Return the purpose that a token names. Raises PurposeDoesNotFit."""
    purposes = kinds().of[subject.org_type].purposes
    if wanted is not None and wanted not in purposes:
        raise PurposeDoesNotFit(org_type=subject.org_type.value, purposes=purposes)
    return wanted or purposes[0]


def plain_user_name(text: str) -> str | None:
    """Return a user name as it is kept, or nothing when no account could have it."""
    name = text.strip().lower()
    return name if USER_NAME.fullmatch(name) else None


def require_user_name(text: str) -> str:
    """Return a user name as it is kept. Raises UserNameInvalid."""
    name = plain_user_name(text)
    if name is None:
        raise UserNameInvalid
    return name


def require_good_password(user_name: str, password: str, shortest: int) -> None:
    """Raise PasswordTooShort or PasswordIsName; there are no other rules, length is what counts."""
    if len(password) < shortest:
        raise PasswordTooShort(shortest=shortest)
    if plain_user_name(password) == user_name:
        raise PasswordIsName


def plain_password(text: str) -> str:
    """Return a password in one Unicode form (NFC), so that two keyboards type the same one (RFC 8265)."""
    return unicodedata.normalize("NFC", text)


def new_initial_password() -> str:
    """Return the password that a manager hands to a person, to be changed."""
    return secrets.token_urlsafe(INITIAL_PASSWORD_BYTES)


def new_secret() -> str:
    """Return a client's secret: 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> bytes:
    """Return what is stored of a client's secret.

    A slow hash such as Argon2 makes guessing dear where people chose the password. 256 random bits cannot be guessed
    at any speed, so one SHA-256 is enough, and a machine's login costs nothing.
    """
    return sha256(secret.encode()).digest()
