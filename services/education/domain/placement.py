"""Placement in the order of the law (教育条例; handbook §4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from services.education import errors
from services.education.domain.calendar import SchoolPolicy
from shared.ages import age_in_years, anniversary
from shared.contracts.events.education import (
    PlacementDecided,
    PlacementMode,
    PlacementStep,
    SkippedStep,
    SkipReason,
)
from shared.errors import InTheFuture
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, Step, step
from shared.rulebook.registry import rule

STEPS = {
    PlacementStep.NEARBY_ORDINARY: ("a nearby ordinary school", "就近的普通学校"),
    PlacementStep.DESIGNATED_ORDINARY: ("a designated ordinary school with resources", "指定的有条件的普通学校"),
    PlacementStep.SPECIAL_SCHOOL: ("a special school", "特殊教育学校"),
    PlacementStep.HOME_OR_DISTANCE: ("home teaching or distance education", "送教上门或远程教育"),
}
REASONS = {
    SkipReason.NEEDS_SPECIAL_SUPPORT: ("needs special support", "需要专门支持"),
    SkipReason.NO_PLACE_NEARBY: ("no place nearby", "附近无学位"),
    SkipReason.NEEDS_FULL_TIME_NURSING: ("needs full-time nursing", "需要专人护理"),
    SkipReason.IN_RESIDENTIAL_REHABILITATION: ("in residential rehabilitation", "在机构寄宿康复"),
    SkipReason.GUARDIAN_CHOICE: ("the guardian's choice", "监护人选择"),
}
NO_REASON = ("no reason given", "未说明理由")


@dataclass(frozen=True, slots=True)
class ModeRule:
    """One row of `placement_modes.json`."""

    mode: PlacementMode
    zh: str
    step: PlacementStep | None
    roll: str
    roll_zh: str
    school: bool
    site: bool
    from_age: int
    before_age: int


@dataclass(frozen=True, slots=True)
class PlacementOrder:
    """What the county expert committee decided for a child (残疾人教育条例 art. 20)."""

    mode: PlacementMode
    school: UUID | None
    site: UUID | None
    decided_on: date
    starts_on: date
    ends_on: date | None
    reasons: Mapping[PlacementStep, SkipReason]
    applied_on: date | None = None
    """Day of the guardian's application; a deferral has one."""
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement: where the child spends its school days, from its first to its last day."""

    id: UUID
    mode: PlacementMode
    place: UUID | None
    starts_on: date
    ends_on: date | None
    school: UUID | None = None
    case: UUID | None = None

    def covers(self, on: date) -> bool:
        """Tell whether a day lies inside the placement."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Pupil:
    """What decides about a child beside its placements."""

    born: date
    county: str
    compulsory_from: date
    died_on: date | None = None
    withdrawn: bool = False
    erased: bool = False


@cache
def mode_rules() -> Mapping[PlacementMode, ModeRule]:
    """Return the table of forms of schooling."""
    rows = orjson.loads(files(__package__).joinpath("placement_modes.json").read_bytes())["modes"]
    return {rule.mode: rule for rule in TypeAdapter(list[ModeRule]).validate_python(rows)}


def decide_placement(
    pupil: Pupil, order: PlacementOrder, earlier: Iterable[Placement], policy: SchoolPolicy, *, today: date
) -> PlacementDecided:
    """Choose a form of schooling, in the order of the law; one child has one placement at a time."""
    mode = mode_rules()[order.mode]
    _check_pupil(pupil, order)
    _check_period(order, today)
    check_places(mode, order)
    check_deferral(order, policy)
    check_age(mode, pupil.born, order.starts_on)
    if unexplained := unexplained_steps(pupil, order):
        raise errors.SkippedStepNeedsReason(steps=unexplained)
    for placement in earlier:
        if placement.starts_on >= order.starts_on:
            raise errors.PlacementNotAfterTheLast(starts_on=placement.starts_on.isoformat())
    return _decided(pupil, order)


def _decided(pupil: Pupil, order: PlacementOrder) -> PlacementDecided:
    return PlacementDecided(
        placement=new_record(),
        mode=order.mode,
        school=order.school,
        site=order.site,
        decided_on=order.decided_on,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        skipped=tuple(SkippedStep(step=s, reason=order.reasons[s]) for s in PlacementStep if s in order.reasons),
        county=pupil.county,
        review_by=order.ends_on if order.mode is PlacementMode.DEFERRED else order.review_by,
    )


@rule("education.placement-in-force", "source", zh="一人一案：同一时间只有一个安置，后作出的自其首日起取代先前的")
def in_force(placements: Iterable[Placement], on: date) -> Placement | None:
    """Return the placement that holds on a day: the later begun replaces the earlier (教育条例; handbook §4)."""
    begun = [placement for placement in placements if placement.starts_on <= on]
    latest = max(begun, key=lambda placement: placement.starts_on, default=None)
    return latest if latest is not None and latest.covers(on) else None


def _check_pupil(pupil: Pupil, order: PlacementOrder) -> None:
    if pupil.erased:
        raise errors.ChildErased
    if pupil.withdrawn:
        raise errors.ConsentWithdrawn
    if pupil.died_on is not None and order.starts_on > pupil.died_on:
        raise errors.ChildDied(died_on=pupil.died_on.isoformat())


def _check_period(order: PlacementOrder, today: date) -> None:
    if order.decided_on > today:
        raise InTheFuture(field="decided_on")
    if order.ends_on is not None and order.ends_on < order.starts_on:
        raise errors.PeriodReversed
    if order.review_by is not None and order.review_by < order.starts_on:
        raise errors.PeriodReversed


@rule("education.deferral", "source", zh="延缓入学：监护人申请、批准、每年复核")
def check_deferral(order: PlacementOrder, policy: SchoolPolicy) -> None:
    """Defer only on the guardian's application, up to the yearly review (义务教育法; handbook §4)."""
    deferred = order.mode is PlacementMode.DEFERRED
    if not deferred:
        if order.applied_on is not None:
            raise errors.ApplicationNotExpected(mode=order.mode)
        return
    months = policy.deferral_months.value
    if order.ends_on is None or order.ends_on >= anniversary(order.starts_on, months=months):
        raise errors.DeferralTooLong(months=months)
    if order.applied_on is None or order.applied_on > order.decided_on:
        raise errors.DeferralNeedsApplication


@rule("education.roll-keeper", "source", zh="各安置方式由谁保留学籍、是否有教学点")
def check_places(mode: ModeRule, order: PlacementOrder) -> None:
    """Ask for the school that keeps the roll and for the site, as the table of forms says (教育条例; handbook §4)."""
    for expected, given, missing, surplus in (
        (mode.school, order.school, errors.SchoolRequired, errors.SchoolNotExpected),
        (mode.site, order.site, errors.SiteRequired, errors.SiteNotExpected),
    ):
        if expected != (given is not None):
            raise (missing if expected else surplus)(mode=order.mode)


@rule("education.mode-ages", "source", zh="各安置方式的年龄范围（送教上门 6 至 15 岁）")
def check_age(mode: ModeRule, born: date, starts_on: date) -> None:
    """Test the child's age on the first day; home teaching is for ages 6 to 15 (山东送教意见; handbook §4).

    The ages of the other forms are assumed and stand in the table.
    """
    age = age_in_years(born, starts_on)
    if not mode.from_age <= age < mode.before_age:
        ages = {"from_age": mode.from_age, "before_age": mode.before_age, "age": age}
        raise errors.AgeOutsideMode(mode=mode.mode, **ages)


@rule(
    "education.placement-order",
    "source",
    zh="安置顺序：就近普校、指定普校、特教学校、送教上门或远程教育；跳过须说明理由",
)
def unexplained_steps(pupil: Pupil, order: PlacementOrder) -> list[PlacementStep]:
    """Return the earlier, more ordinary steps that are passed over without a reason (教育条例; handbook §4).

    The order is that of compulsory schooling: it asks no reasons for a younger child.
    """
    return [step for step in steps_before(pupil, order) if step not in order.reasons]


def steps_before(pupil: Pupil, order: PlacementOrder) -> list[PlacementStep]:
    """Return the steps that come before the chosen one; none outside compulsory schooling."""
    chosen = mode_rules()[order.mode].step
    if chosen is None or order.starts_on < pupil.compulsory_from:
        return []
    steps = list(PlacementStep)
    return steps[: steps.index(chosen)]


def explain_order(pupil: Pupil, order: PlacementOrder, policy: SchoolPolicy) -> Explanation:
    """Show the steps of the order that were passed over, with their reasons, up to the chosen one.

    A regular class is at a designated school when a reason says why the nearby one does not serve.
    """
    chosen, before = mode_rules()[order.mode], steps_before(pupil, order)
    if chosen.step is PlacementStep.NEARBY_ORDINARY and chosen.step in order.reasons:
        before = [chosen.step]
    passed = tuple(_passed(one, order.reasons.get(one)) for one in before)
    last = step(
        "chosen", "{mode}: the roll is kept by {roll}.", "选择{term}，学籍由{roll_zh}保留。",
        mode=order.mode.value, term=chosen.zh, roll=chosen.roll, roll_zh=chosen.roll_zh,
    )  # fmt: skip
    if not chosen.school:
        last = step(
            "chosen",
            "{mode}: no school keeps the roll.",
            "{term}：暂不建立学籍。",
            mode=order.mode.value,
            term=chosen.zh,
        )
    unexplained = unexplained_steps(pupil, order)
    outcome = "skipped-step-needs-reason" if unexplained else order.mode.value
    return Explanation(rule="education.placement-order", policy=policy.policy, outcome=outcome, steps=(*passed, last))


def _passed(passed: PlacementStep, reason: SkipReason | None) -> Step:
    (en, zh), (why_en, why_zh) = STEPS[passed], REASONS[reason] if reason else NO_REASON
    return step(
        passed.value.replace("_", "-"), f"{en[0].upper()}{en[1:]} is passed over: {why_en}.",
        f"跳过{zh}：{why_zh}。", holds=reason is not None,
    )  # fmt: skip
