"""One child's timeline as a table, as whoever signed in sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table

from deploy.cli.operator import Operator

SESSIONS = "tongkang.rehab.session_recorded.v1"
DAYS = "tongkang.education.attendance_recorded.v1"
DENSE = frozenset({SESSIONS, DAYS})
"""What happens many times a week: shown as one line a month."""

LANES = {"screening": "cyan", "rehabilitation": "green", "schooling": "yellow", "custody": "magenta"}
PAGE = 200

TELLING = ("outcome", "category", "step", "state", "item", "mode", "reason", "instrument", "checkpoint")
"""Fields whose codes speak for themselves: what the short view says of a fact, in this order."""
NAMED = ("answer_by", "due_on", "contact_due_on", "expected_until", "until", "policy")
"""Those that need their name said."""

Entry = Mapping[str, Any]
Names = Mapping[str, str]
"""Names of organisations by id."""


def table_of(reader: Operator, case: str, names: Names, *, whole: bool = False) -> Table:
    """Return the child's timeline, oldest first.

    Without `whole`, sessions and school days are summed up by month, and of other facts the main words are told.
    """
    entries = list(reader.items("timeline", f"/v1/cases/{case}/entries", limit=PAGE))[::-1]
    head = reader.get("timeline", f"/v1/cases/{case}")
    table = Table("day", "lane", "what", "who", "detail", title=f"case {case}", caption=_stamp(head["completeness"]))
    for entry in entries if whole else _condensed(entries):
        style = "strike" if entry["corrected_by"] else LANES.get(entry["lane"], "")
        detail = _detail(entry, names) if whole else _brief(entry)
        table.add_row(entry["day"], entry["lane"], _what(entry), _who(entry, names), detail, style=style)
    return table


def _condensed(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield entries, those of the dense kinds as one line for each month, in the place of the month's first."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    result: list[Entry] = []
    for entry in entries:
        if entry["type"] not in DENSE or entry["corrected_by"]:
            result.append(entry)
            continue
        month = (entry["type"], entry["day"][:7])
        if month not in sums:
            sums[month] = {**entry, "day": entry["day"][:7], "times": 0, "attended": 0}
            result.append(sums[month])
        sums[month]["times"] += 1
        sums[month]["attended"] += _attended(entry)
    yield from result


def _data(entry: Entry) -> Mapping[str, Any]:
    """Return what the fact says; nothing where the reader sees only that it was."""
    fact = entry.get("fact")
    data: Mapping[str, Any] = fact["data"] if fact else {}
    return data


def _attended(entry: Entry) -> bool:
    return bool(_data(entry).get("attended") or _data(entry).get("status") == "present")


def _what(entry: Entry) -> str:
    return str(entry["type"].split(".")[2].replace("_", " "))


def _who(entry: Entry, names: Names) -> str:
    actor = _data(entry).get("actor")
    return names.get(actor["organisation"], actor["role"]) if actor else ""


def _brief(entry: Entry) -> str:
    """Return the main words of a fact, or of a month of them."""
    if "times" in entry:
        attended = f", {entry['attended']} attended" if entry.get("fact") else ""
        return f"{entry['times']} times{attended}"
    told = _told(entry)
    words = [str(told[key]).replace("_", " ") for key in TELLING if isinstance(told.get(key), str)]
    named = [f"{key.replace('_', ' ')} {told[key]}" for key in NAMED if told.get(key) is not None]
    money = [f"ceiling {told['ceiling'] / 100:,.2f} yuan"] if "ceiling" in told else []
    return ", ".join([*dict.fromkeys(words), *named, *money, *_corrected(entry)])


def _detail(entry: Entry, names: Names) -> str:
    """Return all of a fact that says something to a person."""
    words = [f"{key} {names.get(str(value), value)}" for key, value in _told(entry).items() if _tells(value, names)]
    return ", ".join([*words, *_corrected(entry)])


def _told(entry: Entry) -> Mapping[str, Any]:
    """Return what the reader is told: of less than the whole fact its state, its category or the busy time."""
    told = dict(_data(entry)) or {key: entry[key] for key in ("state", "category", "busy") if entry.get(key)}
    told.pop("actor", None)
    return told


def _corrected(entry: Entry) -> list[str]:
    return [f"corrected {entry['corrected_by']['recorded_at'][:10]}"] if entry["corrected_by"] else []


def _tells(value: object, names: Names) -> bool:
    """Tell whether a value says something to a person: no list, nothing empty, no id without a name."""
    text = str(value)
    is_id = len(text) == 36 and text.count("-") == 4 and text not in names  # noqa: PLR2004 - the text form of a UUID
    return isinstance(value, str | int) and value != "" and not is_id


def _stamp(completeness: Mapping[str, Any]) -> str:
    told = ", ".join(f"{one['producer']} {minute(one['complete_to'])}" for one in completeness["producers"])
    return f"complete to: {told}; parked: {completeness['parked']}"


def minute(moment: str | None) -> str:
    """Return a moment as a person reads it, UTC."""
    return moment[:19].replace("T", " ") if moment else "not yet"
