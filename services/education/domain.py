"""Rules of education: pure. Placement in the order of the law, days of attendance, licences (handbook §4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from services.education import errors
from shared.ages import age_in_years, anniversary, birthday
from shared.contracts.events.education import (
    AttendanceRecorded,
    AttendanceStatus,
    EducationLicenceGranted,
    LicenceStage,
    PlacementDecided,
    PlacementMode,
    PlacementStep,
    SkippedStep,
    SkipReason,
)
from shared.errors import InTheFuture
from shared.ids import new_record


@dataclass(frozen=True, slots=True)
class Policy:
    """Local choices of handbook §4; the defaults stand in the settings."""

    school_age: int
    cut_off: tuple[int, int]
    """Month and day by which the child has turned `school_age` to start in the same year."""
    deferral_months: int


@dataclass(frozen=True, slots=True)
class ModeRule:
    """One row of `placement_modes.json`."""

    mode: PlacementMode
    zh: str
    step: PlacementStep | None
    roll: str
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


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement: where the child spends its school days, from its first to its last day."""

    id: UUID
    mode: PlacementMode
    place: UUID | None
    starts_on: date
    ends_on: date | None

    def covers(self, on: date) -> bool:
        """Tell whether a day lies inside the placement."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """What an institution says of one child's day; a correction names the fact that no longer holds."""

    on: date
    status: AttendanceStatus
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """An institution's education licence, both days included."""

    stage: LicenceStage
    valid_from: date
    valid_until: date
    partner_school: UUID

    def valid_on(self, on: date) -> bool:
        """Tell whether the licence holds on a day."""
        return self.valid_from <= on <= self.valid_until


@cache
def mode_rules() -> Mapping[PlacementMode, ModeRule]:
    """Return the table of forms of schooling (handbook §4)."""
    rows = orjson.loads(files(__package__).joinpath("placement_modes.json").read_bytes())["modes"]
    return {rule.mode: rule for rule in TypeAdapter(list[ModeRule]).validate_python(rows)}


def school_age_begins(born: date, policy: Policy) -> date:
    """Return the first day of the school year in which compulsory schooling begins: 6 by 31 August, by default."""
    turned = birthday(born, policy.school_age)
    cut_off = date(turned.year, *policy.cut_off)
    year = turned.year if turned <= cut_off else turned.year + 1
    return date.fromordinal(date(year, *policy.cut_off).toordinal() + 1)


def decide_placement(
    born: date, order: PlacementOrder, earlier: Iterable[Placement], policy: Policy, *, today: date
) -> PlacementDecided:
    """Choose a form of schooling in the order of 残疾人教育条例 art. 17.

    Raises SkippedStepNeedsReason when a later form is chosen without saying why an earlier one does not serve. The
    order is that of compulsory schooling: it asks no reasons for a younger child.
    """
    rule = mode_rules()[order.mode]
    _check_period(order, policy, today)
    _check_places(rule, order)
    _check_age(rule, born, order.starts_on)
    _check_steps(rule, born, order, policy)
    for placement in earlier:
        if placement.starts_on >= order.starts_on:
            raise errors.PlacementNotAfterTheLast(starts_on=placement.starts_on.isoformat())
    return PlacementDecided(
        placement=new_record(),
        mode=order.mode,
        school=order.school,
        site=order.site,
        decided_on=order.decided_on,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        skipped=_skipped(order),
    )


def in_force(placements: Iterable[Placement], on: date) -> Placement | None:
    """Return the placement that holds on a day: the latest decided for it replaces every earlier one."""
    begun = [placement for placement in placements if placement.starts_on <= on]
    latest = max(begun, key=lambda placement: placement.starts_on, default=None)
    return latest if latest is not None and latest.covers(on) else None


def record_attendance(
    placements: Iterable[Placement], institution: UUID, day: SchoolDay, held: UUID | None, *, today: date
) -> AttendanceRecorded:
    """Record one school day: not in the future, inside a placement with the institution, once.

    `held` is the fact that says something about the day already; only a correction that names it may say otherwise.
    A missing licence does not stop the record: the day happened; it is the count that asks for the licence (`counts`).
    """
    if day.on > today:
        raise InTheFuture(field="on")
    placement = in_force(placements, day.on)
    if placement is None or placement.place != institution:
        raise errors.DayOutsidePlacement(on=day.on.isoformat())
    if held != day.corrects:
        raise errors.AttendanceRecordedBefore(on=day.on.isoformat()) if held else errors.NothingToCorrect
    return AttendanceRecorded(
        placement=placement.id,
        mode=placement.mode,
        institution=institution,
        on=day.on,
        status=day.status,
        correction_of=day.corrects,
    )


def counts(fact: AttendanceRecorded, licences: Iterable[Licence]) -> bool:
    """Tell whether a day counts as education: at a teaching site only under a licence valid on it (handbook §4, §8)."""
    licensed = fact.mode is not PlacementMode.TEACHING_SITE or any(licence.valid_on(fact.on) for licence in licences)
    return licensed and fact.status is AttendanceStatus.PRESENT


def grant_licence(licence: Licence, region: str, held: Iterable[Licence]) -> EducationLicenceGranted:
    """Grant an education licence; one institution holds one licence per stage at a time."""
    if licence.valid_until < licence.valid_from:
        raise errors.PeriodReversed
    for other in held:
        if other.stage is licence.stage and _meet(other, licence):
            raise errors.LicenceOverlaps(
                valid_from=other.valid_from.isoformat(), valid_until=other.valid_until.isoformat()
            )
    return EducationLicenceGranted(
        licence=new_record(),
        region=region,
        stage=licence.stage,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        partner_school=licence.partner_school,
    )


def _check_period(order: PlacementOrder, policy: Policy, today: date) -> None:
    if order.decided_on > today:
        raise InTheFuture(field="decided_on")
    if order.ends_on is not None and order.ends_on < order.starts_on:
        raise errors.PeriodReversed
    if order.mode is PlacementMode.DEFERRED:
        review = anniversary(order.starts_on, months=policy.deferral_months)
        if order.ends_on is None or order.ends_on >= review:
            raise errors.DeferralTooLong(months=policy.deferral_months)


def _check_places(rule: ModeRule, order: PlacementOrder) -> None:
    for expected, given, missing, surplus in (
        (rule.school, order.school, errors.SchoolRequired, errors.SchoolNotExpected),
        (rule.site, order.site, errors.SiteRequired, errors.SiteNotExpected),
    ):
        if expected != (given is not None):
            raise (missing if expected else surplus)(mode=order.mode)


def _check_age(rule: ModeRule, born: date, starts_on: date) -> None:
    age = age_in_years(born, starts_on)
    if not rule.from_age <= age < rule.before_age:
        raise errors.AgeOutsideMode(mode=rule.mode, from_age=rule.from_age, before_age=rule.before_age, age=age)


def _skipped(order: PlacementOrder) -> tuple[SkippedStep, ...]:
    return tuple(SkippedStep(step=step, reason=order.reasons[step]) for step in PlacementStep if step in order.reasons)


def _check_steps(rule: ModeRule, born: date, order: PlacementOrder, policy: Policy) -> None:
    if rule.step is None or order.starts_on < school_age_begins(born, policy):
        return
    steps = list(PlacementStep)
    unexplained = [step for step in steps[: steps.index(rule.step)] if step not in order.reasons]
    if unexplained:
        raise errors.SkippedStepNeedsReason(steps=unexplained)


def _meet(one: Licence, other: Licence) -> bool:
    return one.valid_from <= other.valid_until and other.valid_from <= one.valid_until
