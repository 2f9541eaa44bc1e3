"""Known frauds in the cohort of a data folder: planted, waited for, compared with what the timeline found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from deploy.cli.console import say
from deploy.cli.programme import Programme, Unexpected
from deploy.local.errors import Trouble
from deploy.local.files import write_whole
from deploy.simulator.callers import Refused
from deploy.simulator.frauds.planting import NO_DOOR, Planting
from deploy.simulator.frauds.records import Found, Fraud, Outcome, compare
from deploy.simulator.frauds.scene import TooFew


class CohortTooSmall(Trouble):
    """The cohort has too few children for so many frauds."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was planted with which seed, and what became of it rule by rule."""

    seed: int
    planted: Sequence[Fraud]
    outcomes: Sequence[Outcome]

    @property
    def ok(self) -> bool:
        """Whether all that was planted was found, and nothing else."""
        return all(one.found == one.planted and not one.false_alarms for one in self.outcomes)

    def document(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        rules = {one.rule: {name: _plain(value) for name, value in asdict(one).items()} for one in self.outcomes}
        return {
            "ok": self.ok,
            "seed": self.seed,
            "at_no_door": dict(NO_DOOR),
            "planted": _plain([asdict(one) for one in self.planted]),
            "rules": rules,
        }


def run(programme: Programme, seed: int, per_rule: int) -> Report:
    """Send the cohort where that was not done, plant frauds, and compare. Raises Trouble."""
    programme.run()
    say(f"planting {per_rule} of each kind, seed {seed}")
    planted = programme.timed("frauds", lambda: _planted(programme, seed, per_rule))
    programme.wait_until_complete()
    open_ones = programme.auditor().items("timeline", "/v1/findings", state="open", limit=200)
    report = Report(seed, planted, compare(planted, map(_found, open_ones)))
    write_whole(programme.installation.home.path / "frauds.json", json.dumps(report.document(), indent=1))
    return report


def table_of(report: Report, names: Mapping[str, str]) -> Group:
    """Return found / planted and false alarms per rule, and below what was missed or too much."""
    refused: list[Text] = []
    table = Table("rule", "planted", "found", "false alarms", "of the cohort", "", title=f"frauds, seed {report.seed}")
    for one in report.outcomes:
        good = one.found == one.planted and not one.false_alarms
        counts = (one.planted, one.found, len(one.false_alarms), len(one.of_the_cohort))
        table.add_row(one.rule, *map(str, counts), "✓" if good else "✗")
    for rule, why in NO_DOOR.items():
        if rule not in {one.rule for one in report.outcomes}:
            table.add_row(rule, "-", "-", "-", "-", "")
            refused.append(Text(f"at no door  {rule}: {why}"))
    table.caption = "of the cohort: right, and not planted; who never came was never evaluated, a few others wait"
    return Group(table, *refused, *_lines(report, names))


def _lines(report: Report, names: Mapping[str, str]) -> list[Text]:
    missed = [
        Text(f"missed  {fraud.rule} {fraud.case} {_name(names, fraud.institution)} {fraud.month}: {fraud.done}")
        for one in report.outcomes
        for fraud in one.missed
    ]
    alarms = [
        Text(f"false alarm  {found.rule} {found.case} {_name(names, found.institution)} {found.first_day}")
        for one in report.outcomes
        for found in one.false_alarms[:MOST_SHOWN]
    ]
    return missed + alarms


def _name(names: Mapping[str, str], institution: str | None) -> str:
    return names.get(institution or "", "")


MOST_SHOWN = 10


def _planted(programme: Programme, seed: int, per_rule: int) -> list[Fraud]:
    planting = Planting(programme.cohort, programme.city, programme.installation.urls, seed)
    try:
        return programme.wait_for(planting.run(per_rule))
    except TooFew as too_few:
        raise CohortTooSmall(str(too_few)) from too_few
    except Refused as refused:
        raise Unexpected(str(refused)) from refused


def _found(item: Mapping[str, Any]) -> Found:
    days = (date.fromisoformat(item["first_day"]), date.fromisoformat(item["last_day"]))
    return Found(item["rule"], item["case"], item["institution"], *days)


def _plain(value: object) -> Any:  # noqa: ANN401 - as JSON holds it
    return json.loads(json.dumps(value, default=lambda one: sorted(one) if isinstance(one, frozenset) else str(one)))
