"""What a decision about an application would rest on and give, told before anybody decides. Pure."""

from dataclasses import dataclass
from datetime import date

from services.rehab.domain.approving import given_by, grounds_of
from services.rehab.domain.assistance import Application, Child, History
from services.rehab.domain.eligibility import judge
from services.rehab.domain.entitlement import Entitlement
from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.errors import EstimateMissing, RateNotSet
from shared.contracts.events.rehab import AssistanceItem, Material, SurgeryKind
from shared.errors import Refusal
from shared.rulebook.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Outlook:
    """The check of an application under the policy of a day, and what its approval would give."""

    policy: AssistancePolicy
    eligibility: Explanation
    missing: tuple[Material, ...]
    given: Entitlement | None
    figure: str
    """The ground of the amount, as the policy file marks it."""
    unset: Refusal | None
    """Why there is no amount."""


def foresee(
    child: Child, application: Application, history: History, policy: AssistancePolicy, on: date, rules: Rules
) -> Outlook:
    """Look at an application as the check and the approval would; nothing is decided by it."""
    verdict = judge(grounds_of(child, application, history, on), policy, rules)
    missing = tuple(sorted(policy.materials(application.basis) - application.materials))
    try:
        given = given_by(child, application, history, policy, on)
    except (RateNotSet, EstimateMissing) as unset:
        return Outlook(policy, verdict.explanation, missing, None, "", unset)
    return Outlook(policy, verdict.explanation, missing, given, _ground(application, given, policy), None)


def _ground(application: Application, given: Entitlement, policy: AssistancePolicy) -> str:
    asked = application.asked
    if asked.item is AssistanceItem.TRAINING:
        figure = policy.standard_of(asked.category, asked.mode, given.age_band)
        return figure.mark if figure else ""
    kind = asked.surgery or asked.device
    return (policy.surgery if isinstance(kind, SurgeryKind) else policy.device).mark
