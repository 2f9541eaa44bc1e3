"""Versioned policy files: every figure of a policy stands in a data file with an effective date (ground rule 4).

A file holds figures with their mark, `source: …` or `assumed` (handbook §0); a figure without a value is one that the
county has yet to set. Which version holds is decided by the date, never by the code that asks.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.errors import Refusal

T = TypeVar("T")


class NoPolicyInForce(Refusal, code="no-policy-in-force", status=422):
    en = "No policy version is in force on {on}."
    zh = "{on} 没有有效的政策版本。"


class Figure(BaseModel, Generic[T]):
    """One figure with the ground it stands on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: T
    mark: str = Field(pattern=r"^(source: .+|press [0-9]{3}|assumed|configurable|unclear)(; .+)?$")


class PolicyVersion(BaseModel):
    """A version of a policy: its name stands in every fact that was decided under it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: str = Field(max_length=40)
    document: str
    effective_from: date
    effective_until: date | None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError(f"{self.policy} ends before it starts")
        return self

    def holds_on(self, day: date) -> bool:
        """Tell whether this version is in force on a day; both ends belong to it."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)


P = TypeVar("P", bound=PolicyVersion)


class Policies(Generic[P]):
    """All versions of one policy, oldest first. Two versions never hold on the same day."""

    def __init__(self, versions: Iterable[P]) -> None:
        self.versions = tuple(sorted(versions, key=lambda version: version.effective_from))
        for older, newer in pairwise(self.versions):
            if older.holds_on(newer.effective_from):
                raise ValueError(f"{older.policy} and {newer.policy} hold on the same day")

    def in_force(self, on: date) -> P:
        """Return the version in force on a day; raises NoPolicyInForce."""
        for version in self.versions:
            if version.holds_on(on):
                return version
        raise NoPolicyInForce(on=on.isoformat())

    def named(self, policy: str) -> P:
        """Return the version that a fact names; raises KeyError."""
        return {version.policy: version for version in self.versions}[policy]


def read_policies(model: type[P], folder: Path, pattern: str) -> Policies[P]:
    """Read every policy file of a folder. Raises on one that cannot be read: no service starts on half a policy."""
    return Policies(model.model_validate_json(path.read_bytes()) for path in folder.glob(pattern))
