"""Doors of the three steps: initial screening, re-screening, diagnosis (handbook §1.4)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.screening.api.bodies import DiagnosisIn, RescreeningIn, ScreeningIn
from services.screening.api.tools import Uow, tools_of
from services.screening.api.views import ExaminationsOut, SignsOut
from services.screening.domain.ages import check_registry_age
from services.screening.domain.rescreening import instruments_for
from services.screening.domain.warning_signs import table
from services.screening.handlers import finding
from shared.access.policy import Act, Actor
from shared.contracts.codes import ScreeningCategory
from shared.http.doors import may
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Day

router = APIRouter(tags=["findings"])


@router.get("/v1/warning-signs")
async def warning_signs(
    actor: Annotated[Actor, may(Act.RECORD_SCREENING)], birth_date: Annotated[Day, Query()], on: Annotated[Day, Query()]
) -> SignsOut:
    """Return the four signs to be asked at a child's age (handbook §1.3)."""
    del actor
    return SignsOut.model_validate(table().column_for(birth_date, on))


@router.get("/v1/examinations")
async def examinations(
    actor: Annotated[Actor, may(Act.RECORD_SCREENING)],
    request: Request,
    category: ScreeningCategory,
    birth_date: Annotated[Day, Query()],
    on: Annotated[Day, Query()],
) -> ExaminationsOut:
    """Return what a re-screening and a diagnosis of a category use at a child's age (handbook §1.4)."""
    del actor
    protocol = tools_of(request).protocols.in_force(on)
    check_registry_age(birth_date, on, protocol.age_limits)
    developmental = category in protocol.rescreening.developmental.value
    return ExaminationsOut(
        scales=list(instruments_for(birth_date, on, protocol)) if developmental else [],
        examined_by=list(protocol.rescreening.judged.value.get(category, ())),
        diagnosis=list(protocol.diagnosis.instruments.value[category]),
    )


@router.post("/v1/cases/{case}/screenings", status_code=201)
async def record_screening(
    case: CaseId, body: ScreeningIn, actor: Annotated[Actor, may(Act.RECORD_SCREENING)], uow: Uow
) -> Receipt:
    """Record an initial screening; an abnormal one makes the caller the owner of a suspicion (首筛负责制)."""
    screening = body.screening()
    explanation = await finding.record_screening(case, screening, actor, uow)
    return await uow.commit(record=screening.id, explanation=explanation)


@router.post("/v1/cases/{case}/suspicions/{category}/rescreenings", status_code=201)
async def record_rescreening(
    case: CaseId,
    category: ScreeningCategory,
    body: RescreeningIn,
    actor: Annotated[Actor, may(Act.RECORD_RESCREENING)],
    uow: Uow,
) -> Receipt:
    """Record a re-screening or recheck of a child whose referral the caller accepted."""
    found = body.rescreening()
    explanation = await finding.record_rescreening(case, category, found, actor, uow)
    return await uow.commit(record=found.id, explanation=explanation)


@router.post("/v1/cases/{case}/suspicions/{category}/diagnoses", status_code=201)
async def record_diagnosis(
    case: CaseId,
    category: ScreeningCategory,
    body: DiagnosisIn,
    actor: Annotated[Actor, may(Act.RECORD_DIAGNOSIS)],
    uow: Uow,
) -> Receipt:
    """Record a diagnosis; of a child of whom nothing was suspected here, the case starts with it (handbook §1.5)."""
    made = body.diagnosis(category)
    explanation = await finding.record_diagnosis(case, made, actor, uow)
    return await uow.commit(record=made.id, explanation=explanation)
