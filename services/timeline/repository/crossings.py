"""What crosses children, for the children of one portion: a few set-based statements over the logged sessions.

A session stands as its last row says; an earlier row of the same one no longer counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import asyncpg

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.crossing import (
    KINDS,
    Clash,
    ClashDay,
    Cloned,
    Crossing,
    OverPlace,
    SharedDevice,
    TherapistDay,
    tie_of,
)
from services.timeline.domain.findings.casefile import Facts
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.places import over_places
from services.timeline.domain.findings.taken import TRAINING, Graded, Taken
from shared.db import Driver

_STANDS = """{0}.attended AND NOT EXISTS (
  SELECT FROM session_log later WHERE later.case_id = {0}.case_id AND later.session = {0}.session
    AND (later.epoch, later.seq) > ({0}.epoch, {0}.seq))"""
_MINE, _OTHER, _THIRD = (_STANDS.format(alias) for alias in "mot")
_BEGINS = "({0}::timestamp AT TIME ZONE 'Asia/Shanghai')"
_DAY_OF_END = "(({0}.ends_at - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date"
LONGEST = "interval '1 day'"
"""A session that lasts longer is no session; so one index finds all that a therapist gave around a moment."""
# By the day for who joins many days at once, by the time for who looks up a few in the index.
_TOUCHES = f"""CROSS JOIN LATERAL (VALUES (d.day), (d.day - 1)) AS b (began)
  JOIN session_log {{0}} ON {{0}}.therapist = d.therapist AND {{0}}.day = b.began
    AND {{0}}.starts_at >= {_BEGINS.format("b.began")} AND {{0}}.starts_at < {_BEGINS.format("(b.began + 1)")}
    AND {{0}}.ends_at > {_BEGINS.format("d.day")}"""
# The one that began last is the first to be looked at: where many are given at once, the first look finds one.
_AT_ONCE = f"""
  SELECT t.event_id FROM session_log t
  WHERE t.therapist = {{0}}.therapist AND t.starts_at < {{0}}.ends_at AND t.starts_at > {{0}}.starts_at - {LONGEST}
    AND t.ends_at > {{0}}.starts_at AND t.slot <> {{0}}.slot AND {_THIRD}
  ORDER BY t.starts_at DESC, t.event_id DESC LIMIT {{1}}
"""
# On most days nothing meets; only where something does it is looked who clashes. Everybody sees a day with the same
# eyes: who is a clash for one is a clash for the other.
_CLASH_DAYS = f"""
WITH mine AS (
  SELECT DISTINCT m.therapist, touched.day FROM session_log m
  CROSS JOIN LATERAL (VALUES (m.day), ({_DAY_OF_END.format("m")})) AS touched (day)
  WHERE m.case_id = ANY($1::uuid[]) AND {_MINE}
), given AS (
  SELECT DISTINCT d.therapist, d.day, o.slot, o.starts_at, o.ends_at
  FROM mine d {_TOUCHES.format("o")} WHERE {_OTHER}
), d AS (
  SELECT DISTINCT therapist, day FROM (
    SELECT therapist, day, starts_at < max(ends_at) OVER (
      PARTITION BY therapist, day ORDER BY starts_at, slot ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS meets
    FROM given) g
  WHERE meets
)
SELECT d.therapist, d.day, bit_xor(hashtextextended(o.event_id::text, 0)) AS state,
  array_agg(DISTINCT o.case_id) AS cases
FROM d {_TOUCHES.format("o")} CROSS JOIN LATERAL ({_AT_ONCE.format("o", 1)}) other
WHERE {_OTHER} GROUP BY d.therapist, d.day
"""
_CLASHES = f"""
SELECT m.event_id AS mine, other.event_id AS theirs, m.case_id AS "case", d.therapist, d.day
FROM unnest($2::uuid[], $3::date[]) AS d (therapist, day) {_TOUCHES.format("m")}
CROSS JOIN LATERAL ({_AT_ONCE.format("m", "$4")}) other
WHERE m.case_id = ANY($1::uuid[]) AND {_MINE}
"""
# The sum of the day is never less than the time it covers, and cheaper: only days above it are looked at closely.
_THERAPIST_DAYS = f"""
WITH mine AS (
  SELECT DISTINCT m.therapist, m.day FROM session_log m WHERE m.case_id = ANY($1::uuid[]) AND {_MINE}
), worked AS (
  SELECT o.therapist, o.day, range_agg(tstzrange(o.starts_at, o.ends_at)) AS times,
    array_agg(DISTINCT o.case_id) AS cases
  FROM mine d JOIN session_log o ON o.therapist = d.therapist AND o.day = d.day
    AND o.starts_at >= {_BEGINS.format("d.day")} AND o.starts_at < {_BEGINS.format("(d.day + 1)")}
  WHERE {_OTHER} GROUP BY o.therapist, o.day HAVING sum(o.ends_at - o.starts_at) > make_interval(mins => $2)
)
SELECT therapist, day, cases, minutes FROM worked CROSS JOIN LATERAL (
  SELECT floor(sum(extract(epoch FROM upper(t) - lower(t))) / 60)::int AS minutes FROM unnest(times) AS t) m
WHERE minutes > $2
"""
_CLONED = f"""
WITH mine AS (
  SELECT DISTINCT m.institution, m.wording FROM session_log m
  WHERE m.case_id = ANY($1::uuid[]) AND m.wording IS NOT NULL AND {_MINE}
)
SELECT o.institution, o.wording, count(DISTINCT o.slot)::int AS sessions, array_agg(DISTINCT o.case_id) AS cases
FROM mine JOIN session_log o USING (institution, wording) WHERE {_OTHER}
GROUP BY o.institution, o.wording HAVING count(DISTINCT o.slot) >= $2
"""
_DEVICES = f"""
WITH mine AS (
  SELECT DISTINCT m.device FROM session_log m WHERE m.case_id = ANY($1::uuid[]) AND m.device IS NOT NULL AND {_MINE}
)
SELECT c.device, array_agg(DISTINCT c.case_id) AS cases, count(DISTINCT c.child)::int AS families FROM (
  SELECT o.device, o.case_id, coalesce(s.other, o.case_id) AS child
  FROM (SELECT DISTINCT o.device, o.case_id FROM mine JOIN session_log o USING (device) WHERE {_OTHER}) o
  LEFT JOIN same_child s ON s.case_id = o.case_id AND NOT s.survives
) c GROUP BY c.device HAVING count(DISTINCT c.child) > $2
"""
_TAKEN = """
SELECT t.case_id AS "case", t.institution, t.reference, t.kind, t.since, coalesce(p.until, t.at_most_until) AS until,
  t.event_id AS fact
FROM place_taken t JOIN case_participant p
  ON p.case_id = t.case_id AND p.basis = t.basis AND p.reference = t.reference AND p.organisation = t.institution
WHERE t.institution = ANY($1::uuid[])
"""
_GRADES = """
SELECT k.id AS "case", g.certificate, g.since, g.grade, g.event_id AS fact
FROM (SELECT id, id AS member FROM unnest($1::uuid[]) AS t (id)
      UNION SELECT s.case_id, s.other FROM same_child s WHERE s.case_id = ANY($1::uuid[])) k
JOIN certificate_grade g ON g.case_id = k.member ORDER BY g.since, g.epoch, g.seq
"""
# What a child once had a part in too: others may stand on it still.
_ONCE = f"""
SELECT DISTINCT case_id, therapist, touched.day FROM session_log m
CROSS JOIN LATERAL (VALUES (day), ({_DAY_OF_END.format("m")})) AS touched (day)
WHERE case_id = ANY($1::uuid[]) AND therapist IS NOT NULL
"""
_ONCE_SAID = """
SELECT DISTINCT case_id, institution, wording, device FROM session_log
WHERE case_id = ANY($1::uuid[]) AND (wording IS NOT NULL OR device IS NOT NULL)
"""


async def crossed(driver: Driver, books: Collection[CaseBook], limits: Limits) -> list[CaseBook]:
    """Return the books with what crosses each child."""
    if not books:
        return []
    cases = sorted(case for book in books for case in book.cases)
    clash_days = _shared(ClashDay, await driver.fetch(_CLASH_DAYS, cases))
    whole = Crossing(
        clashes=await _clashes(driver, cases, clash_days, limits),
        clash_days=clash_days,
        therapist_days=_shared(
            TherapistDay, await driver.fetch(_THERAPIST_DAYS, cases, limits.therapist_minutes_a_day)
        ),
        cloned=_shared(Cloned, await driver.fetch(_CLONED, cases, limits.cloned_sessions)),
        devices=_shared(SharedDevice, await driver.fetch(_DEVICES, cases, limits.families_of_a_device)),
        over_places=tuple(await _over_places(driver, books, limits)),
    )
    once = await _once(driver, cases)
    return [replace(book, crossing=_of(book, whole, once)) for book in books]


async def _clashes(
    driver: Driver, cases: Collection[UUID], days: Sequence[ClashDay], limits: Limits
) -> tuple[Clash, ...]:
    """Return what the sessions of some cases clash with, on the days on which anything does."""
    if not days:
        return ()
    on = {(day.therapist, day.day): day for day in days}
    rows = await driver.fetch(_CLASHES, cases, *map(list, zip(*on, strict=True)), limits.clashes_named)
    return tuple(Clash(row["mine"], row["theirs"], row["case"], on[row["therapist"], row["day"]]) for row in rows)


async def _over_places(driver: Driver, books: Collection[CaseBook], limits: Limits) -> list[OverPlace]:
    """Return who has come beyond the places of each institution that these children met."""
    known = {name: book for child in books for name, book in child.institutions.items()}
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    rows = await driver.fetch(_TAKEN, list(known))
    grades = await _grades(driver, {row["case"] for row in rows if row["kind"] != TRAINING})
    for row in rows:
        taken[row["institution"]].append(Taken(**row, grades=tuple(grades.get(row["case"], ()))))
    return [
        over
        for institution, there in taken.items()
        for over in over_places(institution, Facts(known[institution].of), there, limits)
    ]


async def _grades(driver: Driver, cases: Collection[UUID]) -> Mapping[UUID, list[Graded]]:
    """Return the grades of children in care, in the order of their days."""
    found: dict[UUID, list[Graded]] = defaultdict(list)
    if cases:
        for case, *graded in await driver.fetch(_GRADES, list(cases)):
            found[case].append(Graded(*graded))
    return found


S = TypeVar("S", ClashDay, TherapistDay, Cloned, SharedDevice)


def _shared(kind: type[S], rows: Iterable[asyncpg.Record]) -> tuple[S, ...]:
    return tuple(kind(**{**row, "cases": frozenset(row["cases"])}) for row in rows)


async def _once(driver: Driver, cases: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Return the names of all that each case has or had in common with others."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for case, therapist, day in await driver.fetch(_ONCE, cases):
        found[case] |= {tie_of("F03", therapist, day), tie_of("F08", therapist, day)}
    for case, institution, wording, device in await driver.fetch(_ONCE_SAID, cases):
        if wording is not None:
            found[case].add(tie_of("F14", institution, wording))
        if device is not None:
            found[case].add(tie_of("F20", device))
    return found


def _of(book: CaseBook, whole: Crossing, once: Mapping[UUID, set[UUID]]) -> Crossing:
    """Return what of a portion's crossings is one child's."""
    of_cases = (once.get(case, set()) for case in book.cases)
    places = {tie_of("F22", institution, kind) for institution in book.institutions for kind in KINDS}
    touched = frozenset(places.union(*of_cases))
    return Crossing(
        clashes=tuple(clash for clash in whole.clashes if clash.case in book.cases),
        clash_days=tuple(day for day in whole.clash_days if day.tie in touched),
        therapist_days=tuple(day for day in whole.therapist_days if day.cases & book.cases),
        cloned=tuple(cloned for cloned in whole.cloned if cloned.cases & book.cases),
        devices=tuple(device for device in whole.devices if device.cases & book.cases),
        over_places=tuple(over for over in whole.over_places if over.institution in book.institutions),
        touched=touched,
    )
