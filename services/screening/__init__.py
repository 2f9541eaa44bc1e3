"""Screening: who the child is (registry), and the suspicion from initial screening to diagnosis (handbook §1).

Owns the only identity of the house. Emits `tongkang.screening`; reacts to rehab `enrolment_started`, so that the
first screener sees the outcome. Used by clinics, county maternal-and-child-health institutions and hospitals; read by
the federation and the health authority of the child's region.
"""
