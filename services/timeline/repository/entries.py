"""Entries of one case: a page is one statement that decides, logs the reading and finds the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from services.timeline.domain.chain import PRODUCERS
from services.timeline.domain.sight import Detail, Sight
from services.timeline.repository.readable import FAMILY, Readable
from shared.access.policy import Actor
from shared.access.second_wall import Told, telling
from shared.db import Driver

BEGINNING, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
LAST_ID = UUID(int=2**128 - 1)

# The row of the access log stands in the same statement as the page: it is durable before the first byte leaves, and
# a page costs one round trip. The second wall is told who reads and which file is open by the same statement, before
# entries are looked at: `(SELECT case_id FROM seen) IS NOT NULL` has no column of theirs and is asked first.
SEEN_AND_LOGGED = f"""
WITH seen AS MATERIALIZED (
  SELECT f.case_id, coalesce(f.masked, false) AS masked, f.erased, {{family}} AS family
  FROM case_file f WHERE {telling(Told.CASE, "$3::uuid::text")} AND f.case_id = $3 AND {{where}}
), logged AS (
  INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
  SELECT $4, $5, $6, $7, $8, 'shown', $9, unnest(family) FROM seen
)"""
# Whether an entry is visible at all is said twice: here, so that pages are full, and in `Sight.detail`, which is asked
# again for every row that is shown.
VISIBLE = """
(e.producer = ANY($10::text[]) OR e.type = ANY($11::text[])
 OR (e.producer = ANY($12::text[]) AND (e.organisation = $5 OR e.institution = $5)))"""
# Of whose an entry is, the reader only needs whether it is its own: ids are dear to pass on.
_COLUMNS = """event_id, occurred_at, recorded_at, producer, type, hash, envelope,
  (e.organisation = $5 OR e.institution = $5) AS own"""
MEMBERS = "ARRAY(SELECT unnest(family) FROM seen)"
# Each case of the file is masked or erased by itself. The head of one that is known by its entries alone, because it
# lives in another county, is not seen: it is shown as the opened one.
VEIL = """CASE WHEN h.case_id IS NULL THEN f.masked ELSE h.masked END AS masked,
  coalesce(h.erased, f.erased) AS erased"""
_PAGE = f"""
{SEEN_AND_LOGGED}, page AS (
  SELECT e.*, {VEIL} FROM seen f CROSS JOIN unnest(f.family) AS member (id)
  LEFT JOIN case_file h ON (SELECT case_id FROM seen) IS NOT NULL AND h.case_id = member.id
  CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM entry e
    WHERE (SELECT case_id FROM seen) IS NOT NULL
      AND e.case_id = member.id AND (e.occurred_at, e.event_id) < ($13, $14) AND e.occurred_at >= $15
      AND e.recorded_at <= $16 AND {VISIBLE}
      AND ($17::text IS NULL OR e.producer = $17) AND ($18::text[] IS NULL OR e.type = ANY($18))
      AND ($19::uuid IS NULL OR ((e.organisation = $19 OR e.institution = $19)
                                 AND (e.producer = ANY($20::text[]) OR e.organisation = $5 OR e.institution = $5)))
    ORDER BY e.occurred_at DESC, e.event_id DESC LIMIT $21
  ) e ORDER BY e.occurred_at DESC, e.event_id DESC LIMIT $21
), first_correction AS MATERIALIZED (
  SELECT DISTINCT ON (corrected) corrected, event_id, recorded_at FROM correction
  WHERE (SELECT case_id FROM seen) IS NOT NULL AND case_id = ANY({MEMBERS}) AND recorded_at <= $16
  ORDER BY corrected, recorded_at, event_id
)
SELECT p.*, c.event_id AS corrected_by, c.recorded_at AS corrected_at,
       (SELECT count(*) FROM parked_event k
        WHERE k.producer = ANY($22::text[]) AND k.case_id = ANY({MEMBERS})) AS parked
FROM seen LEFT JOIN page p ON true LEFT JOIN first_correction c ON c.corrected = p.event_id
ORDER BY p.occurred_at DESC, p.event_id DESC
"""
_OPENED = f"""
{SEEN_AND_LOGGED}
SELECT s.case_id, s.producer, s.epoch, s.last_seq FROM seen LEFT JOIN stream_position s
  ON s.case_id = ANY(seen.family) AND s.producer = ANY($10::text[]) AND s.last_seq > 0
"""
_POSITIONS = f"""
SELECT p.case_id, p.producer, p.epoch, p.last_seq FROM (SELECT $1::uuid AS case_id) f JOIN stream_position p
  ON p.case_id = ANY({FAMILY}) AND p.producer = ANY($2::text[]) AND p.last_seq > 0
"""
_SINCE = f"""
SELECT {_COLUMNS}, NULL::uuid AS corrected_by, NULL::timestamptz AS corrected_at, {VEIL}
FROM case_file f
CROSS JOIN unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $6::bigint[])
  AS n (member, of_producer, of_epoch, after, upto)
LEFT JOIN case_file h ON h.case_id = n.member
JOIN entry e ON e.case_id = n.member AND e.producer = n.of_producer AND e.epoch = n.of_epoch
WHERE {telling(Told.CASE, "$7::uuid::text")} AND f.case_id = $7 AND e.seq > n.after AND e.seq <= n.upto
  AND (e.producer = ANY($8::text[]) OR e.type = ANY($9::text[])
       OR (e.producer = ANY($10::text[]) AND (e.organisation = $5 OR e.institution = $5)))
ORDER BY e.recorded_at, e.event_id
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the row of the access log, and what that actor sees."""

    readable: Readable
    sight: Sight
    actor: Actor
    act: str
    request_id: UUID

    @property
    def log(self) -> tuple[object, ...]:
        """Values of the access log's row."""
        actor = self.actor
        return (actor.person, actor.organisation, actor.acting_as, actor.purpose, self.act, self.request_id)

    @property
    def visible(self) -> tuple[list[str], list[str], list[str]]:
        """Producers and types that are visible whoever they concern, and producers of which only the own ones are."""
        return list(self.sight.producers), list(self.sight.types), list(self.sight.own)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a case's entries is asked for; times are half-open."""

    limit: int
    before: tuple[datetime, UUID] = (END, LAST_ID)
    since: datetime = BEGINNING
    known_at: datetime = END
    producer: str | None = None
    types: Sequence[str] | None = None
    organisation: UUID | None = None


Streams = dict[tuple[UUID, str, int], int]
"""Last applied number by case, producer and epoch: of all cases that are one child."""


async def page(driver: Driver, reader: Reader, case: UUID, wanted: Wanted) -> list[asyncpg.Record]:
    """Return entries, newest first, and log the reading; no row at all when the case is not for this reader.

    A case without matching entries gives one row whose `event_id` is empty.
    """
    full = [producer for producer, detail in reader.sight.producers.items() if detail is Detail.FULL]
    readable = reader.readable
    family = FAMILY if wanted.known_at == END else readable.family_then("$16")
    rows: list[asyncpg.Record] = await driver.fetch(
        _PAGE.format(where=readable.where, family=family),
        *reader.readable.arguments,
        case,
        *reader.log,
        *reader.visible,
        *wanted.before,
        wanted.since,
        wanted.known_at,
        wanted.producer,
        wanted.types,
        wanted.organisation,
        full,
        wanted.limit,
        list(PRODUCERS),
    )
    return rows


async def open_live(driver: Driver, reader: Reader, case: UUID) -> Streams | None:
    """Log that a live view is opened and return how far each stream of the child is; None when it is not to be."""
    statement = _OPENED.format(where=reader.readable.where, family=FAMILY)
    rows = await driver.fetch(statement, *reader.readable.arguments, case, *reader.log, list(PRODUCERS))
    return {(row[0], row[1], row[2]): row[3] for row in rows if row[0] is not None} if rows else None


async def positions(driver: Driver, case: UUID) -> Streams:
    """Return how far each stream of a child is applied."""
    return {(row[0], row[1], row[2]): row[3] for row in await driver.fetch(_POSITIONS, case, list(PRODUCERS))}


async def entries_since(
    driver: Driver, reader: Reader, case: UUID, seen: Streams, upto: Streams
) -> list[asyncpg.Record]:
    """Return what was applied after `seen` and up to `upto`, in the order of recording; inside a transaction."""
    await reader.readable.wall.tell(driver)
    moved = [(*stream, seen.get(stream, 0), last) for stream, last in upto.items() if last > seen.get(stream, 0)]
    members, producers, epochs, after, until = map(list, zip(*moved, strict=True))
    rows: list[asyncpg.Record] = await driver.fetch(
        _SINCE, members, producers, epochs, after, reader.actor.organisation, until, case, *reader.visible
    )
    return rows
