"""What crosses children, for the children of one portion: a few set-based statements over the logged sessions.

A session stands as its last row says; an earlier row of the same one no longer counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import asyncpg

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.crossing import Clash, Cloned, Crossing, OverPlace, SharedDevice, TherapistDay, tie_of
from services.timeline.domain.findings.casefile import Facts
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.places import Taken, over_places
from shared.db import Driver

_STANDS = """{0}.attended AND NOT EXISTS (
  SELECT FROM session_log later WHERE later.case_id = {0}.case_id AND later.session = {0}.session
    AND (later.epoch, later.seq) > ({0}.epoch, {0}.seq))"""
_MINE, _OTHER = _STANDS.format("m"), _STANDS.format("o")
# Both look at each other with the same eyes: who is a clash for one is a clash for the other.
_CLASHES = f"""
SELECT m.event_id AS mine, o.event_id AS theirs, m.case_id AS "case", o.case_id AS peer
FROM session_log m JOIN session_log o ON o.therapist = m.therapist AND o.day BETWEEN m.day - 1 AND m.day + 1
  AND o.starts_at < m.ends_at AND m.starts_at < o.ends_at AND o.slot <> m.slot
WHERE m.case_id = ANY($1::uuid[]) AND {_MINE} AND {_OTHER}
"""
# The sum of the day is never less than the time it covers, and cheaper: only days above it are looked at closely.
_THERAPIST_DAYS = f"""
WITH mine AS (
  SELECT DISTINCT m.therapist, m.day FROM session_log m WHERE m.case_id = ANY($1::uuid[]) AND {_MINE}
), worked AS (
  SELECT o.therapist, o.day, range_agg(tstzrange(o.starts_at, o.ends_at)) AS times,
    array_agg(DISTINCT o.case_id) AS cases
  FROM mine JOIN session_log o USING (therapist, day) WHERE {_OTHER}
  GROUP BY o.therapist, o.day HAVING sum(o.ends_at - o.starts_at) > make_interval(mins => $2)
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
SELECT o.device, array_agg(DISTINCT o.case_id) AS cases FROM mine JOIN session_log o USING (device) WHERE {_OTHER}
GROUP BY o.device HAVING count(DISTINCT o.case_id) > $2
"""
_TAKEN = """
SELECT t.case_id AS "case", t.institution, t.reference, t.kind, t.since, coalesce(p.until, t.at_most_until) AS until,
  t.event_id AS fact
FROM place_taken t JOIN case_participant p
  ON p.case_id = t.case_id AND p.basis = t.basis AND p.reference = t.reference AND p.organisation = t.institution
WHERE t.institution = ANY($1::uuid[])
"""
# What a child once had a part in too: others may stand on it still.
_ONCE = """
SELECT case_id, therapist, day, institution, wording, device FROM session_log WHERE case_id = ANY($1::uuid[])
"""


async def crossed(driver: Driver, books: Collection[CaseBook], limits: Limits) -> list[CaseBook]:
    """Return the books with what crosses each child."""
    if not books:
        return []
    cases = sorted(case for book in books for case in book.cases)
    whole = Crossing(
        clashes=tuple(Clash(**row) for row in await driver.fetch(_CLASHES, cases)),
        therapist_days=_shared(
            TherapistDay, await driver.fetch(_THERAPIST_DAYS, cases, limits.therapist_minutes_a_day)
        ),
        cloned=_shared(Cloned, await driver.fetch(_CLONED, cases, limits.cloned_sessions)),
        devices=_shared(SharedDevice, await driver.fetch(_DEVICES, cases, limits.families_of_a_device)),
        over_places=tuple(await _over_places(driver, books, limits)),
    )
    once = _once(await driver.fetch(_ONCE, cases))
    return [replace(book, crossing=_of(book, whole, once)) for book in books]


async def _over_places(driver: Driver, books: Collection[CaseBook], limits: Limits) -> list[OverPlace]:
    """Return who has come beyond the places of each institution that these children met."""
    known = {name: book for child in books for name, book in child.institutions.items()}
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    for row in await driver.fetch(_TAKEN, list(known)):
        taken[row["institution"]].append(Taken(**row))
    return [
        over
        for institution, there in taken.items()
        for over in over_places(institution, Facts(known[institution].of), there, limits)
    ]


S = TypeVar("S", TherapistDay, Cloned, SharedDevice)


def _shared(kind: type[S], rows: Iterable[asyncpg.Record]) -> tuple[S, ...]:
    return tuple(kind(**{**row, "cases": frozenset(row["cases"])}) for row in rows)


def _once(rows: Iterable[asyncpg.Record]) -> Mapping[UUID, set[UUID]]:
    """Return the names of all that each case has or had in common with others."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        if row["therapist"] is not None:
            found[row["case_id"]].add(tie_of("F08", row["therapist"], row["day"]))
        if row["wording"] is not None:
            found[row["case_id"]].add(tie_of("F14", row["institution"], row["wording"]))
        if row["device"] is not None:
            found[row["case_id"]].add(tie_of("F20", row["device"]))
    return found


def _of(book: CaseBook, whole: Crossing, once: Mapping[UUID, set[UUID]]) -> Crossing:
    """Return what of a portion's crossings is one child's."""
    of_cases = (once.get(case, set()) for case in book.cases)
    houses = {tie_of("F22", institution) for institution in book.institutions}
    return Crossing(
        clashes=tuple(clash for clash in whole.clashes if clash.case in book.cases),
        therapist_days=tuple(day for day in whole.therapist_days if day.cases & book.cases),
        cloned=tuple(cloned for cloned in whole.cloned if cloned.cases & book.cases),
        devices=tuple(device for device in whole.devices if device.cases & book.cases),
        over_places=tuple(over for over in whole.over_places if over.institution in book.institutions),
        touched=frozenset(houses.union(*of_cases)),
    )
