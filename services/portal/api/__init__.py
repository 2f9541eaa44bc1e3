"""The portal's pages."""

from services.portal.api import (
    account,
    applications,
    assets,
    cases,
    duties,
    findings,
    home,
    house,
    indicators,
    organisations,
    parked,
    school,
    sign_in,
    today,
)

ROUTERS = (
    assets.router,
    sign_in.router,
    home.router,
    duties.router,
    cases.router,
    applications.router,
    findings.router,
    today.router,
    indicators.router,
    parked.router,
    parked.integrity_router,
    organisations.router,
    organisations.accounts_router,
    account.router,
    *house.ROUTERS,
    *school.ROUTERS,
)
