"""Replay: put facts back into the outbox, so that Kafka can be filled again from the log (README.md, replay)."""

import logging
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import FACTS
from shared.contracts.envelope import ActorRef
from shared.journal.unit_of_work import Ledger

log = logging.getLogger(__name__)

# Two replays at once would each find the other's pointers missing.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('tongkang.replay'))"
_PUT_BACK = """
INSERT INTO outbox (shard, case_id, epoch, seq, topic)
SELECT get_byte(uuid_send(e.case_id), 15) % $1, e.case_id, e.epoch, e.seq,
       CASE WHEN convert_from(e.envelope, 'UTF8')::json ->> 'type' = ANY($2::text[]) THEN $3 ELSE $4 END
FROM event_log e
WHERE ($5::uuid IS NULL OR e.case_id = $5) AND ($6::timestamptz IS NULL OR e.recorded_at >= $6)
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = e.case_id AND o.epoch = e.epoch AND o.seq = e.seq)
ORDER BY e.case_id, e.epoch, e.seq
"""
INSTITUTIONS = "tongkang.institutions"


async def replay(ledger: Ledger, who: ActorRef, *, case: UUID | None = None, since: datetime | None = None) -> int:
    """Publish facts again: all of them, those of one case, those recorded since a time; return how many.

    Consumers that have them take them as duplicates. A fact that still waits to be published is not doubled. The act is
    logged with who did it.
    """
    about_institutions = [name for name, fact in FACTS.items() if fact.topic == INSTITUTIONS]
    async with ledger.database.transaction() as session:
        await session.driver.execute(_ONE_AT_A_TIME)
        status = await session.driver.execute(
            _PUT_BACK, ledger.shards, about_institutions, INSTITUTIONS, f"tongkang.{ledger.producer}", case, since
        )
    count = int(status.rpartition(" ")[2])
    chosen = {"case": str(case) if case else None, "since": since.isoformat() if since else None}
    log.warning("facts put back for publication", extra={**chosen, **who.model_dump(mode="json"), "facts": count})
    ledger.wake()
    return count
