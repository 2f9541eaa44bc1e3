"""An application for assistance as somebody types it, and what rehab is told of it (handbook §3.3 step 1)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.portal.domain.typed import slip_number

NEEDED = ("what", "category", "basis", "submitted_on")


def read(
    typed: Mapping[str, str], materials: Sequence[str], proofs: Sequence[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what rehab is told, and what is missing, by field; `what` names item and kind as `device/hearing_aid`."""
    wrong = {name: "missing" for name in NEEDED if not typed.get(name)}
    item, _, kind = typed.get("what", "").partition("/")
    asked = {"mode": kind} if item == "training" else {"mode": "once", item: kind}
    body: dict[str, Any] = {"item": item, "materials": list(materials)} | asked
    body |= {name: typed.get(name, "") for name in ("category", "basis", "submitted_on")}
    body |= {name: typed[name] for name in ("hardship", "guardian") if typed.get(name)}
    body["residence"] = {"kind": typed.get("residence") or "household", "proofs": list(proofs)}
    if typed.get("agent"):
        body["agent"] = {"kind": typed["agent"], "authorised_on": typed.get("authorised_on", "")}
        if not typed.get("authorised_on"):
            wrong["authorised_on"] = "missing"
    return body, wrong


def number_of(application: str) -> str:
    """Return the number on the slip of an application, as rehab prints it: the last digits of its id, in groups."""
    return slip_number(UUID(application).hex[-12:])
