"""The portal's pages."""

from services.portal.api import account, assets, cases, duties, findings, home, house, school, sign_in, today

ROUTERS = (
    assets.router,
    sign_in.router,
    home.router,
    duties.router,
    cases.router,
    findings.router,
    today.router,
    account.router,
    *house.ROUTERS,
    *school.ROUTERS,
)
