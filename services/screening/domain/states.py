"""The state machine of a suspected case, as the table of handbook §1.5 says it (`data/states.json`)."""

from functools import cache

from pydantic import BaseModel, ConfigDict

from services.screening.domain.protocol import DATA
from shared.contracts.events.screening import ClosingReason, SuspicionState
from shared.rulebook.registry import rule

ORIGIN = "origin"


class Row(BaseModel):
    """A state: its Chinese name and the states that may follow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    next: tuple[str, ...]


class ReasonRow(BaseModel):
    """A closing reason; one that names states is given only there; one that ends the file ends it in any state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    states: tuple[SuspicionState, ...] = tuple(SuspicionState)
    ends_any_state: bool = False
    """Closes also where the table lets nothing else close."""


class Machine(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    note: str
    states: dict[SuspicionState, Row]
    starts: tuple[SuspicionState, ...]
    closing_reasons: dict[ClosingReason, ReasonRow]

    @rule("screening.state-may-follow", "assumed", zh="疑似个案状态流转：只允许状态表所列的后续状态")
    def allows(
        self,
        state: SuspicionState,
        to: SuspicionState,
        origin: SuspicionState | None,
        because: ClosingReason | None = None,
    ) -> bool:
        """Tell whether a state may follow another; a lost or closed suspicion returns to where it came from.

        Handbook §1.5; a reason that ends the child's file closes in any state.
        """
        following = self.states[state].next
        ends = because is not None and self.closing_reasons[because].ends_any_state
        if ends and to is SuspicionState.CLOSED:
            return state is not SuspicionState.CLOSED
        return to in following or (ORIGIN in following and to is origin)

    @rule("screening.closing-reason-fits", "assumed", zh="结案原因须与个案状态相符")
    def fits(self, reason: ClosingReason, state: SuspicionState) -> bool:
        """Tell whether a suspicion in a state can be closed with a reason (handbook §1.5)."""
        return state in self.closing_reasons[reason].states

    @rule("screening.ends-in-any-state", "assumed", zh="死亡、合并、录入错误可在任何状态结案，且只能因误结案重开")
    def ends_any_state(self, reason: ClosingReason) -> bool:
        """Tell whether a reason ends the child's file in any state, for good unless it was a mistake.

        Handbook §1.5.
        """
        return self.closing_reasons[reason].ends_any_state


@cache
def machine() -> Machine:
    """Read the table."""
    return Machine.model_validate_json((DATA / "states.json").read_bytes())
