"""The outline of a case in one statement: it decides, logs the reading, and counts where it would otherwise list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.timeline.domain.chain import PRODUCERS
from services.timeline.domain.outline import TYPES
from services.timeline.repository.entries import BEGINNING, END, MEMBERS, SEEN_AND_LOGGED, VEIL, VISIBLE, Reader
from services.timeline.repository.readable import FAMILY
from shared.db import Driver

# The entries are walked once: those within the time are counted, those of which the content is needed are kept. What a
# mask hides of them is decided for a whole group at once, by `Sight`: so a group mixes neither own and others' facts
# nor those of a masked case and of another one of the same child.
_OUTLINE = f"""
{SEEN_AND_LOGGED}, corrected AS MATERIALIZED (
  SELECT DISTINCT corrected AS event_id FROM correction
  WHERE (SELECT case_id FROM seen) IS NOT NULL AND case_id = ANY({MEMBERS}) AND recorded_at <= $15
), known AS MATERIALIZED (
  SELECT e.*, {VEIL} FROM seen f CROSS JOIN unnest(f.family) AS member (id)
  LEFT JOIN case_file h ON (SELECT case_id FROM seen) IS NOT NULL AND h.case_id = member.id
  CROSS JOIN LATERAL (
    SELECT event_id, occurred_at, recorded_at, producer, type,
      coalesce(e.organisation = $5 OR e.institution = $5, false) AS own,
      CASE WHEN type = ANY($17::text[]) THEN envelope END AS envelope
    FROM entry e
    WHERE (SELECT case_id FROM seen) IS NOT NULL AND e.case_id = member.id AND e.recorded_at <= $15 AND {VISIBLE}
      AND ((e.occurred_at >= $13 AND e.occurred_at < $14) OR e.type = ANY($17::text[]))
  ) e
), counted AS (
  SELECT k.producer, k.type, k.own, k.masked, k.erased,
    date_trunc($16, k.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
    count(*) AS facts, count(c.event_id) AS corrected
  FROM known k LEFT JOIN corrected c USING (event_id) WHERE k.occurred_at >= $13 AND k.occurred_at < $14
  GROUP BY k.producer, k.type, k.own, k.masked, k.erased, day
)
SELECT w.*,
  (SELECT count(*) FROM parked_event k WHERE k.producer = ANY($18::text[]) AND k.case_id = ANY({MEMBERS})) AS parked
FROM seen LEFT JOIN (
  SELECT producer, type, own, masked, erased, day, facts, corrected, NULL::uuid AS event_id, NULL::bytea AS envelope,
    NULL::timestamptz AS occurred_at, NULL::timestamptz AS recorded_at
  FROM counted
  UNION ALL
  SELECT producer, type, own, masked, erased, NULL, NULL, NULL, event_id, envelope, occurred_at, recorded_at
  FROM known WHERE envelope IS NOT NULL AND NOT EXISTS (SELECT FROM corrected c WHERE c.event_id = known.event_id)
) w ON true
ORDER BY w.day, w.producer, w.type, w.own, w.occurred_at, w.recorded_at, w.event_id
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Of which time facts are counted, in what steps, and as known when; times are half-open."""

    step: str
    since: datetime = BEGINNING
    until: datetime = END
    known_at: datetime = END


async def outline(driver: Driver, reader: Reader, case: UUID, window: Window) -> list[asyncpg.Record]:
    """Return counts (with a day) and the facts that open and end periods (with an envelope), and log the reading.

    No row at all when the case is not for this reader; one with an empty type when nothing of it is.
    """
    readable = reader.readable
    family = FAMILY if window.known_at == END else readable.family_then("$15")
    rows: list[asyncpg.Record] = await driver.fetch(
        _OUTLINE.format(where=readable.where, family=family),
        *readable.arguments,
        case,
        *reader.log,
        *reader.visible,
        window.since,
        window.until,
        window.known_at,
        window.step,
        list(TYPES),
        list(PRODUCERS),
    )
    return rows
