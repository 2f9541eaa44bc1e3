"""Every page of the portal in Chromium, in both languages and both colour schemes, to those who may see it."""

import pytest

from tests.journey.browser.inspection import APPEARANCES, Inspection
from tests.journey.browser.walk import BEGINNING, NO_PAGES, PAGES, PATTERNS, Map

HEAVIEST = 100_000
each_page = pytest.mark.parametrize("route", PAGES)


def test_what_is_no_page_is_there():
    assert NO_PAGES.keys() <= PATTERNS.keys()


async def test_no_link_of_any_page_leads_astray(found: Map):
    # Who is not signed in is sent to the page for that, wherever a link of it leads.
    reached = [one for of_route in found.values() for one in of_route if one.login or one.status != 303]
    assert [one for one in reached if one.status != 200 and one.found_on != BEGINNING] == []


@each_page
async def test_it_is_reached_by_links_from_the_first_page(found: Map, route: str):
    assert [one for one in found[route] if one.status == 200]


@each_page
async def test_axe_finds_nothing_in_any_appearance(inspection: Inspection, route: str):
    looks = await inspection.of(route)
    assert len(looks) == len(APPEARANCES)
    assert {look.name: look.violations for look in looks if look.violations} == {}


@each_page
async def test_it_complains_of_nothing_on_the_console(inspection: Inspection, route: str):
    assert {look.name: look.said for look in await inspection.of(route) if look.said} == {}


@each_page
async def test_it_asks_no_other_host(inspection: Inspection, route: str):
    assert {look.name: look.elsewhere for look in await inspection.of(route) if look.elsewhere} == {}


@each_page
async def test_it_may_load_nothing_from_elsewhere_and_nothing_inline(inspection: Inspection, route: str):
    for look in await inspection.of(route):
        policy = look.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy


@each_page
async def test_it_fits_on_a_phone_of_360_px_and_at_200_percent(inspection: Inspection, route: str):
    wide = {look.name: look.overflows for look in await inspection.of(route) if any(look.overflows.values())}
    assert wide == {}


@each_page
async def test_it_moves_nothing_for_who_wants_no_motion(inspection: Inspection, route: str):
    assert {look.name: look.moves for look in await inspection.of(route) if look.moves} == {}


@each_page
async def test_it_weighs_100_kb_at_most_without_pictures(inspection: Inspection, route: str):
    assert {look.name: look.weight for look in await inspection.of(route) if not 0 < look.weight <= HEAVIEST} == {}
