"""Eligibility, item by item, under the policy of the day (国发20号, 山东办法2026; handbook §3.2)."""

from dataclasses import dataclass

from pydantic import Field

from services.rehab.domain.grounds import Grounds, Item
from services.rehab.domain.items import (
    category_free,
    in_hardship,
    may_continue,
    of_age,
    on_its_basis,
    outside_cycle,
    resident,
    suitable,
    supported,
    within_term,
)
from services.rehab.domain.policy import AssistancePolicy, read_assistance_policies
from services.rehab.domain.rules import Rules
from services.rehab.errors import AlreadyApplied, ContinuationNeedsEvaluation, NoConfirmedDiagnosis, NotEligible
from shared.contracts.events.rehab import (
    AssistanceItem,
    IneligibilityReason,
)
from shared.rulebook.explanation import Explanation, Question
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole list."""

    policy: str
    items: tuple[Item, ...]

    @property
    def reasons(self) -> tuple[IneligibilityReason, ...]:
        """Items that do not hold, sorted by code."""
        return tuple(sorted({item.reason for item in self.items if item.reason is not None}))

    @property
    def eligible(self) -> bool:
        """Whether every item holds."""
        return not self.reasons

    @property
    def explanation(self) -> Explanation:
        """The list with what was found."""
        outcome = "eligible" if self.eligible else "not_eligible"
        steps = tuple(item.step for item in self.items)
        return Explanation(rule="rehab.eligibility", policy=self.policy, outcome=outcome, steps=steps)

    def expect(self, grounds: Grounds) -> None:
        """Raise what says best why the child is not eligible; nothing when it is."""
        why, shown = set(self.reasons), self.explanation.model_dump(mode="json")
        if not why:
            return
        if why == {IneligibilityReason.NO_DIAGNOSIS}:
            raise NoConfirmedDiagnosis(category=grounds.category, explanation=shown)
        if why == {IneligibilityReason.CATEGORY_TAKEN}:
            raise AlreadyApplied(year=grounds.on.year, explanation=shown)
        if why <= {IneligibilityReason.NEEDS_EVALUATION, IneligibilityReason.TERM_USED_UP} and grounds.approved_before:
            raise ContinuationNeedsEvaluation(policy=self.policy, explanation=shown)
        raise NotEligible(policy=self.policy, reasons=list(self.reasons), explanation=shown)


@rule("rehab.eligibility", "source", zh="逐项核对救助条件，全部符合方可批准")
def judge(grounds: Grounds, policy: AssistancePolicy, rules: Rules) -> Verdict:
    """Judge eligibility item by item: every item must hold (国发20号, 山东办法2026; handbook §3.2)."""
    found = [
        of_age(grounds, policy), on_its_basis(grounds, policy), supported(grounds, rules), resident(grounds, policy),
        in_hardship(grounds, policy), suitable(grounds),
    ]  # fmt: skip
    if grounds.item is AssistanceItem.TRAINING:
        found += [category_free(grounds, policy), within_term(grounds, policy), may_continue(grounds, policy)]
    if grounds.item is AssistanceItem.DEVICE:
        found.append(outside_cycle(grounds))
    return Verdict(policy.policy, tuple(found))


class CheckEligibility(Question, of="rehab.eligibility"):
    """A child and an application as a federation would judge them, under a policy version by name."""

    policy: str = Field(description="Version of the policy, by its name.")
    grounds: Grounds = Field(description="What is known of child and application.")
    rules: Rules = Field(
        default=Rules(), description="Figures of the county, where they are not the handbook's defaults."
    )

    def explain(self) -> Explanation:
        """Judge by the built-in policy files."""
        return judge(self.grounds, read_assistance_policies().named(self.policy), self.rules).explanation
