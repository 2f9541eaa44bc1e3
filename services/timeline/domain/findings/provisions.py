"""What was given once, surgery and devices, and costs that two paid for: F18, F19 (handbook §3.2, §3.7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from services.timeline.domain.findings.account import Account, Line
from services.timeline.domain.findings.casefile import CaseFile, Held
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground
from services.timeline.domain.findings.limits import Limits
from shared.contracts.events.rehab import DeviceFitted, SurgeryCompleted
from shared.rulebook.explanation import Step, step


@dataclass(frozen=True, slots=True)
class Provided:
    """A surgery or a device as it was given, and who paid how much of it."""

    case: UUID
    fact: UUID
    provision: UUID
    institution: UUID
    day: date
    cost: int
    insurance_paid: int
    assistance_paid: int


def provided(file: CaseFile) -> Iterator[Provided]:
    """Yield what was given once."""
    for held in file.of(SurgeryCompleted):
        yield _provided(held, held.fact.operation, held.fact.operated_on)
    for fitting in file.of(DeviceFitted):
        yield _provided(fitting, fitting.fact.fitting, fitting.fact.fitted_on)


def _provided(held: Held[SurgeryCompleted] | Held[DeviceFitted], provision: UUID, day: date) -> Provided:
    fact = held.fact
    bill = (fact.cost, fact.insurance_paid, fact.assistance_paid)
    return Provided(held.case, held.id, provision, fact.institution, day, *bill)


@finds("F18", zh="同一费用医保与救助合计超过费用。")
def double_payment(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag costs of which insurance and assistance together paid more than all (handbook §3.7 F18).

    Surgery and devices as they were given, and months of training whose cost the claim says.
    """
    lines = Account(file, limits).lines
    claimed = {line.said.provision: line for line in lines if line.said.provision}
    for given in provided(file):
        yield from _paid_twice(given, claimed.get(given.provision))
    for line in lines:
        cost, insurance = line.said.cost, line.said.insurance_paid
        if line.said.enrolment and insurance and cost is not None and insurance + line.amount > cost:
            yield line.ground((), _above_cost(insurance, line.amount, cost))


def _paid_twice(given: Provided, line: Line | None) -> Iterator[Ground]:
    assistance = max(given.assistance_paid, line.amount if line else 0)
    insurance = max(given.insurance_paid, line.said.insurance_paid if line else 0)
    if insurance + assistance > given.cost:
        yield Ground(
            case=given.case,
            institution=given.institution,
            occasion=f"provision/{given.provision}",
            first_day=min(given.day, line.first_day) if line else given.day,
            last_day=max(given.day, line.last_day) if line else given.day,
            evidence=frozenset({given.fact}).union(line.evidence if line else ()),
            step=_above_cost(insurance, assistance, given.cost),
        )


def _above_cost(insurance: int, assistance: int, cost: int) -> Step:
    return step(
        "paid-above-cost",
        "Insurance {insurance} and assistance {assistance} fen for a cost of {cost}.",
        "费用 {cost} 分，医保 {insurance} 分，救助 {assistance} 分。",
        holds=False, insurance=insurance, assistance=assistance, cost=cost,
    )  # fmt: skip


@finds("F19", zh="同类辅具未到更换期再次配发。")
def device_cycle(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag a device of a kind that is given again before its replacement cycle is over (handbook §3.7 F19)."""
    del limits
    fitted = sorted(file.of(DeviceFitted), key=lambda held: (held.fact.device, held.fact.fitted_on, held.id))
    for _, same in groupby(fitted, key=lambda held: held.fact.device):
        before: list[Held[DeviceFitted]] = []
        for held in same:
            running = [one for one in before if held.fact.fitted_on < one.fact.replace_after]
            if running:
                yield _too_soon(held, running)
            before.append(held)


def _too_soon(held: Held[DeviceFitted], running: Sequence[Held[DeviceFitted]]) -> Ground:
    fact = held.fact
    after = max(one.fact.replace_after for one in running)
    return Ground(
        case=held.case,
        institution=fact.institution,
        occasion=f"fitting/{fact.fitting}",
        first_day=fact.fitted_on,
        last_day=fact.fitted_on,
        evidence=frozenset({held.id, *(one.id for one in running)}),
        step=step(
            "before-its-cycle",
            "A {device} was fitted on {day}; the one before lasts until {after}.",
            "{day} 配发 {device}；上一件更换期至 {after}。",
            holds=False, device=fact.device.value, day=fact.fitted_on, after=after,
        ),
    )  # fmt: skip
