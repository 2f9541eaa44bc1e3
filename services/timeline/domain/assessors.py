"""Who assesses a child's book: a row per assessor, each pure."""

from services.timeline.domain.assessment import Assessor

ASSESSORS: tuple[Assessor, ...] = ()
"""All of them, in the order in which their conclusions are recorded."""
