"""What the pages of a house share: the child's stay with it, its lists of people, where it is."""

from collections.abc import Sequence
from typing import Any

from services.portal.api.common import CaseId, Visit
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared.errors import KeyReused

CONFIRMATIONS = ("signature", "identity_card", "code", "known_person")
Stay = dict[str, Any]


async def stay_of(visit: Visit, case: CaseId) -> Stay:
    """Return the stay of a child with the visitor's house: the open one, else the last. Raises PageUnknown."""
    stays: list[Stay] = await visit.call.get("custody", f"/v1/cases/{case}/stays")
    own = [stay for stay in stays if stay["institution"] == str(visit.actor.organisation)]
    if not own:
        raise PageUnknown
    return next((stay for stay in own if stay["ended_on"] is None), own[-1])


async def leave_of(visit: Visit, stay: Stay) -> dict[str, Any] | None:
    """Return the leave that a child is on."""
    leaves = await visit.call.every("custody", "/v1/leaves") if stay["on_leave"] else []
    return next((leave for leave in leaves if leave["stay_id"] == stay["id"]), None)


def whereabouts(stay: Stay) -> str:
    """Return where a child is, by the codes of the list of stays."""
    if stay["on_leave"]:
        return "on_leave"
    return "inside" if stay["inside"] else "outside"


async def people_of(visit: Visit, stay: Stay) -> dict[str, Any]:
    """Return the care sheet with its people: on the pick-up list, for emergencies, and each by id."""
    sheet = await visit.call.get("custody", f"/v1/stays/{stay['id']}/sheet")
    kinds = {kind: [one for one in sheet["contacts"] if one["kind"] == kind] for kind in ("pick_up", "emergency")}
    return {"sheet": sheet, "people": {one["id"]: one for one in sheet["contacts"]}, **kinds}


async def name_of(visit: Visit, case: CaseId | str) -> str | None:
    """Return a child's name where the visitor may know it."""
    found = (await visit.children([str(case)])).get(str(case))
    return None if found is None else str(found["name"])


async def done_once(visit: Visit, path: str, body: Any, key: str) -> None:  # noqa: ANN401 - JSON
    """Write to custody. A second click comes some seconds later, so it is not the same request: the first one counts.

    What it led to is read anew and shown, so that nobody is told of what did not happen.
    """
    try:
        await visit.call.post("custody", path, body, key=key)
    except TurnedDown as refused:
        if refused.code != KeyReused.code:
            raise


def by_name(rows: Sequence[dict[str, Any]], children: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rows in the order of the children's names; those without a known name come last."""
    return sorted(rows, key=lambda row: (row["case_id"] not in children, _name(children, row["case_id"])))


def _name(children: dict[str, Any], case: str) -> str:
    return str(children[case]["name"]) if case in children else case
