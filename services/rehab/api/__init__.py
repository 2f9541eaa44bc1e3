"""The doors of the rehab service: parse, authorise, delegate, answer."""

from services.rehab.api import (
    assistance,
    care,
    claims,
    enrolments,
    giving,
    institutions,
    rehearsal,
    resting,
    roster,
    sessions,
    settlement,
    supervision,
    worklists,
)

# Routes are tried in this order, and sessions come by far the most often.
ROUTERS = (
    sessions.busy,
    sessions.router,
    rehearsal.router,
    roster.router,
    enrolments.router,
    care.router,
    claims.router,
    settlement.router,
    assistance.router,
    resting.router,
    giving.router,
    worklists.router,
    institutions.router,
    supervision.router,
)
