"""Screening: who the child is (registry), and the suspicion from initial screening to diagnosis (handbook §1).

Owns the only identity of the house, residence, consent, hospital stays, death and disability certificates. Emits
`tongkang.screening`; reacts to enrolment, placement and custody, so that the first screener sees the outcome and who
cares for a child knows its name. Used by clinics, county maternal-and-child-health institutions and hospitals; read by
the federation and the health authority of the child's region.
"""
