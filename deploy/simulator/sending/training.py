"""One approval and what is done under it: application, enrolment with its plan, leave, evaluations, end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.simulator.journeys import Application, Course
from deploy.simulator.sending.forms import assessment, care_plan, day_of, evaluation_sheet

Post = Callable[[str, str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Who writes, where, what; the child's next request to rehabilitation."""


@dataclass
class Training:
    """Sends one course of a child; `enrolment` is known once it has been given out."""

    course: Course
    post: Post
    enrolment: str = ""

    async def begin(self, case: str) -> None:
        """Application, decision, enrolment, assessment, plan."""
        approval = await self._apply(case, self.course.application)
        enrolment = self.course.enrolment
        if enrolment:
            body = {"approval": approval, "started_on": day_of(enrolment.started_on)}
            answer = await self.post(enrolment.centre, f"/v1/cases/{case}/enrolments", body)
            self.enrolment = answer["record"]
            await self._plan(enrolment.centre)

    async def finish(self, case: str) -> None:
        """Leave, evaluations, and the end of an enrolment that ended."""
        await self._rest()
        for evaluation in self.course.evaluations:
            sheet = evaluation_sheet(evaluation, self.enrolment)
            await self.post(evaluation.centre, f"/v1/cases/{case}/evaluations", sheet)
        enrolment = self.course.enrolment
        if enrolment and enrolment.ended_on and enrolment.reason:
            body = {"ended_on": day_of(enrolment.ended_on), "reason": enrolment.reason}
            await self.post(enrolment.centre, f"/v1/enrolments/{self.enrolment}/end", body)

    async def _apply(self, case: str, application: Application) -> str:
        federation = application.federation
        answer = await self.post(federation, f"/v1/cases/{case}/applications", _form(application))
        path = f"/v1/applications/{answer['record']}"
        if application.refused_on:
            body = {"refused_on": day_of(application.refused_on), "reasons": ["materials_not_supplied"]}
            await self.post(federation, f"{path}/refusal", body)
        if application.approved_on is None:
            return ""
        decision = {"approved_on": day_of(application.approved_on), "experts_agree": application.experts_agree}
        return str((await self.post(federation, f"{path}/approval", decision))["record"])

    async def _plan(self, centre: str) -> None:
        if care := self.course.care:
            path = f"/v1/enrolments/{self.enrolment}"
            await self.post(centre, f"{path}/assessments", assessment(care))
            await self.post(centre, f"{path}/care-plans", care_plan(care))

    async def _rest(self) -> None:
        enrolment = self.course.enrolment
        if enrolment and (leave := enrolment.leave):
            rest = {"kind": "leave_family", "suspended_on": day_of(leave.since), "expected_back": day_of(leave.back_on)}
            path = f"/v1/enrolments/{self.enrolment}"
            await self.post(enrolment.centre, f"{path}/leave", rest)
            await self.post(enrolment.centre, f"{path}/leave-end", {"resumed_on": day_of(leave.back_on)})


def _form(application: Application) -> dict[str, Any]:
    return {
        "category": application.category,
        "mode": application.mode,
        "basis": application.basis,
        "materials": list(application.materials),
        "submitted_on": day_of(application.submitted_on),
    }
