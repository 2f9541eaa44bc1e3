"""Where frauds are planted: children of the cohort whose way was sent, each taken for one fraud only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from deploy.simulator import days
from deploy.simulator.callers import Callers
from deploy.simulator.journeys import Child, Enrolment, Session
from deploy.simulator.people import resident_number
from deploy.simulator.sending import Journey, session_line
from deploy.simulator.sending.forms import staff_entry
from shared.clock import local_date
from shared.contracts.events.rehab import Discipline

One = TypeVar("One")
STRANGERS = 100_000
"""Children who are invented for a fraud have numbers beyond those of the cohort."""
TRAINED = 12
"""Sessions that a child needs to be of use for a fraud."""
SERIALS = 400
"""Their resident numbers too: the cohort has far fewer children of one sex and birthday."""


class TooFew(Exception):  # noqa: N818 - what the cohort lacks
    """The cohort is too small: nobody is left who fits a fraud."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A child of the plan with its case and its enrolment."""

    child: Child
    case: str
    enrolment: str
    stay: str

    @property
    def at(self) -> Enrolment:
        """The child's enrolment; only children who have one are placed."""
        if self.child.enrolment is None:
            raise TooFew("a child without an enrolment was placed")
        return self.child.enrolment

    @property
    def sessions(self) -> Sequence[Session]:
        """The sessions to which the child came."""
        return [session for session in self.child.sessions if session.attended]


@dataclass
class Scene:
    """The city after the cohort was sent."""

    children: Sequence[Child]
    callers: Callers
    cohort_callers: Callers
    """With the keys of the cohort: a repeat is answered as before, and so tells the ids that were given out."""
    ids: Mapping[str, UUID]
    dice: Random
    _staff: set[str] = field(default_factory=set)
    """Who is on a list of staff."""
    _taken: set[int] = field(default_factory=set)
    _sent: int = 0
    _strangers: int = 0

    def __post_init__(self) -> None:
        self._staff |= {session.therapist for child in self.children for session in child.sessions}

    def fitting(self, fits: Callable[[Child], bool], number: int) -> list[Child]:
        """Take children who fit, each for one fraud only; raises TooFew."""
        chosen = self.sample([one for one in self.children if one.index not in self._taken and fits(one)], number)
        self._taken |= {child.index for child in chosen}
        return chosen

    def sample(self, fitting: Sequence[One], number: int) -> list[One]:
        """Return some of what fits, by the dice. Raises TooFew."""
        return self.dice.sample(self.enough(fitting, number), number)

    @staticmethod
    def enough(fitting: Sequence[One], number: int) -> Sequence[One]:
        """Return what fits. Raises TooFew where that is less than is needed."""
        if len(fitting) < number:
            raise TooFew(f"{number} are needed for a fraud and {len(fitting)} fit; ask for more children")
        return fitting

    async def placed(self, child: Child) -> Placed:
        """Return a child of the cohort with the ids that it got when it was sent."""
        return await _sent(Journey(child, self.cohort_callers, self.ids))

    async def send(self, child: Child) -> Placed:
        """Send a child who is invented for a fraud: the way, the sessions one by one, the evaluations."""
        journey = Journey(child, self.callers, self.ids)
        placed = await _sent(journey)
        for session in child.sessions:
            await self.log(placed, session)
        await journey.evaluated_and_ended()
        return placed

    async def log(self, placed: Placed, session: Session, **more: Any) -> None:
        """Log a session of a child as its centre does."""
        await self._hire(session)
        line = session_line(session, placed.case, placed.enrolment) | more
        case = line.pop("case")
        await self.post(session.centre, "rehab", f"/v1/cases/{case}/sessions", line)

    async def _hire(self, session: Session) -> None:
        """Put who is invented for a fraud on the list of the centre: that they are on none is a fraud of its own."""
        if session.therapist not in self._staff:
            self._staff.add(session.therapist)
            await self.post(session.centre, "rehab", "/v1/staff", staff_entry(session.therapist, Discipline))

    async def post(self, who: str, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send one write; the same scene sends the same keys again."""
        self._sent += 1
        return await self.callers.post(who, service, path, body, key=f"scene/{self._sent}")

    async def once(self, key: str, who: str, service: str, path: str, body: Mapping[str, Any]) -> None:
        """Send a write that the caller leaves out where its effect is there; it does not count among the others."""
        await self.callers.post(who, service, path, body, key=f"once/{key}")

    def somebody_else(self, child: Child, **changed: Any) -> Child:
        """Return a child with another number and another family, and otherwise the same way."""
        self._strangers += 1
        number, was = STRANGERS + self._strangers, child.person
        other = replace(
            was,
            name=f"样例仿{number}",
            resident_number=resident_number(was.birth_date, was.sex, SERIALS + self._strangers % 90),
            birth_certificate=None,
            guardian_name=f"样家长仿{number}",
            guardian_phone=f"100{number:08d}",
            address=f"样例巷{number}号",
        )
        nowhere_else = {"placement": None, "school_days": (), "stay": None, "renewal": None}
        return replace(child, index=number, person=other, **nowhere_else | changed)


def trained(child: Child) -> bool:
    """Tell whether a child has come to its centre often, to the end of the cohort's year, and was not seen later."""
    attended = sum(session.attended for session in child.sessions)
    over = child.enrolment.ended_on if child.enrolment else None
    return attended >= TRAINED and over is not None and over > days.last_day() and child.renewal is None


def by(centre: str, session: Session, who: str, **changed: Any) -> Session:
    """Return a session of a centre by a therapist of its own who sees nobody else."""
    return replace(session, centre=centre, therapist=f"{centre}-{who}", **changed)


def later(session: Session, minutes: int) -> Session:
    """Return a session some minutes later."""
    shift = timedelta(minutes=minutes)
    return replace(session, starts_at=session.starts_at + shift, ends_at=session.ends_at + shift)


def months(sessions: Iterable[Session]) -> list[str]:
    """Return the months of sessions, each once, in order."""
    return sorted({local_date(session.starts_at).isoformat()[:7] for session in sessions})


async def _sent(journey: Journey) -> Placed:
    await journey.found_and_enrolled()
    return Placed(journey.child, journey.case, journey.enrolment, journey.stay)
