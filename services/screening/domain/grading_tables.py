"""The tables of disability grades as data (`data/grading.json`; GB/T 26341; handbook §2.1)."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache

from pydantic import BaseModel, ConfigDict

from services.screening.domain.protocol import DATA


class DailyLiving(StrEnum):
    """How far a child acts independently in daily living, without prostheses or orthoses."""

    CANNOT = "cannot"
    BASICALLY_CANNOT = "basically_cannot"
    PARTLY_CAN = "partly_can"
    BASICALLY_CAN = "basically_can"


class Part(BaseModel):
    """A part of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(Part):
    """A grade and its bounds."""

    grade: int
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None

    def fits(self, value: Decimal) -> bool:
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )


Rows = tuple[Row, ...]


class Visual(Part):
    acuity: Rows
    field_radius_degrees: Rows


class Hearing(Part):
    better_ear_db: Rows
    all_grades_from_years: int
    lowest_grade_before: int


class Speech(Part):
    intelligibility_percent: Rows
    graded_from_years: int


class Physical(Part):
    daily_living: dict[DailyLiving, int]


class Intellectual(Part):
    dq: Rows
    adaptive_decides_from_dq: int
    iq_from_years: int
    iq: Rows


class Mental(Part):
    who_das_from_years: int
    who_das: Rows


class GradingTables(Part):
    """All of them."""

    source: str
    note: str
    visual: Visual
    hearing: Hearing
    speech: Speech
    physical: Physical
    intellectual: Intellectual
    mental: Mental


@cache
def grading_tables() -> GradingTables:
    """Read the tables."""
    return GradingTables.model_validate_json((DATA / "grading.json").read_bytes())


def grade_in(rows: Sequence[Row], value: Decimal) -> int | None:
    """Return the grade of the first row that fits; None beyond the last one."""
    return next((row.grade for row in rows if row.fits(value)), None)
