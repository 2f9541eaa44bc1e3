"""The portal's pages."""

from services.portal.api import account, assets, home, sign_in

ROUTERS = (assets.router, sign_in.router, home.router, account.router)
