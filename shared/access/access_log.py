"""The log of reading: every answer that shows a child's data writes its rows in the same transaction, first.

If the row cannot be written, no data is served. The rows live apart from the timeline: viewing never slows the record.
"""

from collections.abc import Iterable
from uuid import UUID

from shared.access.policy import Act, Actor
from shared.db import Driver

WRITE = """
INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
SELECT $1, $2, $3, $4, $5, $6, $7, case_id FROM unnest($8::uuid[]) AS c (case_id)
"""


async def record_reading(
    driver: Driver, actor: Actor, act: Act, cases: Iterable[UUID], *, request_id: UUID, outcome: str = "shown"
) -> None:
    """Write one row per case that the answer shows; to be called inside the transaction that reads."""
    await driver.execute(
        WRITE,
        actor.person,
        actor.organisation,
        actor.acting_as,
        actor.purpose,
        act.value,
        outcome,
        request_id,
        list(cases),
    )
