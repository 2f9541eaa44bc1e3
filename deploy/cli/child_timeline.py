"""One child's timeline as a table, as the federation's auditor sees it."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from deploy.cli.operator import Operator

SESSIONS = "tongkang.rehab.session_recorded.v1"
DAYS = "tongkang.education.attendance_recorded.v1"
DENSE = frozenset({SESSIONS, DAYS})
"""What happens many times a week: shown as one line a month."""

LANES = {"screening": "cyan", "rehabilitation": "green", "schooling": "yellow", "custody": "magenta"}
PAGE = 200


def entries(reader: Operator, case: str) -> Iterator[dict[str, Any]]:
    """Yield all entries of a case, newest first."""
    after: dict[str, str] = {}
    while True:
        page = reader.get("timeline", f"/v1/cases/{case}/entries", limit=PAGE, **after)
        yield from page["items"]
        if page["next"] is None:
            return
        after = {"after": page["next"]}


def table_of(reader: Operator, case: str, names: Mapping[str, str], *, whole: bool = False) -> Table:
    """Return the child's timeline, oldest first; without `whole`, sessions and school days are summed up by month."""
    table = Table("day", "lane", "what", "who", "detail", title=f"case {case}")
    lines = list(reversed(list(entries(reader, case))))
    for entry in lines if whole else _condensed(lines):
        lane = entry["lane"]
        style = "strike" if entry["corrected_by"] else LANES.get(lane, "")
        table.add_row(entry["day"], lane, _what(entry), _who(entry, names), _detail(entry, names), style=style)
    head = reader.get("timeline", f"/v1/cases/{case}")
    table.caption = _stamp(head["completeness"])
    return table


def _condensed(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield entries, those of the dense kinds as one line for each run of a month."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    result: list[dict[str, Any]] = []
    for entry in lines:
        if entry["type"] not in DENSE or entry["corrected_by"]:
            result.append(entry)
            continue
        month = (entry["type"], entry["day"][:7])
        if month not in sums:
            sums[month] = entry | {"day": entry["day"][:7], "times": 0, "attended": 0}
            result.append(sums[month])
        sums[month]["times"] += 1
        sums[month]["attended"] += _attended(entry)
    yield from result


def _attended(entry: Mapping[str, Any]) -> bool:
    data = entry["fact"]["data"]
    return bool(data.get("attended") or data.get("status") == "present")


def _what(entry: Mapping[str, Any]) -> str:
    return str(entry["type"].split(".")[2].replace("_", " "))


def _who(entry: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if not entry.get("fact"):
        return ""
    actor = entry["fact"]["data"]["actor"]
    return names.get(actor["organisation"], actor["role"])


def _detail(entry: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if "times" in entry:
        return f"{entry['times']} times, {entry['attended']} attended"
    data = entry["fact"]["data"] if entry.get("fact") else {}
    shown = {key: value for key, value in data.items() if key != "actor" and _tells(value)}
    return ", ".join(
        f"{key} {names.get(str(value), value)}" for key, value in shown.items() if not _is_id(value, names)
    )


def _tells(value: object) -> bool:
    return isinstance(value, str | int) and value != ""


def _is_id(value: object, names: Mapping[str, str]) -> bool:
    text = str(value)
    return len(text) == 36 and text.count("-") == 4 and text not in names  # noqa: PLR2004 - the text form of a UUID


def _stamp(completeness: Mapping[str, Any]) -> str:
    producers = completeness["producers"]
    told = ", ".join(f"{one['producer']} {_minute(one)}" for one in producers)
    return f"complete to: {told}; parked: {completeness['parked']}"


def _minute(one: Mapping[str, Any]) -> str:
    return str(one["complete_to"])[:19].replace("T", " ") if one["complete_to"] else "not yet"
