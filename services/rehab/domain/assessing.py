"""Needs assessment of an application by a hospital or a centre (国发20号; handbook §3.3 step 3)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.rehab.domain.applying import OPEN, expect
from services.rehab.domain.assistance import Application, Child
from services.rehab.errors import ChildDied, HospitalNeeded, SharingStopped
from shared.contracts.codes import OrgType
from shared.contracts.events.rehab import AssessmentRecorded, AssistanceItem, NeedsOutcome, TrainingMode
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class AssessmentOrder:
    """What was found: whether the child is suited, how assistance should be given, what it is expected to cost."""

    id: UUID
    institution: UUID
    kind: OrgType
    assessor: UUID
    on: date
    outcome: NeedsOutcome
    recommended_mode: TrainingMode
    estimate: int | None
    note: str | None


@rule("rehab.who-assesses", "source", zh="手术须由医院评估与实施；训练与辅具可由医院或康复机构评估")
def check_kind(item: AssistanceItem, kind: OrgType) -> None:
    """Leave surgery to hospitals; training and devices are a hospital's or a centre's (国发20号; handbook §3.3, §7).

    Raises HospitalNeeded.
    """
    if item is AssistanceItem.SURGERY and kind is not OrgType.HOSPITAL:
        raise HospitalNeeded


@rule("rehab.assessment", "source", zh="审核期间由指定机构进行功能诊断与康复需求评估")
def record_assessment(child: Child, application: Application, order: AssessmentOrder) -> AssessmentRecorded:
    """Record functional diagnosis and need behind an open application (国发20号; handbook §3.3 step 3).

    Raises NotOpen, BeforeSubmission, HospitalNeeded, SharingStopped or ChildDied.
    """
    expect(application, order.on, *OPEN)
    check_kind(application.asked.item, order.kind)
    if child.sharing_stopped_on is not None:
        raise SharingStopped(since=child.sharing_stopped_on.isoformat())
    if child.died_on is not None and order.on >= child.died_on:
        raise ChildDied
    return AssessmentRecorded(
        assessment=order.id, application=application.id, institution=order.institution, assessor=order.assessor,
        assessed_on=order.on, category=application.asked.category, outcome=order.outcome,
        recommended_mode=order.recommended_mode,
    )  # fmt: skip
