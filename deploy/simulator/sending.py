"""One child's plan, sent through the services' doors by those who would do it.

The way of a child is in three parts, because sessions and school days are logged by centres, for many children at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from deploy.simulator.callers import Callers
from deploy.simulator.journeys import Child, Diagnosis, Referral, Rescreening, Screening, Session
from deploy.simulator.people import Person
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ReferralStep, TracingOutcome

PEOPLE = UUID("1d1e7c8e-4a55-4f0a-9f4f-2b9b6a6b7a01")


def person(key: str) -> str:
    """Return the id of an invented member of staff."""
    return str(uuid5(PEOPLE, key))


@dataclass
class Journey:
    """Sends one child; `case`, `enrolment` and `stay` are known once they have been given out."""

    child: Child
    callers: Callers
    ids: Mapping[str, UUID]
    case: str = ""
    enrolment: str = ""
    stay: str = ""
    _approval: str = ""
    _step: int = 0

    async def found_and_enrolled(self) -> None:
        """Registration, screening, diagnosis, application, enrolment, placement, stay."""
        await self._register()
        await self._suspect()
        await self._apply()
        await self._enrol()
        await self._place()
        await self._admit()

    async def evaluated_and_ended(self) -> None:
        """Evaluations, and the end of an enrolment that ended; after the sessions."""
        self._step = 100
        for evaluation in self.child.evaluations:
            body = {
                "enrolment": self.enrolment,
                "assessor": person(evaluation.assessor),
                "assessed_on": _day(evaluation.on),
                "checkpoint": evaluation.checkpoint,
                "instrument": evaluation.instrument,
                "instrument_version": evaluation.instrument_version,
                "scores": dict(evaluation.scores),
            }
            await self._post(evaluation.centre, "rehab", f"/v1/cases/{self.case}/evaluations", body)
        enrolment = self.child.enrolment
        if enrolment and enrolment.ended_on and enrolment.reason:
            body = {"ended_on": _day(enrolment.ended_on), "reason": enrolment.reason}
            await self._post(enrolment.centre, "rehab", f"/v1/enrolments/{self.enrolment}/end", body)

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
        await self._follow_up(category)

    async def _screen(self, screening: Screening, category: ScreeningCategory) -> None:
        asked = await self.callers.get(
            screening.clinic, "screening", "/v1/warning-signs",
            birth_date=_day(self.child.person.birth_date), on=_day(screening.on),
        )  # fmt: skip
        body = {
            "category": category,
            "on": _day(screening.on),
            "signs": {sign["id"]: sign["id"] in screening.positive_signs for sign in asked["signs"]},
            "regression": screening.regression,
        }
        await self._post(screening.clinic, "screening", f"/v1/cases/{self.case}/screenings", body)

    async def _refer(self, slip: Referral, category: ScreeningCategory, step: ReferralStep) -> None:
        body = {"step": step, "receiver": str(self.ids[slip.receiver]), "on": _day(slip.issued_on)}
        answer = await self._post(slip.sender, "screening", self._suspicion(category, "referrals"), body)
        if slip.accepted_on:
            path = f"/v1/referrals/{answer['record']}/acceptance"
            await self._post(slip.receiver, "screening", path, {"on": _day(slip.accepted_on)})

    async def _rescreen(self, found: Rescreening, category: ScreeningCategory) -> None:
        body: dict[str, Any] = {"on": _day(found.on), "concerns": list(found.concerns)}
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
        body: dict[str, Any] = {"on": _day(made.on), "outcome": made.outcome, "rehab_category": made.rehab_category}
        if made.cars is not None:
            body["cars"] = made.cars
        await self._post(made.hospital, "screening", self._suspicion(category, "diagnoses"), body)

    async def _follow_up(self, category: ScreeningCategory) -> None:
        suspicion = self.child.suspicion
        for day in suspicion.failed_tracings:
            body = {"on": _day(day), "outcome": TracingOutcome.NOT_REACHED}
            await self._post(self.child.registered_by, "screening", self._suspicion(category, "tracings"), body)
        if suspicion.lost_on:
            body = {"on": _day(suspicion.lost_on)}
            await self._post(self.child.registered_by, "screening", self._suspicion(category, "loss"), body)
        if closing := suspicion.closing:
            body = {"on": _day(closing.on), "reason": closing.reason}
            if closing.guardian_signed_on:
                body["guardian_signed_on"] = _day(closing.guardian_signed_on)
            await self._post(closing.organisation, "screening", self._suspicion(category, "closure"), body)

    async def _apply(self) -> None:
        application = self.child.application
        if application is None:
            return
        body = {
            "category": application.category,
            "mode": application.mode,
            "basis": application.basis,
            "materials": list(application.materials),
            "submitted_on": _day(application.submitted_on),
        }
        answer = await self._post(application.federation, "rehab", f"/v1/cases/{self.case}/applications", body)
        if application.approved_on:
            path = f"/v1/applications/{answer['record']}/approval"
            decided = await self._post(
                application.federation, "rehab", path, {"approved_on": _day(application.approved_on)}
            )
            self._approval = decided["record"]

    async def _enrol(self) -> None:
        enrolment = self.child.enrolment
        if enrolment:
            body = {"approval": self._approval, "started_on": _day(enrolment.started_on)}
            answer = await self._post(enrolment.centre, "rehab", f"/v1/cases/{self.case}/enrolments", body)
            self.enrolment = answer["record"]

    async def _place(self) -> None:
        placement = self.child.placement
        if placement is None:
            return
        body = {
            "mode": placement.mode,
            "school": str(self.ids[placement.school]),
            "site": str(self.ids[placement.site]) if placement.site else None,
            "decided_on": _day(placement.decided_on),
            "starts_on": _day(placement.starts_on),
            "ends_on": _day(placement.ends_on) if placement.ends_on else None,
            "reasons": dict(placement.reasons),
        }
        await self._post(placement.authority, "education", f"/v1/cases/{self.case}/placements", body)

    async def _admit(self) -> None:
        stay = self.child.stay
        if stay is None:
            return
        body = {
            "mode": stay.mode,
            "admitted_on": _day(stay.admitted_on),
            "sheet": care_sheet(self.child.person, stay.admitted_on),
        }
        answer = await self._post(stay.institution, "custody", f"/v1/cases/{self.case}/stays", body)
        self.stay = answer["record"]
        if stay.ended_on and stay.reason:
            body = {"ended_on": _day(stay.ended_on), "reason": stay.reason}
            await self._post(stay.institution, "custody", f"/v1/stays/{self.stay}/end", body)

    async def _post(self, who: str, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self._step += 1
        return await self.callers.post(who, service, path, body, key=f"{self.child.index}/{self._step}")

    def _suspicion(self, category: ScreeningCategory, what: str) -> str:
        return f"/v1/cases/{self.case}/suspicions/{category}/{what}"


def registration(invented: Person, county: str, on: date) -> dict[str, Any]:
    """Return a child as a clinic registers it."""
    identity = {
        "name": invented.name,
        "guardian_name": invented.guardian_name,
        "guardian_phone": invented.guardian_phone,
        "address": invented.address,
        "resident_number": invented.resident_number,
        "birth_certificate": invented.birth_certificate,
    }
    return {
        "sex": invented.sex,
        "birth_date": _day(invented.birth_date),
        "region": county,
        "registered_on": _day(on),
        "identity": identity,
    }


def care_sheet(invented: Person, on: date) -> dict[str, Any]:
    """Return what a care home keeps of a child from the day of admission on."""
    guardian = {
        "name": invented.guardian_name,
        "relation": invented.guardian_relation,
        "phone": invented.guardian_phone,
    }
    return {
        "contract_signed_on": _day(on),
        "health_checked_on": _day(on),
        "allergies": "",
        "medication": "",
        "emergency_contacts": [guardian],
        "pick_up_list": [guardian],
    }


def session_line(session: Session, case: str, enrolment: str) -> dict[str, Any]:
    """Return a session as a line of a centre's batch."""
    return {
        "case": case,
        "enrolment": enrolment,
        "therapist": person(session.therapist),
        "discipline": session.discipline,
        "mode": session.mode,
        "starts_at": session.starts_at.isoformat(),
        "ends_at": session.ends_at.isoformat(),
        "attended": session.attended,
    }


def _day(day: date) -> str:
    return day.isoformat()
