"""Who may review a finding, and in which state it can be reviewed. Pure."""

from collections.abc import Iterable
from uuid import UUID

import orjson

from services.timeline.domain.findings.standing import STANDS, Standing, standing
from services.timeline.domain.noted import Noted
from services.timeline.errors import FindingSettled, OwnDecision
from shared.errors import NotFound
from shared.rulebook.registry import rule


@rule("timeline.finding-reviewable", "assumed", zh="只有未关闭的线索可以复核")
def reviewable(own: Iterable[Noted], finding: UUID) -> Standing:
    """Return a finding that is open or confirmed: only such a one can be decided about (handbook §3.7).

    Raises NotFound or FindingSettled.
    """
    found = standing(own).get(finding)
    if found is None:
        raise NotFound(kind="finding")
    if found.state not in STANDS:
        raise FindingSettled(state=found.state.value)
    return found


@rule("timeline.review-by-another-person", "assumed", zh="批准或支付的人员不得复核该儿童的线索")
def check_other_person(decided: Iterable[bytes], reviewer: UUID) -> None:
    """Raise OwnDecision when the reviewer approved or paid what the finding is about (handbook §3.3)."""
    persons = {orjson.loads(envelope)["data"]["actor"]["person"] for envelope in decided}
    if str(reviewer) in persons:
        raise OwnDecision
