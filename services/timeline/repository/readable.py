"""Whose case it is: the one place that decides which cases an actor may see (docs/access.md)."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.timeline.domain.sight import AFTERWARDS, BY_REGION
from shared import clock
from shared.access.policy import Actor, sees_no_child
from shared.access.second_wall import Told, Wall, telling

MOST = 200
"""Cases of a page at most."""
PROVINCE_DIGITS, COUNTY_DIGITS = 2, 6

FAMILY = "ARRAY(SELECT s.other FROM same_child s WHERE s.case_id = f.case_id) || f.case_id"
"""The cases that are one child with `f`, itself included: read as one file, as a rule only the one."""
_FAMILY_THEN = """ARRAY(
  SELECT told.other FROM (
    SELECT DISTINCT ON (t.other) t.other, t.same FROM same_child_told t
    WHERE t.case_id = f.case_id AND t.recorded_at <= {known_at} ORDER BY t.other, t.epoch DESC, t.seq DESC
  ) told WHERE told.same AND (
    EXISTS (SELECT FROM same_child s WHERE s.case_id = f.case_id AND s.other = told.other)
    OR EXISTS (SELECT FROM case_file f WHERE f.case_id = told.other AND {where}))
) || f.case_id"""
_SHOWN_ITSELF = "NOT EXISTS (SELECT FROM same_child s WHERE s.case_id = f.case_id AND NOT s.survives)"
"""A case that is shown under another stands in no list."""

# The statements themselves tell the second wall who reads: so a page costs one round trip.
_TELL_REGION = telling(Told.REGION, "$1")
_TELL_PART = f"{telling(Told.ORGANISATION, '$1::uuid::text')} AND {telling(Told.TODAY, '$2::date::text')}"
_IN_REGION = f"{_TELL_REGION} AND starts_with(f.county, $1) AND $2::date IS NULL"
_TAKES_PART = f"""{_TELL_PART} AND EXISTS (
  SELECT 1 FROM case_participant p
  WHERE p.case_id = ANY({FAMILY}) AND p.organisation = $1::uuid AND (p.until IS NULL OR p.until > $2))
"""
_REGION_CASES = f"""
SELECT f.* FROM county k CROSS JOIN LATERAL (
  SELECT * FROM case_file f
  WHERE f.county = k.region AND (f.last_at, f.case_id) < ($3, $4) AND {_SHOWN_ITSELF}{{wanted}}
  ORDER BY f.last_at DESC, f.case_id DESC LIMIT $5
) f WHERE {_TELL_REGION} AND starts_with(k.region, $1) AND $2::date IS NULL
"""
_COUNTY_CASES = f"""
SELECT f.* FROM case_file f
WHERE {_TELL_REGION} AND f.county = $1 AND $2::date IS NULL AND (f.last_at, f.case_id) < ($3, $4)
  AND {_SHOWN_ITSELF}{{wanted}}
"""
# The limit is said as a number: with one that it does not know, the planner would rather sort them all. And it is not
# shown that few counties might begin so (`coalesce`), or it would plan each of these lists anew.
_PROVINCE_CASES = f"""
SELECT f.* FROM case_file f
WHERE {_TELL_REGION} AND coalesce(starts_with(f.county, $1), false) AND $2::date IS NULL
  AND (f.last_at, f.case_id) < ($3, $4) AND {_SHOWN_ITSELF}{{wanted}}
ORDER BY f.last_at DESC, f.case_id DESC LIMIT {MOST}
"""
_ORGANISATION_CASES = f"""
SELECT f.* FROM case_file f
WHERE {_TELL_PART} AND f.case_id IN (
    SELECT case_id FROM case_participant WHERE organisation = $1::uuid AND (until IS NULL OR until > $2)
    UNION ALL
    SELECT s.other FROM same_child s JOIN case_participant p USING (case_id)
    WHERE NOT s.survives AND p.organisation = $1::uuid AND (p.until IS NULL OR p.until > $2))
  AND (f.last_at, f.case_id) < ($3, $4) AND {_SHOWN_ITSELF}{{wanted}}
"""


_CASES_BY_DIGITS = {PROVINCE_DIGITS: _PROVINCE_CASES, COUNTY_DIGITS: _COUNTY_CASES}


@dataclass(frozen=True, slots=True)
class Readable:
    """The cases that an actor may see, as SQL over `case_file f`; its two arguments are always $1 and $2."""

    where: str
    """Joined by AND to all other conditions, it tells the second wall too."""
    cases: str
    """All of them, after ($3, $4) in the order of newest activity first; the restriction drives the index.

    `{wanted}` stands where further conditions on `f` come.
    """
    owed: str
    """Which of a case's duties `d` stand in an actor's list."""
    owes: str
    """What follows FROM to reach the duties `d` in an actor's list: an institution's own, an authority's region's."""
    duties: str
    """The open ones of them, after ($3, $4) in the order of due time, narrowed by $12 to $18."""
    arguments: tuple[str, date | None]
    wall: Wall
    """For a transaction of more than one statement, and for a condition that stands beside an OR."""

    def family_then(self, known_at: str) -> str:
        """Return the cases that were known to be one child with `f` at a time, as SQL.

        Of one that is known to be another child by now, whoever may not see that child sees nothing.
        """
        return _FAMILY_THEN.format(known_at=known_at, where=self.where)


def asked_of(county: str, region: str) -> str:
    """Return the condition that a county lies in the region that is asked for; an empty one asks for all."""
    return f"({region}::text IS NULL OR starts_with({county}, {region}))"


_REGION_OWES = f"""
county k JOIN duty d ON d.county = k.region
WHERE {_TELL_REGION} AND starts_with(k.region, $1) AND $2::date IS NULL"""
_OWED = "d.owner = $1::uuid"
_OWES = f"duty d JOIN case_file f USING (case_id) WHERE {_TAKES_PART} AND {_OWED}"
_OPEN_DUTIES = f"""
d.outcome IS NULL AND (d.due_at, d.duty) > ($3, $4) AND d.due_at > $12 AND d.due_at <= $13
AND ($14::text IS NULL OR d.rule = $14) AND ($15::text[] IS NULL OR d.level = ANY($15))
AND ($16::text IS NULL OR d.owner_kind = $16) AND {asked_of("d.county", "$17")}
AND ($18::uuid IS NULL OR d.owner = $18)"""
_REGION_DUTIES = f"""
SELECT d.* FROM county k CROSS JOIN LATERAL (
  SELECT * FROM duty d WHERE d.county = k.region AND {_OPEN_DUTIES} ORDER BY d.due_at, d.duty LIMIT $5
) d WHERE {_TELL_REGION} AND starts_with(k.region, $1) AND $2::date IS NULL
"""
_DUTIES = f"SELECT d.* FROM {_OWES} AND {_OPEN_DUTIES}"

_NONE = "$1::text IS NULL AND $2::date IS NOT NULL"
_NO_DUTIES = f"duty d WHERE {_NONE}"
_NO_CASES = f"SELECT f.* FROM case_file f WHERE {_NONE} AND (f.last_at, f.case_id) < ($3, $4){{wanted}}"


def readable_by(actor: Actor, visible_after_days: int) -> Readable:
    """Return which cases an actor may see.

    Authorities see by the child's county. An institution sees the cases in which it takes part; those that cared for
    the child still do for some days after it left. Who only runs the installation sees none.
    """
    if sees_no_child(actor):
        return of_region("")
    if actor.org_type in BY_REGION:
        return of_region(actor.region)
    afterwards = timedelta(days=visible_after_days if actor.org_type in AFTERWARDS else 0)
    day = clock.today() - afterwards
    wall = Wall(actor.organisation, "", day)
    who = (str(actor.organisation), day)
    return Readable(_TAKES_PART, _ORGANISATION_CASES, _OWED, _OWES, _DUTIES, who, wall)


def of_region(region: str) -> Readable:
    """Return the cases of a region. An empty prefix would match every county: who has no region sees nothing."""
    wall = Wall(None, region, clock.today())
    if not region:
        no_duties = f"SELECT d.* FROM {_NO_DUTIES} AND {_OPEN_DUTIES}"
        return Readable(_NONE, _NO_CASES, "false", _NO_DUTIES, no_duties, ("", None), wall)
    cases = _CASES_BY_DIGITS.get(len(region), _REGION_CASES)
    return Readable(_IN_REGION, cases, "true", _REGION_OWES, _REGION_DUTIES, (region, None), wall)
