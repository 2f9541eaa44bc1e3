"""Who the child is: what is needed to register one, and how numbers, birth date and sex must agree (handbook §1.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.screening.domain.ages import check_not_in_future, check_registry_age
from services.screening.domain.identifiers import resident_number
from services.screening.domain.protocol import Protocol
from services.screening.errors import InvalidNumber, NumberDisagrees, NumberNeeded
from shared.contracts.codes import Sex
from shared.contracts.events.screening import ChildRegistered, IdentifierKind
from shared.identifiers import Flaw
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Identity:
    """The only place in the house where a child has a name. Nothing of it shows in a representation."""

    name: str = field(repr=False)
    guardian_name: str = field(repr=False)
    guardian_phone: str = field(repr=False)
    address: str = field(repr=False)
    resident_number: str | None = field(default=None, repr=False)
    birth_certificate: str | None = field(default=None, repr=False)
    guardian_resident_number: str | None = field(default=None, repr=False)

    @property
    def numbers(self) -> dict[IdentifierKind, str]:
        """The numbers by which the child is known, the stronger first."""
        given = {
            IdentifierKind.RESIDENT_NUMBER: self.resident_number,
            IdentifierKind.BIRTH_CERTIFICATE: self.birth_certificate,
        }
        return {kind: number for kind, number in given.items() if number is not None}


@dataclass(frozen=True, slots=True)
class Numbered:
    """Who somebody says a child is: enough to find it, and nothing else of it."""

    name: str = field(repr=False)
    numbers: Mapping[IdentifierKind, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewChild:
    """What a clerk enters."""

    identity: Identity
    sex: Sex
    birth_date: date
    region: str
    registered_on: date | None = None
    """Day on which an older register took the child up; today unless given."""
    another_than: tuple[UUID, ...] = ()
    """Children much alike of whom the clerk decided that they are others."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A child fit to be registered: its numbers in their canonical form, and the fact that tells of it."""

    identity: Identity
    fact: ChildRegistered


@rule("screening.register-child", "assumed", zh="登记儿童：身份号码优先，其次出生医学证明编号；与出生日期、性别一致")
def register(child: NewChild, today: date, protocol: Protocol) -> Registered:
    """Check a new child: its key is the resident number, else the birth certificate number (handbook §1.4, §2.3)."""
    on = child.registered_on or today
    check_not_in_future(on, today, "registered_on")
    check_not_in_future(child.birth_date, on, "birth_date")
    check_registry_age(child.birth_date, on, protocol.age_limits)
    identity = _canonical(child, protocol)
    kinds = list(identity.numbers)
    if not kinds:
        raise NumberNeeded
    return Registered(identity, _fact(child, kinds[0]))


@rule(
    "screening.birth-certificate-number",
    "assumed",
    zh="出生医学证明编号的格式",
    setting="SCREENING_PROTOCOLS: registry",
)
def canonical_birth_certificate(text: str, protocol: Protocol) -> str:
    """Read a birth certificate number, a newborn's provisional identifier (handbook §2.3). Raises InvalidNumber."""
    number = text.strip().upper()
    if not re.fullmatch(protocol.registry.birth_certificate_form.value, number):
        raise InvalidNumber(field=IdentifierKind.BIRTH_CERTIFICATE.value, flaw=Flaw.FORM.value)
    return number


def _canonical(child: NewChild, protocol: Protocol) -> Identity:
    identity = child.identity
    certificate = identity.birth_certificate
    return Identity(
        name=identity.name,
        guardian_name=identity.guardian_name,
        guardian_phone=identity.guardian_phone,
        address=identity.address,
        resident_number=_own_number(child),
        birth_certificate=canonical_birth_certificate(certificate, protocol) if certificate else None,
        guardian_resident_number=_guardian_number(identity),
    )


def _own_number(child: NewChild) -> str | None:
    if child.identity.resident_number is None:
        return None
    number = resident_number(child.identity.resident_number, "resident_number")
    if number.born != child.birth_date:
        raise NumberDisagrees(field="birth_date")
    if number.sex is not child.sex:
        raise NumberDisagrees(field="sex")
    return number.text


def _guardian_number(identity: Identity) -> str | None:
    if identity.guardian_resident_number is None:
        return None
    return resident_number(identity.guardian_resident_number, "guardian_resident_number").text


def _fact(child: NewChild, kind: IdentifierKind) -> ChildRegistered:
    return ChildRegistered(sex=child.sex, birth_date=child.birth_date, region=child.region, identifier_kind=kind)


@rule("screening.child-found-again", "assumed", zh="外地迁入儿童：凭号码与姓名查找已有个案，不另立个案")
def numbered(name: str, resident: str | None, certificate: str | None, protocol: Protocol) -> Numbered:
    """Read the numbers under which a child that moved here is looked for; no second case is opened (handbook §1.4).

    Raises InvalidNumber, NumberNeeded.
    """
    numbers: dict[IdentifierKind, str] = {}
    if resident is not None:
        numbers[IdentifierKind.RESIDENT_NUMBER] = resident_number(resident, "resident_number").text
    if certificate is not None:
        numbers[IdentifierKind.BIRTH_CERTIFICATE] = canonical_birth_certificate(certificate, protocol)
    if not numbers:
        raise NumberNeeded
    return Numbered(name, numbers)
