"""Who answers for a child (民法典 art. 27; handbook §5). Custody and care do not move guardianship."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import Field

from services.screening.domain.person import Person
from services.screening.domain.registry_policy import RegistryPolicy, registry_policies
from services.screening.errors import ConsentOfNeeded, EarlierGuardianFirst
from shared.contracts.events.screening import GuardianChanged, GuardianKind
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule

RULE = "screening.guardian-order"


class Unavailable(StrEnum):
    """Why guardians of an earlier kind do not serve."""

    NONE_KNOWN = "none_known"
    DECEASED = "deceased"
    INCAPABLE = "incapable"
    RIGHTS_REVOKED = "rights_revoked"
    UNWILLING = "unwilling"


class ConsentOf(StrEnum):
    """Who agreed to a guardian outside the family."""

    VILLAGE_COMMITTEE = "village_committee"
    RESIDENTS_COMMITTEE = "residents_committee"
    CIVIL_AFFAIRS = "civil_affairs"


NEED_CONSENT = frozenset({GuardianKind.OTHER_WITH_CONSENT, GuardianKind.INSTITUTION})


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """What a clerk enters: who it is stays in the registry, kind and grounds are checked."""

    kind: GuardianKind
    changed_on: date
    name: str = field(repr=False)
    phone: str = field(repr=False)
    resident_number: str | None = field(default=None, repr=False)
    unavailable: Mapping[GuardianKind, Unavailable] = field(default_factory=dict)
    consent_of: ConsentOf | None = None


@rule(RULE, "source", zh="监护顺序：父母、祖父母或外祖父母、成年兄姐、经同意的其他人；跳过须说明理由")
def check_guardian(
    kind: GuardianKind,
    unavailable: Mapping[GuardianKind, Unavailable],
    consent: ConsentOf | None,
    figures: RegistryPolicy,
) -> Explanation:
    """Check the order of guardians: parents, grandparents, adult siblings, others with consent (民法典 art. 27; §5).

    Whoever comes later says why each earlier kind does not serve; one outside the family, and an institution, names
    who agreed. Raises EarlierGuardianFirst, ConsentOfNeeded.
    """
    order_of_kinds = figures.guardian.order.value
    earlier = order_of_kinds[: order_of_kinds.index(kind)]
    if silent := [one.value for one in earlier if one not in unavailable]:
        raise EarlierGuardianFirst(kind=kind.value, silent=silent)
    if (consent is not None) != (kind in NEED_CONSENT):
        raise ConsentOfNeeded(kind=kind.value)
    steps = (*(_passed_over(one, unavailable[one]) for one in earlier), *_agreed(consent))
    return Explanation(rule=RULE, policy=figures.policy, outcome=kind.value, steps=steps)


def change_guardian(child: Person, new: NewGuardian, today: date, policy: RegistryPolicy) -> GuardianChanged:
    """Return the fact of a new guardian, whose order was checked."""
    child.must_live_on(new.changed_on, today, "changed_on")
    return GuardianChanged(kind=new.kind, changed_on=new.changed_on, policy=policy.policy)


def _passed_over(kind: GuardianKind, why: Unavailable) -> Step:
    return step(
        f"no-{kind.value}",
        "No guardian of kind {kind}: {why}.",
        "没有可担任监护人的{kind}：{why}。",
        holds=True,
        kind=kind.value,
        why=why.value,
    )


def _agreed(consent: ConsentOf | None) -> tuple[Step, ...]:
    if consent is None:
        return ()
    said = step("consent", "Consent of {who}.", "已经{who}同意。", holds=True, who=consent.value)
    return (said,)


class MayBeGuardian(Question, of=RULE):
    """May this kind of guardian be registered, when earlier kinds are not available for these reasons?"""

    kind: GuardianKind = Field(description="Kind of guardian to be registered.")
    unavailable: dict[GuardianKind, Unavailable] = Field(
        default={}, description="Kinds that come before it, and why each is not available."
    )
    consent_of: ConsentOf | None = Field(
        default=None, description="Who consented, where another person is to be guardian."
    )

    def explain(self) -> Explanation:
        return check_guardian(self.kind, self.unavailable, self.consent_of, registry_policies().versions[-1])
