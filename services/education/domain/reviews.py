"""Looking at a placement again: kept as it is, or changed by a new decision (教育条例; handbook §4)."""

from datetime import date

from services.education import errors
from services.education.domain.placement import Placement
from shared.contracts.events.education import PlacementMode, PlacementReviewed
from shared.errors import InTheFuture
from shared.rulebook.registry import rule


@rule("education.placement-review", "source", zh="复核后维持原安置；变更须另作决定，延缓入学须凭新的申请另作决定")
def keep_placement(
    placement: Placement, reviewed_on: date, review_by: date | None, last: date | None, *, today: date
) -> PlacementReviewed:
    """Keep a placement after a review; children move both ways, each time by a new decision (教育条例; handbook §4).

    A deferral is kept by a new decision on a new application: it never outlasts its year (义务教育法). `last` is the
    day of the review before.
    """
    if reviewed_on > today:
        raise InTheFuture(field="reviewed_on")
    if placement.mode is PlacementMode.DEFERRED:
        raise errors.DeferralDecidedAnew
    if not placement.covers(reviewed_on):
        raise errors.ReviewOutsidePlacement(on=reviewed_on.isoformat())
    if last is not None and reviewed_on <= last:
        raise errors.ReviewedBefore(on=last.isoformat())
    if review_by is not None and review_by <= reviewed_on:
        raise errors.NextReviewNotLater
    return PlacementReviewed(placement=placement.id, reviewed_on=reviewed_on, review_by=review_by)
