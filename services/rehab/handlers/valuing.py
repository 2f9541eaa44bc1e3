"""What claim lines stand on and are worth: for a claim, its audit, a proposal and a preview alike (handbook §3.2)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.rehab.domain.amounts import Bill, Limits, Plan, SessionDay, Settled, Taken, attendance
from services.rehab.domain.checkpoints import Point, evaluations_due
from services.rehab.domain.claims import Cycle, Ground, Ledger, LineOrder, missing_points, settle
from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.repository import Repositories
from services.rehab.repository.claim_grounds import Given, Trained, months_of
from services.rehab.repository.records import OneRow, Rows
from shared import clock, ids
from shared.ages import anniversary
from shared.errors import NotFound
from shared.policyfile import Policies


@dataclass(frozen=True, slots=True)
class Valued:
    """A line with what it stands on, what it is worth, and which evaluations are missing."""

    order: LineOrder
    ground: Ground
    settled: Settled
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Known:
    trained: Mapping[UUID, Trained]
    given: Mapping[UUID, Given]
    days: Mapping[UUID, Sequence[SessionDay]]
    plans: Mapping[UUID, Sequence[Plan]]
    claimed: Collection[tuple[UUID | None, date | None]]
    points: Mapping[UUID, Sequence[Point]]
    """The evaluations that each enrolment owes, whatever the month."""


@dataclass(frozen=True, slots=True)
class Valuer:
    """Finds what lines of one institution stand on; every question is asked once for all of them."""

    records: Repositories
    rules: Rules
    policies: Policies[AssistancePolicy]

    async def cases(self, lines: Sequence[LineOrder], institution: UUID) -> set[UUID]:
        """Return the cases of the children that lines are about. Raises NotFound for what is not the institution's."""
        trained, given = await self._looked_up(lines, institution)
        cases = {one.case for one in trained.values()} | {one.case for one in given.values()}
        return await self.records.claim_grounds.same_children(cases)

    async def grounds(self, lines: Sequence[LineOrder], institution: UUID) -> dict[UUID, Ground]:
        """Return what each line stands on, by its id. Raises NotFound for what is not the institution's."""
        if not lines:
            return {}
        trained, given = await self._looked_up(lines, institution)
        months, books = [line.month for line in lines], self.records.claim_grounds
        days = await books.days(trained, min(months), anniversary(max(months), months=1))
        points = {name: evaluations_due(one.course, clock.today(), self.rules) for name, one in trained.items()}
        known = _Known(trained, given, days, await books.plans(trained), await books.claimed(trained, given), points)
        return {line.id: self._ground(line, known) for line in lines}

    async def ledger(self, lines: Iterable[LineOrder], grounds: Mapping[UUID, Ground]) -> Ledger:
        """Return what earlier lines took of the children's years that lines are about."""
        children, years = {ground.child for ground in grounds.values()}, {line.month.year for line in lines}
        return await self.records.claim_grounds.ledger(children, years) if children else Ledger()

    async def propose(
        self, lines: Sequence[LineOrder], institution: UUID, worth: Callable[[Ground], bool] = lambda _: True
    ) -> list[Valued]:
        """Value lines in the order in which they would use up the year, those alone that stand on what is worth it."""
        found = await self.grounds(lines, institution)
        grounds = {name: ground for name, ground in found.items() if worth(ground)}
        lines = [line for line in lines if line.id in grounds]
        ledger, valued = await self.ledger(lines, grounds), list[Valued]()
        for line in sorted(lines, key=lambda one: one.month):
            ground = grounds[line.id]
            settled = settle(line, ground, ledger.of(ground.child, line.month))
            if line.enrolment is not None and not ground.claimed_before:
                ledger.take(ground.child, line.month, settled.amount)
            valued.append(Valued(line, ground, settled, missing_points(line, ground)))
        return valued

    async def anew(self, rows: Rows, institution: UUID) -> dict[UUID, Valued]:
        """Value claimed lines as the records stand now, each after the lines that were claimed before it."""
        orders = [_order(row) for row in rows]
        grounds = await self.grounds(orders, institution)
        before = await self._taken_before(orders, grounds)
        return {
            line.id: Valued(
                line, grounds[line.id], settle(line, grounds[line.id], before.get(line.id, Taken())),
                missing_points(line, grounds[line.id]),
            )
            for line in orders
        }  # fmt: skip

    async def _taken_before(self, lines: Sequence[LineOrder], grounds: Mapping[UUID, Ground]) -> dict[UUID, Taken]:
        """Return, by training line, what the child's lines took that were claimed before it."""
        children, years = {ground.child for ground in grounds.values()}, {line.month.year for line in lines}
        running, found = Ledger(), dict[UUID, Taken]()
        for row in await self.records.claim_grounds.taken(children, years) if lines else ():
            found[row.id] = running.of(row.child, row.month)
            running.take(row.child, row.month, row.fen)
        return found

    async def _looked_up(
        self, lines: Iterable[LineOrder], institution: UUID
    ) -> tuple[dict[UUID, Trained], dict[UUID, Given]]:
        lines = list(lines)
        enrolments = {line.enrolment for line in lines if line.enrolment is not None}
        provisions = {line.provision for line in lines if line.provision is not None}
        trained = await self.records.claim_grounds.trained(enrolments, institution)
        given = await self.records.claim_grounds.given(provisions, institution)
        if enrolments - trained.keys() or provisions - given.keys():
            raise NotFound(kind="enrolment" if enrolments - trained.keys() else "provision")
        return trained, given

    def _ground(self, line: LineOrder, known: _Known) -> Ground:
        before = line.service in known.claimed
        if line.provision is not None:
            given = known.given[line.provision]
            return Ground(
                given.case, given.case, given.approval, given.county, Limits(0, 0, 0), provision=given.paid,
                claimed_before=before,
            )  # fmt: skip
        assert line.enrolment is not None  # noqa: S101 - a line has one of the two
        one = known.trained[line.enrolment]
        month = attendance(line.month, known.days.get(line.enrolment, ()), known.plans.get(line.enrolment, ()))
        return Ground(
            one.case, one.child, one.approval, one.county, self._limits(one), month, claimed_before=before,
            points=known.points[line.enrolment],
        )  # fmt: skip

    def _limits(self, one: Trained) -> Limits:
        policy = self.policies.named(one.policy)
        return Limits(one.monthly_cap, one.ceiling, policy.full_time_month_days.value)


async def lines_of_cycle(
    records: Repositories, institution: UUID, county: str, cycle: Cycle, after: UUID | None, limit: int
) -> tuple[list[LineOrder], UUID | None]:
    """Return a page of the lines that an institution could claim of a county in a cycle, and where the next begins.

    Pages go by enrolments; what was given once stands on the last one.
    """
    books = records.claim_grounds
    enrolments = await books.under_way(institution, county, cycle.since, cycle.until, after, limit)
    months = [month for month in months_of(cycle.since, cycle.until) if anniversary(month, months=1) <= clock.today()]
    lines = [LineOrder(ids.new_record(), month, enrolment=one) for one in enrolments[:limit] for month in months]
    if len(enrolments) > limit:
        return lines, enrolments[limit - 1]
    given = await books.given(await books.given_in(institution, county, cycle.since, cycle.until), institution)
    return [*lines, *(_once(provision, one) for provision, one in given.items())], None


def _once(provision: UUID, given: Given) -> LineOrder:
    return LineOrder(ids.new_record(), given.given_on.replace(day=1), provision=provision)


def _order(row: OneRow) -> LineOrder:
    bill = Bill(row.insurance_paid, row.cost)
    return LineOrder(row.id, row.month, row.enrolment_id, row.provision_id, row.amount, bill)
