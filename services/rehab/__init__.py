"""Rehabilitation and its assistance (handbook §3).

Owns: intakes, applications, approvals, designated institutions, enrolments, sessions, stage evaluations.
Consumes: `screening.child_registered` (birth date and county of a child), `screening.diagnosis_recorded`.
Emits: the facts of `shared/contracts/events/rehab.py`, on `tongkang.rehab` and `tongkang.institutions`.
Run by: the county federations (designate, decide, enrol) and the rehabilitation centres (sessions, evaluations).
"""
