"""Applications for assistance and the checks and assessments of them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from services.rehab import tables as t
from services.rehab.domain.assistance import (
    Application,
    ApplicationOrder,
    ApplicationState,
    Asked,
    Assessment,
    Household,
)
from services.rehab.domain.terms import AgentKind, Hardship, ResidenceKind, ResidenceProof
from services.rehab.errors import UnknownNumber
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    ApplicationReturned,
    ApplicationSubmitted,
    AssessmentRecorded,
    AssistanceItem,
    AssistanceRefused,
    DeviceKind,
    EligibilityBasis,
    EligibilityChecked,
    Material,
    NeedsOutcome,
    RefusalReason,
    SurgeryKind,
    TrainingMode,
)
from shared.contracts.events.screening import GuardianKind
from shared.errors import CaseNotFound, NotFound

OPEN = (ApplicationState.SUBMITTED, ApplicationState.RETURNED)


class Assistance(Records):
    """Applications."""

    async def open_of(self, cases: Sequence[UUID], asked: Asked) -> int:
        """Count a child's open applications for the same item and kind."""
        a = t.application.c
        same = (a.surgery.is_not_distinct_from(asked.surgery), a.device.is_not_distinct_from(asked.device))
        found = select(func.count()).where(a.case_id.in_(cases), a.item == asked.item, *same, a.state.in_(OPEN))
        count: int = (await self.run(found)).scalar_one()
        return count

    async def submit(
        self, case: UUID, fact: ApplicationSubmitted, order: ApplicationOrder, *, guardian: GuardianKind | None,
        assess_by: date | None,
    ) -> None:  # fmt: skip
        """Keep a new application."""
        row = columns(
            fact, "item", "category", "mode", "surgery", "device", "basis", "county", "submitted_on", "reply_due_on",
            "review_due_on",
        )  # fmt: skip
        household, agent = order.household, order.agent
        row |= {"id": fact.application, "case_id": case, "state": ApplicationState.SUBMITTED}
        row |= {"materials": sorted(order.materials), "residence": household.residence, "hardship": household.hardship}
        row |= {"proofs": sorted(household.proofs), "submitted_by": order.by, "guardian": guardian}
        row |= {"assess_by": assess_by, "agent": agent.kind if agent else None}
        await self.run(insert(t.application).values(row | {"authorised_on": agent.authorised_on if agent else None}))

    async def resubmit(self, fact: ApplicationSubmitted, materials: Collection[Material]) -> None:
        """Keep that an application was completed."""
        values = columns(fact, "submitted_on", "reply_due_on", "review_due_on")
        values |= {"state": ApplicationState.SUBMITTED, "materials": sorted(materials)}
        await self.set(t.application, fact.application, **values)

    async def case_of(self, application: UUID, actor: Actor) -> UUID:
        """Return the case of an application that the actor may see. Raises NotFound."""
        case: UUID = (await self.seen_by(actor, application)).case_id
        return case

    async def application(self, application: UUID) -> Application:
        """Return an application as it stands, for the decision; the caller holds the child."""
        return _application((await self.run(select(t.application).where(t.application.c.id == application))).one())

    async def brought(self, case: UUID, application: UUID) -> Application:
        """Return an application by the two ids that the guardian brings. Raises CaseNotFound.

        A hospital cannot see a child before it assesses it: both ids, of which one is random, are the guardian's
        choice.
        """
        a = t.application
        row = await self.one(select(a).where(a.c.id == application, a.c.case_id == case))
        if row is None:
            raise CaseNotFound
        return _application(row)

    async def seen_by(self, actor: Actor, application: UUID) -> Row[Any]:
        """Return an application that the actor may see. Raises NotFound."""
        a = t.application
        wanted = select(a, self.shown_as(a.c.case_id)).where(a.c.id == application, self.readable_by(actor, a))
        row = await self.one(wanted)
        if row is None:
            raise NotFound(kind="application")
        return row

    async def on_slip(self, number: str) -> Row[Any]:
        """Return the application whose slip bears a number, of a child that lives and whose consent stands.

        An institution cannot see a child before it takes it in: the number is the guardian's choice of it, as the two
        ids of `Approvals.chosen` are, and most of it is random. Raises UnknownNumber.
        """
        a = t.application
        wanted = select(a).where(a.c.number == number, self.alive(a.c.case_id), self._shared(a.c.case_id))
        row = await self.one(wanted)
        if row is None:
            raise UnknownNumber(number=number)
        return row

    async def queue(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List open applications, the most urgent first."""
        a = t.application
        wanted = select(a, self.shown_as(a.c.case_id)).where(
            a.c.state.in_(OPEN), self.alive(a.c.case_id), self.readable_by(actor, a)
        )
        return await self.page(wanted, (a.c.review_due_on, a.c.id), after, limit)

    async def of_cases(self, cases: Sequence[UUID]) -> Rows:
        """List a child's applications, the newest first; the caller has seen to it that the child may be seen."""
        a = t.application
        wanted = select(a, self.shown_as(a.c.case_id)).where(a.c.case_id.in_(cases))
        return await self.all(wanted.order_by(a.c.id.desc()))

    async def give_back(self, fact: ApplicationReturned, note: str | None) -> None:
        """Keep that an application was given back for completion."""
        await self.set(t.application, fact.application, state=ApplicationState.RETURNED, note=note)

    async def check(self, fact: EligibilityChecked, by: UUID, *, experts_agree: bool) -> None:
        """Keep who checked an application, and with what result."""
        checked = {"checked_by": by, "checked_on": fact.checked_on, "eligible": fact.eligible}
        await self.set(t.application, fact.application, **checked, experts_agree=experts_agree)

    async def assess(self, case: UUID, fact: AssessmentRecorded, estimate: int | None, note: str | None) -> None:
        """Keep a needs assessment."""
        row = columns(fact, "institution", "assessor", "assessed_on", "category", "outcome", "recommended_mode")
        row |= {"id": fact.assessment, "case_id": case, "application_id": fact.application}
        await self.run(insert(t.needs_assessment).values(row | {"estimate": estimate, "note": note}))
        a = t.application
        await self.run(update(a).where(a.c.id == fact.application).values(assess_by=None))

    async def assessment(self, application: UUID) -> Assessment | None:
        """Return the newest needs assessment of an application."""
        n = t.needs_assessment
        newest = select(n).where(n.c.application_id == application).order_by(n.c.id.desc()).limit(1)
        row = await self.one(newest)
        return None if row is None else Assessment(NeedsOutcome(row.outcome), row.estimate)

    async def diagnoses(self, cases: Sequence[UUID]) -> frozenset[RehabCategory]:
        """Return the categories of which a confirmed diagnosis reached this service."""
        i = t.intake.c
        return frozenset(RehabCategory(row.category) for row in await self.all(
            select(i.category).where(i.case_id.in_(cases))
        ))  # fmt: skip

    async def refuse(self, fact: AssistanceRefused, note: str | None = None) -> None:
        """Keep a refusal, or that the guardian took the application back."""
        withdrawn = fact.reasons == (RefusalReason.WITHDRAWN_BY_GUARDIAN,)
        state = ApplicationState.WITHDRAWN if withdrawn else ApplicationState.REFUSED
        await self.set(t.application, fact.application, state=state, decided_on=fact.refused_on, note=note)


def _application(row: Row[Any]) -> Application:
    return Application(
        row.id, ApplicationState(row.state), _asked(row), EligibilityBasis(row.basis),
        frozenset(map(Material, row.materials)), row.county, row.submitted_on, _household(row), row.submitted_by,
        AgentKind(row.agent) if row.agent else None, row.checked_by, row.eligible, row.experts_agree,
    )  # fmt: skip


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        RehabCategory(row.category), TrainingMode(row.mode), AssistanceItem(row.item),
        SurgeryKind(row.surgery) if row.surgery else None, DeviceKind(row.device) if row.device else None,
    )  # fmt: skip


def _household(row: Row[Any]) -> Household:
    hardship = Hardship(row.hardship) if row.hardship else None
    return Household(ResidenceKind(row.residence), frozenset(map(ResidenceProof, row.proofs)), hardship)
