"""The doors of the rehab service: parse, authorise, delegate, answer."""

from services.rehab.api import assistance, enrolments, institutions, sessions

ROUTERS = (institutions.router, assistance.router, enrolments.router, sessions.router)
