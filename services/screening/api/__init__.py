"""The doors of screening: parse, authorise, delegate, answer; no SQL, no rules."""

from services.screening.api import children, findings, follow_up, imports, lists, referrals

ROUTERS = (children.router, findings.router, referrals.router, follow_up.router, lists.router, imports.router)
