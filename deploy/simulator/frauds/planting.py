"""Planting: every kind of fraud some times, in a city whose cohort was sent."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

from deploy.simulator.callers import Callers
from deploy.simulator.cohort import Cohort
from deploy.simulator.directory import City
from deploy.simulator.frauds import attendance, doubles, institutions, notes, schooling, supervision, whereabouts
from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Scene
from deploy.simulator.run import prefix_of

Planter = Callable[[Scene, int], Awaitable[list[Fraud]]]

PLANTERS: Mapping[tuple[str, ...], Planter] = {
    ("F01", "F02", "F23"): doubles.one_child_twice,
    ("F03",): whereabouts.two_rooms,
    ("F04",): whereabouts.in_hospital,
    ("F05",): whereabouts.after_death,
    ("F06",): supervision.while_suspended,
    ("F08",): whereabouts.too_full_a_day,
    ("F10",): schooling.at_school,
    ("F11",): whereabouts.out_of_the_house,
    ("F14",): notes.cloned_notes,
    ("F15",): attendance.too_perfect,
    ("F16",): attendance.never_evaluated,
    ("F17",): notes.claimed_and_taken_back,
    ("F18",): notes.paid_by_both,
    ("F20",): notes.one_telephone,
    ("F22",): institutions.too_few_carers,
    ("F09",): supervision.on_a_closed_day,
    ("F12",): supervision.after_leaving,
    ("F13",): institutions.suspended,
}
"""What plants which rules, in the order of planting: a centre is suspended last."""

NO_DOOR: Mapping[str, str] = {
    "F07": "rehab works out the age band itself, and no enrolment outlasts the 18th birthday",
    "F19": "no device of a kind is approved before its cycle is over",
    "F21": "no application stands on a category that neither certificate nor diagnosis supports",
    "F24": "no third year of vision training is approved unless experts agree, and then it is no fraud",
}
"""Rules of which no door lets a fraud in, and why: they are for facts that were forged or taken over from paper."""


@dataclass(frozen=True, slots=True)
class Planting:
    """Plants frauds. The same cohort, seed and number plant the same ones; running it again changes nothing."""

    cohort: Cohort
    city: City
    urls: Mapping[str, str]
    seed: int

    async def run(self, per_rule: int) -> list[Fraud]:
        """Plant some frauds of each kind and return them. Raises TooFew where the cohort is too small."""
        prefix = prefix_of(self.cohort)
        async with (
            Callers(self.urls, self.city.credentials, f"{prefix}-frauds-{self.seed}-{per_rule}") as callers,
            Callers(self.urls, self.city.credentials, prefix) as as_sent,
        ):
            dice = Random(f"{self.seed}/frauds")  # noqa: S311 - a plan that can be repeated, no secret
            scene = Scene(tuple(self.cohort), callers, as_sent, self.city.ids, dice)
            return [fraud for plant in PLANTERS.values() for fraud in await plant(scene, per_rule)]
