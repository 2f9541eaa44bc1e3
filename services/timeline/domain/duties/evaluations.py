"""Checkpoints of an enrolment: when an evaluation is due. Pure."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import count

from services.timeline.domain.casebook import Span
from services.timeline.domain.duties.duty import Opening
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.openings import Ground
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.silence import enrolments, over_on, planned_over
from services.timeline.domain.duties.table import DutyRow
from shared.ages import anniversary
from shared.clock import moment_of
from shared.rulebook.registry import rule


@rule("timeline.duty-stage-evaluation", "source", zh="入训第 0、3、6 个月及其后每 6 个月评估，前后 14 天内有效")
def stage_evaluations(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty at each checkpoint: months 0, 3, 6, then each 6, with a window (孤独症规范; handbook §3.5)."""
    for enrolment in enrolments(ground.book):
        for opening in _checkpoints(row, enrolment, ground):
            yield opening
            if opening.opens_at > ground.now:
                break


def _checkpoints(row: DutyRow, enrolment: Span, ground: Ground) -> Iterator[Opening]:
    """Yield a duty for each checkpoint up to the end of the enrolment."""
    window = timedelta(days=ground.limits.evaluation_window_days)
    for month in _months(ground.limits):
        checkpoint = anniversary(enrolment.since, months=month)
        if checkpoint >= over_on(enrolment):
            return
        begins, reckoned = moment_of(checkpoint - window), reckon(row, checkpoint, ground.limits)
        yield Opening(
            row,
            enrolment.opened,
            max(begins, moment_of(enrolment.since)),
            reckoned,
            key=str(month),
            lapses_at=max(reckoned.due_at, planned_over(enrolment)),
            counts=lambda fact, begins=begins: fact.occurred_at >= begins,  # type: ignore[misc]
        )


def _months(limits: DutyLimits) -> Iterator[int]:
    yield from limits.evaluation_months
    yield from count(limits.evaluation_months[-1] + limits.evaluation_every_months, limits.evaluation_every_months)
