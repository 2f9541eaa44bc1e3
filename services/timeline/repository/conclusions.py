"""Writing the state of the timeline's own conclusions, a statement per kind and batch; older facts change nothing."""

from collections.abc import Iterable, Sequence

from services.timeline.domain.concluded import Row, duty_rows
from services.timeline.domain.findings.rows import finding_rows
from services.timeline.domain.touched import OWN
from shared.contracts.envelope import Event
from shared.db import Driver

_OPENED = """
INSERT INTO duty AS d (case_id, duty, rule, owner, owner_kind, county, opened_by, opened_at, due_at, from_day,
                       from_moment, at_least_from, epoch, seq)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::uuid[],
                     $8::timestamptz[], $9::timestamptz[], $10::date[], $11::timestamptz[], $12::date[], $13::int[],
                     $14::bigint[]) AS n (case_id, duty)
ORDER BY case_id, duty
ON CONFLICT (case_id, duty) DO UPDATE SET owner = excluded.owner, owner_kind = excluded.owner_kind,
  county = excluded.county, opened_by = excluded.opened_by, opened_at = excluded.opened_at,
  due_at = excluded.due_at, from_day = excluded.from_day, from_moment = excluded.from_moment,
  at_least_from = excluded.at_least_from, outcome = NULL, met_by = NULL, met_at = NULL, fell_away = false,
  level = NULL, epoch = excluded.epoch, seq = excluded.seq
WHERE (d.epoch, d.seq) < (excluded.epoch, excluded.seq)
"""
_MOVED = """
UPDATE duty d SET outcome = n.outcome, met_by = n.met_by, met_at = n.met_at, fell_away = n.fell_away,
  level = n.level, epoch = n.epoch, seq = n.seq
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::boolean[], $7::text[], $8::int[],
            $9::bigint[])
  AS n (case_id, duty, outcome, met_by, met_at, fell_away, level, epoch, seq)
WHERE d.case_id = n.case_id AND d.duty = n.duty AND (d.epoch, d.seq) < (n.epoch, n.seq)
"""
_RAISED = """
INSERT INTO finding AS f (case_id, finding, rule, rule_version, severity, institution, first_day, last_day, evidence,
                          state, first_seen, changed_at, epoch, seq)
SELECT case_id, finding, rule, rule_version, severity, institution, first_day, last_day,
  string_to_array(evidence, ',')::uuid[], 'open', first_seen, changed_at, epoch, seq
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::uuid[], $7::date[], $8::date[], $9::text[],
            $10::timestamptz[], $11::timestamptz[], $12::int[], $13::bigint[])
  AS n (case_id, finding, rule, rule_version, severity, institution, first_day, last_day, evidence, first_seen,
        changed_at, epoch, seq)
ORDER BY case_id, finding
ON CONFLICT (case_id, finding) DO UPDATE SET rule_version = excluded.rule_version, severity = excluded.severity,
  first_day = excluded.first_day, last_day = excluded.last_day, evidence = excluded.evidence, state = 'open',
  changed_at = excluded.changed_at, epoch = excluded.epoch, seq = excluded.seq
WHERE (f.epoch, f.seq) < (excluded.epoch, excluded.seq)
"""
_STATED = """
UPDATE finding f SET state = coalesce(n.state, f.state), changed_at = n.changed_at, epoch = n.epoch, seq = n.seq
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $6::bigint[])
  AS n (case_id, finding, state, changed_at, epoch, seq)
WHERE f.case_id = n.case_id AND f.finding = n.finding AND (f.epoch, f.seq) < (n.epoch, n.seq)
"""


async def write(driver: Driver, events: Iterable[Event]) -> None:
    """Bring the tables of conclusions to the state after the timeline's own facts among these."""
    own = [event for event in events if event.producer == OWN]
    if not own:
        return
    duties, findings = duty_rows(own), finding_rows(own)
    await _write(driver, _OPENED, list(duties.opened.values()))
    await _write(driver, _MOVED, list(duties.moved.values()))
    await _write(driver, _RAISED, list(findings.raised.values()))
    await _write(driver, _STATED, list(findings.moved.values()))


async def _write(driver: Driver, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        await driver.execute(statement, *map(list, zip(*rows, strict=True)))
