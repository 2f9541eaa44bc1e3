"""A county audits a claim, pays it and demands money back; whoever approved does not audit, and finance only pays."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import Browser, Portal, a_portal, words
from tests.support.settlement import AUDITED, PAID, PAYING, Bureau
from tests.support.stages import UNKNOWN


@pytest.fixture(scope="module")
async def office(servers, directory, rehab) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, rehab) as it:
        yield it


@pytest.fixture
async def bureau(rehab) -> Bureau:
    bureau = Bureau(rehab)
    await bureau.designated()
    return bureau


async def send(browser: Browser, claim: str, deed: str, **typed: Any) -> Any:
    await browser.look(f"/claims/{claim}")
    return await browser.send(f"/claims/{claim}/{deed}", **typed)


async def test_a_claim_is_audited_paid_and_partly_demanded_back(office, rehab, bureau):
    claim, (line,) = await bureau.claimed(await bureau.trained())
    auditor, finance = (
        await office.clerk(rehab, Role.AUDITOR, region=PAYING),
        await office.clerk(rehab, Role.FINANCE_CLERK, region=PAYING),
    )
    assert f'href="/claims/{claim}"' in (await auditor.look("/claims", state="submitted")).text
    verdict = {f"verdict/{line}": "reduced", f"amount/{line}": "1,000", "audited_on": AUDITED}
    answer = await send(auditor, claim, "audit", **verdict)
    assert answer.status_code == 422
    assert 'value="1,000"' in answer.text
    answer = await send(auditor, claim, "audit", **verdict, **{f"reason/{line}": "invented reason"})
    assert answer.headers["location"] == f"/claims/{claim}?done=audit"
    assert "CN¥1,000.00" in words(await finance.look(f"/claims/{claim}"))
    for _ in range(2):
        answer = await finance.send(f"/claims/{claim}/payment", paid_on=PAID, payee="institution", once="one-click")
        assert answer.headers["location"] == f"/claims/{claim}?done=payment"
    payment = (await bureau.get(bureau.auditor, f"/v1/claims/{claim}")).json()["payments"][0]["id"]
    asked = {"reason": "overpaid", "demanded_on": PAID, "payment": payment}
    answer = await send(finance, claim, f"demand/{payment}", **asked, **{f"back/{line}": "2000"})
    assert answer.status_code == 422
    assert 'value="2000"' in answer.text
    answer = await send(finance, claim, f"demand/{payment}", **asked, **{f"back/{line}": "250.50"})
    assert answer.headers["location"] == f"/claims/{claim}?done=demand"
    recovery = (await bureau.get(bureau.auditor, f"/v1/claims/{claim}")).json()["recoveries"][0]["id"]
    assert "The money is back" in words(await finance.look(f"/claims/{claim}"))
    answer = await finance.send(f"/claims/{claim}/receipt/{recovery}", recovered_on=PAID)
    assert answer.headers["location"] == f"/claims/{claim}?done=receipt"
    totals = await bureau.totals(claim)
    assert (totals["granted"], totals["paid"], totals["recovered"]) == (100_000, 100_000, 25_050)


async def test_nobody_is_offered_what_is_not_theirs(office, rehab, bureau):
    claim, (line,) = await bureau.claimed(await bureau.trained())
    reviewer, auditor = (
        await office.clerk(rehab, Role.REVIEWER, region=PAYING),
        await office.clerk(rehab, Role.AUDITOR, region=PAYING),
    )
    assert "Record the verdicts" not in words(await reviewer.look(f"/claims/{claim}"))
    assert (await reviewer.send(f"/claims/{claim}/audit", **{f"verdict/{line}": "accepted"})).status_code == 403
    assert (await send(auditor, claim, "payment", paid_on=PAID, payee="institution")).status_code == 403
    other = await office.clerk(rehab, Role.AUDITOR, region="371624")
    assert (await other.look(f"/claims/{claim}")).status_code == 404
    assert "No claim stands here" in words(await other.look("/claims"))
    assert (await other.send(f"/claims/{UNKNOWN}/audit", audited_on=AUDITED)).status_code in (404, 422)
    school = await office.signed_in(await office.person(OrgType.SCHOOL))
    assert (await school.look("/claims")).status_code == 403
