"""Children as screening's facts tell of them: registered, merged, moved, dead, masked, watched."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import update

from services.education.domain.standing import Family, Standing, one_child
from services.education.repository.readable import LOCK_FAMILY
from services.education.tables import child
from shared.db import Session
from shared.errors import CaseNotFound

_REGISTER = """
INSERT INTO child (case_id, birth_date, county, person) VALUES ($1, $2, $3, $1)
ON CONFLICT (case_id) DO UPDATE SET birth_date = excluded.birth_date, county = coalesce(child.county, excluded.county)
WHERE child.birth_date IS NULL
"""
_HEAR_OF = "INSERT INTO child (case_id, person) VALUES ($1, $1) ON CONFLICT DO NOTHING"
_STANDINGS = """
SELECT c.case_id, c.person, c.birth_date, c.county, c.watched_since, c.died_on, c.withdrawn_on, c.erased_on,
    (SELECT min(confirmed_on) FROM diagnosis d WHERE d.case_id = c.case_id)
FROM child c WHERE c.case_id = ANY ($1::uuid[])
"""
_CONFIRM = """
INSERT INTO diagnosis (case_id, category, confirmed_on) VALUES ($1, $2, $3)
ON CONFLICT (case_id, category) DO UPDATE SET confirmed_on = least(diagnosis.confirmed_on, excluded.confirmed_on)
"""
_REFUTE = "DELETE FROM diagnosis WHERE case_id = $1 AND category = $2"
# Whoever was shown as either of the two is led to its root anew. Ten steps are more than any merging of merged cases.
_SHOW_ANEW = """
WITH RECURSIVE up AS (
  SELECT case_id, case_id AS root, merged_into, 0 AS steps FROM child
  WHERE person IN (SELECT person FROM child WHERE case_id = ANY ($1::uuid[]))
  UNION ALL
  SELECT up.case_id, c.case_id, c.merged_into, steps + 1 FROM up JOIN child c ON c.case_id = up.merged_into
  WHERE steps < 10
), roots AS (
  SELECT DISTINCT ON (case_id) case_id, root FROM up ORDER BY case_id, steps DESC
)
UPDATE child SET person = roots.root FROM roots WHERE child.case_id = roots.case_id AND person <> roots.root
"""
_ANSWER_FOR = "UPDATE placement SET responsible = $2 WHERE case_id = ANY ($1::uuid[]) AND responsible <> $2"
_FORGET_WORDS = (
    "UPDATE iep SET words = NULL WHERE case_id = $1",
    "UPDATE dispute SET note = NULL, answer = NULL WHERE case_id = $1",
)


class Children:
    """Children, each with the cases that are the same child."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = session.driver

    async def register(self, case: UUID, born: date, county: str) -> None:
        """Keep a child that screening registered; a county that it moved to meanwhile stays."""
        await self._driver.execute(_REGISTER, case, born, county)

    async def hear_of(self, case: UUID) -> None:
        """Make sure that there is a row for a case, registered or not."""
        await self._driver.execute(_HEAR_OF, case)

    async def note(self, case: UUID, **values: Any) -> None:
        """Keep what a fact says of a case, also of one that is not registered yet."""
        await self.hear_of(case)
        await self._session.execute(update(child).where(child.c.case_id == case).values(values))

    async def diagnose(self, case: UUID, category: str, confirmed_on: date | None) -> None:
        """Keep the last word on a category: confirmed, or not."""
        await self.hear_of(case)
        if confirmed_on is None:
            await self._driver.execute(_REFUTE, case, category)
        else:
            await self._driver.execute(_CONFIRM, case, category, confirmed_on)

    async def answer_for(self, family: Family) -> None:
        """Let the county of a child's residence answer for all its placements."""
        if family.shown_as.county is not None:
            await self._driver.execute(_ANSWER_FOR, [one.case for one in family.cases], family.shown_as.county)

    async def merge(self, case: UUID, into: UUID | None) -> None:
        """Show a case as part of another, or by itself again."""
        await self.hear_of(into or case)
        await self.note(case, merged_into=into)
        await self._driver.execute(_SHOW_ANEW, [case] if into is None else [case, into])

    async def forget_words(self, case: UUID) -> None:
        """Delete all free text about a child."""
        for statement in _FORGET_WORDS:
            await self._driver.execute(statement, case)

    async def held(self, case: UUID, *, inside: str | None = None) -> Family:
        """Return a child, inside a region where one is given, and hold its rows to the end. Raises CaseNotFound."""
        cases = [row[0] for row in await self._driver.fetch(LOCK_FAMILY, case, inside)]
        if not cases:
            raise CaseNotFound
        return one_child(Standing(*row) for row in await self._driver.fetch(_STANDINGS, cases))
