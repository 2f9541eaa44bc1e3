"""How a placement ends: replaced on review, by school or authority, with the child's death (教育条例; handbook §4)."""

from collections.abc import Iterable
from datetime import date, timedelta

from services.education import errors
from services.education.domain.placement import Placement
from shared.contracts.codes import OrgType
from shared.contracts.events.education import PlacementDecided, PlacementEnded, PlacementEndReason
from shared.rulebook.registry import rule

A_DAY = timedelta(days=1)


@rule("education.placement-replaced", "source", zh="复核后双向转衔：新安置开始即结束旧安置")
def replace(earlier: Iterable[Placement], decided: PlacementDecided) -> list[PlacementEnded]:
    """End what a new decision replaces; children move both ways after review (教育条例; handbook §4)."""
    return [
        _ended(placement, decided.starts_on, PlacementEndReason.REVIEWED)
        for placement in earlier
        if placement.ends_on is None or placement.ends_on >= decided.starts_on
    ]


@rule("education.placement-ends-with-death", "assumed", zh="儿童死亡，安置自次日终止")
def end_on_death(placements: Iterable[Placement], died_on: date) -> list[PlacementEnded]:
    """End every placement that goes on beyond the day of death (handbook §4).

    One that had not begun ends on the day on which it would have.
    """
    return [
        _ended(placement, max(died_on + A_DAY, placement.starts_on), PlacementEndReason.DECEASED)
        for placement in placements
        if placement.ends_on is None or placement.ends_on > max(died_on, placement.starts_on - A_DAY)
    ]


MAY_SAY = {
    OrgType.SCHOOL: frozenset(
        {
            PlacementEndReason.GRADUATED,
            PlacementEndReason.TRANSFERRED,
            PlacementEndReason.MOVED_AWAY,
            PlacementEndReason.AGED_OUT,
        }
    ),
    OrgType.EDUCATION_AUTHORITY: frozenset(PlacementEndReason) - {PlacementEndReason.DECEASED},
}
"""Who may end a placement for which reason; a death is registered, not said here."""


@rule("education.placement-end", "assumed", zh="结束安置：由学校或教育行政部门按理由办理，结束日之后不得有在校记录")
def end_placement(
    placement: Placement, ended_on: date, reason: PlacementEndReason, by: OrgType, last_recorded: date | None
) -> PlacementEnded:
    """End a placement: for a reason that is the speaker's to give, and not before what was recorded (handbook §4).

    `ended_on` is the first day without it. What was entered in error never held: it ends on its first day.
    """
    if reason not in MAY_SAY[by]:
        raise errors.NotThisReason(reason=reason)
    if reason is PlacementEndReason.ENTERED_IN_ERROR:
        ended_on = placement.starts_on
    over = placement.ends_on is not None and placement.ends_on < ended_on
    if over or ended_on < placement.starts_on:
        raise errors.EndOutsidePlacement(ended_on=ended_on.isoformat())
    if last_recorded is not None and last_recorded >= ended_on:
        raise errors.RecordedAfterTheEnd(on=last_recorded.isoformat())
    return _ended(placement, ended_on, reason)


def _ended(placement: Placement, ended_on: date, reason: PlacementEndReason) -> PlacementEnded:
    return PlacementEnded(placement=placement.id, school=placement.school, ended_on=ended_on, reason=reason)
