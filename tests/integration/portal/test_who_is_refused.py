"""Every page and form of the portal, and every kind of organisation that it is not for: refused before anything else.

Which case somebody may see is decided behind the page, and tested where that is; here nothing behind it is reached.
"""

import re
from collections.abc import Iterator

import pytest

from services.portal.api.common import PageDoor
from shared.access.policy import Actor, allowed
from shared.blueprint import app_of
from shared.contracts.codes import OrgType
from shared.http.entrances import Entrance, entrances
from tests.integration.portal.conftest import Browser, Portal
from tests.support.stages import UNKNOWN
from tests.support.tokens import an_actor

DOORS = [one for one in entrances(app_of("portal")) if any(isinstance(call, PageDoor) for call in one.calls)]
KINDS = [kind for kind in OrgType if kind is not OrgType.SERVICE]


def address(entrance: Entrance) -> str:
    return re.sub(r"\{[^}]+\}", str(UNKNOWN), entrance.path)


def closed_to(actor: Actor) -> Iterator[Entrance]:
    return (one for one in DOORS if one.act is not None and not allowed(actor, one.act))


async def knock(browser: Browser, entrance: Entrance) -> int:
    """Ask for a page, or send its form with a token that is good; return the status."""
    path = address(entrance)
    answer = await (browser.client.get(path) if entrance.method == "GET" else browser.send(path))
    return answer.status_code


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_not_for_a_kind_of_organisation_is_refused_to_it(portal: Portal, kind: OrgType):
    browser = await portal.reader(kind)
    await browser.look("/account")
    closed = list(closed_to(an_actor(kind)))
    assert closed
    assert {f"{one.method} {one.path}": await knock(browser, one) for one in closed} == {
        f"{one.method} {one.path}": 403 for one in closed
    }


async def test_who_is_not_signed_in_is_led_to_the_sign_in_page(portal: Portal):
    browser = portal.browser()
    for one in DOORS:
        answer = await (browser.client.get if one.method == "GET" else browser.client.post)(address(one))
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), one.path
