"""Education (教育提质): where a child is placed, its school roll, its days, its programme, home teaching (handbook §4).

Owns the school-age watch, placements, roll, programmes, attendance, home teaching, gaps and education licences.
Consumes screening's facts about the child: registered, diagnosed, moved, merged, masked, erased, dead.
Emits `school_age_watch_opened`, `placement_decided`, `placement_reviewed`, `placement_ended`, `school_enrolled`,
`iep_agreed`, `attendance_recorded`, `home_teaching_recorded`, `attendance_gap_detected`; about institutions
`education_licence_granted`.
Run by county education authorities, schools, and rehabilitation centres with a teaching site.
"""
