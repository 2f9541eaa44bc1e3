"""Claims: what their lines stand on, what they are worth, and their submission (handbook §3.3 step 7)."""

from collections.abc import Sequence
from uuid import UUID

from services.rehab.domain import claims
from services.rehab.domain.claims import ClaimOrder, Line
from services.rehab.domain.holds import OpenLine, held_lines
from services.rehab.handlers.checks import has_come
from services.rehab.handlers.valuing import Valuer
from services.rehab.repository import RehabUnitOfWork
from shared import clock
from shared.access.policy import Act, Actor, must_cover


async def submit_claim(claim: ClaimOrder, uow: RehabUnitOfWork) -> UUID:
    """Take a claim of an institution and return its id; lines that a finding concerns are held at once."""
    has_come(submitted_on=claim.submitted_on)
    valuer = Valuer(uow.records, uow.rules, uow.policies)
    await uow.hold(await valuer.cases(claim.lines, claim.institution))
    grounds = await valuer.grounds(claim.lines, claim.institution)
    ledger = await valuer.ledger(claim.lines, grounds)
    lines = claims.submit_claim(claim, grounds, ledger, clock.today())
    await uow.records.claims.add(claim, lines)
    for case, fact in claims.submitted(claim, lines).items():
        uow.record(case, fact, occurred_at=claim.submitted_on)
    await _hold(claim, lines, uow)
    return claim.id


async def enter_claim(claim: ClaimOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Take over a claim that reached a county of the actor's region on paper and return its id."""
    must_cover(actor, claim.county, Act.ENTER_CLAIM)
    return await submit_claim(claim, uow)


async def _hold(claim: ClaimOrder, lines: Sequence[Line], uow: RehabUnitOfWork) -> None:
    """Hold the lines that findings concern which came before the claim."""
    case_of = {line.order.id: line.ground.case for line in lines}
    for finding in await uow.records.findings.holding(set(case_of.values())):
        own = [
            OpenLine(line.order.id, claim.id, claim.institution, line.order.month)
            for line in lines
            if line.ground.case == finding.case
        ]
        held = held_lines([finding], own, claim.submitted_on)
        await uow.records.findings.hold_lines(held)
        for fact in held:
            uow.record(finding.case, fact, occurred_at=claim.submitted_on)
