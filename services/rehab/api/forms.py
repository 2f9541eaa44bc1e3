"""What all doors of the service share: text-only dates, the unit of work, reading, pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.repository import RehabUnitOfWork, Repositories
from services.rehab.repository.records import Rows
from services.rehab.settings import Settings
from shared.access.policy import Actor
from shared.http.doors import Read, Reading, service_of, writing
from shared.http.paging import Page, to_cursor
from shared.policyfile import Policies

Out = TypeVar("Out", bound=BaseModel)


Flag = StrictBool

MOST_FEN = 1_000_000_00
"""A million yuan: more is a slip of the pen."""

Words = Annotated[str | None, Field(default=None, max_length=1000)]
"""Free text about a child; it stays in this service and goes when the child is erased."""

Uow = Annotated[RehabUnitOfWork, writing]


class View(BaseModel):
    """What a row shows."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


@dataclass(frozen=True, slots=True)
class Books:
    """The records, open for reading by an actor; what is shown is logged."""

    reading: Reading
    records: Repositories
    rules: Rules
    policies: Policies[AssistancePolicy]

    @property
    def actor(self) -> Actor:
        """Who reads."""
        return self.reading.actor

    async def cases_of(self, case: UUID, actor: Actor) -> list[UUID]:
        """Return every case of a child that the actor may see, whose records are one file, and log that it was shown.

        Raises CaseNotFound.
        """
        cases = await self.records.children.cases_seen_by(actor, case)
        await self.reading.shown(cases)
        return cases


def settings_of(request: Request) -> Settings:
    """Return what the service was told."""
    return cast("Settings", service_of(request).settings)


def _books(request: Request, reading: Read) -> Books:
    told = settings_of(request)
    records = Repositories(reading.session, told.rules.visible_after_days)
    return Books(reading, records, told.rules, told.policies)


Open = Annotated[Books, Depends(_books)]


def page_of(view: type[Out], rows: Rows, limit: int, keys: Callable[[Any], tuple[Any, ...]]) -> Page[Out]:
    """Return one page; the row beyond the limit tells that there is a next one."""
    more = to_cursor(*map(str, keys(rows[limit - 1]))) if len(rows) > limit else None
    return Page(items=[view.model_validate(row) for row in rows[:limit]], next=more)
