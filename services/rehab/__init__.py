"""Rehabilitation and its assistance (handbook §3).

Owns: intakes, applications, approvals, surgery and devices, designated institutions with grades, staff and closed days,
enrolments with their rests, plans of care, sessions, stage evaluations, claims and payments.
Consumes: of `screening` who the child is, diagnoses, certificates, residence, consent, merges, death and erasure; of
`timeline` findings, which hold claim lines.
By the clock: approvals lapse, enrolments end at the 18th birthday, licences of staff run out.
Emits: the facts of `shared/contracts/events/rehab/`, on `tongkang.rehab` and `tongkang.institutions`.
Run by: the county federations (designate, decide, audit, pay), the rehabilitation centres (enrol, train, claim) and
the hospitals (assess, operate).
"""
