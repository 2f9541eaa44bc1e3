"""What is filled in at the doors: who works there, a child's registration, its care sheet, a line of a batch."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from deploy.simulator.journeys import Care, Evaluation, HomeLeave, HomeVisit, Incident, Placement, Session
from deploy.simulator.people import Person
from shared.contracts.events.education import PlacementMode
from shared.contracts.events.rehab import Discipline, NeedsOutcome, TrainingMode

LISTED_SINCE, LICENSED_UNTIL = "2023-01-01", "2032-12-31"
PEOPLE = UUID("1d1e7c8e-4a55-4f0a-9f4f-2b9b6a6b7a01")


def person(key: str) -> str:
    """Return the id of an invented member of staff."""
    return str(uuid5(PEOPLE, key))


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
        "birth_date": day_of(invented.birth_date),
        "region": county,
        "registered_on": day_of(on),
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
        "contract_signed_on": day_of(on),
        "health_checked_on": day_of(on),
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


def day_of(day: date) -> str:
    """Return a day as the doors take it."""
    return day.isoformat()


def staff_entry(therapist: str, disciplines: Iterable[Discipline]) -> dict[str, Any]:
    """Return a person as a centre puts it on its list of staff, with a licence that runs for years."""
    licence = {"since": LISTED_SINCE, "licence_until": LICENSED_UNTIL}
    return {"therapist": person(therapist), "disciplines": sorted(disciplines)} | licence


def assessment(care: Care) -> dict[str, Any]:
    """Return the assessment with which a service begins."""
    return {
        "assessor": person(care.assessor),
        "assessed_on": day_of(care.assessed_on),
        "outcome": NeedsOutcome.SUITABLE,
        "recommended_mode": TrainingMode.CENTRALISED,
    }


def care_plan(care: Care) -> dict[str, Any]:
    """Return a plan of care with its goals."""
    return {
        "signed_on": day_of(care.signed_on),
        "valid_from": day_of(care.signed_on),
        "valid_until": day_of(care.valid_until),
        "planned_days_per_month": care.planned_days,
        "goals": [{"term": goal.term, "icf": goal.icf, "words": goal.words} for goal in care.goals],
    }


def evaluation_sheet(made: Evaluation, enrolment: str) -> dict[str, Any]:
    """Return a stage evaluation with one instrument."""
    return {
        "enrolment": enrolment,
        "assessor": person(made.assessor),
        "assessed_on": day_of(made.on),
        "checkpoint": made.checkpoint,
        "instrument": made.instrument,
        "instrument_version": made.instrument_version,
        "scores": dict(made.scores),
    }


def programme(placement: Placement, agreed_on: date) -> dict[str, Any]:
    """Return an individual education programme of the term in which it was agreed."""
    in_class = placement.mode is PlacementMode.REGULAR_CLASS
    return {
        "goals": ["能参与课堂活动十分钟以上", "能认读并书写常用字", "能与同伴轮流完成任务"],
        "accommodations": ["座位靠近教师", "作业分量减半"] if in_class else ["小步子教学"],
        "services": ["每周两次个别辅导"],
        "resource_room": in_class,
        "reviewer": person(f"{placement.school}-reviewer"),
        "agreed_on": day_of(agreed_on),
    }


def home_visit(school: str, visit: HomeVisit) -> dict[str, Any]:
    """Return a visit of home teaching."""
    return {
        "teacher": person(f"{school}-visitor"),
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "class_hours": visit.class_hours,
    }


def incident_report(incident: Incident) -> dict[str, Any]:
    """Return what a house reports of an incident."""
    return {
        "level": incident.level,
        "kind": incident.kind,
        "at": incident.at.isoformat(),
        "words": "活动时摔倒，已检查处理。",
    }


def home_leave(leave: HomeLeave, collector: str) -> dict[str, Any]:
    """Return a leave with a person of the child's list who takes it along."""
    return {
        "kind": leave.kind,
        "starts_at": leave.starts_at.isoformat(),
        "expected_back_at": leave.expected_back_at.isoformat(),
        "collector": collector,
    }
