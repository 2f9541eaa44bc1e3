"""A duty as facts say it, and how it came to an end. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.reckoning import Reckoned
from services.timeline.domain.duties.table import DutyRow, Pace
from services.timeline.domain.noted import Noted
from shared.contracts.codes import OrgType
from shared.contracts.events.timeline import DutyEnd, EscalationLevel
from shared.rulebook.registry import rule

_DUTIES = UUID("4d1c9c1e-7f0b-4c55-9a59-0e5e5bb2a9d4")


@dataclass(frozen=True, slots=True)
class End:
    """How a duty ended, by which fact and when."""

    outcome: DutyEnd
    met_by: UUID | None
    met_at: datetime
    fell_away: bool = False
    """Whether facts no longer say that there was such a duty; one that ended by them is there for good."""


def _any(fact: Noted) -> bool:
    del fact
    return True


@dataclass(frozen=True, slots=True)
class Opening:
    """That something is owed from a moment on, before it is asked what came of it."""

    row: DutyRow
    fact: Noted
    """The fact that opened it."""
    opens_at: datetime
    reckoned: Reckoned
    key: str = ""
    """What tells apart the duties that one fact opens: the month of a checkpoint, the first day of a term."""
    about: Noted | None = None
    """The fact whose fields say whose it is and what ends it, where that is not the opening one."""
    lapses_at: datetime | None = None
    """From when it can no longer be done and is void: the term is over, the approved period too."""
    counts: Callable[[Noted], bool] = _any
    """Whether a fact that would end it by its fields counts for this one: it lies in its term, or after its silence."""

    @property
    def subject(self) -> Noted:
        """The fact whose fields say whose it is and what ends it."""
        return self.about or self.fact

    @property
    def id(self) -> UUID:
        """Derived from rule and opening fact, so that the same facts give the same duty."""
        return uuid5(_DUTIES, f"{self.row.id}:{self.fact.id}:{self.key}")


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody owes a child by a time."""

    duty: UUID
    row: DutyRow
    opened_by: UUID
    opened_at: datetime
    owner: UUID | None
    owner_kind: OrgType
    county: str | None
    end: End | None
    reckoned: Reckoned
    subject: tuple[str, ...]
    """Row and values of the fields by which it is owed once."""

    @property
    def due_at(self) -> datetime:
        """Until when, exclusive."""
        return self.reckoned.due_at


@rule("timeline.duty-escalation", "assumed", zh="事项逾期后先列入县级清单，再按天或小时升级到市级、省级")
def escalation(duty: Duty, limits: DutyLimits) -> tuple[tuple[datetime, EscalationLevel], ...]:
    """Say from when a missed duty is shown to county, city and province by region (handbook §9, escalation)."""
    if duty.row.pace is Pace.HOURS:
        waits = (timedelta(hours=limits.urgent_city_after_hours), timedelta(hours=limits.urgent_province_after_hours))
    else:
        waits = (timedelta(days=limits.city_after_days), timedelta(days=limits.province_after_days))
    due = duty.due_at
    return (
        (due, EscalationLevel.COUNTY),
        (due + waits[0], EscalationLevel.CITY),
        (due + waits[1], EscalationLevel.PROVINCE),
    )


def reached(level: EscalationLevel) -> tuple[EscalationLevel, ...]:
    """Return the levels of the duties that a level is shown: its own, and what went higher since."""
    levels = tuple(EscalationLevel)
    return levels[levels.index(level) :]


@rule(
    "timeline.duty-end",
    "assumed",
    zh="事项在到期前完成为按时，之后为逾期完成；儿童死亡、注销、撤回同意或事由消失则作废",
)
def ended(opening: Opening, met: Sequence[Noted], void: Sequence[Noted], now: datetime) -> End | None:
    """Say how a duty ended: the first fact that ends it decides, and when that happened (handbook §1.4, §3.3, §5).

    What can no longer be done lapses then, unless a fact ended it before.
    """
    lapses = opening.lapses_at
    lapsed = End(DutyEnd.VOID, None, lapses) if lapses is not None and lapses <= now else None
    ends = [(fact, False) for fact in met] + [(fact, True) for fact in void]
    if not ends:
        return lapsed
    fact, voids = min(ends, key=lambda end: (end[0].occurred_at, end[1], *end[0].place()))
    if lapsed is not None and lapsed.met_at < fact.occurred_at:
        return lapsed
    in_time = fact.occurred_at < opening.reckoned.due_at
    outcome = DutyEnd.VOID if voids else DutyEnd.IN_TIME if in_time else DutyEnd.LATE
    return End(outcome, fact.id, fact.occurred_at)


def first_day_of(fact: Noted, field: str | None) -> date | datetime:
    """Return the day or moment that a field of a fact holds; when it happened, where no field is named."""
    if field is None:
        return fact.occurred_at
    text = str(fact.data[field])
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
