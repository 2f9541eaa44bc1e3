"""What no link leads to: the later steps of a form, and each form as it comes back when it was refused."""

from collections.abc import Mapping

import pytest
from playwright.async_api import Browser

from deploy.simulator.directory import Login
from tests.journey.browser.inspection import APPEARANCES, Inspection, complaints_of_axe
from tests.journey.browser.visitor import PHONE, Visitor
from tests.journey.browser.walk import Map
from tests.journey.story import CENTRE, Story

UNPROVEN = "() => document.querySelectorAll('form').forEach(one => { one.noValidate = true; })"
"""A browser without checks of its own sends what was not filled in."""
SENT = {
    "/report": "#report .actions [value=save]",
    "/account/password": "main form > button",
    "/organisations": "form[action='/organisations'][method=post] > button",
    "/accounts": "form[action='/accounts'][method=post] > button",
    "/children/{case}/care-plan/{enrolment}": "main form .actions button:not(.second)",
    "/pupils/{case}/iep/{placement}": "main form button.large",
    "/home-teaching/{case}": "main form button.large",
    "/residents/{case}/leave": "main form > button.large",
    "/incidents/report": "main form > button.large",
}
"""Routes of forms, and the button that sends them as they stand."""


@pytest.mark.parametrize("instrument", ["cars", "pep_3", "gmfcs"])
async def test_the_scores_of_an_evaluation_are_asked_for_in_a_second_step(
    inspection: Inspection, people: Mapping[str, Login], two: tuple[Story, Story], instrument: str
):
    step = f"/children/{two[0].case}/evaluation?instrument={instrument}&assessed_on=2026-05-02&checkpoint=stage"
    for look in await inspection.at(people[CENTRE], step):
        assert look.status == 200
        assert (look.violations, look.said, any(look.overflows.values())) == ([], (), False), look.name


@pytest.mark.parametrize("route", SENT)
async def test_a_form_that_was_refused_says_so_where_it_is_found_and_axe_finds_nothing(
    browser: Browser, portal: str, found: Map, route: str
):
    reached = next(one for one in found[route] if one.status == 200 and one.login)
    visitor = await Visitor.comes(browser, portal)
    assert reached.login
    await visitor.signs_in(reached.login)
    for language, *schemes in APPEARANCES:
        await visitor.reads(language)
        await visitor.page.emulate_media(color_scheme=schemes[0])
        await visitor.goes(reached.address)
        await visitor.page.evaluate(UNPROVEN)
        await visitor.presses(visitor.page.locator(SENT[route]).first)
        assert await visitor.page.get_by_role("alert").first.is_visible()
        assert await complaints_of_axe(visitor, schemes[1:]) == []
        await visitor.page.set_viewport_size(PHONE)
        assert await visitor.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    await visitor.context.close()
