"""The directory's doors: tokens and keys, organisations, accounts, API clients."""

from services.directory.api import accounts, clients, organisations, token

ROUTERS = (token.router, organisations.router, accounts.router, clients.router)
