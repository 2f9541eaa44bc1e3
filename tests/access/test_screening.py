"""Who must not pass at screening's doors (docs/access.md)."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.support.screening import Chain, a_child, a_rescreening, a_screening, of
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage, code_of

HEALTH = {OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL}
READERS = HEALTH | {OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY}
NAMED = set(OrgType) - {OrgType.AUDITOR, OrgType.SERVICE}
GATHER = HEALTH | {OrgType.HEALTH_AUTHORITY}
COUNTERS = {OrgType.HEALTH_AUTHORITY, OrgType.FEDERATION, OrgType.AUDITOR}
PERIOD = "county=371602&since=2024-01-01&until=2024-12-31"
CASE, SUSPICION = "/v1/cases/{case}", "/v1/cases/{case}/suspicions/autism"
ON = {"on": "2024-04-20"}
A_SETTLEMENT = {"kind": "one_number_two_names", "outcome": "number_mistyped"}
DOORS = {
    "register child": ("POST", "/v1/children", HEALTH, a_child()),
    "import": ("POST", "/v1/children/import", HEALTH, {"items": [{"child": a_child()}]}),
    "preview": ("POST", "/v1/children/preview", HEALTH, {"child": a_child()}),
    "previews": ("POST", "/v1/children/previews", HEALTH, {"lines": [{"child": a_child()}]}),
    "resolve": ("POST", "/v1/children/resolve", NAMED, {"cases": ["{case}"]}),
    "find": ("POST", "/v1/children/searches", NAMED, {"case": "{case}"}),
    "read": ("GET", CASE, READERS, None),
    "suspicions": ("GET", "/v1/suspicions", READERS, None),
    "referrals": ("GET", "/v1/referrals", READERS, None),
    "signs": ("GET", "/v1/warning-signs?birth_date=2022-03-15&on=2024-03-20", HEALTH, None),
    "examinations": (
        "GET",
        "/v1/examinations?category=autism&birth_date=2022-03-15&on=2024-03-20",
        HEALTH,
        None,
    ),
    "screen": ("POST", f"{CASE}/screenings", HEALTH, a_screening(1)),
    "refer": ("POST", f"{SUSPICION}/referrals", HEALTH, ON | {"step": "rescreening", "receiver": "{mch}"}),
    "accept": ("POST", "/v1/referrals/{referral}/acceptance", {OrgType.MCH, OrgType.HOSPITAL}, ON),
    "reject": (
        "POST",
        "/v1/referrals/{referral}/rejection",
        {OrgType.MCH, OrgType.HOSPITAL},
        ON | {"reason": "outside_area"},
    ),
    "rescreen": ("POST", f"{SUSPICION}/rescreenings", {OrgType.MCH}, a_rescreening()),
    "diagnose": (
        "POST",
        f"{SUSPICION}/diagnoses",
        {OrgType.HOSPITAL},
        ON | {"outcome": "confirmed", "rehab_category": "autism"},
    ),
    "trace": ("POST", f"{SUSPICION}/tracings", HEALTH, ON | {"outcome": "not_reached"}),
    "follow up": ("POST", f"{SUSPICION}/follow-ups", {OrgType.HOSPITAL}, ON | {"in_rehabilitation": True}),
    "due": ("GET", f"{CASE}/due", READERS, None),
    "slip": ("GET", "/v1/referrals/{referral}/slip", HEALTH, None),
    "register": ("GET", "/v1/registers/initial_abnormal?since=2024-01-01&until=2024-12-31", GATHER, None),
    "feedback": ("GET", "/v1/feedback", HEALTH, None),
    "to trace": ("GET", "/v1/tracings/due", HEALTH, None),
    "rates": ("GET", f"/v1/rates?{PERIOD}", COUNTERS, None),
    "rates by county": ("GET", f"/v1/rates/by-county?{PERIOD}", COUNTERS, None),
    "residents": ("GET", "/v1/resident-children?county=371602", COUNTERS, None),
    "set residents": (
        "POST",
        "/v1/resident-children",
        {OrgType.HEALTH_AUTHORITY},
        {"county": "371602", "since": "2024-01-01", "until": "2024-12-31", "children": 100, "source": "test"},
    ),
    "reconciliations": (
        "GET",
        "/v1/reconciliations?county=371602",
        {OrgType.HEALTH_AUTHORITY, OrgType.FEDERATION},
        None,
    ),
    "differences": (
        "GET",
        "/v1/reconciliations/00000000-0000-4000-8000-000000000404/differences",
        {OrgType.HEALTH_AUTHORITY, OrgType.FEDERATION},
        None,
    ),
    "reconcile": (
        "POST",
        "/v1/reconciliations",
        {OrgType.FEDERATION},
        {"county": "371602", "month": "2024-06", "children": []},
    ),
    "lose": ("POST", f"{SUSPICION}/loss", HEALTH, ON),
    "close": ("POST", f"{SUSPICION}/closure", HEALTH, ON | {"reason": "moved_out"}),
    "reopen": ("POST", f"{SUSPICION}/reopening", HEALTH, ON | {"reason": "moved_back"}),
}
FEDERATION, MOVERS = {OrgType.FEDERATION}, HEALTH | {OrgType.FEDERATION}
LOSS = {"on": "2024-04-20", "measurements": [{"category": "hearing", "better_ear_db": 85}]}
NUMBER = "37999920210315001922"
APPLICATION = "/v1/certificate-applications/00000000-0000-4000-8000-000000000404"
DOORS |= {
    "arrive": (
        "POST",
        "/v1/children/arrivals",
        HEALTH,
        {"name": "童三", "resident_number": NUMBER[:18], "region": "371602", "moved_on": "2024-04-20"},
    ),
    "confirm": ("POST", f"{CASE}/identity", HEALTH, {"resident_number": NUMBER[:18], "confirmed_on": "2024-04-20"}),
    "duplicates": ("GET", f"{CASE}/duplicates", FEDERATION, None),
    "another": ("POST", f"{CASE}/others", FEDERATION, {"other": "{case}"}),
    "merge": ("POST", f"{CASE}/merges", FEDERATION, ON | {"merged": "{case}"}),
    "settle": ("POST", f"{CASE}/doubts/settlement", FEDERATION, ON | A_SETTLEMENT),
    "unmerge": ("POST", f"{CASE}/merges/{{case}}/undoing", FEDERATION, ON),
    "guardian": (
        "POST",
        f"{CASE}/guardians",
        HEALTH,
        {"kind": "parent", "changed_on": "2024-04-20", "name": "童三", "phone": "000 0000 0000"},
    ),
    "move": ("POST", f"{CASE}/moves", MOVERS, {"region": "371603", "moved_on": "2024-04-20"}),
    "consent": ("POST", f"{CASE}/consents", MOVERS, {"basis": "guardian_consent", "given_on": "2024-04-20"}),
    "withdraw": ("POST", f"{CASE}/consents/withdrawal", MOVERS, {"withdrawn_on": "2024-04-20"}),
    "admit": ("POST", f"{CASE}/hospital-stays", HEALTH, {"admitted_on": "2024-04-20"}),
    "discharge": ("POST", f"{CASE}/hospital-stays/{{case}}/discharge", HEALTH, {"discharged_on": "2024-04-20"}),
    "correct-stay": ("POST", f"{CASE}/hospital-stays/{{case}}/correction", HEALTH, {"admitted_on": "2024-04-20"}),
    "death": ("POST", f"{CASE}/death", MOVERS, {"died_on": "2024-04-20"}),
    "correct-death": ("POST", f"{CASE}/death/correction", MOVERS, {"died_on": "2024-04-20"}),
    "retract-death": (
        "POST",
        f"{CASE}/death/retraction",
        MOVERS,
        {"on": "2024-04-20", "reason": "report_was_wrong"},
    ),
    "erase": ("POST", f"{CASE}/erasure", FEDERATION, {"basis": "guardian_request"}),
    "apply": (
        "POST",
        f"{CASE}/certificate-applications",
        FEDERATION,
        {"hospital": "{hospital}", "applied_on": "2024-04-20"},
    ),
    "take-over": (
        "POST",
        f"{CASE}/certificates",
        FEDERATION,
        {"number": NUMBER, "category": "hearing", "grade": 2, "issued_on": "2024-04-20"},
    ),
    "grade": ("POST", f"{APPLICATION}/grading", {OrgType.HOSPITAL}, LOSS),
    "grant": ("POST", f"{APPLICATION}/certificate", FEDERATION, ON | {"number": NUMBER}),
    "refuse": ("POST", f"{APPLICATION}/refusal", FEDERATION, ON | {"reason": "withdrawn"}),
    "cancel": (
        "POST",
        "/v1/certificates/00000000-0000-4000-8000-000000000404/cancellation",
        FEDERATION,
        {"reason": "own_request", "cancelled_on": "2024-04-20"},
    ),
    "applications": ("GET", "/v1/certificate-applications", FEDERATION | {OrgType.HOSPITAL}, None),
    "which-grade": (
        "GET",
        "/v1/disability-grades?category=hearing&better_ear_db=50&years=3",
        FEDERATION | {OrgType.HOSPITAL},
        None,
    ),
}
NEEDED = {
    "duplicates": Role.REVIEWER,
    "reconcile": Role.REVIEWER,
    "another": Role.REVIEWER,
    "merge": Role.REVIEWER,
    "settle": Role.REVIEWER,
    "unmerge": Role.REVIEWER,
    "erase": Role.PRIVACY_OFFICER,
    "apply": Role.INTAKE_CLERK,
    "take-over": Role.REVIEWER,
    "grant": Role.REVIEWER,
    "refuse": Role.REVIEWER,
    "cancel": Role.REVIEWER,
}
"""Doors that open to one role only."""
COUNTS = {"rates", "rates by county", "residents"}
FOR_ANY_ROLE = [
    door for door, (_, _, let_in, _) in DOORS.items() if OrgType.FEDERATION in let_in and door not in COUNTS | {*NEEDED}
]
"""Doors to children that open to whoever works with the federation."""
SHUT = [(door, kind) for door, (_, _, let_in, _) in DOORS.items() for kind in OrgType if kind not in let_in]
OF_A_CASE = [door for door, (_, path, _, _) in DOORS.items() if "{case}" in path]
LET_IN = [(door, kind) for door in OF_A_CASE for kind in sorted(DOORS[door][2])]


@pytest.fixture(scope="module")
async def screening(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "screening") as stage:
        yield stage


class Referred:
    """A child that its clinic screened and referred to a county institution, which has not answered yet."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.case = self.referral = ""

    async def knock(self, door, actor=None, **token):
        method, path, _, body = DOORS[door]
        names = {
            "case": self.case,
            "referral": self.referral,
            "mch": str(self.chain.mch.organisation),
            "hospital": str(self.chain.hospital.organisation),
        }
        async with self.chain.stage.client(actor, **token) as client:
            return await client.request(method, path.format(**names), json=_filled(body, names))


def _filled(value, names):
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, dict):
        return {key: _filled(inner, names) for key, inner in value.items()}
    return [_filled(inner, names) for inner in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
async def referred(screening):
    child = Referred(Chain(screening))
    child.case = await child.chain.suspected()
    child.referral = await child.chain.refer(child.case, child.chain.clinic, child.chain.mch)
    return child


@pytest.fixture
async def untouched(screening):
    """Hold that a test leaves no trace in any table."""
    before = await screening.counts()
    yield
    assert await screening.counts() == before


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("door", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(screening, referred, door, kind):
    assert code_of(await referred.knock(door, screening.organisation(kind))) == (403, "not-allowed")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("door", DOORS)
async def test_nobody_passes_without_a_valid_token(referred, door):
    assert code_of(await referred.knock(door)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"}, {"typ": "JWT"}):
        assert code_of(await referred.knock(door, referred.chain.clinic, **wrong)) == (401, "not-authenticated")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("door", "kind"), LET_IN)
@pytest.mark.parametrize("region", ["371603"])
async def test_who_takes_no_part_cannot_tell_that_the_child_exists(screening, referred, door, kind, region):
    stranger = screening.organisation(kind, region, *({NEEDED[door]} if door in NEEDED else ()))
    assert code_of(await referred.knock(door, stranger)) == (404, "case-not-found")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("door", FOR_ANY_ROLE)
async def test_who_only_runs_the_installation_does_nothing_with_a_child(screening, referred, door):
    administrator = screening.organisation(OrgType.FEDERATION, "371602", Role.ADMINISTRATOR)
    assert code_of(await referred.knock(door, administrator)) == (403, "not-allowed")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("door", NEEDED)
async def test_of_the_federation_only_who_has_the_role_comes_in(screening, referred, door):
    others = {role for role in Role if role is not NEEDED[door]} - {Role.SERVICE}
    county = screening.organisation(OrgType.FEDERATION, "371602", *others)
    assert code_of(await referred.knock(door, county)) == (403, "not-allowed")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("door", "kind"), [("grade", OrgType.HOSPITAL), ("refuse", OrgType.FEDERATION)])
async def test_an_application_that_is_not_ones_own_does_not_exist(screening, referred, door, kind):
    stranger = screening.organisation(kind, "371603", Role.REVIEWER)
    assert code_of(await referred.knock(door, stranger)) == (404, "screening.application-not-found")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("door", ["accept", "reject", "slip"])
@pytest.mark.parametrize("kind", [OrgType.MCH, OrgType.HOSPITAL])
async def test_a_slip_to_another_institution_does_not_exist(screening, referred, door, kind):
    assert code_of(await referred.knock(door, screening.organisation(kind))) == (404, "screening.referral-not-found")


@pytest.mark.parametrize("kind", sorted(NAMED))
async def test_strangers_resolve_no_name_and_leave_no_row_of_having_seen_it(screening, referred, kind):
    stranger = screening.organisation(kind, "371603")
    answer = await referred.knock("resolve", stranger)
    assert (answer.status_code, answer.json()) == (200, [])
    rows = "SELECT 1 FROM access_log WHERE organisation = $1"
    assert await screening.fetch(rows, stranger.organisation) == []


@pytest.mark.parametrize("kind", [OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL])
async def test_strangers_lists_are_empty(screening, referred, kind):
    stranger = screening.organisation(kind)
    for door in ("suspicions", "referrals", "feedback", "to trace"):
        assert (await referred.knock(door, stranger)).json()["items"] == []


@pytest.mark.parametrize("kind", [OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY])
@pytest.mark.parametrize(
    ("region", "sees"),
    [("371602", True), ("3716", True), ("37", True), ("371603", False), ("3701", False), ("36", False), ("", False)],
)
async def test_authorities_see_the_children_of_their_region(screening, referred, kind, region, sees):
    authority = screening.organisation(kind, region)
    answer = await referred.knock("read", authority)
    names = (await referred.knock("resolve", authority)).json()
    if sees:
        assert answer.json()["case"] == referred.case
        assert [one["case"] for one in names] == [referred.case]
    else:
        assert code_of(answer) == (404, "case-not-found")
        assert names == []


@pytest.mark.parametrize("region", ["%", "37%", "3716_2", "371602'"])
async def test_a_region_is_a_prefix_and_no_pattern(screening, referred, region):
    authority = screening.organisation(OrgType.FEDERATION, region)
    assert code_of(await referred.knock("read", authority)) == (404, "case-not-found")


async def test_the_federation_sees_results_and_neither_answers_nor_scores(screening):
    chain = Chain(screening)
    case = await chain.confirmed()
    here, health = chain.federation, screening.organisation(OrgType.HEALTH_AUTHORITY)
    shown, whole = await chain.file(case, here), await chain.file(case, health)
    assert shown["identity"] == whole["identity"]
    assert (shown["rescreenings"][0]["outcome"], shown["diagnoses"][0]["outcome"]) == ("abnormal", "confirmed")
    assert (whole["screenings"][0]["positive_signs"], whole["rescreenings"][0]["scores"]["abc"]) == (["M24-1"], 60)
    assert shown["screenings"][0]["positive_signs"] is None
    assert shown["screenings"][0]["suggested_categories"] is None
    assert (shown["rescreenings"][0]["scores"], shown["rescreenings"][0]["concerns"]) == (None, None)
    assert (shown["diagnoses"][0]["cars"], shown["diagnoses"][0]["aid_disagrees"]) == (None, None)


async def test_before_it_accepts_the_receiver_sees_and_may_not_act(referred):
    chain = referred.chain
    assert (await referred.knock("read", chain.mch)).status_code == 200
    for door in ("rescreen", "trace", "lose", "close", "reopen", "refer"):
        assert code_of(await referred.knock(door, chain.mch)) == (403, "screening.not-owner")


async def test_after_acceptance_the_first_screener_sees_and_may_no_longer_act(screening):
    chain = Chain(screening)
    child = Referred(chain)
    child.case = await chain.at_rescreening()
    assert (await child.knock("read", chain.clinic)).status_code == 200
    for door in ("lose", "close", "reopen", "refer"):
        assert code_of(await child.knock(door, chain.clinic)) == (403, "screening.not-owner")
    assert (await child.knock("trace", chain.clinic)).status_code == 201


async def test_a_hospital_that_was_not_asked_diagnoses_nothing(screening):
    chain = Chain(screening)
    child = Referred(chain)
    child.case = await chain.at_diagnosis()
    other = screening.organisation(OrgType.HOSPITAL)
    assert code_of(await child.knock("diagnose", other)) == (404, "case-not-found")


async def test_a_made_up_case_and_a_hidden_one_are_refused_in_the_same_words(screening, referred):
    stranger = screening.organisation(OrgType.CLINIC)
    hidden = (await referred.knock("read", stranger)).json()
    made_up = (await referred.chain.get(stranger, f"/v1/cases/{uuid4()}")).json()
    assert {**hidden, "request_id": None} == {**made_up, "request_id": None}
    assert of(referred.case, "x") not in str(hidden)


@pytest.mark.parametrize(
    ("kind", "region", "sees"),
    [
        (OrgType.MCH, "379971", True),
        (OrgType.MCH, "3799", True),
        (OrgType.MCH, "379972", False),
        (OrgType.MCH, "", False),
        (OrgType.HEALTH_AUTHORITY, "3799", True),
        (OrgType.HEALTH_AUTHORITY, "3701", False),
        (OrgType.CLINIC, "379971", False),
        (OrgType.HOSPITAL, "379971", False),
    ],
)
async def test_a_register_travels_up_inside_its_region_and_nowhere_else(screening, kind, region, sees):
    child = Referred(Chain(screening, "379971"))
    found = await child.chain.done(child.chain.clinic, "/v1/children", a_child() | {"region": "379971"})
    child.case = found["case"]
    await child.chain.screen(child.case, 1)
    answer = await child.knock("register", screening.organisation(kind, region))
    lines = {line["case"]: line for line in answer.json()["items"]}
    assert (child.case in lines) == sees
    if sees:
        assert lines[child.case]["name"] == "童一一"
        assert {"address", "resident_number"}.isdisjoint(lines[child.case])


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("region", ["371603", "3701", ""])
@pytest.mark.parametrize("door", ["reconciliations", "reconcile"])
async def test_a_federation_compares_the_lists_of_its_own_region_only(screening, referred, door, region):
    federation = screening.organisation(OrgType.FEDERATION, region, Role.REVIEWER)
    assert code_of(await referred.knock(door, federation)) == (403, "not-allowed")


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("door", ["rates", "residents", "set residents"])
@pytest.mark.parametrize("region", ["371603", "3701", ""])
async def test_a_health_authority_counts_its_own_region_only(screening, referred, door, region):
    authority = screening.organisation(OrgType.HEALTH_AUTHORITY, region)
    assert code_of(await referred.knock(door, authority)) == (403, "not-allowed")
