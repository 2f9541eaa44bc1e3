"""Operational indicators: what an office steers by, beside the programme's five figures (handbook §8)."""

from enum import StrEnum
from functools import cache
from importlib.resources import files

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class OperationalKey(StrEnum):
    """What is measured beside the programme's figures."""

    DEVICES = "children_with_devices_fitted"
    OPERATED = "children_operated"
    PAID = "children_with_payment"
    IN_TRAINING = "children_in_training"
    IN_CUSTODY = "children_in_custody"
    TO_DIAGNOSIS = "days_screening_to_diagnosis"
    TO_FIRST_SESSION = "days_diagnosis_to_first_session"
    TO_PAYMENT = "days_claim_to_payment"
    HOME_TEACHING = "home_teaching_hours"


class Kind(StrEnum):
    """How the rows behind a figure become the figure."""

    COUNT = "count"
    """How many children."""
    MEDIAN = "median"
    """The median of days."""
    SHARE = "share"
    """A sum over what it should be for so many children."""


class Operational(BaseModel):
    """One row of `operational.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: OperationalKey
    kind: Kind
    per_child: int | None = Field(default=None, ge=1, description="What a share should be for one child.")
    zh: str
    en: str
    definition_zh: str
    definition_en: str


class Figure(BaseModel):
    """A figure with what it is made of. Days are whole; a share is per cent with one decimal, as text."""

    children: int = Field(description="Children behind it.")
    value: int | None = Field(description="Children, or median days; null where there is no child.")
    numerator: int | None = Field(default=None, description="Of a share: the sum.")
    denominator: int | None = Field(default=None, description="Of a share: what it should be.")
    percent: str | None = Field(
        default=None, description="Of a share: numerator ÷ denominator × 100.", examples=["86.4"]
    )


@cache
def operational() -> tuple[Operational, ...]:
    """Return the definitions in the order of the report."""
    rows = orjson.loads(files(__package__).joinpath("operational.json").read_bytes())["indicators"]
    return TypeAdapter(tuple[Operational, ...]).validate_python(rows)


def figure_of(definition: Operational, children: int, total: int, median: int | None) -> Figure:
    """Return the figure of so many children, their sum and their median."""
    if definition.kind is Kind.COUNT:
        return Figure(children=children, value=children)
    if definition.kind is Kind.MEDIAN:
        return Figure(children=children, value=median)
    whole = children * (definition.per_child or 1)
    percent = f"{total * 1000 // whole / 10:.1f}" if whole else None
    return Figure(children=children, value=None, numerator=total, denominator=whole, percent=percent)
