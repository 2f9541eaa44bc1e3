"""Custody (托管解困): admission of children to day or boarding care, and the end of a stay (handbook §5).

Owns stays. Consumes screening's `child_registered`, and rehab's `enrolment_started` and `enrolment_ended`, so that a
centre that offers care sees which of its children have none. Emits `custody_admitted`, `custody_ended`.
Run by care homes, and by rehabilitation centres that offer care.
"""
