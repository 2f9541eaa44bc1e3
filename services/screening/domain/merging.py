"""Two cases that are one child: merged later, never duplicated, and taken apart again (handbook §1.4)."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import Field

from services.screening.domain.closing import closed, reopened
from services.screening.domain.identity import written
from services.screening.domain.protocol import Protocol
from services.screening.domain.registry_policy import RegistryPolicy, Trait, registry_policies
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import MergedAlready, MergeNeedsReason, NotMerged, OneAndTheSameCase, SurvivorOfAnother
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import (
    ClosingReason,
    IdentityMerged,
    IdentityUnmerged,
    ReopeningReason,
)
from shared.rulebook.explanation import Explanation, Question, step
from shared.rulebook.registry import rule

RULE = "screening.likeness"
Traits = Mapping[Trait, str | None]
NAMES = frozenset({Trait.NAME, Trait.GUARDIAN_NAME})


@dataclass(frozen=True, slots=True)
class Alike:
    """How like two registered children are: a score, and what they have in common."""

    score: int
    common: tuple[Trait, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Case:
    """A case and where it stands: merged into another, or survivor of others."""

    id: UUID
    merged_into: UUID | None
    survives: bool


@rule(RULE, "assumed", zh="相似度：按共同特征加权评分，达到阈值提示疑似重复，由人判定")
def likeness(common: Sequence[Trait], policy: RegistryPolicy) -> Alike:
    """Score how likely two registered children are one, by what they have in common; a person decides (handbook §1.4).

    The score is the sum of weights, 100 at most.
    """
    weights = policy.likeness.weights.value
    score = min(100, sum(weights[trait] for trait in common))
    likely = score >= policy.likeness.likely_from.value
    steps = tuple(
        step(trait.value, "{trait} is the same: {weight}.", "{trait}相同：{weight}分。", holds=True,
             trait=trait, weight=weights[trait])
        for trait in common
    )  # fmt: skip
    outcome = "likely" if likely else "unlikely"
    told = step("score", "Score {score} of 100.", "总分{score}（满分100）。", holds=likely, score=score)
    return Alike(
        score, tuple(common), Explanation(rule=RULE, policy=policy.policy, outcome=outcome, steps=(*steps, told))
    )


def traits_of(sex: str, born: date, identity: Mapping[str, str | None]) -> Traits:
    """Return what a child may have in common with others."""
    own = {Trait(name): value for name, value in identity.items() if name in set(Trait)}
    return {Trait.SEX: sex, Trait.BIRTH_DATE: born.isoformat(), **own}


def common_traits(one: Traits, other: Traits) -> tuple[Trait, ...]:
    """Return what two children have in common: names as they are compared, all else but for width and blanks.

    In phones hyphens make no difference either.
    """
    return tuple(trait for trait in Trait if _told(trait, one) == _told(trait, other) != "")


def _told(trait: Trait, traits: Traits) -> str:
    text = traits.get(trait) or ""
    if trait is Trait.GUARDIAN_PHONE:
        text = text.replace("-", "")
    return written(text) if trait in NAMES else "".join(unicodedata.normalize("NFKC", text).split())


@rule("screening.merge", "assumed", zh="合并档案：由有权人员凭相似度与理由决定，可撤销；历史全部保留")
def merge(survivor: Case, merged: Case, on: date, reasons: Sequence[Trait]) -> IdentityMerged:
    """Merge two cases of one child by a person's decision with its reasons; it can be undone (handbook §1.4).

    Raises OneAndTheSameCase, MergedAlready, SurvivorOfAnother, MergeNeedsReason.
    """
    if survivor.id == merged.id:
        raise OneAndTheSameCase
    if survivor.merged_into or merged.merged_into:
        raise MergedAlready(survivor=str(survivor.merged_into or merged.merged_into))
    if merged.survives:
        raise SurvivorOfAnother
    if not reasons:
        raise MergeNeedsReason
    return IdentityMerged(survivor=survivor.id, merged=merged.id, merged_on=on)


def unmerge(merged: Case, on: date) -> IdentityUnmerged:
    """Return the fact that two cases stand by themselves again. Raises NotMerged."""
    if merged.merged_into is None:
        raise NotMerged
    return IdentityUnmerged(survivor=merged.merged_into, merged=merged.id, unmerged_on=on)


@rule("screening.one-active-suspicion-over-merged-cases", "assumed", zh="合并后同一类别只保留一个未结案疑似个案")
def close_duplicates(
    kept: Mapping[ScreeningCategory, Suspicion], merged: Sequence[Suspicion], on: date, protocol: Protocol
) -> list[Decision]:
    """Close what is suspected twice: of each category one active suspicion stays, the survivor's (handbook §1.4)."""
    doubles = [one for one in merged if one.active and one.category in kept and kept[one.category].active]
    day = {one.category: max(on, one.opened_on) for one in doubles}
    return [closed(one, ClosingReason.DUPLICATE_MERGED, day[one.category], protocol) for one in doubles]


def reopen_duplicates(closed_then: Sequence[Suspicion], on: date, protocol: Protocol) -> list[Decision]:
    """Take up again what only the merge had closed."""
    return [reopened(one, ReopeningReason.CLOSED_IN_ERROR, on, protocol) for one in closed_then if not one.active]


class AreTheyOne(Question, of=RULE):
    """How likely are two registered children one, when they have these traits in common?"""

    common: tuple[Trait, ...] = Field(description="Traits that both have in common.")

    def explain(self) -> Explanation:
        return likeness(self.common, registry_policies().versions[-1]).explanation
