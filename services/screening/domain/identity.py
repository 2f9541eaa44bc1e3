"""Identity confirmed and identity in doubt (handbook §1.4, §2.3, §3.7 F23)."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain.ages import check_not_in_future
from services.screening.domain.identifiers import resident_number
from services.screening.domain.person import Person
from services.screening.errors import (
    BeforeDoubt,
    IdentityConfirmedBefore,
    NothingDoubted,
    NumberDisagrees,
    OutcomeDoesNotFit,
)
from shared.contracts.events.screening import (
    ConflictKind,
    ConflictOutcome,
    IdentifierKind,
    IdentityConfirmed,
    IdentityConflictNoticed,
    IdentityConflictSettled,
)
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Given:
    """A number as somebody gives it, blind: what it is found by, and under which name it was given."""

    blind: bytes
    named: bytes


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number as the registry holds it: of which case, and under which name."""

    kind: IdentifierKind
    blind: bytes
    named: bytes
    case: UUID


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about a known child, and the other case where there is one."""

    case: UUID
    kind: ConflictKind
    other: UUID | None = None

    def noticed(self, on: date) -> IdentityConflictNoticed:
        """Return the fact."""
        return IdentityConflictNoticed(kind=self.kind, other=self.other, noticed_on=on)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person found who saw a child's papers: which doubt it was, and what it came to."""

    kind: ConflictKind
    other: UUID | None
    outcome: ConflictOutcome
    on: date


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A resident number fit to be a child's, and the fact that tells of it."""

    number: str
    fact: IdentityConfirmed


@rule("screening.identity-confirmed", "assumed", zh="身份确认：凭出生医学证明登记的新生儿补录身份号码，个案不变")
def confirm(child: Person, known: str | None, number: str, on: date, today: date) -> Confirmed:
    """Give a child known by its birth certificate its resident number; the case stays the same (handbook §1.4, §2.3).

    Raises InvalidNumber, NumberDisagrees, IdentityConfirmedBefore.
    """
    child.must_live_on(on, today, "confirmed_on")
    read = resident_number(number, "resident_number")
    if read.born != child.born:
        raise NumberDisagrees(field="birth_date")
    if read.sex is not child.sex:
        raise NumberDisagrees(field="sex")
    if known is not None:
        raise IdentityConfirmedBefore(same=known == read.text)
    return Confirmed(read.text, IdentityConfirmed(identifier_kind=IdentifierKind.RESIDENT_NUMBER, confirmed_on=on))


@rule("screening.identity-conflict", "assumed", zh="身份疑点：一号两名，或一名儿童两个号码")
def conflicts(given: Mapping[IdentifierKind, Given], known: Sequence[KnownNumber]) -> list[Doubt]:
    """Say what contradicts itself: one number with two names, two numbers for one child (handbook §3.7 F23).

    `known` are the numbers of every case that holds one of those given. What is found doubts those cases; whoever
    gives the numbers is refused, and a person decides which case is right.
    """
    found: dict[UUID, Doubt] = {}
    holders = sorted({one.case for one in known if one.kind in given and one.blind == given[one.kind].blind})
    for case in holders:
        others = [other for other in holders if other != case]
        own = [one for one in known if one.case == case]
        if others or any(_another_number(one, given) for one in own):
            kind = ConflictKind.TWO_NUMBERS_ONE_CHILD
            found[case] = Doubt(case, kind, others[0] if others else None)
        if any(_another_name(one, given) for one in own):
            found[case] = Doubt(case, ConflictKind.ONE_NUMBER_TWO_NAMES, others[0] if others else None)
    return list(found.values())


OUTCOMES: Mapping[ConflictKind, frozenset[ConflictOutcome]] = {
    ConflictKind.ONE_NUMBER_TWO_NAMES: frozenset(ConflictOutcome),
    ConflictKind.TWO_NUMBERS_ONE_CHILD: frozenset(ConflictOutcome) - {ConflictOutcome.NAME_WRITTEN_OTHERWISE},
}
"""What a doubt can come to: how a name is written makes no second number."""


@rule(
    "screening.identity-conflict-settled",
    "assumed",
    zh="身份疑点由人核对证件后逐项结清，结论须与疑点种类相符；确为一名儿童的予以合并",
)
def settle(
    noticed: Mapping[Doubt, date], settlement: Settlement, today: date
) -> list[tuple[UUID, IdentityConflictSettled]]:
    """Settle one doubt about a child, in each case concerned, once a person saw its papers (handbook §3.7 F23).

    `noticed` are the open doubts that are meant, each with the day on which it was noticed last.

    Raises InTheFuture, OutcomeDoesNotFit, NothingDoubted, BeforeDoubt.
    """
    kind, outcome, on = settlement.kind, settlement.outcome, settlement.on
    check_not_in_future(on, today, "on")
    if outcome not in OUTCOMES[kind]:
        raise OutcomeDoesNotFit(kind=kind, outcome=outcome, fitting=sorted(OUTCOMES[kind]))
    if not noticed:
        raise NothingDoubted
    if on < max(noticed.values()):
        raise BeforeDoubt(noticed_on=max(noticed.values()).isoformat())
    fact = IdentityConflictSettled(kind=kind, other=settlement.other, outcome=outcome, settled_on=on)
    return [(doubt.case, fact) for doubt in noticed]


TONES = frozenset("\u0304\u0301\u030c\u0300")
DOTS = frozenset(".\u00b7\u2022\u2027\u2219\u22c5\u30fb")
"""Between the parts of a name, as NFKD writes them."""


def written(name: str) -> str:
    """Return a name as it is compared: width, case, blanks, dots and the four tones of pinyin make no other name.

    All other signs do: without them ü would be u, and a Tibetan vowel none. Of signs alone, nothing is taken away.
    """
    signs = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(sign for sign in signs if sign not in TONES | DOTS and not sign.isspace())
    return unicodedata.normalize("NFC", kept or signs.strip())


def _another_number(one: KnownNumber, given: Mapping[IdentifierKind, Given]) -> bool:
    return one.kind in given and one.blind != given[one.kind].blind


def _another_name(one: KnownNumber, given: Mapping[IdentifierKind, Given]) -> bool:
    return one.kind in given and one.blind == given[one.kind].blind and one.named != given[one.kind].named
