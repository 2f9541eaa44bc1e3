"""How every service stands, by its own account: what it owes Kafka, how far it follows, what waits."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from deploy.cli.child_timeline import minute
from deploy.cli.operator import NotAnswered, Operator
from deploy.local.stack import Installation
from deploy.services import SERVICES

Status = Mapping[str, Any]
LISTENERS = frozenset(spec.name for spec in SERVICES if spec.hears)
COLUMNS = ("service", "ready", "recorded", "owed to Kafka", "applied", "lag", "parked", "complete to", "behind")


def statuses(installation: Installation) -> dict[str, Status | None]:
    """Return what each service says of itself; None for one that does not answer. Raises NotAnswered for all."""
    operator = Operator.of(installation)
    return {name: _status(operator, name) for name in installation.urls}


def table_of(found: Mapping[str, Status | None]) -> Table:
    """Return a line for each service."""
    table = Table(*COLUMNS, caption="complete to: UTC, everything recorded until then is applied there")
    for name, status in found.items():
        table.add_row(name, *_cells(name, status) if status else ("does not answer",), style="" if status else "red")
    return table


def _status(operator: Operator, name: str) -> Status | None:
    try:
        return operator.get(name, "/internal/status")
    except NotAnswered:
        return None


def _cells(name: str, status: Status) -> tuple[str, ...]:
    recorded = status["recorded"]
    ready = "yes" if status["listening"] or name not in LISTENERS else "not listening"
    return (ready, str(recorded["facts"]), str(recorded["owed"]), *_following(status))


def _following(status: Status) -> tuple[str, ...]:
    """Return how far a service follows its producers; empty cells for one that follows none."""
    heard = status["completeness"]
    if not heard:
        return ()
    applied = sum(one["facts"] for one in status["applied"])
    lag = sum(one["lag"] or 0 for one in status["partitions"])
    parked = ", ".join(f"{number} {reason}" for reason, number in status["parked"].items()) or "0"
    oldest = min((one["complete_to"] or "" for one in heard), default="")
    return str(applied), str(lag), parked, minute(oldest or None), str(sum(one["behind"] for one in heard))
