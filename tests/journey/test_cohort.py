"""A small city through the simulator: the programme's figures come out of the timeline, nothing is counted twice."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from rich.progress import Progress

from deploy.services import PRODUCERS
from deploy.simulator.cohort import Cohort, cohort
from deploy.simulator.run import Simulation
from deploy.simulator.sources import Role, source
from shared import clock
from shared.testing.eventually import eventually
from tests.journey.town import AUDITOR, PATIENCE_S, Town

END_OF_ITS_YEAR = date(2024, 12, 31)
"""Later agreements of the centres are the other journeys' to make."""


def one_of_each_role() -> Cohort:
    """The smallest city in which every mistake of an indicator would show: one child in each role of the whole one."""
    whole = cohort(full=True, today=END_OF_ITS_YEAR)
    first = {cast.role: cast for cast in reversed((*whole.casts, *whole.lately))}
    return Cohort(whole.seed, tuple(first[role] for role in Role), whole.today)


EXPECTED = {
    "newly_found_suspected_children": {Role.FOUND_IN_PROGRESS, Role.FOUND_REHABILITATED},
    "children_given_free_rehabilitation": set(Role)
    - {Role.FOUND_IN_PROGRESS, Role.NEVER_CAME, Role.NEVER_ATTENDED, Role.ENDED_BEFORE, Role.SCREENED_NORMAL}
    - {Role.FOUND_BEFORE, Role.LATELY},
    "children_educated_in_rehabilitation_institutions": {
        Role.EDUCATED,
        Role.CUSTODY_BEFORE_SCHOOLING,
        Role.INTEGRATED,
    },
    "children_in_integrated_rehabilitation_education_custody": {Role.INTEGRATED},
}
"""Who counts in which figure (handbook §8); whoever is in no set is a decoy there."""


@pytest.fixture(scope="module")
async def sent(town: Town) -> Simulation:
    simulation = Simulation(one_of_each_role(), town.city, town.stack.urls, Progress(disable=True))
    await simulation.run()
    await complete(town)
    return simulation


async def complete(town: Town) -> None:
    """Wait until all that was recorded stands on the timeline, what it concluded of it too."""

    async def assessed() -> bool:
        waiting = "SELECT FROM dirty_case UNION ALL SELECT FROM dirty_institution"
        return not await town.fetch("timeline", waiting)

    await recorded_until(town, clock.now())
    await eventually(assessed, within=PATIENCE_S)
    await recorded_until(town, clock.now())


async def recorded_until(town: Town, moment: datetime) -> None:
    async def reached() -> bool:
        completeness = (await indicators(town))["completeness"]
        return all(one["complete_to"] and one["complete_to"] >= moment.isoformat() for one in completeness["producers"])

    await eventually(reached, within=PATIENCE_S)


async def indicators(town: Town) -> dict[str, Any]:
    period = {"from": source().period.since.isoformat(), "to": source().period.to.isoformat()}
    known = {"as_of": clock.now().isoformat()}  # counted now, not some seconds ago for somebody else
    answer = await town.ask(AUDITOR, "timeline", "/v1/indicators", **period, **known)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def behind(town: Town, key: str) -> set[str]:
    """Return the cases that a figure counts."""
    period = {"from": source().period.since.isoformat(), "to": source().period.to.isoformat()}
    answer = await town.ask(AUDITOR, "timeline", f"/v1/indicators/{key}/cases", limit=200, **period)
    return {row["id"] for row in answer.json()["items"]}


async def account(town: Town) -> Mapping[str, int]:
    committed = [(await town.fetch(producer, "SELECT count(*) FROM event_log"))[0][0] for producer in PRODUCERS]
    entries = (await town.fetch("timeline", "SELECT count(*) FROM entry"))[0][0]
    children = (await town.fetch("screening", "SELECT count(*) FROM child"))[0][0]
    return {"committed": sum(committed), "entries": entries, "children": children}


async def test_the_figures_are_those_of_the_plan(town: Town, sent: Simulation):
    found = {one["key"]: one["value"] for one in (await indicators(town))["indicators"]}
    wanted = {key: len(roles) for key, roles in EXPECTED.items()}
    assert found == wanted | {"rehabilitation_institutions_with_education_licence": 8}


@pytest.mark.parametrize("key", EXPECTED)
async def test_behind_a_figure_are_the_children_that_count_and_no_decoy(town: Town, sent: Simulation, key: str):
    cases = {role: sent.case_of(role) for role in Role}
    counted = await behind(town, key)
    assert {role for role, case in cases.items() if case in counted} == EXPECTED[key]


async def test_sending_all_of_it_again_changes_nothing(town: Town, sent: Simulation):
    before, figures = await account(town), (await indicators(town))["indicators"]
    again = Simulation(sent.cohort, town.city, town.stack.urls, Progress(disable=True))
    await again.run()
    await complete(town)
    assert await account(town) == before
    assert (await indicators(town))["indicators"] == figures
    assert {role: again.case_of(role) for role in Role} == {role: sent.case_of(role) for role in Role}


async def test_every_fact_that_was_committed_is_applied_once(town: Town, sent: Simulation):
    found = await account(town)
    assert found["entries"] == found["committed"]
