"""Doors of what happens to a child: guardian, residence, consent, hospital, death, erasure (handbook §2)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from services.screening.api.person_bodies import (
    ConsentIn,
    DeathIn,
    DischargeIn,
    ErasureIn,
    GuardianIn,
    MoveIn,
    RetractionIn,
    StayCorrectionIn,
    StayIn,
    WithdrawalIn,
)
from services.screening.api.tools import Uow
from services.screening.handlers import person
from shared.access.policy import HEALTH, Act, Actor
from shared.contracts.codes import OrgType
from shared.http.doors import may, service_of
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt

router = APIRouter(prefix="/v1/cases/{case}", tags=["the child"])


@router.post("/guardians", status_code=201)
async def change_guardian(
    case: CaseId, body: GuardianIn, actor: Annotated[Actor, may(Act.CHANGE_GUARDIAN)], uow: Uow
) -> Receipt:
    """Record another guardian; the answer explains how the order of 民法典 art. 27 was kept."""
    explanation = await person.change_guardian(case, body.guardian(), actor, uow)
    return await uow.commit(explanation=explanation)


@router.post("/moves", status_code=201)
async def move(
    case: CaseId, body: MoveIn, actor: Annotated[Actor, may(Act.MOVE_RESIDENCE)], uow: Uow, request: Request
) -> Receipt:
    """Record a move to another county: no second case is opened, and the old county keeps a stub."""
    receiver_region = ""
    if body.institution is not None:
        register = service_of(request).organisations
        receiver_region = (await register.get(body.institution, field_name="institution", needed=HEALTH)).region
    await person.move(case, body.command(receiver_region), actor, uow)
    return await uow.commit()


@router.post("/consents", status_code=201)
async def give_consent(
    case: CaseId, body: ConsentIn, actor: Annotated[Actor, may(Act.RECORD_CONSENT)], uow: Uow
) -> Receipt:
    """Record the ground on which later stages receive the case."""
    await person.give_consent(case, body.consent(), actor, uow)
    return await uow.commit()


@router.post("/consents/withdrawal", status_code=201)
async def withdraw_consent(
    case: CaseId, body: WithdrawalIn, actor: Annotated[Actor, may(Act.RECORD_CONSENT)], uow: Uow
) -> Receipt:
    """Record that the guardian withdrew consent: later stages lose sight of the child."""
    await person.withdraw_consent(case, body.withdrawn_on, actor, uow)
    return await uow.commit()


@router.post("/hospital-stays", status_code=201)
async def admit(
    case: CaseId,
    body: StayIn,
    actor: Annotated[Actor, may(Act.RECORD_HOSPITAL_STAY)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Record an inpatient stay, with its end where it is over already."""
    if body.hospital is not None:
        needed = frozenset({OrgType.HOSPITAL, OrgType.MCH})
        await service_of(request).organisations.get(body.hospital, field_name="hospital", needed=needed)
    stay = body.stay()
    await person.admit(case, stay, actor, uow)
    return await uow.commit(record=stay.id)


@router.post("/hospital-stays/{stay}/discharge", status_code=201)
async def discharge(
    case: CaseId,
    stay: UUID,
    body: DischargeIn,
    actor: Annotated[Actor, may(Act.RECORD_HOSPITAL_STAY)],
    uow: Uow,
) -> Receipt:
    """Record the end of a stay."""
    await person.discharge(case, stay, body.discharged_on, actor, uow)
    return await uow.commit(record=stay)


@router.post("/hospital-stays/{stay}/correction", status_code=201)
async def correct_stay(
    case: CaseId,
    stay: UUID,
    body: StayCorrectionIn,
    actor: Annotated[Actor, may(Act.RECORD_HOSPITAL_STAY)],
    uow: Uow,
) -> Receipt:
    """Correct the days of a stay; each new fact names the one that it corrects."""
    await person.correct_stay(case, stay, (body.admitted_on, body.discharged_on), actor, uow)
    return await uow.commit(record=stay)


@router.post("/death", status_code=201)
async def register_death(
    case: CaseId, body: DeathIn, actor: Annotated[Actor, may(Act.REGISTER_DEATH)], uow: Uow
) -> Receipt:
    """Register a death, however late; what is suspected of the child is closed with it."""
    await person.register_death(case, body.died_on, actor, uow)
    return await uow.commit()


@router.post("/death/correction", status_code=201)
async def correct_death(
    case: CaseId, body: DeathIn, actor: Annotated[Actor, may(Act.REGISTER_DEATH)], uow: Uow
) -> Receipt:
    """Correct the day of a death."""
    await person.correct_death(case, body.died_on, actor, uow)
    return await uow.commit()


@router.post("/death/retraction", status_code=201)
async def retract_death(
    case: CaseId, body: RetractionIn, actor: Annotated[Actor, may(Act.REGISTER_DEATH)], uow: Uow
) -> Receipt:
    """Take a wrongly registered death back: the child lives, and what the death closed is open again."""
    await person.retract_death(case, body.retraction(), actor, uow)
    return await uow.commit()


@router.post("/erasure", status_code=201)
async def erase(case: CaseId, body: ErasureIn, actor: Annotated[Actor, may(Act.ERASE_CHILD)], uow: Uow) -> Receipt:
    """Erase a child: its key is destroyed and nobody can read who it was; the facts stay and still verify."""
    await person.erase(case, body.basis, actor, uow)
    return await uow.commit()
