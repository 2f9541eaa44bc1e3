"""The doors of the rehab service: parse, authorise, delegate, answer."""

from services.rehab.api import assistance, care, claims, enrolments, institutions, sessions, settlement

# Routes are tried in this order, and sessions come by far the most often.
ROUTERS = (
    sessions.busy, sessions.router, enrolments.router, care.router, claims.router, settlement.router,
    assistance.router, institutions.router,
)  # fmt: skip
