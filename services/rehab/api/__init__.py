"""The doors of the rehab service: parse, authorise, delegate, answer."""

from services.rehab.api import assistance, enrolments, institutions, sessions

# Routes are tried in this order, and sessions come by far the most often.
ROUTERS = (sessions.busy, sessions.router, enrolments.router, assistance.router, institutions.router)
