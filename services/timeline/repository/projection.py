"""Writing the projections: one statement per table and batch, whatever the number of facts.

Tables that only grow are filled by COPY. Rows that change are changed by sets, by operations whose order does not
matter, and in the order of the case, so that two batches never wait for each other in a circle.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from services.timeline.domain.projection import File, Row, Rows, project
from services.timeline.domain.touched import touched
from services.timeline.repository import conclusions, dirty
from shared.access.second_wall import PROJECT
from shared.contracts.envelope import Event
from shared.db import Driver
from shared.journal.inbox import Stream
from shared.journal.unit_of_work import UnitOfWork

_FILES = """
INSERT INTO case_file AS f (case_id, last_at, county, birth_date, sex, states, stage, died_on, masked, erased)
SELECT case_id, last_at, county, CASE WHEN NOT erased THEN birth_date END, CASE WHEN NOT erased THEN sex END,
  states::jsonb, stage, died_on, masked, erased
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::date[], $5::text[], $6::text[], $7::smallint[], $8::date[],
            $9::boolean[], $10::boolean[])
  AS n (case_id, last_at, county, birth_date, sex, states, stage, died_on, masked, erased)
ORDER BY case_id
ON CONFLICT (case_id) DO UPDATE SET last_at = greatest(f.last_at, excluded.last_at),
  county = coalesce(excluded.county, f.county),
  birth_date = CASE WHEN NOT excluded.erased THEN coalesce(excluded.birth_date, f.birth_date) END,
  sex = CASE WHEN NOT excluded.erased THEN coalesce(excluded.sex, f.sex) END, states = f.states || excluded.states,
  stage = greatest(f.stage, excluded.stage), died_on = coalesce(excluded.died_on, f.died_on),
  masked = coalesce(excluded.masked, f.masked), erased = f.erased OR excluded.erased
"""
_REVIVED = "UPDATE case_file SET died_on = NULL WHERE case_id = ANY($1::uuid[])"
_SAME_CHILD = """
INSERT INTO same_child (case_id, other, survives, recorded_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[]) AS n (case_id, other)
ORDER BY case_id, other
ON CONFLICT (case_id, other) DO UPDATE SET survives = excluded.survives, recorded_at = excluded.recorded_at
"""
_TWO_AGAIN = """
DELETE FROM same_child s USING unnest($1::uuid[], $2::uuid[]) AS n (case_id, other)
WHERE s.case_id = n.case_id AND s.other = n.other
"""
_COUNTIES = "INSERT INTO county (region) SELECT DISTINCT unnest($1::text[]) ORDER BY 1 ON CONFLICT DO NOTHING"
_JOINED = """
INSERT INTO case_participant (case_id, basis, reference, organisation, since, until, under, known_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::date[], $6::date[], $7::uuid[],
                     $8::timestamptz[]) AS n (case_id, basis, reference)
ORDER BY case_id, basis, reference ON CONFLICT DO NOTHING
"""
_LEFT = """
UPDATE case_participant p SET until = n.until, end_known_at = n.known_at
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::date[], $5::timestamptz[])
  AS n (case_id, basis, reference, until, known_at)
WHERE p.case_id = n.case_id AND p.basis = n.basis AND p.reference = n.reference
"""
# A placement replaces every earlier one from its first day on.
_PLACED = """
UPDATE case_participant p SET until = n.starts_on, end_known_at = n.known_at
FROM (SELECT n.case_id, e.reference, min(n.starts_on) AS starts_on, min(n.known_at) AS known_at
      FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::timestamptz[]) AS n (case_id, placement, starts_on, known_at)
      JOIN case_participant e ON e.case_id = n.case_id AND e.basis = 'placed' AND e.reference <> n.placement
                             AND e.since < n.starts_on AND (e.until IS NULL OR e.until > n.starts_on)
      GROUP BY n.case_id, e.reference) n
WHERE p.case_id = n.case_id AND p.basis = 'placed' AND p.reference = n.reference
"""
# A fact that comes again has the time and id that it had; whoever has not, or another hash, is another fact.
_HASHES = """
SELECT e.event_id, e.hash
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) AS n (case_id, occurred_at, event_id)
JOIN entry e USING (case_id, occurred_at, event_id)
"""
_WAIVED = "SELECT hash FROM waiver WHERE hash = ANY($1::bytea[]) AND agreed_at IS NOT NULL"

_NO_WORDS = "UPDATE finding_review SET reason = NULL WHERE case_id = ANY($1::uuid[]) AND reason IS NOT NULL"

_COPIED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "entry": (
        "entries",
        (
            "case_id",
            "occurred_at",
            "event_id",
            "recorded_at",
            "producer",
            "type",
            "epoch",
            "seq",
            "organisation",
            "institution",
            "hash",
            "envelope",
        ),
    ),
    "correction": ("corrections", ("case_id", "corrected", "event_id", "recorded_at")),
    "suspicion_step": ("steps", ("case_id", "epoch", "seq", "category", "state", "void", "day", "recorded_at")),
    "approval": ("approvals", ("approval", "case_id", "valid_from", "valid_until", "recorded_at")),
    "attended_session": ("sessions", ("case_id", "day", "event_id", "enrolment", "recorded_at")),
    "school_day": ("school_days", ("case_id", "day", "event_id", "mode", "institution", "recorded_at")),
    "residence_move": ("moves", ("case_id", "moved_on", "event_id", "previous", "region", "recorded_at")),
    "counted_fact": ("counted", ("case_id", "kind", "day", "event_id", "reference", "amount", "recorded_at")),
    "licence": ("licences", ("licence", "institution", "county", "valid_from", "valid_until", "recorded_at")),
    "session_log": (
        "logged",
        (
            "case_id",
            "session",
            "epoch",
            "seq",
            "event_id",
            "institution",
            "attended",
            "therapist",
            "day",
            "starts_at",
            "ends_at",
            "slot",
            "wording",
            "device",
        ),
    ),
    "place_taken": (
        "taken",
        ("case_id", "reference", "event_id", "basis", "institution", "kind", "since", "at_most_until"),
    ),
    "same_child_told": ("same_child_told", ("case_id", "epoch", "seq", "other", "same", "recorded_at")),
    "certificate_grade": ("graded", ("case_id", "epoch", "seq", "event_id", "certificate", "since", "grade")),
}
"""Tables that only grow: which rows go into which columns."""

_CHANGED = (("joined", _JOINED), ("left", _LEFT), ("placed", _PLACED))


class Projection:
    """The timeline's effects: a batch of facts becomes rows, inside the inbox's transaction."""

    async def apply(self, events: Sequence[Event], uow: UnitOfWork) -> None:
        await uow.driver.execute(PROJECT)
        await write(uow.driver, project(events))
        await conclusions.write(uow.driver, events)
        await dirty.mark(uow.driver, touched(events))

    async def hashes(self, events: Sequence[Event], uow: UnitOfWork) -> Mapping[tuple[Stream, int], bytes]:
        """Return under which hash these facts were applied; none (`b""`) where another fact has their number."""
        await uow.driver.execute(PROJECT)
        columns = [e.subject for e in events], [e.occurred_at for e in events], [e.id for e in events]
        applied = {row[0]: row[1] for row in await uow.driver.fetch(_HASHES, *columns)}
        unknown = [event.hash for event in events if event.id not in applied]
        waived = {row[0] for row in await uow.driver.fetch(_WAIVED, unknown)} if unknown else set()
        return {
            (event.stream, event.seq): event.hash if event.hash in waived else applied.get(event.id, b"")
            for event in events
        }


async def write(driver: Driver, rows: Rows) -> None:
    """Write what a batch adds."""
    for table, (source, columns) in _COPIED.items():
        records = getattr(rows, source)
        if records:
            await driver.copy_records_to_table(table, records=records, columns=columns)
    for source, statement in _CHANGED:
        records = getattr(rows, source)
        if records:
            await driver.execute(statement, *map(list, zip(*records, strict=True)))
    if rows.same_child:
        await _write_same_child(driver, rows.same_child)
    if rows.files:
        await _write_files(driver, rows.files)
        await _forget_words(driver, [case for case, file in rows.files.items() if file.erased])
        await _revive(driver, [case for case, file in rows.files.items() if file.revived])


async def _write_same_child(driver: Driver, pairs: Mapping[tuple[UUID, UUID], Row | None]) -> None:
    merged = [row for row in pairs.values() if row is not None]
    parted = [pair for pair, row in pairs.items() if row is None]
    if merged:
        await driver.execute(_SAME_CHILD, *map(list, zip(*merged, strict=True)))
    if parted:
        await driver.execute(_TWO_AGAIN, *map(list, zip(*parted, strict=True)))


async def _forget_words(driver: Driver, erased: Sequence[UUID]) -> None:
    """Empty what reviewers wrote about children that are erased."""
    if erased:
        await driver.execute(_NO_WORDS, erased)


async def _revive(driver: Driver, alive: Sequence[UUID]) -> None:
    """Empty the day of death of children whose death was taken back."""
    if alive:
        await driver.execute(_REVIVED, alive)


async def _write_files(driver: Driver, files: Mapping[UUID, File]) -> None:
    counties = [file.county for file in files.values() if file.county is not None]
    if counties:
        await driver.execute(_COUNTIES, counties)
    changes = files.values()
    await driver.execute(
        _FILES,
        list(files),
        [file.last_at for file in changes],
        [file.county for file in changes],
        [file.birth_date for file in changes],
        [file.sex for file in changes],
        [orjson.dumps(file.states).decode() for file in changes],
        [file.stage for file in changes],
        [file.died_on for file in changes],
        [file.masked for file in changes],
        [file.erased for file in changes],
    )
