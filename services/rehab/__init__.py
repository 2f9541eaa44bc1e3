"""Rehabilitation and its assistance (handbook §3).

Owns: intakes, applications, approvals, surgery and devices, designated institutions with grades, staff and closed days,
enrolments with their rests, sessions, plans, stage evaluations, claims and payments.
Consumes: of `screening` who the child is, diagnoses, certificates, residence, consent, merges, death and erasure; of
`timeline` findings, which hold claim lines.
By the clock: approvals lapse, enrolments end at the 18th birthday, licences of staff run out.
Emits: the facts of `shared/contracts/events/rehab.py`, on `tongkang.rehab` and `tongkang.institutions`.
Run by: the county federations (designate, decide, enrol) and the rehabilitation centres (sessions, evaluations).
"""
