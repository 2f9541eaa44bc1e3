"""The doors of custody: parse, authorise, delegate, answer."""

from services.custody.api import houses, incidents, moves, stays

ROUTERS = (stays.router, moves.router, incidents.router, houses.router)
"""Routes are tried in this order."""
