"""On what sharing with later stages stands (个人信息保护法 arts. 13, 28-31; handbook §0 rule 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.screening.domain.person import Person
from services.screening.errors import ConsentStands, NoConsentToWithdraw
from shared.contracts.events.screening import ConsentBasis, ConsentGiven, ConsentWithdrawn
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Consent:
    """A ground for sharing and the days on which it held."""

    basis: ConsentBasis
    given_on: date
    withdrawn_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.withdrawn_on is None


@rule("screening.consent", "source", zh="共享依据：监护人同意或法定职责；同一依据只能有一项有效")
def give(child: Person, consent: Consent, before: Sequence[Consent], today: date) -> ConsentGiven:
    """Record the ground of sharing with later stages, consent or statutory duty (个人信息保护法 art. 13; §0).

    Raises ConsentStands where one of this kind stands already.
    """
    child.must_live_on(consent.given_on, today, "given_on")
    if any(one.basis is consent.basis and one.stands for one in before):
        raise ConsentStands(basis=consent.basis.value)
    return ConsentGiven(basis=consent.basis, given_on=consent.given_on)


@rule("screening.consent-withdrawal", "source", zh="撤回同意：监护人可随时撤回；法定职责不因此终止")
def withdraw(before: Sequence[Consent], on: date) -> ConsentWithdrawn:
    """Withdraw the guardian's consent, at any time; a statutory duty is none (个人信息保护法 art. 15; §0).

    Raises NoConsentToWithdraw where none stands on that day.
    """
    agreed = [one for one in before if one.basis is ConsentBasis.GUARDIAN_CONSENT and one.stands]
    if not agreed or on < agreed[0].given_on:
        raise NoConsentToWithdraw
    return ConsentWithdrawn(withdrawn_on=on)


@rule("screening.sharing-masked", "assumed", zh="撤回同意且无法定职责时，后续环节不再可见")
def masked(consents: Sequence[Consent]) -> bool:
    """Tell whether later stages no longer see the child: consent was withdrawn and nothing else stands (§0).

    A child of whom nothing was ever recorded is shared on the statutory duty of those who registered it [assumed].
    """
    return bool(consents) and not any(one.stands for one in consents)
