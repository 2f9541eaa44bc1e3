"""The screening protocol: every figure of handbook §1 in a versioned file, chosen by the day of the act."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from shared.ages import anniversary
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import Instrument, ScreeningRound
from shared.policyfile import Figure, Policies, PolicyVersion, read_policies

DATA = Path(__file__).parent / "data"


class Part(BaseModel):
    """A part of the protocol file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Age(Part):
    """An age in completed months and days."""

    months: int = 0
    days: int = 0

    def reached_on(self, born: date) -> date:
        """Return the day on which a child reaches this age."""
        return anniversary(born, months=self.months) + timedelta(days=self.days)


class CheckUp(Part):
    """A check-up of the schedule and the half-open window of ages in which it counts as that one (handbook §1.2)."""

    round: ScreeningRound
    since: Age = Field(alias="from")
    until: Age

    def covers(self, born: date, on: date) -> bool:
        return self.since.reached_on(born) <= on < self.until.reached_on(born)


class AgeLimits(Part):
    screening_years: Figure[int]
    registry_years: Figure[int]


class Initial(Part):
    instruments: Figure[Mapping[ScreeningCategory, tuple[Instrument, ...]]]


class InstrumentsFrom(Part):
    """Instruments that a child of an age and older needs."""

    from_months: int
    instruments: tuple[Instrument, ...]


class Rescreening(Part):
    developmental: Figure[tuple[ScreeningCategory, ...]]
    by_age: Figure[tuple[InstrumentsFrom, ...]]
    judged: Figure[Mapping[ScreeningCategory, tuple[Instrument, ...]]]
    recheck_months: Figure[int]

    def instruments_at(self, months: int) -> tuple[Instrument, ...]:
        """Return the instruments of the developmental re-screening at an age (孤独症规范; handbook §1.4)."""
        return [row for row in self.by_age.value if row.from_months <= months][-1].instruments


class MChat23(Part):
    items: Figure[int]
    fails_on_yes: Figure[frozenset[int]]
    critical: Figure[frozenset[int]]
    positive_at_critical_fails: Figure[int]
    positive_at_fails: Figure[int]


class Abc(Part):
    maximum: Figure[int]
    positive_from: Figure[int]


class Band(Part):
    """A band of developmental quotients, from its lower bound to that of the next."""

    band: str
    since: Decimal = Field(alias="from")


class CdssIi(Part):
    maximum: Figure[int]
    bands: Figure[tuple[Band, ...]]
    domain_low_below: Figure[Decimal]
    deviation_domains: Figure[tuple[str, ...]]


class Cars(Part):
    minimum: Figure[Decimal]
    maximum: Figure[Decimal]
    step: Figure[Decimal]
    autism_from: Figure[Decimal]


class Diagnosing(Part):
    undetermined_recheck_months: Figure[int]


class Referring(Part):
    answer_days: Figure[int]
    starts_without_screening: Figure[tuple[ScreeningCategory, ...]]


class Tracing(Part):
    rescreening_first_days: Figure[int]
    rescreening_next_days: Figure[int]
    later_steps_days: Figure[int]
    failures_before_lost: Figure[int]


class Registering(Part):
    birth_certificate_form: Figure[str]


class Protocol(PolicyVersion):
    """One version of the screening protocol; `policy` of a fact names it."""

    age_limits: AgeLimits
    check_ups: Figure[tuple[CheckUp, ...]]
    initial: Initial
    rescreening: Rescreening
    m_chat_23: MChat23
    abc: Abc
    cdss_ii: CdssIi
    cars: Cars
    diagnosis: Diagnosing
    referral: Referring
    tracing: Tracing
    registry: Registering

    def round_of(self, born: date, on: date) -> ScreeningRound:
        """Return the check-up that a day is, by its window; off schedule otherwise (handbook §1.2)."""
        rounds = (check_up.round for check_up in self.check_ups.value if check_up.covers(born, on))
        return next(rounds, ScreeningRound.UNSCHEDULED)


@cache
def protocols(folder: Path = DATA) -> Policies[Protocol]:
    """Read all versions of the protocol; a site may keep its own folder (settings)."""
    return read_policies(Protocol, folder, "protocol_*.json")
