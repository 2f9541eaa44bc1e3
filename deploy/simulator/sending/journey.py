"""One child's plan, sent through the services' doors by those who would do it.

The way of a child is in four parts: between them sessions and claims are sent by centres, for many children at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from deploy.simulator.callers import Callers
from deploy.simulator.journeys import Child, Closing, Diagnosis, HomeLeave, Referral, Rescreening, Screening
from deploy.simulator.sending.forms import (
    care_sheet,
    day_of,
    home_leave,
    home_visit,
    incident_report,
    programme,
    registration,
)
from deploy.simulator.sending.training import Training
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ReferralStep, TracingOutcome


@dataclass
class Journey:
    """Sends one child; `case` and the other ids are known once they have been given out."""

    child: Child
    callers: Callers
    ids: Mapping[str, UUID]
    case: str = ""
    placement: str = ""
    stay: str = ""
    trainings: list[Training] = field(init=False)
    _step: int = 0

    def __post_init__(self) -> None:
        self.trainings = [Training(course, self._to_rehabilitation) for course in self.child.courses]

    @property
    def enrolment(self) -> str:
        """The enrolment of the cohort's year."""
        return self.trainings[0].enrolment if self.trainings else ""

    async def found_and_enrolled(self) -> None:
        """Registration, screening, diagnosis, application, enrolment with its plan, placement, stay."""
        await self._register()
        await self._suspect()
        for training in self.trainings:
            await training.begin(self.case)
        await self._inform()
        await self._place()
        await self._admit()

    async def evaluated_and_ended(self) -> None:
        """Leave, evaluations, the end of an enrolment that ended, and what the hospital sees of it; after sessions."""
        self._step = 100
        for training in self.trainings:
            await training.finish(self.case)
        await self._see_again()

    async def schooled(self) -> None:
        """The roll, a programme in each term, visits of home teaching."""
        placement = self.child.placement
        if placement is None or placement.school is None:
            return
        self._step = 200
        school, path = placement.school, f"/v1/placements/{self.placement}"
        await self._post(school, "education", f"{path}/roll", {"enrolled_on": day_of(placement.starts_on)})
        for agreed_on in self.child.programmes:
            await self._post(school, "education", f"{path}/ieps", programme(placement, agreed_on))
        for visit in self.child.visits:
            await self._post(school, "education", f"/v1/cases/{self.case}/home-visits", home_visit(school, visit))

    async def cared_for(self) -> None:
        """What happened in care, and the last leave; after all that lies before it."""
        if self.child.stay is None:
            return
        self._step = 300
        house, path = self.child.stay.institution, f"/v1/stays/{self.stay}"
        for incident in self.child.incidents:
            reported = await self._post(house, "custody", f"{path}/incidents", incident_report(incident))
            for step, at in incident.steps:
                body = {"step": step, "at": at.isoformat()}
                await self._post(house, "custody", f"/v1/incidents/{reported['record']}/steps", body)
        if leave := self.child.leave:
            await self._leave(house, path, leave)

    async def _leave(self, house: str, path: str, leave: HomeLeave) -> None:
        sheet = await self.callers.get(house, "custody", f"{path}/sheet")
        collector = next(one["id"] for one in sheet["contacts"] if one["kind"] == "pick_up")
        begun = await self._post(house, "custody", f"{path}/leaves", home_leave(leave, collector))
        if leave.returned_at:
            body = {"at": leave.returned_at.isoformat()}
            await self._post(house, "custody", f"/v1/leaves/{begun['record']}/return", body)

    async def _register(self) -> None:
        body = registration(self.child.person, self.child.county, self._first_contact())
        answer = await self._post(self.child.registered_by, "screening", "/v1/children", body)
        self.case = answer["case"]

    def _first_contact(self) -> date:
        suspicion = self.child.suspicion
        first = suspicion.screening or suspicion.diagnosis
        if first is None:
            raise ValueError(f"child {self.child.index} was neither screened nor diagnosed")
        return first.on

    async def _suspect(self) -> None:
        suspicion, category = self.child.suspicion, self.child.suspicion.category
        if suspicion.screening:
            await self._screen(suspicion.screening, category)
        if suspicion.to_rescreening:
            await self._refer(suspicion.to_rescreening, category, ReferralStep.RESCREENING)
        for rescreening in filter(None, (suspicion.rescreening, suspicion.recheck)):
            await self._rescreen(rescreening, category)
        if suspicion.to_diagnosis:
            await self._refer(suspicion.to_diagnosis, category, ReferralStep.DIAGNOSIS)
        if suspicion.diagnosis:
            await self._diagnose(suspicion.diagnosis, category)
        if suspicion.second_diagnosis:
            await self._diagnose(suspicion.second_diagnosis, category)
        await self._follow_up(category)

    async def _screen(self, screening: Screening, category: ScreeningCategory) -> None:
        asked = await self.callers.get(
            screening.clinic, "screening", "/v1/warning-signs",
            birth_date=day_of(self.child.person.birth_date), on=day_of(screening.on),
        )  # fmt: skip
        body = {
            "category": category,
            "on": day_of(screening.on),
            "signs": {sign["id"]: sign["id"] in screening.positive_signs for sign in asked["signs"]},
            "regression": screening.regression,
        }
        await self._post(screening.clinic, "screening", f"/v1/cases/{self.case}/screenings", body)

    async def _refer(self, slip: Referral, category: ScreeningCategory, step: ReferralStep) -> None:
        body = {"step": step, "receiver": str(self.ids[slip.receiver]), "on": day_of(slip.issued_on)}
        answer = await self._post(slip.sender, "screening", self._suspicion(category, "referrals"), body)
        if slip.accepted_on:
            path = f"/v1/referrals/{answer['record']}/acceptance"
            await self._post(slip.receiver, "screening", path, {"on": day_of(slip.accepted_on)})

    async def _rescreen(self, found: Rescreening, category: ScreeningCategory) -> None:
        body: dict[str, Any] = {"on": day_of(found.on), "concerns": list(found.concerns)}
        if found.quotients:
            body["cdss_ii"] = dict(found.quotients)
        if found.m_chat_yes is not None:
            body["m_chat_23"] = {str(item): item in found.m_chat_yes for item in range(1, 24)}
        if found.abc is not None:
            body["abc"] = found.abc
        if found.examined_by:
            body |= {"examined_by": list(found.examined_by), "finding": found.outcome}
        await self._post(found.mch, "screening", self._suspicion(category, "rescreenings"), body)

    async def _diagnose(self, made: Diagnosis, category: ScreeningCategory) -> None:
        body: dict[str, Any] = {"on": day_of(made.on), "outcome": made.outcome, "rehab_category": made.rehab_category}
        if made.cars is not None:
            body["cars"] = made.cars
        await self._post(made.hospital, "screening", self._suspicion(category, "diagnoses"), body)

    async def _follow_up(self, category: ScreeningCategory) -> None:
        suspicion = self.child.suspicion
        for day in suspicion.failed_tracings:
            body = {"on": day_of(day), "outcome": TracingOutcome.NOT_REACHED}
            await self._post(self.child.registered_by, "screening", self._suspicion(category, "tracings"), body)
        if suspicion.lost_on:
            body = {"on": day_of(suspicion.lost_on)}
            await self._post(self.child.registered_by, "screening", self._suspicion(category, "loss"), body)
        if suspicion.closing:
            await self._close(suspicion.closing)

    async def _close(self, closing: Closing) -> None:
        body = {"on": day_of(closing.on), "reason": closing.reason}
        if closing.guardian_signed_on:
            body["guardian_signed_on"] = day_of(closing.guardian_signed_on)
        path = self._suspicion(self.child.suspicion.category, "closure")
        await self._post(closing.organisation, "screening", path, body)

    async def _see_again(self) -> None:
        suspicion = self.child.suspicion
        for day in suspicion.follow_ups:
            hospital = suspicion.diagnosis.hospital if suspicion.diagnosis else self.child.registered_by
            body = {"on": day_of(day), "in_rehabilitation": True}
            await self._post(hospital, "screening", self._suspicion(suspicion.category, "follow-ups"), body)
        if suspicion.loop_closed:
            await self._close(suspicion.loop_closed)

    async def _inform(self) -> None:
        diagnosis, day = self.child.suspicion.diagnosis, self.child.suspicion.contacted_on
        if diagnosis and day:
            path = f"/v1/cases/{self.case}/intakes/{diagnosis.rehab_category}/contact"
            body = {"outcome": "declined", "informed_on": day_of(day)}
            await self._post(f"federation-{self.child.county}", "rehab", path, body)

    async def _place(self) -> None:
        placement = self.child.placement
        if placement is None:
            return
        body = {
            "mode": placement.mode,
            "school": self._id(placement.school),
            "site": self._id(placement.site),
            "decided_on": day_of(placement.decided_on),
            "starts_on": day_of(placement.starts_on),
            "ends_on": day_of(placement.ends_on) if placement.ends_on else None,
            "reasons": dict(placement.reasons),
            "applied_on": day_of(placement.applied_on) if placement.applied_on else None,
        }
        answer = await self._post(placement.authority, "education", f"/v1/cases/{self.case}/placements", body)
        self.placement = answer["record"]

    async def _admit(self) -> None:
        stay = self.child.stay
        if stay is None:
            return
        body = {
            "mode": stay.mode,
            "admitted_on": day_of(stay.admitted_on),
            "sheet": care_sheet(self.child.person, stay.admitted_on),
        }
        answer = await self._post(stay.institution, "custody", f"/v1/cases/{self.case}/stays", body)
        self.stay = answer["record"]
        if stay.ended_on and stay.reason:
            body = {"ended_on": day_of(stay.ended_on), "reason": stay.reason}
            await self._post(stay.institution, "custody", f"/v1/stays/{self.stay}/end", body)

    async def _to_rehabilitation(self, who: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._post(who, "rehab", path, body)

    async def _post(self, who: str, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self._step += 1
        return await self.callers.post(who, service, path, body, key=f"{self.child.index}/{self._step}")

    def _id(self, organisation: str | None) -> str | None:
        return str(self.ids[organisation]) if organisation else None

    def _suspicion(self, category: ScreeningCategory, what: str) -> str:
        return f"/v1/cases/{self.case}/suspicions/{category}/{what}"
