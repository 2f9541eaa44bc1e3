"""Custody (托管解困): day and boarding care of children, who takes them out, leave, incidents (handbook §5).

Owns stays with their papers and pick-up lists, movements, leave, incidents, licensed places, carers on duty and checks
of staff. Consumes screening's facts about the child (registration, residence, certificates, consent, merging, death,
erasure) and rehab's `enrolment_started` and `enrolment_ended`, so that a centre that offers care sees which of its
children have none. Emits `custody_admitted`, `custody_ended`, `signed_out`, `signed_in`, `leave_started`,
`leave_ended`, `incident_reported`, `incident_followed_up`, and about institutions `custody_licence_granted` and
`carers_declared`. Run by care homes, and by rehabilitation centres that offer care. Guardianship stays where it is.
"""
