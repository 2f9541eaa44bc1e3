"""What the county does with a claim: another person audits its lines, finance pays them, money is demanded back."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.claims import After, show
from services.portal.api.common import Form, Sent, Visit, page, see
from services.portal.domain.typed import fen_of
from services.portal.upstream import TurnedDown
from shared.access.policy import Act

router = APIRouter(prefix="/claims", include_in_schema=False)

Audits = Annotated[Visit, page(Act.AUDIT_CLAIM)]
Pays = Annotated[Visit, page(Act.PAY_CLAIM)]
Recovers = Annotated[Visit, page(Act.RECOVER_PAYMENT)]


@router.post("/{claim}/audit")
async def audit(visit: Audits, claim: UUID, sent: Sent, after: After = None) -> Response:
    """Decide the lines of a page for which a verdict was chosen."""
    chosen = [name.partition("/")[2] for name, value in sent.values.items() if name.startswith("verdict/") and value]
    body = {"audited_on": sent.text("audited_on"), "lines": [_verdict(line, sent.values) for line in chosen]}
    return await _do(visit, claim, f"/v1/claims/{claim}/audit", body, sent, "audit", after)


@router.post("/{claim}/payment")
async def pay(visit: Pays, claim: UUID, sent: Sent) -> Response:
    """Record that finance paid all lines that are audited, unpaid and free."""
    body = {"paid_on": sent.text("paid_on"), "payee": sent.text("payee")}
    return await _do(visit, claim, f"/v1/claims/{claim}/payments", body, sent, "payment")


@router.post("/{claim}/demand/{payment}")
async def demand(visit: Recovers, claim: UUID, payment: UUID, sent: Sent, after: After = None) -> Response:
    """Demand money of a payment back, line by line."""
    typed = {name.partition("/")[2]: value for name, value in sent.values.items() if name.startswith("back/") and value}
    lines = [{"line": line, "amount": fen_of(value)} for line, value in typed.items()]
    body = {"reason": sent.text("reason"), "demanded_on": sent.text("demanded_on"), "lines": lines}
    return await _do(visit, claim, f"/v1/payments/{payment}/recoveries", body, sent, "demand", after)


@router.post("/{claim}/receipt/{recovery}")
async def receive(visit: Recovers, claim: UUID, recovery: UUID, sent: Sent) -> Response:
    """Record that money which was demanded back has come."""
    body = {"recovered_on": sent.text("recovered_on")}
    return await _do(visit, claim, f"/v1/recoveries/{recovery}/receipt", body, sent, "receipt")


def _verdict(line: str, values: Mapping[str, str]) -> dict[str, Any]:
    verdict, amount, reason = (values.get(f"{name}/{line}", "").strip() for name in ("verdict", "amount", "reason"))
    told: dict[str, Any] = {"line": line, "verdict": verdict}
    return told | ({"amount": fen_of(amount)} if amount else {}) | ({"reason": reason} if reason else {})


async def _do(
    visit: Visit, claim: UUID, path: str, body: Mapping[str, Any], sent: Form, deed: str, after: str | None = None
) -> Response:
    try:
        await visit.call.post("rehab", path, body, key=sent.key)
    except TurnedDown as refused:
        return await show(visit, claim, after, refused=refused, typed=sent.values)
    return see(f"/claims/{claim}", done=deed)
