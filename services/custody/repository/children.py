"""Children as screening speaks of them, under every case that is the same child, and their rehabilitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.custody import tables as t
from services.custody.domain.admission import Subject
from shared.contracts.events.rehab import EnrolmentStarted
from shared.db import Driver, Session
from shared.errors import CaseNotFound

_FAMILY = """
WITH RECURSIVE up AS (
    SELECT $1::uuid AS id
    UNION SELECT s.merged_into FROM standing s JOIN up ON s.case_id = up.id WHERE s.merged_into IS NOT NULL
), family AS (
    SELECT id FROM up UNION SELECT s.case_id FROM standing s JOIN family f ON s.merged_into = f.id
)
"""
_CASES = f"{_FAMILY} SELECT id FROM family"
_LOCK = f"""{_FAMILY}
SELECT c.case_id, c.birth_date, c.county, s.died_on, coalesce(s.erased, false) AS erased
FROM child c LEFT JOIN standing s USING (case_id)
WHERE c.case_id IN (SELECT id FROM family) ORDER BY c.case_id FOR NO KEY UPDATE OF c
"""
_SEVERE = """
SELECT DISTINCT asked.id FROM unnest($1::uuid[]) AS asked (id)
JOIN (
    SELECT DISTINCT ON (certificate) case_id, grade FROM grading WHERE since <= $2 ORDER BY certificate, since DESC
) held ON held.case_id = asked.id
    OR held.case_id IN (SELECT case_id FROM standing WHERE merged_into = asked.id)
    OR held.case_id IN (SELECT merged_into FROM standing WHERE case_id = asked.id)
WHERE held.grade = ANY ($3::int[])
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A child whose rows are held: the case that was asked for, and all cases that are the same child."""

    case: UUID
    cases: tuple[UUID, ...]
    county: str
    subject: Subject
    erased: bool


async def cases_of(driver: Driver, case: UUID) -> list[UUID]:
    """Return every case that is the same child, the given one too."""
    return [row[0] for row in await driver.fetch(_CASES, case)]


@dataclass(frozen=True, slots=True)
class Children:
    """Children, what screening said of them since, and their rehabilitation."""

    session: Session

    async def held(self, case: UUID) -> Known:
        """Return a child and hold the rows of all its cases. Raises CaseNotFound."""
        rows = {row["case_id"]: row for row in await self.session.driver.fetch(_LOCK, case)}
        if case not in rows:
            raise CaseNotFound
        asked = rows[case]
        died = min((row["died_on"] for row in rows.values() if row["died_on"]), default=None)
        subject = Subject(asked["birth_date"], died)
        return Known(case, tuple(rows), asked["county"], subject, any(row["erased"] for row in rows.values()))

    async def erased(self, case: UUID) -> bool:
        """Tell whether a child's identity was destroyed."""
        wanted = select(t.standing.c.case_id).where(t.standing.c.case_id == case, t.standing.c.erased)
        return (await self.session.execute(wanted)).first() is not None

    async def move(self, case: UUID, county: str) -> None:
        """Keep where a child lives now."""
        await self.session.execute(update(t.child).where(t.child.c.case_id == case).values(county=county))

    async def keep(self, case: UUID, **said: object) -> None:
        """Keep what screening said of a child."""
        row = upsert(t.standing).values(case_id=case, **said)
        await self.session.execute(row.on_conflict_do_update(index_elements=["case_id"], set_=said))

    async def grade(self, case: UUID, certificate: UUID, since: date, grade: int | None) -> None:
        """Keep the grade of a certificate from a day on; None from the day of its cancellation."""
        row = upsert(t.grading).values(certificate=certificate, since=since, case_id=case, grade=grade)
        changed = row.on_conflict_do_update(index_elements=["certificate", "since"], set_={"grade": grade})
        await self.session.execute(changed)

    async def severe(self, cases: Sequence[UUID], day: date, grades: frozenset[int]) -> frozenset[UUID]:
        """Return which children have a certificate of one of these grades on a day."""
        rows = await self.session.driver.fetch(_SEVERE, list(cases), day, sorted(grades))
        return frozenset(row[0] for row in rows)

    async def add_enrolment(self, case: UUID, fact: EnrolmentStarted) -> None:
        """Keep that a child is in rehabilitation."""
        values = fact.model_dump(include={"institution", "started_on"})
        await self.session.execute(insert(t.enrolment).values(id=fact.enrolment, case_id=case, **values))

    async def drop_enrolment(self, enrolment: UUID) -> None:
        """Forget an enrolment that ended."""
        await self.session.execute(delete(t.enrolment).where(t.enrolment.c.id == enrolment))
