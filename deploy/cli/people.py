"""Who reads at the keyboard: a person of the demo by name, or anybody with a password."""

import sys

import typer

from deploy.cli.operator import Operator
from deploy.local.errors import Trouble
from deploy.local.stack import Installation
from deploy.simulator.directory import City


class NoPassword(Trouble):
    """Nobody is there to be asked for a password."""


def reader(installation: Installation, city: City | None, user: str) -> Operator:
    """Sign in as a person; the password of one whom the demo invented is known here, any other is asked for."""
    logins = {login.user_name: login.password for login in city.logins} if city else {}
    return Operator.signed_in(installation.urls, user, logins.get(user) or _asked(user))


def _asked(user: str) -> str:
    if not sys.stdin.isatty():
        raise NoPassword(f"{user} is no person of the demo, and a password can only be asked for at a terminal.")
    return str(typer.prompt(f"Password of {user}", hide_input=True))
