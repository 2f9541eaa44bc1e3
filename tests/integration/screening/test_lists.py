"""Working lists: mine, referred to me, of my region; page by page."""

from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType
from tests.support.screening import Chain, a_child
from tests.support.stages import code_of


@pytest.fixture
async def county(screening):
    """A county of its own, so that its lists hold only what a test put there."""
    return Chain(screening, region=f"37{uuid4().int % 10_000:04d}")


async def pages(chain, actor, path, limit=2):
    found, after = [], ""
    while True:
        answer = await chain.get(actor, f"{path}{'&' if '?' in path else '?'}limit={limit}{after}")
        page = answer.json()
        assert answer.is_success, page
        found.append(page["items"])
        if page.get("next") is None:
            return found
        after = f"&after={page['next']}"


async def test_a_list_comes_page_by_page_newest_first_and_whole(chain):
    cases = []
    for day in ("2024-03-20", "2024-03-22", "2024-03-21", "2024-03-22", "2024-03-20"):
        case = await chain.register()
        await chain.screen(case, 1, on=day)
        cases.append(case)
    listed = await pages(chain, chain.clinic, "/v1/suspicions")
    assert [len(page) for page in listed] == [2, 2, 1]
    lines = [line for page in listed for line in page]
    assert [line["opened_on"] for line in lines] == [
        "2024-03-22",
        "2024-03-22",
        "2024-03-21",
        "2024-03-20",
        "2024-03-20",
    ]
    assert sorted(line["case"] for line in lines) == sorted(cases)


async def test_mine_are_those_i_own(chain):
    kept, given = await chain.suspected(), await chain.at_rescreening()
    mine = await pages(chain, chain.clinic, "/v1/suspicions?mine=true")
    assert [line["case"] for page in mine for line in page] == [kept]
    theirs = await pages(chain, chain.mch, "/v1/suspicions?mine=true")
    assert [line["case"] for page in theirs for line in page] == [given]


async def test_a_list_is_narrowed_by_state_category_and_clock(chain):
    fresh, referred = await chain.suspected("hearing"), await chain.suspected()
    await chain.refer(referred, chain.clinic, chain.mch)

    async def listed(query):
        return {line["case"] for page in await pages(chain, chain.clinic, f"/v1/suspicions?{query}") for line in page}

    assert await listed("state=screen_positive") == {fresh}
    assert await listed("state=screen_positive&state=rescreen_referred") == {fresh, referred}
    assert await listed("category=autism") == {referred}
    assert await listed("trace_by=2024-04-04") == {referred}
    assert await listed("trace_by=2024-04-03") == set()
    assert await listed("recheck_by=2030-01-01") == set()


async def test_referrals_are_found_by_who_sent_and_who_received(chain):
    case = await chain.suspected()
    referral = await chain.refer(case, chain.clinic, chain.mch)

    async def listed(actor, query):
        return [slip["id"] for page in await pages(chain, actor, f"/v1/referrals?{query}") for slip in page]

    assert await listed(chain.mch, "direction=received&status=open") == [referral]
    assert await listed(chain.clinic, "direction=received") == []
    assert await listed(chain.clinic, "direction=sent") == [referral]
    await chain.accept(referral, chain.mch)
    assert await listed(chain.mch, "direction=received&status=open") == []
    assert await listed(chain.mch, "status=accepted") == [referral]


async def test_an_authority_sees_its_region_and_no_other(county):
    case = (await county.done(county.clinic, "/v1/children", a_child() | {"region": county.region}))["case"]
    await county.screen(case, 1)
    await county.refer(case, county.clinic, county.mch)
    for kind in (OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY):
        here = county.stage.organisation(kind, county.region)
        elsewhere = county.stage.organisation(kind, "379998")
        for path in ("/v1/suspicions", "/v1/referrals"):
            assert [line["case"] for page in await pages(county, here, path) for line in page] == [case]
            assert case not in str(await pages(county, elsewhere, path, limit=200))


async def test_what_a_list_shows_is_logged(chain):
    case = await chain.suspected()
    await pages(chain, chain.clinic, "/v1/suspicions")
    rows = await chain.stage.fetch(
        "SELECT case_id::text FROM access_log WHERE organisation = $1 AND act = 'child.read'", chain.clinic.organisation
    )
    assert [row[0] for row in rows] == [case]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("/v1/suspicions?after=nonsense", (400, "bad-cursor")),
        ("/v1/suspicions?after=WzFd", (400, "bad-cursor")),
        ("/v1/suspicions?limit=0", (422, "invalid-request")),
        ("/v1/suspicions?limit=201", (422, "invalid-request")),
        ("/v1/suspicions?state=unknown", (422, "invalid-request")),
        ("/v1/suspicions?trace_by=1700000000", (422, "invalid-request")),
        ("/v1/referrals?direction=sideways", (422, "invalid-request")),
        ("/v1/referrals?after=bnVsbA", (400, "bad-cursor")),
    ],
)
async def test_a_list_refuses_what_it_cannot_read(chain, query, code):
    assert code_of(await chain.get(chain.clinic, query)) == code
