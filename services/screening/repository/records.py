"""Records of acts: what was found, by whom. Scores stay here; facts tell only what follows from them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, exists, insert, literal, select

from services.screening import tables as t
from services.screening.domain.diagnosis import Diagnosis
from services.screening.domain.follow_up import FollowUp
from services.screening.domain.initial import InitialScreening
from services.screening.domain.rescreening import Rescreening
from services.screening.domain.suspicion import Suspicion
from services.screening.domain.tracing import Attempt
from services.screening.repository.persons import cases_of
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef, Fact
from shared.contracts.events.screening import RescreeningRecorded, ScreeningRecorded
from shared.db import Session


@dataclass(frozen=True, slots=True)
class Records:
    """Records of acts, in the transaction of one session, each with its author."""

    session: Session
    by: ActorRef

    async def add_screenings(self, *screenings: tuple[UUID, InitialScreening, ScreeningRecorded]) -> None:
        """Keep initial screenings, each of a case, with their positive signs."""
        if screenings:
            await self._add(t.screening, *(_screening_row(*screening) for screening in screenings))

    async def add_rescreening(self, suspicion: Suspicion, found: Rescreening, fact: RescreeningRecorded) -> None:
        """Keep a re-screening with its answers and scores."""
        row = _named(fact, ("rescreened_on", "instruments", "outcome", "recheck", "clinician_alert"))
        own = {"id": found.id, "concerns": sorted(found.concerns), "scores": _scores(found)}
        await self._add(t.rescreening, _of(suspicion) | row | own)

    async def add_diagnosis(
        self, suspicion: Suspicion, made: Diagnosis, *, aid_disagrees: bool, screened: bool
    ) -> None:
        """Keep a diagnosis, and whether its aid points elsewhere."""
        row = {
            "id": made.id,
            "diagnosed_on": made.on,
            "outcome": made.outcome,
            "rehab_category": made.rehab_category,
            "cars": made.cars,
            "instruments": sorted(made.instruments),
            "aid_disagrees": aid_disagrees,
            "no_screening_record": not screened,
        }
        await self._add(t.diagnosis, _of(suspicion) | row)

    async def add_tracing(self, suspicion: Suspicion, record: UUID, attempt: Attempt) -> None:
        """Keep an attempt to reach the family, and when a refused step is offered again."""
        row = {
            "id": record,
            "attempted_on": attempt.on,
            "outcome": attempt.outcome,
            "signed_on": attempt.signed_on,
            "offer_again_on": suspicion.offer_again_on,
        }
        await self._add(t.tracing, _of(suspicion) | row)

    async def add_follow_up(self, suspicion: Suspicion, seen: FollowUp) -> None:
        """Keep a follow-up of a confirmed child."""
        row = {"id": seen.id, "seen_on": seen.on, "in_rehabilitation": seen.in_rehabilitation}
        await self._add(t.follow_up, _of(suspicion) | row)

    async def was_screened(self, case: UUID, category: ScreeningCategory) -> bool:
        """Tell whether the child was ever screened for a category (handbook §1.5, "no screening record")."""
        s = t.screening.c
        found = exists(literal(1)).where(s.case_id.in_(cases_of(case)), s.category == category)
        return bool((await self.session.execute(select(found))).scalar())

    async def _add(self, table: Table, *rows: dict[str, Any]) -> None:
        author = {"organisation": self.by.organisation, "person": self.by.person}
        await self.session.execute(insert(table), [row | author for row in rows])


def _screening_row(case: UUID, screening: InitialScreening, fact: ScreeningRecorded) -> dict[str, Any]:
    row = _named(fact, ("category", "round", "instrument", "screened_on", "outcome", "regression"))
    return row | {"id": screening.id, "case_id": case, "positive_signs": sorted(screening.positive_signs)}


def _of(suspicion: Suspicion) -> dict[str, Any]:
    return {"case_id": suspicion.child.case, "category": suspicion.category, "episode": suspicion.episode}


def _named(fact: Fact, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


def _scores(found: Rescreening) -> dict[str, Any]:
    """Return what was answered, as JSON keeps it: quotients as text, for they may have a decimal place."""
    scores: dict[str, Any] = {}
    if found.m_chat_23 is not None:
        scores["m_chat_23"] = {str(item): yes for item, yes in sorted(found.m_chat_23.items())}
    if found.abc is not None:
        scores["abc"] = found.abc
    if found.cdss_ii is not None:
        scores["cdss_ii"] = {name: str(value) for name, value in asdict(found.cdss_ii).items()}
    return scores
