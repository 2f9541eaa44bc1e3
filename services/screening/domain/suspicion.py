"""The suspicion: one active suspected case per child and category, with an owner (handbook §1.4, §1.5)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from uuid import UUID

from services.screening.domain.states import machine
from services.screening.errors import AfterDeath, BeforeSuspicion, NotOwner, StateForbids
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.envelope import ActorRef, Fact
from shared.contracts.events.screening import ClosingReason, RecheckBasis, SuspicionState
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Child:
    """What the rules need to know of a child."""

    case: UUID
    born: date
    died_on: date | None = None

    def must_live_on(self, on: date) -> None:
        """Raise AfterDeath for a day after the child's death."""
        if self.died_on is not None and on > self.died_on:
            raise AfterDeath


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A suspected disability of one category. A closed one may be followed by a new episode of the same category."""

    child: Child
    category: ScreeningCategory
    episode: int
    state: SuspicionState
    owner: UUID
    first_screener: UUID
    first_screener_person: UUID
    opened_on: date
    since: date
    """Day on which it came into its state."""
    origin: SuspicionState | None = None
    recheck_due_on: date | None = None
    recheck_basis: RecheckBasis | None = None
    trace_on: date | None = None
    failed_traces: int = 0
    rehab_category: RehabCategory | None = None
    offer_again_on: date | None = None
    """After a refusal: the next round."""
    closing_reason: ClosingReason | None = None
    newborn_hearing: bool = False
    """Whether the clocks of newborn hearing hold for it (1-3-6)."""

    @property
    def active(self) -> bool:
        return self.state is not SuspicionState.CLOSED

    def changed(self, **changes: Any) -> Self:
        """Return the suspicion in the same state, otherwise changed."""
        return replace(self, **changes)

    def moved(self, to: SuspicionState, on: date, *, because: ClosingReason | None = None, **changes: Any) -> Self:
        """Return the suspicion in its next state; raises StateForbids outside the table of states."""
        if not machine().allows(self.state, to, self.origin, because):
            raise StateForbids(state=self.state.value, act=to.value)
        return replace(self, state=to, since=on, **({"offer_again_on": None} | changes))

    def moved_or_waiting(self, to: SuspicionState, on: date, **changes: Any) -> Self:
        """Return the suspicion in its next state, which may be the one it waits in already."""
        return replace(self, **changes) if to is self.state else self.moved(to, on, **changes)

    def must_be_in(self, states: frozenset[SuspicionState], act: str) -> None:
        """Raise StateForbids unless the suspicion is in one of these states."""
        if self.state not in states:
            raise StateForbids(state=self.state.value, act=act)

    @rule("screening.first-screener-owns", "assumed", zh="首筛负责制：接收机构接收前，首筛机构负责该个案")
    def must_belong_to(self, organisation: UUID) -> None:
        """Refuse acts of an institution that does not own the case: the first screener does until a receiver accepts.

        首筛负责制 (press 001, read as a rule; handbook §1.4).
        """
        if self.owner != organisation:
            raise NotOwner

    def must_have_begun_by(self, on: date) -> None:
        """Raise BeforeSuspicion for a day on which nothing was suspected yet, AfterDeath for one after the death."""
        if on < self.opened_on:
            raise BeforeSuspicion
        self.child.must_live_on(on)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule decided: the suspicion as it is now, and the facts that made it so."""

    suspicion: Suspicion
    facts: tuple[Fact, ...]


@rule("screening.one-active-suspicion", "assumed", zh="每名儿童每个类别同时只有一个活动的疑似个案；结案后再现为新一轮")
def opened(
    child: Child,
    category: ScreeningCategory,
    state: SuspicionState,
    by: ActorRef,
    on: date,
    before: Suspicion | None = None,
) -> Suspicion:
    """Open the one active suspicion of a child and category; its creator is first screener and owner (handbook §1.4).

    `before` is the closed suspicion of the same category that it follows, where there is one.
    """
    if state not in machine().starts:
        raise StateForbids(state=state.value, act="open")
    episode = before.episode + 1 if before else 1
    return Suspicion(child, category, episode, state, by.organisation, by.organisation, by.person, on, on)
