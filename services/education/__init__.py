"""Education (教育提质): where a child is placed, its days at school, the licences of institutions (handbook §4).

Owns placements, attendance and education licences. Consumes screening's `child_registered`.
Emits `placement_decided`, `attendance_recorded`, and about institutions `education_licence_granted`.
Run by county education authorities, schools, and rehabilitation centres with a teaching site.
"""
