"""The programme's figures: keys and definitions (handbook §8); how they are counted stands in the repository."""

from enum import StrEnum
from functools import cache
from importlib.resources import files

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class IndicatorKey(StrEnum):
    """The five figures of this house, by the keys of the programme's own report."""

    NEWLY_FOUND = "newly_found_suspected_children"
    REHABILITATED = "children_given_free_rehabilitation"
    EDUCATED = "children_educated_in_rehabilitation_institutions"
    LICENSED = "rehabilitation_institutions_with_education_licence"
    INTEGRATED = "children_in_integrated_rehabilitation_education_custody"


class Counted(StrEnum):
    """What an indicator counts."""

    CHILDREN = "children"
    INSTITUTIONS = "institutions"


class Definition(BaseModel):
    """One row of `indicators.json`: the name and the definition, in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: IndicatorKey
    counts: Counted
    zh: str = Field(description="Name, Chinese.")
    en: str = Field(description="Name, English.")
    definition_zh: str = Field(description="Definition, Chinese.")
    definition_en: str = Field(description="Definition, English.")


@cache
def definitions() -> tuple[Definition, ...]:
    """Return the definitions in the order of the report."""
    rows = orjson.loads(files(__package__).joinpath("indicators.json").read_bytes())["indicators"]
    return TypeAdapter(tuple[Definition, ...]).validate_python(rows)
