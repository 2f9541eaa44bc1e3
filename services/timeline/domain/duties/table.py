"""The table of duties as data: one row per duty, read once and checked against the facts that it names."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.noted import Noted
from shared.contracts.catalogue import FACTS
from shared.contracts.codes import OrgType
from shared.contracts.envelope import Fact

FILE = Path(__file__).with_name("duties.json")


def _type_of(name: str) -> str:
    """Return the type of a fact named as `screening.referral_issued`. Raises ValueError."""
    if (found := f"tongkang.{name}.v1") not in FACTS:
        raise ValueError(f"no fact {name}")
    return found


FactName = Annotated[str, AfterValidator(_type_of)]
Limit = Annotated[str, Field(pattern=r"^[a-z_]+$")]
Where = Mapping[str, tuple[str | bool | None, ...]]
"""Values of a field of which one must hold; a field that holds several must hold one of them."""


class Unit(StrEnum):
    """How a due time is counted from its beginning."""

    ON = "on"
    """The day itself, to its end; a moment, to that moment."""
    BEFORE = "before"
    """Until the day begins."""
    DAYS = "days"
    WORKING_DAYS = "working_days"
    HOURS = "hours"


class Pace(StrEnum):
    """How fast a missed duty is shown higher up (handbook §9)."""

    DAYS = "days"
    HOURS = "hours"


class Part(BaseModel):
    """A part of a row."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FactWhere(Part):
    """Facts of a type that fulfil a condition."""

    fact: FactName
    where: Where = {}

    def takes(self, fact: Noted) -> bool:
        """Tell whether a fact is one of these."""
        return fact.type == self.fact and all(_holds(fact.data.get(name), of) for name, of in self.where.items())

    @property
    def kind(self) -> type[Fact]:
        """The fact's class."""
        return FACTS[self.fact]

    @model_validator(mode="after")
    def _names_fields(self) -> Self:
        require_fields(self.fact, self.where)
        return self


def _holds(value: object, of: tuple[str | bool | None, ...]) -> bool:
    return any(one in of for one in value) if isinstance(value, list) else value in of


def require_fields(fact: str, names: Iterable[str]) -> None:
    """Raise ValueError where a fact has no such field."""
    if unknown := set(names) - set(FACTS[fact].model_fields):
        raise ValueError(f"{fact} has no {', '.join(sorted(unknown))}")


class Ending(FactWhere):
    """A fact that ends a duty, and the fields by which it belongs to it: its field to the opening fact's."""

    match: Mapping[str, str] = {}
    after: bool | None = None

    @property
    def must_come_after(self) -> bool:
        """Whether it must come after the opening; what names its record belongs to it whenever it was told."""
        return not set(self.match) - {"category"} if self.after is None else self.after

    def ends(self, opening: Noted, about: Mapping[str, Any], fact: Noted) -> bool:
        """Tell whether a fact ends the duty that another opened, and that is about what these fields say."""
        if fact.id == opening.id or not self.takes(fact):
            return False
        if any(fact.data.get(mine) != about.get(its) for mine, its in self.match.items()):
            return False
        return not self.must_come_after or fact.place() > opening.place()

    @model_validator(mode="after")
    def _matches_fields(self) -> Self:
        require_fields(self.fact, self.match)
        return self


class Owner(Part):
    """Who owes it: whom the opening fact names, else who recorded it; or an authority, by its county."""

    kind: OrgType
    by: str | None = None
    """Field of the opening fact by whose value the kind differs."""
    kinds: Mapping[str, OrgType] = {}
    field: str | None = None
    recorder: bool = False
    county: str | None = None
    """Field that holds the county; the child's residence where there is none."""


class Due(Part):
    """Until when: counted from a field of the opening fact, or from when it happened."""

    unit: Unit
    limit: Limit | None = None
    counted_from: str | None = None
    at_least_from: str | None = None
    """Where the day counted from has passed already: so many days (`at_least`) from this field on."""
    at_least: Limit | None = None
    notice: Limit | None = None
    """Days before the due day from which it stands open."""
    stands_after: str | None = None
    """Field of the opening fact with the day after which it stands open: before, the child may still come."""

    @model_validator(mode="after")
    def _limits_are_known(self) -> Self:
        for name in filter(None, (self.limit, self.at_least, self.notice)):
            if name not in DutyLimits.model_fields:
                raise ValueError(f"no limit {name}")
        return self


class DutyRow(Part):
    """One row: what is owed, by whom, by when, what opens and what ends it, on which ground."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")
    zh: str
    en: str
    handbook: str = Field(pattern=r"^§[0-9]+(\.[0-9]+)?$")
    document: str = ""
    mark: Literal["source", "assumed"]
    maker: str | None = None
    """What finds the openings where one fact alone does not open it, or its day is not in it; else one of `opens`."""
    opens: tuple[FactWhere, ...] = ()
    owner: Owner
    due: Due
    met_by: tuple[Ending, ...]
    void_by: tuple[Ending, ...] = ()
    once: tuple[str, ...] = ()
    """Fields by which it is owed once: while one stands open, facts that agree in them open no other."""
    pace: Pace = Pace.DAYS
    survives: bool = False
    """Whether it stands though the child died, was erased, or consent was withdrawn: money, incidents."""

    @model_validator(mode="after")
    def _opening_facts_have_the_fields(self) -> Self:
        if not self.opens and self.maker is None:
            raise ValueError(f"nothing opens {self.id}")
        for opening in self.opens:
            due, owner = self.due, self.owner
            named = (*self.once, due.counted_from, due.at_least_from, due.stands_after)
            owned = (owner.field, owner.by, owner.county)
            matched = {name for ending in (*self.met_by, *self.void_by) for name in ending.match.values()}
            require_fields(opening.fact, matched.union(filter(None, (*named, *owned))))
        return self


@cache
def table(file: Path = FILE) -> Mapping[str, DutyRow]:
    """Return the rows by id. Raises where one names a fact, a field or a limit that is not there."""
    read: list[Any] = orjson.loads(file.read_bytes())["duties"]
    rows = TypeAdapter(tuple[DutyRow, ...]).validate_python(read)
    return {row.id: row for row in rows}


def known(rule: str) -> str:
    """Return the id of a row. Raises ValueError, which names those that there are."""
    if rule not in table():
        raise ValueError(f"no such duty; one of {', '.join(table())}")
    return rule
