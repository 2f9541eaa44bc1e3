"""What a fact says in its main words: codes, amounts, days and times, in the order of its contract. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Any, get_args

from shared.contracts.catalogue import FACTS

Data = Mapping[str, Any]


class How(StrEnum):
    """How a value is read."""

    CODE = "code"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    HOURS = "hours"
    NUMBER = "number"
    TRUTH = "truth"
    INSTRUMENT = "instrument"
    REGION = "region"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Piece:
    """One value of a fact."""

    how: How
    value: Any
    name: str = ""
    """Of the field, where the value alone does not tell."""
    kind: str = ""
    """Of the code."""


MONEY = ("amount", "ceiling", "monthly_cap", "cost", "insurance_paid", "assistance_paid")
DAYS = ("valid_until", "expected_until", "expected_back", "due_on", "contact_due_on", "review_due_on", "answer_by",
        "review_by", "ends_on", "until", "enrol_by", "replace_after", "reapply_from", "term_until")  # fmt: skip
MOMENTS = ("due_at", "expected_back_at")
NUMBERS = ("class_hours", "missing", "positive_signs", "grade", "failed_in_a_row", "planned_days_per_month")
TRUTHS = ("attended", "eligible", "clinician_alert")
REGIONS = ("previous", "region")
READ = {
    **dict.fromkeys(MONEY, How.MONEY), **dict.fromkeys(DAYS, How.DAY), **dict.fromkeys(MOMENTS, How.MOMENT),
    **dict.fromkeys(NUMBERS, How.NUMBER), **dict.fromkeys(TRUTHS, How.TRUTH), **dict.fromkeys(REGIONS, How.REGION),
    "instrument": How.INSTRUMENT,
}  # fmt: skip
"""How a field is read that holds no code."""
NAMED = {"rule": "Rule"}
"""Fields whose codes come from a table of a service, not from an enumeration."""
SILENT = frozenset({"state_before", "identifier_kind"})
SAYS_NOTHING = frozenset({"none", "once", "not_asked", "unscheduled"})


def main_words(kind: str, data: Data) -> Iterator[Piece]:
    """Yield what a fact says; of a type that this version does not know, what it can read."""
    codes = _codes(kind)
    for name in (*codes, *(name for name in READ if name not in codes)):
        value = data.get(name)
        if value is not None and name not in SILENT:
            yield from _pieces(name, value, codes.get(name, ""))
    if data.get("starts_at") and data.get("ends_at"):
        yield Piece(How.HOURS, (data["starts_at"], data["ends_at"]))
    for score in data.get("scores", ()):
        yield Piece(How.TEXT, f"{score['dimension'].replace('_', ' ')} {score['value']}")
    yield from _parts(data)


def _pieces(name: str, value: Any, codes: str) -> Iterator[Piece]:  # noqa: ANN401 - a value of a fact
    if codes:
        for code in value if isinstance(value, list) else [value]:
            if code not in SAYS_NOTHING:
                yield Piece(How.CODE, code, kind=codes)
    elif not isinstance(value, list | dict):
        yield Piece(READ[name], value, name)


def _parts(data: Data) -> Iterator[Piece]:
    """Yield what stands one level deeper: the lines of a claim, what holds instead of a corrected session."""
    lines = [line for line in data.get("lines", ()) if isinstance(line, Mapping)]
    if lines:
        yield Piece(How.NUMBER, len(lines), "lines")
        yield Piece(How.MONEY, sum(line["amount"] for line in lines), "amount")
    replacement = data.get("replacement")
    if replacement:
        yield from main_words("tongkang.rehab.session_recorded.v1", replacement)


@cache
def _codes(kind: str) -> Mapping[str, str]:
    """Return which fields of a type hold codes, and of which kind."""
    fact = FACTS.get(kind)
    fields = fact.model_fields if fact else {}
    found = {name: _enumeration(field.annotation) for name, field in fields.items()}
    return {name: codes for name, codes in found.items() if codes} | {n: NAMED[n] for n in fields if n in NAMED}


def _enumeration(annotation: Any) -> str:  # noqa: ANN401 - an annotation can be anything
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation.__name__
    inner: Sequence[Any] = get_args(annotation)
    return next((name for one in inner if (name := _enumeration(one))), "")
