"""An entry as it is answered: how much of it, by the reader's sight. Pure; bytes are parsed only where they must be."""

from typing import Any, Protocol

import orjson

from services.timeline.domain.chain import LANE_OF
from services.timeline.domain.sight import Detail, Sight
from shared.clock import local_date

Shown = dict[str, Any]


class Row(Protocol):
    """A row as the database gives it: values by the names of columns."""

    def __getitem__(self, key: str, /) -> Any: ...  # noqa: ANN401 - a column can hold anything


def shown(row: Row, sight: Sight) -> Shown | None:
    """Return an entry as this reader may see it, ready for orjson; None when it is hidden."""
    detail = detail_of(row, sight)
    if detail is Detail.HIDDEN:
        return None
    entry: Shown = {
        "id": str(row["event_id"]),
        "lane": LANE_OF[row["producer"]],
        "type": row["type"],
        "detail": detail,
        "day": local_date(row["occurred_at"]),
        "corrected_by": _correction(row),
    }
    entry.update(_MORE[detail](row))
    return entry


def detail_of(row: Row, sight: Sight) -> Detail:
    """Return how much this reader sees of a fact, or of facts that are counted together.

    `own` of the row says whether the reader's organisation recorded the fact, or is the one that it concerns.
    """
    own = row["own"] is True
    detail = sight.detail(row["producer"], row["type"], own=own)
    return sight.masked(detail, own=own, withdrawn=row["masked"] is True, erased=row["erased"])


def _correction(row: Row) -> dict[str, Any] | None:
    if row["corrected_by"] is None:
        return None
    return {"id": str(row["corrected_by"]), "recorded_at": row["corrected_at"]}


def _full(row: Row) -> Shown:
    """Return the published bytes themselves, unparsed, and the hash that chains them."""
    return {
        "occurred_at": row["occurred_at"],
        "recorded_at": row["recorded_at"],
        "hash": row["hash"].hex(),
        "fact": orjson.Fragment(row["envelope"]),
    }


def _reduced(row: Row) -> Shown:
    state = _data(row).get("state")
    return {} if state is None else {"state": state}


def _category(row: Row) -> Shown:
    return {"category": _data(row).get("rehab_category")}


def _busy(row: Row) -> Shown:
    data = _data(row)
    content = data if "starts_at" in data else data.get("replacement")
    return {"busy": content and {"starts_at": content["starts_at"], "ends_at": content["ends_at"]}}


def _data(row: Row) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(row["envelope"])["data"]
    return data


_MORE = {Detail.FULL: _full, Detail.REDUCED: _reduced, Detail.CATEGORY: _category, Detail.BUSY: _busy}
