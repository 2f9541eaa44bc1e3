"""Finding a child that is known: what has to be said of it, and how that is compared (docs/access.md)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.screening.domain.identifiers import resident_number
from services.screening.domain.identity import written
from services.screening.domain.protocol import Protocol
from services.screening.domain.registry import canonical_birth_certificate
from services.screening.errors import InvalidNumber, SayMore
from shared.contracts.events.screening import IdentifierKind
from shared.identifiers import RESIDENT_FORM, Flaw

ENDING = re.compile(r"[0-9]{3,16}[0-9X]")
"""The end of a resident number, as people say it: four signs at least."""
HEXADECIMAL_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a child; what is left out is None. Nothing of it shows in a representation."""

    name: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    born: date | None = field(default=None, repr=False)
    case: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom a search means: a child of whom all of this is true; what is empty was not said."""

    name: str = field(repr=False)
    """As names are compared."""
    ending: str = field(repr=False)
    number: tuple[IdentifierKind, str] | None = field(repr=False)
    born: date | None = field(repr=False)
    case: str = field(repr=False)
    by_authority: bool

    @property
    def opens(self) -> bool:
        """Whether an identity has to be opened to tell whether it is meant."""
        return bool(self.name or self.ending)

    @property
    def cases(self) -> tuple[UUID, UUID]:
        """The first and the last case id that begins as was said."""
        return UUID(self.case.ljust(HEXADECIMAL_DIGITS, "0")), UUID(self.case.ljust(HEXADECIMAL_DIGITS, "f"))

    def means(self, identity: Mapping[str, str | None]) -> bool:
        """Tell whether a child is meant: part of its name is enough, but not for an authority."""
        name = written(identity["name"] or "")
        named = name == self.name if self.by_authority and self.name else self.name in name
        return named and (identity["resident_number"] or "").endswith(self.ending)

    def names(self, identity: Mapping[str, str | None]) -> bool:
        """Tell whether the whole name was said."""
        return written(identity["name"] or "") == self.name


def sought(said: Said, protocol: Protocol, *, by_authority: bool) -> Sought:
    """Read what somebody says of a child.

    An institution finds among its own children by anything. An authority's are a whole region: it says which child it
    means, by a whole number, by whole name and birth date, or by the case. Raises SayMore, InvalidNumber.
    """
    number, ending = _number(said.number, protocol) if said.number else (None, "")
    exact = number or said.case or (said.name and said.born)
    if not (exact if by_authority else exact or said.name or said.born or ending):
        raise SayMore
    case = (said.case or "").replace("-", "").lower()
    return Sought(written(said.name or ""), ending, number, said.born, case, by_authority)


def _number(text: str, protocol: Protocol) -> tuple[tuple[IdentifierKind, str] | None, str]:
    """Return a whole number with its kind, or else the end of one. Raises InvalidNumber."""
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if RESIDENT_FORM.fullmatch(number):
        return (IdentifierKind.RESIDENT_NUMBER, resident_number(number, "number").text), ""
    if ENDING.fullmatch(number):
        return None, number
    try:
        return (IdentifierKind.BIRTH_CERTIFICATE, canonical_birth_certificate(number, protocol)), ""
    except InvalidNumber:
        raise InvalidNumber(field="number", flaw=Flaw.FORM.value) from None
