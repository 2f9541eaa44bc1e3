"""What the records themselves give away: F14, F16, F20, F23 (handbook §3.7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, count, pairwise, takewhile
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Held
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground, Suspect, by_month, counted
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.periods import Enrolment
from shared.ages import anniversary
from shared.contracts.events.rehab import (
    AssessmentRecorded,
    AssistanceItem,
    EnrolmentEndReason,
    ScaleScore,
    StageEvaluationRecorded,
)
from shared.contracts.events.screening import (
    IdentityConflictNoticed,
    IdentityConflictSettled,
    IdentityMerged,
    IdentityUnmerged,
)
from shared.rehabilitation.instruments import INSTRUMENTS
from shared.rulebook.explanation import step
from shared.rulebook.registry import rule

ORDERLY_ENDS = frozenset({EnrolmentEndReason.FINISHED, EnrolmentEndReason.TRANSFERRED, EnrolmentEndReason.AGED_OUT})
"""Ends at which the child can still be asked to come [assumed]."""
Evaluation = Held[StageEvaluationRecorded]


@finds("F14", zh="记录迟于训练7天以上，或5次以上文字完全相同。")
def late_or_cloned(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions recorded more than 7 days late, and wordings that stand under 5 or more (handbook §3.7 F14).

    A group session has one wording whatever the children; wordings are compared inside one institution.
    """
    late = timedelta(days=limits.late_days)
    words = counted(
        "recorded-late", "recorded more than {days} days later.", "迟于 {days} 天记录。", days=limits.late_days
    )
    yield from by_month(
        (
            Suspect(session)
            for session in file.sessions
            if session.recorded_at - session.ends_at > late and session.day >= (limits.live_since or session.day)
        ),
        words,
    )
    for cloned in file.crossing.cloned:
        words = counted(
            "wording-cloned",
            "their wording stands under {all} sessions; from {most} on it counts as cloned.",
            "相同文字共用于 {all} 次训练；{most} 次起视为雷同。",
            all=cloned.sessions,
            most=limits.cloned_sessions,
        )
        same = (one for one in file.sessions if (one.institution, one.wording) == (cloned.institution, cloned.wording))
        yield from by_month((Suspect(session, ties=frozenset({cloned.tie})) for session in same), words)


@finds("F20", zh="同一设备或账号为多户家庭确认。")
def one_hand_signs(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions confirmed from a device or login that confirms for many families (handbook §3.7 F20)."""
    for shared in file.crossing.devices:
        words = counted(
            "device-of-many",
            "confirmed from a device that confirms for {families} families; at most {most}.",
            "确认设备共为 {families} 户家庭确认；上限 {most} 户。",
            families=shared.families,
            most=limits.families_of_a_device,
        )
        confirmed = (session for session in file.sessions if session.device == shared.device)
        yield from by_month((Suspect(session, ties=frozenset({shared.tie})) for session in confirmed), words)


@finds("F16", zh="阶段评估缺失、照抄或分值超出量表范围。")
def scores(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag stage evaluations that are missing, copied, or out of the range of their instrument (handbook §3.7 F16)."""
    for enrolment in file.enrolments.values():
        if enrolment.item is AssistanceItem.TRAINING:
            yield from _missing(file, enrolment, limits)
    evaluations = sorted(file.of(StageEvaluationRecorded), key=lambda held: (held.fact.assessed_on, held.id))
    yield from (_out_of_range(held) for held in evaluations if not in_range(held.fact))
    yield from _copied(evaluations, limits)


@dataclass(frozen=True, slots=True)
class Due:
    """An evaluation that an enrolment owes."""

    name: str
    opens: date
    day: date
    closes: date
    next_opens: date

    def holds(self, on: date) -> bool:
        """Tell whether an evaluation of a day is this one; after its window it is late, not missing."""
        return self.opens <= on < self.next_opens


def _missing(file: CaseFile, enrolment: Enrolment, limits: Limits) -> Iterator[Ground]:
    made = [one.fact.assessed_on for one in file.of(StageEvaluationRecorded) if one.fact.enrolment == enrolment.id]
    begun = [one.fact.assessed_on for one in file.of(AssessmentRecorded) if one.fact.enrolment == enrolment.id]
    for due in evaluations_due(enrolment, limits):
        if due.closes < file.known_until and not any(due.holds(on) for on in [*made, *begun]):
            yield Ground(
                case=enrolment.case,
                institution=enrolment.institution,
                occasion=f"{enrolment.id}/{due.name}",
                first_day=due.opens,
                last_day=due.closes,
                evidence=frozenset(enrolment.evidence),
                step=step(
                    "evaluation-missing",
                    "Evaluation {name}, due on {day}, window {opens} to {closes}: none was recorded.",
                    "评估（{name}）应于 {day}（{opens} 至 {closes}）进行：未见记录。",
                    holds=False, name=due.name, day=due.day, opens=due.opens, closes=due.closes,
                ),
            )  # fmt: skip


@rule("timeline.evaluations-owed", "assumed", zh="入训、第3月、第6月，其后每6个月及结束时应有评估")
def evaluations_due(enrolment: Enrolment, limits: Limits) -> list[Due]:
    """Return what an enrolment owes: months 0, 3, 6, then each 6, and one at an orderly end (handbook §3.5)."""
    first, every = limits.checkpoint_months, limits.checkpoint_every_months
    months = chain(first, count((first[-1] if first else 0) + every, every))
    days = ((f"month-{month}", anniversary(enrolment.since, months=month)) for month in months)
    owed = list(takewhile(lambda one: one[1] < enrolment.until, days))
    if enrolment.end_reason in ORDERLY_ENDS:
        owed.append(("exit", enrolment.until))
    window = timedelta(days=limits.checkpoint_window_days)
    opening = [*(day - window for _, day in owed), date.max]
    return [
        Due(name, opens, day, day + window, max(following, day + window))
        for (name, day), (opens, following) in zip(owed, pairwise(opening), strict=True)
    ]


def _out_of_range(held: Evaluation) -> Ground:
    fact = held.fact
    return Ground(
        case=held.case,
        institution=fact.institution,
        occasion=f"range/{fact.evaluation}",
        first_day=fact.assessed_on,
        last_day=fact.assessed_on,
        evidence=frozenset({held.id}),
        step=step(
            "score-out-of-range",
            "A value of {instrument} of {day} lies outside the instrument's range.",
            "{day} 的 {instrument} 有分值超出量表范围。",
            holds=False, instrument=fact.instrument, day=fact.assessed_on,
        ),
    )  # fmt: skip


def in_range(fact: StageEvaluationRecorded) -> bool:
    """Tell whether all values are such as their instrument has; what is not in the table is not judged."""
    instrument = INSTRUMENTS.get(fact.instrument)
    known = instrument.dimensions if instrument else {}
    return all(known[score.dimension].allows(score.value) for score in fact.scores if score.dimension in known)


def _copied(evaluations: Sequence[Evaluation], limits: Limits) -> Iterator[Ground]:
    """Yield evaluations that repeat the one before of the same instrument in every value, where it has several."""
    for instrument in sorted({held.fact.instrument for held in evaluations}):
        same = [held for held in evaluations if held.fact.instrument == instrument]
        for before, after in pairwise(same):
            if len(after.fact.scores) >= limits.copied_dimensions and _values(before) == _values(after):
                yield _copy(before, after)


def _values(held: Evaluation) -> frozenset[ScaleScore]:
    return frozenset(held.fact.scores)


def _copy(before: Evaluation, after: Evaluation) -> Ground:
    fact = after.fact
    return Ground(
        case=after.case,
        institution=fact.institution,
        occasion=f"copied/{fact.evaluation}",
        first_day=fact.assessed_on,
        last_day=fact.assessed_on,
        evidence=frozenset({before.id, after.id}),
        step=step(
            "scores-copied",
            "All {number} values of {instrument} of {day} are those of {earlier}.",
            "{day} 的 {instrument} 全部 {number} 项分值与 {earlier} 相同。",
            holds=False, number=len(fact.scores), instrument=fact.instrument, day=fact.assessed_on,
            earlier=before.fact.assessed_on,
        ),
    )  # fmt: skip


@finds("F23", zh="同一证件号两个姓名，或同一儿童两个证件号。")
def identity(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag one number with two names, and two numbers of one child, until a person settled it (handbook §3.7 F23).

    Of two cases that were told apart again nothing is in doubt that was noticed before.
    """
    del limits
    for held in file.of(IdentityConflictNoticed):
        if not _settled(file, held):
            code = held.fact.kind.value.replace("_", "-")
            yield _identity(held.case, held.fact.other, held.fact.noticed_on, held.id, code)
    for merge in file.of(IdentityMerged):
        if not _parted(file, merge):
            yield _identity(merge.case, _other(merge), merge.fact.merged_on, merge.id, "two-numbers-one-child")


def _identity(case: UUID, other: UUID | None, day: date, fact: UUID, code: str) -> Ground:
    words = {
        "one-number-two-names": ("one number stands for two names", "一个证件号对应两个姓名"),
        "two-numbers-one-child": ("one child has two numbers", "一名儿童有两个证件号"),
    }
    en, zh = words[code]
    return Ground(
        case=case,
        institution=None,
        occasion=str(other or fact),
        first_day=day,
        last_day=day,
        evidence=frozenset({fact}),
        step=step(code, "Noticed on {day}: {what}.", "{day} 发现：{found}。", holds=False, day=day, what=en, found=zh),
    )


def _other(merge: Held[IdentityMerged]) -> UUID:
    return merge.fact.merged if merge.case == merge.fact.survivor else merge.fact.survivor


def _parted(file: CaseFile, merge: Held[IdentityMerged]) -> bool:
    """Tell whether the two cases were told apart again after they were merged."""
    return _told_apart(file, merge.case, _other(merge), merge.recorded_at)


def _told_apart(file: CaseFile, case: UUID, other: UUID, since: datetime) -> bool:
    return any(
        part.case == case and {part.fact.survivor, part.fact.merged} == {case, other} and part.recorded_at >= since
        for part in file.of(IdentityUnmerged)
    )


def _settled(file: CaseFile, doubt: Held[IdentityConflictNoticed]) -> bool:
    """Tell whether a person found that a doubt is no contradiction, or that the two cases are two children."""
    other, since = doubt.fact.other, doubt.recorded_at
    return any(
        (held.case, held.fact.kind, held.fact.other) == (doubt.case, doubt.fact.kind, other)
        and held.recorded_at >= since
        for held in file.of(IdentityConflictSettled)
    ) or (other is not None and _told_apart(file, doubt.case, other, since))
