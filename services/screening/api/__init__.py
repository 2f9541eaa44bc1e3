"""The doors of screening: parse, authorise, delegate, answer; no SQL, no rules."""

from services.screening.api import (
    certificates,
    children,
    findings,
    follow_up,
    identities,
    imports,
    lists,
    persons,
    previews,
    rates,
    reconciliations,
    referrals,
    registers,
    searches,
)

ROUTERS = (
    children.router,
    searches.router,
    previews.router,
    identities.router,
    identities.arrivals,
    persons.router,
    certificates.router,
    findings.router,
    referrals.router,
    follow_up.router,
    lists.router,
    registers.router,
    rates.router,
    reconciliations.router,
    imports.router,
)
