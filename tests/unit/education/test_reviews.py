"""A placement that is looked at again and kept (handbook §4)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.education import errors
from services.education.domain.placement import Placement
from services.education.domain.reviews import keep_placement
from shared.contracts.events.education import PlacementMode
from shared.errors import InTheFuture

TODAY = date(2024, 9, 18)
PLACED = Placement(UUID(int=9), PlacementMode.HOME_TEACHING, UUID(int=1), date(2023, 9, 1), date(2024, 8, 31))


def keep(placement=PLACED, on=date(2024, 6, 3), review_by=date(2025, 6, 1), last=None):
    return keep_placement(placement, on, review_by, last, today=TODAY)


@pytest.mark.parametrize("review_by", [date(2024, 6, 4), None])
def test_a_review_keeps_the_placement_and_may_say_when_the_next_one_is(review_by):
    fact = keep(review_by=review_by)
    assert (fact.placement, fact.reviewed_on, fact.review_by) == (PLACED.id, date(2024, 6, 3), review_by)


def test_a_placement_is_reviewed_again_later():
    assert keep(last=date(2024, 6, 2))
    with pytest.raises(errors.ReviewedBefore):
        keep(last=date(2024, 6, 3))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"on": date(2024, 9, 19)}, InTheFuture),
        ({"on": date(2024, 9, 1)}, errors.ReviewOutsidePlacement),
        ({"on": date(2023, 8, 31)}, errors.ReviewOutsidePlacement),
        ({"review_by": date(2024, 6, 3)}, errors.NextReviewNotLater),
        ({"placement": replace(PLACED, mode=PlacementMode.DEFERRED)}, errors.DeferralDecidedAnew),
    ],
    ids=["tomorrow", "placement over", "not begun", "next is not later", "a deferral is decided anew"],
)
def test_what_is_not_in_force_is_not_kept_and_a_deferral_needs_a_new_decision(changes, refusal):
    with pytest.raises(refusal):
        keep(**changes)
