"""Bad input at every door of screening: problem details with a stable code, and nothing in any table."""

import json
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from shared.clock import today
from shared.contracts.codes import OrgType
from tests.support.screening import (
    a_child,
    a_rescreening,
    a_resident_number,
    a_screening,
    of,
    quotients,
)
from tests.support.stages import code_of

INVALID = (422, "invalid-request")
TOMORROW = (today() + timedelta(days=1)).isoformat()
ANSWERS = {str(item): item in {11, 18, 20, 22} for item in range(1, 24)}


@pytest.fixture
async def refused(chain):
    """Ask, and expect a refusal that left no trace in any table."""

    async def ask(actor, path, body, code, **headers):
        before = await chain.stage.counts()
        answer = await chain.post(actor, path, body, **headers)
        assert code_of(answer) == code, answer.text
        assert await chain.stage.counts() == before
        return answer

    return ask


def without(body, *names):
    return {name: value for name, value in body.items() if name not in names}


def a_child_with(**identity):
    return a_child(**identity)


CHILDREN = [
    ([], INVALID),
    ("text", INVALID),
    (None, INVALID),
    (a_child() | {"sex": "unknown"}, INVALID),
    (a_child() | {"sex": 1}, INVALID),
    (a_child() | {"birth_date": "2022-02-30"}, INVALID),
    (a_child() | {"birth_date": 1_647_302_400}, INVALID),
    (a_child() | {"birth_date": None}, INVALID),
    (a_child() | {"birth_date": TOMORROW}, (422, "in-the-future")),
    (a_child() | {"birth_date": "2005-01-01"}, (422, "screening.child-too-old")),
    (a_child() | {"region": "3716"}, INVALID),
    (a_child() | {"region": "37160a"}, INVALID),
    (a_child() | {"region": "３７１６０２"}, INVALID),
    (a_child() | {"unknown": 1}, INVALID),
    (without(a_child(), "identity"), INVALID),
    (a_child_with(name=""), INVALID),
    (a_child_with(name="   "), INVALID),
    (a_child_with(name="童" * 61), INVALID),
    (a_child_with(name="童\x00一"), INVALID),
    (a_child_with(name=7), INVALID),
    (a_child_with(guardian_phone="no phone"), INVALID),
    (a_child_with(address="路" * 201), INVALID),
    (a_child_with(nickname="一"), INVALID),
    (a_child_with(birth_certificate=None), (422, "screening.number-needed")),
    (a_child_with(birth_certificate="370000001"), (422, "screening.invalid-number")),
    (a_child_with(resident_number="379999202203150010"), (422, "screening.invalid-number")),
    (a_child_with(resident_number=""), INVALID),
    (a_child_with(resident_number=a_resident_number(date(2022, 3, 16))), (422, "screening.number-disagrees")),
    (a_child_with(resident_number=a_resident_number(male=False)), (422, "screening.number-disagrees")),
    (a_child_with(guardian_resident_number="1"), (422, "screening.invalid-number")),
]


@pytest.mark.parametrize(("body", "code"), CHILDREN)
async def test_a_child_that_cannot_be_registered(chain, refused, body, code):
    answer = await refused(chain.clinic, "/v1/children", body, code)
    for secret in ("虚构路", "童一一", "379999", "000 0000 0000"):
        assert secret not in answer.text


SCREENINGS = [
    (a_screening() | {"category": "speech"}, INVALID),
    (a_screening() | {"on": "20 March 2024"}, INVALID),
    (a_screening() | {"on": 1_710_892_800}, INVALID),
    (a_screening() | {"on": "2024-03-20T24:30:00"}, INVALID),
    (a_screening() | {"on": "20240320"}, INVALID),
    (a_screening() | {"on": "2024-W12-3"}, INVALID),
    (a_screening() | {"on": "２０２４-03-20"}, INVALID),
    (a_screening() | {"on": "0001-01-01"}, (422, "no-policy-in-force")),
    (a_screening() | {"on": TOMORROW}, (422, "in-the-future")),
    (a_screening() | {"on": "2022-03-14"}, (422, "screening.not-yet-born")),
    (a_screening() | {"on": "2022-06-14"}, (422, "screening.no-sign-column")),
    (a_screening() | {"signs": {"M24-1": "yes"}}, INVALID),
    (a_screening() | {"signs": {"M24-1": 1}}, INVALID),
    (a_screening() | {"signs": {"M24-5": True}}, INVALID),
    (a_screening() | {"signs": {"Z99-1": True}}, INVALID),
    (a_screening() | {"signs": {}}, (422, "screening.wrong-signs")),
    (a_screening(on="2024-09-20") | {"on": "2024-03-20"}, (422, "screening.wrong-signs")),
    (a_screening() | {"regression": "never"}, INVALID),
    (a_screening() | {"finding": "normal"}, (422, "screening.wrong-signs")),
    (a_screening() | {"instrument": "vision_test"}, (422, "screening.instrument-not-for-category")),
    ({"category": "vision", "instrument": "vision_test", "on": "2024-03-20"}, (422, "screening.finding-needed")),
    ({"category": "vision"}, INVALID),
]


@pytest.mark.parametrize(("body", "code"), SCREENINGS)
async def test_a_screening_that_cannot_be(chain, refused, body, code):
    case = await chain.register()
    await refused(chain.clinic, f"/v1/cases/{case}/screenings", body, code)


@pytest.mark.parametrize("born", [date(2017, 3, 20), date(2016, 2, 29)])
async def test_a_child_of_seven_is_not_screened(chain, refused, born):
    case = await chain.register(born=born)
    body = a_screening(born=born, on="2024-03-20")
    await refused(chain.clinic, f"/v1/cases/{case}/screenings", body, (422, "screening.child-too-old"))


REFERRALS = [
    ({"on": TOMORROW}, (422, "in-the-future")),
    ({"on": "2024-03-19"}, (422, "screening.before-suspicion")),
    ({"on": None}, INVALID),
    ({"step": "surgery"}, INVALID),
    ({"receiver": "somebody"}, INVALID),
    ({"receiver": None}, INVALID),
    ({"consent": True}, INVALID),
]


@pytest.mark.parametrize(("changes", "code"), REFERRALS)
async def test_a_slip_that_cannot_be(chain, refused, changes, code):
    case = await chain.suspected()
    body = {"step": "rescreening", "receiver": str(chain.mch.organisation), "on": "2024-03-21"} | changes
    await refused(chain.clinic, of(case, "referrals"), body, code)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("rescreening", OrgType.CLINIC),
        ("rescreening", OrgType.HOSPITAL),
        ("diagnosis", OrgType.MCH),
        ("diagnosis", OrgType.FEDERATION),
    ],
)
async def test_a_slip_goes_to_an_institution_that_can_do_what_it_asks(chain, refused, step, kind):
    case = await chain.suspected()
    receiver = chain.stage.organisation(kind)
    body = {"step": step, "receiver": str(receiver.organisation), "on": "2024-03-21"}
    await refused(chain.clinic, of(case, "referrals"), body, (422, "organisation-unknown"))


async def test_without_the_directory_a_receiver_nobody_knows_is_not_believed(chain, refused):
    case = await chain.suspected()
    body = {"step": "rescreening", "receiver": str(uuid4()), "on": "2024-03-21"}
    await refused(chain.clinic, of(case, "referrals"), body, (503, "temporarily-unavailable"))


@pytest.mark.parametrize("what", ["acceptance", "rejection"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": TOMORROW}, (422, "in-the-future")),
        ({"on": "2024-03-20"}, (422, "screening.before-referral")),
        ({"on": 3}, INVALID),
        ({"more": 1}, INVALID),
    ],
)
async def test_an_answer_that_cannot_be(chain, refused, what, changes, code):
    referral = await chain.refer(await chain.suspected(), chain.clinic, chain.mch)
    body = {"on": "2024-03-25"} | ({"reason": "no_capacity"} if what == "rejection" else {}) | changes
    await refused(chain.mch, f"/v1/referrals/{referral}/{what}", body, code)


async def test_an_answer_without_its_slip_or_reason(chain, refused):
    on, unknown = {"on": "2024-03-25"}, uuid4()
    referral = await chain.refer(await chain.suspected(), chain.clinic, chain.mch)
    await refused(chain.mch, f"/v1/referrals/{unknown}/acceptance", on, (404, "screening.referral-not-found"))
    await refused(chain.mch, "/v1/referrals/7/acceptance", on, INVALID)
    await refused(chain.mch, f"/v1/referrals/{referral}/rejection", on, INVALID)
    await refused(chain.mch, f"/v1/referrals/{referral}/rejection", on | {"reason": "rain"}, INVALID)
    await chain.accept(referral, chain.mch)
    await refused(chain.mch, f"/v1/referrals/{referral}/acceptance", on, (409, "screening.referral-answered"))


RESCREENINGS = [
    (a_rescreening() | {"on": TOMORROW}, (422, "in-the-future")),
    (a_rescreening() | {"on": "2024-03-19"}, (422, "screening.before-suspicion")),
    (without(a_rescreening(), "concerns"), INVALID),
    (a_rescreening() | {"concerns": ["mood"]}, INVALID),
    (a_rescreening() | {"abc": "10"}, INVALID),
    (a_rescreening() | {"abc": 10.5}, INVALID),
    (a_rescreening() | {"abc": True}, INVALID),
    (a_rescreening() | {"abc": 159}, (422, "screening.score-out-of-range")),
    (a_rescreening() | {"abc": -1}, (422, "screening.score-out-of-range")),
    (a_rescreening() | {"abc": None}, (422, "screening.instruments-for-age")),
    (a_rescreening() | {"m_chat_23": ANSWERS}, (422, "screening.instruments-for-age")),
    (a_rescreening() | {"cdss_ii": quotients(201)}, (422, "screening.score-out-of-range")),
    (a_rescreening() | {"cdss_ii": quotients(-1)}, (422, "screening.score-out-of-range")),
    (a_rescreening() | {"cdss_ii": quotients(75.25)}, INVALID),
    (a_rescreening() | {"cdss_ii": quotients() | {"total": "NaN"}}, INVALID),
    (a_rescreening() | {"cdss_ii": without(quotients(), "social")}, INVALID),
    (a_rescreening() | {"finding": "normal"}, (422, "screening.finding-needed")),
    (a_rescreening() | {"examined_by": ["clinical_examination"]}, (422, "screening.instruments-for-age")),
]


@pytest.mark.parametrize(("body", "code"), RESCREENINGS)
async def test_a_rescreening_that_cannot_be(chain, refused, body, code):
    await refused(chain.mch, of(await chain.at_rescreening(), "rescreenings"), body, code)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (without(ANSWERS, "23"), (422, "screening.answers-incomplete")),
        (ANSWERS | {"24": True}, (422, "screening.answers-incomplete")),
        (ANSWERS | {"1": "no"}, INVALID),
        (ANSWERS | {"0": True}, INVALID),
        (ANSWERS | {"first": True}, INVALID),
        ([], INVALID),
    ],
)
async def test_m_chat_answers_that_cannot_be(chain, refused, answers, code):
    case = await chain.register()
    await chain.screen(case, 1, on="2023-10-01")
    await chain.accept(await chain.refer(case, chain.clinic, chain.mch, on="2023-10-02"), chain.mch, "2023-10-03")
    body = {"on": "2023-10-10", "concerns": [], "cdss_ii": quotients(), "m_chat_23": answers}
    await refused(chain.mch, of(case, "rescreenings"), body, code)


DIAGNOSES = [
    ({"on": TOMORROW}, (422, "in-the-future")),
    ({"on": "2024-03-19"}, (422, "screening.before-suspicion")),
    ({"outcome": "perhaps"}, INVALID),
    ({"rehab_category": None}, (422, "screening.rehab-category-mismatch")),
    ({"rehab_category": "multiple"}, INVALID),
    ({"outcome": "excluded"}, (422, "screening.rehab-category-mismatch")),
    ({"cars": 14.5}, (422, "screening.score-out-of-range")),
    ({"cars": 60.5}, (422, "screening.score-out-of-range")),
    ({"cars": 30.2}, (422, "screening.score-out-of-range")),
    ({"cars": 30.25}, INVALID),
    ({"cars": "high"}, INVALID),
]


@pytest.mark.parametrize(("changes", "code"), DIAGNOSES)
async def test_a_diagnosis_that_cannot_be(chain, refused, changes, code):
    body = {"on": "2024-05-06", "outcome": "confirmed", "rehab_category": "autism"} | changes
    await refused(chain.hospital, of(await chain.at_diagnosis(), "diagnoses"), body, code)


FOLLOW_UPS = [
    ("tracings", {"on": TOMORROW, "outcome": "reached"}, (422, "in-the-future")),
    ("tracings", {"on": "2024-04-04", "outcome": "maybe"}, INVALID),
    ("tracings", {"on": "2024-03-19", "outcome": "reached"}, (422, "screening.before-suspicion")),
    ("loss", {"on": TOMORROW}, (422, "in-the-future")),
    ("loss", {"on": "2024-04-04"}, (409, "screening.too-few-traces")),
    ("loss", {}, INVALID),
    ("closure", {"on": TOMORROW, "reason": "moved_out"}, (422, "in-the-future")),
    ("closure", {"on": "2024-04-04", "reason": "tired"}, INVALID),
    ("closure", {"on": "2024-04-04", "reason": "handed_over"}, (409, "screening.closing-reason-not-now")),
    ("closure", {"on": "2024-04-04", "reason": "age_limit"}, (422, "screening.age-limit-not-reached")),
    ("closure", {"on": "2024-04-04", "reason": "guardian_refused"}, (422, "screening.guardian-signature-needed")),
    ("reopening", {"on": TOMORROW, "reason": "moved_back"}, (422, "in-the-future")),
    ("reopening", {"on": "2024-04-04", "reason": "moved_back"}, (409, "screening.state-forbids")),
    ("reopening", {"on": "2024-04-04", "reason": "why not"}, INVALID),
]


@pytest.mark.parametrize(("what", "body", "code"), FOLLOW_UPS)
async def test_a_follow_up_that_cannot_be(chain, refused, what, body, code):
    case = await chain.suspected()
    await chain.refer(case, chain.clinic, chain.mch)
    await refused(chain.clinic, of(case, what), body, code)


@pytest.mark.parametrize(
    "cases",
    [[], [str(UUID(int=1))] * 501, ["child"], "all", None, [7]],
    ids=["none", "501", "text", "all", "null", "7"],
)
async def test_names_that_cannot_be_asked_for(chain, refused, cases):
    await refused(chain.clinic, "/v1/children/resolve", {"cases": cases}, INVALID)


ACTS = {
    "screenings": ("clinic", a_screening()),
    "suspicions/autism/referrals": ("clinic", None),
    "suspicions/autism/rescreenings": ("mch", a_rescreening()),
    "suspicions/autism/diagnoses": (
        "hospital",
        {"on": "2024-05-06", "outcome": "confirmed", "rehab_category": "autism"},
    ),
    "suspicions/autism/tracings": ("clinic", {"on": "2024-04-04", "outcome": "reached"}),
    "suspicions/autism/loss": ("clinic", {"on": "2024-04-04"}),
    "suspicions/autism/closure": ("clinic", {"on": "2024-04-04", "reason": "moved_out"}),
    "suspicions/autism/reopening": ("clinic", {"on": "2024-04-04", "reason": "moved_back"}),
}


def asked(chain, what):
    name, body = ACTS[what]
    slip = {"step": "rescreening", "receiver": str(chain.mch.organisation), "on": "2024-03-21"}
    return getattr(chain, name), body or slip


@pytest.mark.parametrize("what", ACTS)
async def test_a_case_that_does_not_exist(chain, refused, what):
    actor, body = asked(chain, what)
    await refused(actor, f"/v1/cases/{uuid4()}/{what}", body, (404, "case-not-found"))
    await refused(actor, f"/v1/cases/7/{what}", body, INVALID)


@pytest.mark.parametrize("what", [what for what in ACTS if what not in {"screenings", "suspicions/autism/diagnoses"}])
async def test_a_suspicion_that_does_not_exist(chain, refused, what):
    actor, body = asked(chain, what)
    case = await chain.register(actor)
    await refused(actor, f"/v1/cases/{case}/{what}", body, (404, "screening.no-suspicion"))
    unknown = what.replace("autism", "speech")
    await refused(actor, f"/v1/cases/{case}/{unknown}", body, INVALID)


@pytest.mark.parametrize("key", ["", "short", "k" * 201, "schlüssel-schlüssel".encode("latin-1").decode("latin-1")])
async def test_a_write_needs_a_key(chain, refused, key):
    if key.isascii():
        headers = {"Idempotency-Key": key}
        await refused(chain.clinic, "/v1/children", a_child(), (400, "idempotency-key-missing"), **headers)
    else:
        async with chain.stage.client(chain.clinic) as client:
            raw = [(b"Idempotency-Key", key.encode("latin-1"))]
            answer = await client.post("/v1/children", json=a_child(), headers=raw)
        assert code_of(answer) == (400, "idempotency-key-missing")


async def test_what_is_no_json_is_refused(chain):
    before = await chain.stage.counts()
    async with chain.stage.client(chain.clinic) as client:
        half_a_character = json.dumps(a_child(name="童\ud800")).encode()
        for content in (b"", b"{", b"\xff\xfe", b'{"sex": "male"', half_a_character):
            answer = await client.post("/v1/children", content=content, headers={"Content-Type": "application/json"})
            assert code_of(answer) == INVALID
    assert await chain.stage.counts() == before


async def test_refusals_speak_both_languages(chain):
    async with chain.stage.client(chain.clinic, language="zh-CN") as client:
        answer = await client.post("/v1/children", json=a_child(birth_certificate=None))
    assert answer.json()["title"] == "需要居民身份号码或出生医学证明编号。"
    english = await chain.post(chain.clinic, "/v1/children", a_child(birth_certificate=None))
    assert english.json()["title"] == "A resident number or a birth certificate number is needed."
