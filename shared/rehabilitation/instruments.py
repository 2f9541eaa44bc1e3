"""The table of instruments: ranges, steps, direction, readings, versions (handbook §3.6)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FILE = Path(__file__).with_name("instruments.json")
DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,2})?")


class Direction(StrEnum):
    """What reads as better; a classification (GMFCS) is no outcome and reads neither way."""

    HIGHER = "higher"
    LOWER = "lower"
    CLASSIFICATION = "classification"


class TotalRule(StrEnum):
    """How a total follows from its parts, where it does."""

    SUM_OF_ITEMS = "sum_of_items"
    MEAN_OF_PERCENTAGES = "mean_of_percentages"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(_Row):
    """A dimension with a range; `repeat` makes `item_1` to `item_n` of it, `items` tells how many it sums."""

    code: str
    min: Decimal
    max: Decimal
    step: Decimal
    items: int | None = None
    repeat: int | None = None

    def allows(self, value: str) -> bool:
        """Tell whether a value lies in the range and on the step."""
        if not DECIMAL.fullmatch(value):
            return False
        number = Decimal(value)
        return self.min <= number <= self.max and number % self.step == 0

    @property
    def allowed(self) -> str:
        """The range as a sentence shows it."""
        return f"{self.min} ... {self.max} / {self.step}"


class Ordered(_Row):
    """A dimension of ordered codes, which are not numbers (GMFCS, S-S)."""

    code: str
    codes: tuple[str, ...]

    def allows(self, value: str) -> bool:
        """Tell whether a value is one of the codes."""
        return value in self.codes

    @property
    def allowed(self) -> str:
        """The codes as a sentence shows them."""
        return " < ".join(self.codes)


class AgeRange(_Row):
    """Ages in completed months: from, and before."""

    from_: Annotated[int, Field(alias="from")]
    before: int


class Reading(_Row):
    """How a score reads from a value on, until the next reading."""

    from_: Annotated[Decimal, Field(alias="from")]
    code: str
    zh: str


class Instrument(_Row):
    """A row of the table of handbook §3.6. Scores are stored; item texts, which are copyrighted, are not."""

    code: str
    zh: str
    en: str
    direction: Direction
    basis: str
    age_months: AgeRange | None = None
    age_bands: tuple[int, ...] = ()
    """First completed months of the age bands that a classification has."""
    versions: tuple[str, ...] = ()
    """Versions that this row holds for, where another one counts differently; none named: any."""
    readings: tuple[Reading, ...] = ()
    required: tuple[str, ...]
    total: TotalRule | None = None
    values: tuple[Number | Ordered, ...]

    @cached_property
    def dimensions(self) -> Mapping[str, Number | Ordered]:
        """Every dimension by its code, repeated items one by one, in the order of the instrument."""
        return {code: value for value in self.values for code in _codes_of(value)}

    def rank(self, dimension: str, value: str) -> Decimal:
        """Return a value as what it is compared by: a number, or the place of an ordered code."""
        scale = self.dimensions[dimension]
        return Decimal(scale.codes.index(value)) if isinstance(scale, Ordered) else Decimal(value)


def _codes_of(value: Number | Ordered) -> Sequence[str]:
    if isinstance(value, Ordered) or value.repeat is None:
        return (value.code,)
    return tuple(f"{value.code}_{number}" for number in range(1, value.repeat + 1))


INSTRUMENTS: Mapping[str, Instrument] = {
    row.code: row for row in TypeAdapter(tuple[Instrument, ...]).validate_json(FILE.read_bytes())
}
"""The whole table of handbook §3.6 by instrument code."""
