"""The screening protocol: every figure of handbook §1 in a versioned file, chosen by the day of the act."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import Field

from services.screening.domain.figures import (
    Abc,
    AgeLimits,
    Cars,
    CdssIi,
    CheckUp,
    Diagnosing,
    FollowingUp,
    Initial,
    MChat23,
    NewbornHearing,
    Rates,
    Referring,
    Registering,
    Rescreening,
    Tracing,
)
from shared.contracts.events.screening import Instrument, ScreeningRound
from shared.policyfile import Figure, Policies, PolicyVersion, read_policies
from shared.rulebook.registry import rule

DATA = Path(__file__).parent / "data"


class Protocol(PolicyVersion):
    """One version of the screening protocol; `policy` of a fact names it."""

    age_limits: AgeLimits
    check_ups: Figure[tuple[CheckUp, ...]] = Field(
        title="健康检查时间窗", description="Check-ups and the ages at which a visit counts as one of them (§1.2)."
    )
    checks: Figure[Mapping[Instrument, tuple[ScreeningRound, ...]]] = Field(
        title="各次检查内容", description="Which check is owed at which check-ups (§1.2)."
    )
    initial: Initial
    rescreening: Rescreening
    m_chat_23: MChat23
    abc: Abc
    cdss_ii: CdssIi
    cars: Cars
    diagnosis: Diagnosing
    newborn_hearing: NewbornHearing
    follow_up: FollowingUp
    referral: Referring
    tracing: Tracing
    registry: Registering
    registers: Figure[Mapping[str, tuple[str, ...]]] = Field(
        title="登记表列项", description="What each register that travels up shows of a child, as its form does (§1.4)."
    )
    rates: Rates

    @rule("screening.round-of-a-day", "assumed", zh="按检查时间窗判定某日属于哪一次健康检查，窗外为非定期检查")
    def round_of(self, born: date, on: date) -> ScreeningRound:
        """Say which check-up a day is, by its window; off schedule otherwise (公卫规范; handbook §1.2)."""
        rounds = (check_up.round for check_up in self.check_ups.value if check_up.covers(born, on))
        return next(rounds, ScreeningRound.UNSCHEDULED)

    @rule("screening.next-round", "assumed", zh="监护人拒绝后，于下一次健康检查时再次提供服务")
    def next_round(self, born: date, on: date) -> date | None:
        """Say from which day on a refused step is offered again: the next check-up; none after the last.

        Handbook §1.4.
        """
        starts = (check_up.since.reached_on(born) for check_up in self.check_ups.value)
        return next((start for start in starts if start > on), None)


@cache
def protocols(folder: Path = DATA) -> Policies[Protocol]:
    """Read all versions of the protocol; a site may keep its own folder (settings)."""
    return read_policies(Protocol, folder, "protocol_*.json")
