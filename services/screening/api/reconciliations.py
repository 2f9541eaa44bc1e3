"""Doors of the monthly reconciliation: the federation brings its list, both sides read the differences (§1.4)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from services.screening.api.bodies import Body, Name, Number
from services.screening.api.tools import Uow, tools_of
from services.screening.api.views import View
from services.screening.domain.protocol import Protocol
from services.screening.domain.reconciling import DifferenceKind, children_of, due_on
from services.screening.domain.registry import numbered
from services.screening.errors import InvalidNumber, NumberNeeded, ReconciliationNotFound
from services.screening.handlers import reconciling
from services.screening.handlers.reconciling import Listed, Reconcile
from services.screening.repository.reconciliations import Reconciliations
from services.screening.repository.unit_of_work import Tools
from shared import clock
from shared.access.policy import Act, Actor, covers, must_cover
from shared.contracts.codes import County, RehabCategory
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor

router = APIRouter(tags=["reconciliation"])

LONGEST_LIST = 50_000
"""A list comes whole, in one body of 8 MiB at most: so many lines of 160 bytes, which is a name and both numbers."""
Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class ListedIn(Body):
    """A child as the federation has it: by resident number, or birth certificate number, and name."""

    name: Name
    resident_number: Number | None = None
    birth_certificate: Number | None = None
    category: RehabCategory

    def listed(self, protocol: Protocol) -> Listed:
        try:
            child = numbered(self.name, self.resident_number, self.birth_certificate, protocol)
        except (InvalidNumber, NumberNeeded):
            return Listed(self.category, None)
        return Listed(self.category, child)


class ReconciliationIn(Body):
    """The federation's list of a county: every child that it assists, one line for a child and category."""

    county: County
    month: Month = Field(description="Month of the list, as 2026-10.")
    children: list[ListedIn] = Field(max_length=LONGEST_LIST, description="The whole list.")

    def command(self, protocol: Protocol) -> Reconcile:
        month = date.fromisoformat(f"{self.month}-01")
        return Reconcile(self.county, month, [one.listed(protocol) for one in self.children])


class ReconciliationOut(View):
    """A comparison of the two lists."""

    id: UUID
    county: str
    month: date = Field(description="First day of the month.")
    listed: int = Field(description="Lines of the federation's list.")
    confirmed: int = Field(description="Children under 18, by category, whom the health side confirmed.")
    differences: int


class ReconciliationsOut(Page[ReconciliationOut]):
    """Comparisons of a county, and when the next one is due."""

    due_on: date = Field(description="Day by which the lists are to be compared next.")
    overdue: bool


class DifferenceOut(View):
    """A difference: by the federation's line, by the case, or by both."""

    kind: DifferenceKind
    category: RehabCategory
    line: int | None = Field(description="Line of the federation's list, from 1.")
    case: UUID | None = Field(description="Absent where the registry has no such child in the caller's region.")


@router.post("/v1/reconciliations", status_code=201)
async def reconcile(
    body: ReconciliationIn, actor: Annotated[Actor, may(Act.RECONCILE_LISTS)], uow: Uow
) -> ReconciliationOut:
    """Compare the federation's list with the health side's as it stands; of the list only the differences are kept.

    A list comes whole: each comparison stands by itself, and whoever is not on this list counts as not listed.
    """
    must_cover(actor, body.county, Act.RECONCILE_LISTS)
    made = await reconciling.reconcile(body.command(uow.protocol(clock.today())), uow)
    return await uow.commit(ReconciliationOut.model_validate(made))


@router.get("/v1/reconciliations")
async def reconciliations(
    actor: Annotated[Actor, may(Act.READ_RECONCILIATIONS)],
    reading: Read,
    request: Request,
    *,
    county: County,
    after: After = None,
    limit: Limit = 50,
) -> ReconciliationsOut:
    """Return the comparisons of a county, newest first, and the day by which the next one is due."""
    must_cover(actor, county, Act.READ_RECONCILIATIONS)
    kept, today = Reconciliations(reading.session), clock.today()
    rows = await kept.of(county, from_cursor(after, UUID), limit)
    due = await _due_on(county, kept, today, tools_of(request))
    items = [ReconciliationOut.model_validate(row) for row in rows[:limit]]
    following = to_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return ReconciliationsOut(items=items, next=following, due_on=due, overdue=today > due)


async def _due_on(county: str, kept: Reconciliations, today: date, tools: Tools) -> date:
    last = await kept.last_month(county)
    health = [] if last else await kept.confirmed(county)
    children = children_of(health, today, tools.protocols.in_force(today).age_limits)
    return due_on(last, children, today, tools.registry_policies.in_force(today))


@router.get("/v1/reconciliations/{reconciliation}/differences")
async def differences(
    reconciliation: UUID,
    actor: Annotated[Actor, may(Act.READ_RECONCILIATIONS)],
    reading: Read,
    after: After = None,
    limit: Limit = 50,
) -> Page[DifferenceOut]:
    """Return what a comparison found: first line by line of the federation's list, then the children that it lacks."""
    kept = Reconciliations(reading.session)
    county = await kept.county(reconciliation)
    if county is None or not covers(actor.region, county):
        raise ReconciliationNotFound
    rows = await kept.differences(reconciliation, actor, from_cursor(after, int), limit)
    await reading.shown({row.case for row in rows[:limit] if row.case is not None})
    items = [DifferenceOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=to_cursor(rows[limit - 1].place) if len(rows) > limit else None)
