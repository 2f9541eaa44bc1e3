"""A house's day over HTTP: papers and lists, the way out and back, leave, incidents, places, staff."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import DisabilityCategory, OrgType
from shared.contracts.events.screening import CertificateCancelled, CertificateIssued, CertificateRegraded
from shared.contracts.events.screening.child import CancellationReason
from shared.testing.streams import Stream
from tests.integration.custody.test_custody import SUPERVISOR, a_house, admit, get, leave
from tests.support.stages import a_child, code_of

NAME, PHONE, WORDS = "金丝雀外婆", "10011112222", "金丝雀摔倒在走廊"
GRANDMOTHER = {"name": NAME, "relation": "grandmother", "phone": PHONE}
SHEET = {
    "contract_signed_on": "2024-02-20",
    "health_checked_on": "2024-02-21",
    "allergies": "花生",
    "medication": "",
    "emergency_contacts": [GRANDMOTHER],
    "pick_up_list": [GRANDMOTHER],
}


def at(hours=0, day="2024-03-04"):
    return (datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=hours)).isoformat()


async def post(custody, actor, path, body=None):
    async with custody.client(actor) as client:
        return await client.post(path, json=body)


class AtHome:
    """A child that boards in a house, with a grandmother who may take it out."""

    def __init__(self, custody, house, case, stay, collector):
        self.custody, self.house, self.case, self.stay, self.collector = custody, house, case, stay, collector

    async def do(self, what, **body):
        return await post(self.custody, self.house, f"/v1/stays/{self.stay}/{what}", body)

    async def out(self, **changes):
        body = {"kind": "pick_up", "collector": self.collector, "confirmation": "signature", "at": at()}
        return await self.do("sign-outs", **(body | changes))

    async def go_on_leave(self, **changes):
        body = {"kind": "family", "starts_at": at(), "expected_back_at": at(24), "collector": self.collector}
        return await self.do("leaves", **(body | changes))


@pytest.fixture
async def house(custody):
    return await a_house(custody)


@pytest.fixture
async def boarder(custody, house):
    case = await a_child(custody)
    stay = (await admit(custody, house, case, papers=[], sheet=SHEET)).json()["record"]
    sheet = (await get(custody, house, f"/v1/stays/{stay}/sheet")).json()
    (collector,) = [one["id"] for one in sheet["contacts"] if one["kind"] == "pick_up"]
    return AtHome(custody, house, case, stay, collector)


async def whereabouts(custody, actor, now):
    return [item["case_id"] for item in (await get(custody, actor, f"/v1/stays?now={now}&limit=200")).json()["items"]]


async def test_papers_and_people_are_read_by_the_house_and_stand_in_no_fact(custody, boarder):
    sheet = (await get(custody, boarder.house, f"/v1/stays/{boarder.stay}/sheet")).json()
    assert (sheet["allergies"], sheet["medication"]) == ("花生", "")
    assert [(one["kind"], one["name"]) for one in sheet["contacts"]] == [("emergency", NAME), ("pick_up", NAME)]
    await boarder.do("incidents", level="minor", kind="injury", at=at(), words=WORDS)
    told = str(await custody.facts(boarder.case))
    assert not any(word in told for word in (NAME, PHONE, "花生", WORDS))


async def test_no_word_about_a_child_stands_plainly_in_a_table(custody, boarder):
    await boarder.do("incidents", level="minor", kind="injury", at=at(), words=WORDS)
    await boarder.do("contacts", kind="pick_up", **GRANDMOTHER)
    for table in ("care_sheet", "contact", "incident_words"):
        rows = str(await custody.fetch(f"SELECT {table}::text FROM {table}"))
        assert [word for word in (NAME, PHONE, "花生", WORDS) if word in rows or word.encode().hex() in rows] == []


async def test_a_child_goes_out_with_a_person_of_its_list_and_comes_back(custody, boarder):
    assert await whereabouts(custody, boarder.house, "inside") == [str(boarder.case)]
    assert (await boarder.out()).status_code == 201
    assert await whereabouts(custody, boarder.house, "outside") == [str(boarder.case)]
    assert (await boarder.do("sign-ins", at=at(5))).status_code == 201
    assert await whereabouts(custody, boarder.house, "inside") == [str(boarder.case)]
    _, out, back = await custody.facts(boarder.case)
    assert (out["type"], out["time"]) == ("tongkang.custody.signed_out.v1", "2024-03-04T00:00:00.000000Z")
    assert (out["data"]["kind"], out["data"]["collector"]) == ("pick_up", boarder.collector)
    assert back["data"]["at"] == "2024-03-04T05:00:00Z"
    moves = (await get(custody, boarder.house, f"/v1/stays/{boarder.stay}/movements")).json()["items"]
    assert [(one["inside"], one["confirmation"], one["person"]) for one in moves] == [
        (False, "signature", str(boarder.house.person)),
        (True, None, str(boarder.house.person)),
    ]


async def test_the_last_that_was_recorded_comes_first_where_it_is_asked_for(custody, boarder):
    await boarder.out()
    await boarder.do("sign-ins", at=at(5))
    path, cursor, moves = f"/v1/stays/{boarder.stay}/movements?newest_first=true&limit=1", "", []
    while cursor is not None:
        page = (await get(custody, boarder.house, path + (f"&after={cursor}" if cursor else ""))).json()
        moves, cursor = [*moves, *page["items"]], page["next"]
    assert [one["inside"] for one in moves] == [True, False]
    for level in ("minor", "moderate"):
        await boarder.do("incidents", level=level, kind="injury", at=at())
    told = (await get(custody, boarder.house, "/v1/incidents?newest_first=true")).json()["items"]
    assert [one["level"] for one in told] == ["moderate", "minor"]


async def test_who_brought_the_child_and_how_the_house_made_sure_stand_with_its_moves(custody, boarder):
    before = await custody.counts()
    assert code_of(await boarder.out(confirmation=None)) == (422, "custody.confirmation-needed")
    assert await custody.counts() == before
    await boarder.out()
    stranger = await boarder.do("sign-ins", at=at(5), brought_by=str(uuid4()))
    assert code_of(stranger) == (422, "custody.not-one-of-its-people")
    said = {"brought_by": boarder.collector, "confirmation": "known_person"}
    assert (await boarder.do("sign-ins", at=at(5), **said)).status_code == 201
    *_, back = (await get(custody, boarder.house, f"/v1/stays/{boarder.stay}/movements")).json()["items"]
    assert (back["inside"], back["collector"], back["confirmation"]) == (True, boarder.collector, "known_person")
    assert boarder.collector not in str((await custody.facts(boarder.case))[-1])


async def test_a_day_child_comes_before_it_goes(custody, house):
    case = await a_child(custody)
    stay = (await admit(custody, house, case, mode="day")).json()["record"]
    assert await whereabouts(custody, house, "outside") == [str(case)]
    path = f"/v1/stays/{stay}"
    assert code_of(await post(custody, house, f"{path}/sign-outs", {"kind": "activity", "at": at()})) == (
        409,
        "custody.not-inside",
    )
    assert (await post(custody, house, f"{path}/sign-ins", {"at": at()})).status_code == 201
    assert (await post(custody, house, f"{path}/sign-outs", {"kind": "activity", "at": at(8)})).status_code == 201


async def test_a_stranger_is_refused_leaves_no_trace_and_becomes_an_incident_when_the_house_says_so(custody, boarder):
    before = await custody.counts()
    assert code_of(await boarder.out(collector=str(uuid4()))) == (422, "custody.not-on-the-list")
    assert await custody.counts() == before
    said = await boarder.do("incidents", level="moderate", kind="unauthorised_pick_up", at=at())
    assert said.status_code == 201
    assert (await custody.facts(boarder.case))[-1]["data"]["kind"] == "unauthorised_pick_up"


async def test_a_person_taken_off_the_list_may_take_the_child_no_more_and_a_new_one_may(custody, boarder):
    assert (await post(custody, boarder.house, f"/v1/contacts/{boarder.collector}/removal")).status_code == 201
    assert code_of(await boarder.out()) == (422, "custody.not-on-the-list")
    gone = await post(custody, boarder.house, f"/v1/contacts/{boarder.collector}/removal")
    assert code_of(gone) == (404, "not-found")
    added = await boarder.do("contacts", kind="pick_up", **GRANDMOTHER)
    assert (await boarder.out(collector=added.json()["record"])).status_code == 201


async def test_the_list_of_another_child_opens_no_door(custody, house, boarder):
    other = await a_child(custody)
    stay = (await admit(custody, house, other, papers=[], sheet=SHEET)).json()["record"]
    body = {"kind": "pick_up", "collector": boarder.collector, "confirmation": "code", "at": at()}
    assert code_of(await post(custody, house, f"/v1/stays/{stay}/sign-outs", body)) == (422, "custody.not-on-the-list")


async def test_a_leave_keeps_the_child_out_until_it_ends_and_is_overdue_meanwhile(custody, boarder):
    taken = (await boarder.go_on_leave()).json()["record"]
    assert await whereabouts(custody, boarder.house, "on_leave") == [str(boarder.case)]
    for refused in (await boarder.go_on_leave(), await boarder.out(at=at(1)), await boarder.do("sign-ins", at=at(1))):
        assert code_of(refused) == (409, "custody.on-leave")
    federation = custody.organisation(OrgType.FEDERATION)
    for actor in (boarder.house, federation):
        items = (await get(custody, actor, "/v1/leaves?overdue=true&limit=200")).json()["items"]
        (item,) = [one for one in items if one["id"] == taken]
        assert (item["overdue"], item["explanation"]["outcome"]) == (True, "overdue")
        assert item["overdue_at"] == "2024-03-05T12:00:00Z"
    assert (await post(custody, boarder.house, f"/v1/leaves/{taken}/return", {"at": at(30)})).status_code == 201
    assert await whereabouts(custody, boarder.house, "inside") == [str(boarder.case)]
    again = await post(custody, boarder.house, f"/v1/leaves/{taken}/return", {"at": at(31)})
    assert code_of(again) == (409, "custody.leave-ended-before")
    types = [fact["type"].split(".")[2] for fact in await custody.facts(boarder.case)]
    assert types == ["custody_admitted", "leave_started", "leave_ended"]
    assert (await get(custody, boarder.house, "/v1/leaves")).json()["items"] == []


async def test_a_leave_that_is_not_overdue_yet_stands_in_the_whole_list_only(custody, boarder):
    soon = (clock.now() + timedelta(hours=3)).isoformat()
    await boarder.go_on_leave(expected_back_at=soon)
    (item,) = (await get(custody, boarder.house, "/v1/leaves")).json()["items"]
    assert item["overdue"] is False
    assert (await get(custody, boarder.house, "/v1/leaves?overdue=true")).json()["items"] == []


async def test_a_stay_that_ended_takes_leave_and_way_out_with_it(custody, boarder):
    taken = (await boarder.go_on_leave()).json()["record"]
    assert (await leave(custody, boarder.house, boarder.stay)).status_code == 201
    assert (await get(custody, boarder.house, "/v1/leaves")).json()["items"] == []
    for refused in (
        await boarder.out(),
        await boarder.go_on_leave(),
        await post(custody, boarder.house, f"/v1/leaves/{taken}/return", {"at": at(30)}),
    ):
        assert code_of(refused) == (409, "custody.stay-is-over")


async def test_a_leave_that_is_over_is_entered_in_hindsight_and_moves_nobody_who_moved_since(custody, boarder):
    await boarder.out(at=at(72))
    past = {"starts_at": at(24), "expected_back_at": at(40), "ended_at": at(48)}
    assert (await boarder.go_on_leave(**past)).status_code == 201
    assert await whereabouts(custody, boarder.house, "outside") == [str(boarder.case)]
    started, ended = (await custody.facts(boarder.case))[-2:]
    assert (started["time"], ended["time"]) == ("2024-03-05T00:00:00.000000Z", "2024-03-06T00:00:00.000000Z")
    assert started["data"]["leave"] == ended["data"]["leave"]
    before = await custody.counts()
    meets = await boarder.go_on_leave(starts_at=at(47), expected_back_at=at(50), ended_at=at(50))
    assert code_of(meets) == (422, "custody.leave-meets-another")
    around_a_move = await boarder.go_on_leave(starts_at=at(60), expected_back_at=at(80), ended_at=at(80))
    assert code_of(around_a_move) == (422, "custody.leave-meets-another")
    assert await custody.counts() == before
    assert (await get(custody, boarder.house, "/v1/leaves")).json()["items"] == []


async def test_a_leave_that_the_house_learns_of_after_the_stay_is_entered_too(custody, boarder):
    assert (await leave(custody, boarder.house, boarder.stay)).status_code == 201
    past = {"starts_at": at(0, "2024-03-05"), "expected_back_at": at(40, "2024-03-05")}
    assert code_of(await boarder.go_on_leave(**past)) == (409, "custody.stay-is-over")
    assert (await boarder.go_on_leave(**past, ended_at=at(41, "2024-03-05"))).status_code == 201
    assert await whereabouts(custody, boarder.house, "inside") == []


async def test_a_stay_does_not_end_before_what_is_recorded_of_the_child(custody, boarder):
    await boarder.do("incidents", level="minor", kind="injury", at=at(24))
    end = {"ended_on": "2024-03-04", "reason": "returned_home"}
    assert code_of(await boarder.do("end", **end)) == (409, "custody.recorded-after-the-end")
    assert (await boarder.do("end", **end | {"ended_on": "2024-03-05"})).status_code == 201


async def test_a_child_that_was_missing_for_long_is_a_serious_incident_whatever_was_said(custody, boarder):
    gone = {"level": "moderate", "kind": "missing", "at": at(), "noticed_at": at(1)}
    soon = (await boarder.do("incidents", **gone, found_at=at(2))).json()
    late = (await boarder.do("incidents", **gone, found_at=at(3))).json()
    assert [one["explanation"]["outcome"] for one in (soon, late)] == ["no_clock", "clocks_run"]
    assert set(await open_steps(custody, boarder.house, late["record"])) == {
        "guardian_told", "federation_told", "written_report",
    }  # fmt: skip
    assert (await custody.facts(boarder.case))[-1]["data"]["family_due_at"] == "2024-03-04T02:00:00Z"


@pytest.mark.parametrize(("found", "owed"), [(at(2), False), (at(3), True)], ids=["in two hours", "later"])
async def test_a_missing_child_that_is_found_in_time_asks_for_nothing_any_more(custody, boarder, found, owed):
    reported = (await boarder.do("incidents", level="moderate", kind="missing", at=at(), noticed_at=at(1))).json()
    incident, path = reported["record"], f"/v1/incidents/{reported['record']}/found"
    assert len(await open_steps(custody, boarder.house, incident)) == 3
    for wrong, status, code in (
        (at(-1), 422, "custody.found-without-missing"), ("2099-01-01T00:00:00Z", 422, "in-the-future")
    ):  # fmt: skip
        assert code_of(await post(custody, boarder.house, path, {"at": wrong})) == (status, code)
    answer = await post(custody, boarder.house, path, {"at": found})
    assert (answer.status_code, answer.json()["explanation"]["outcome"]) == (201, "clocks_run" if owed else "no_clock")
    assert bool(await open_steps(custody, boarder.house, incident)) is owed
    last = (await custody.facts(boarder.case))[-1]["data"]
    assert (last.get("correction_of"), "family_due_at" in last) == (
        (None, True) if owed else (reported["facts"][0]["id"], False)
    )
    assert code_of(await post(custody, boarder.house, path, {"at": found})) == (409, "custody.found-before")
    stranger = custody.organisation(OrgType.CARE_HOME)
    assert (await post(custody, stranger, path, {"at": found})).status_code == 404


async def open_steps(custody, actor, incident):
    items = (await get(custody, actor, "/v1/incident-steps?limit=200")).json()["items"]
    return {one["step"]: one["overdue"] for one in items if one["incident_id"] == incident}


async def test_a_serious_incident_opens_steps_with_clocks_for_house_and_federation_until_they_are_done(
    custody, boarder
):
    answer = (await boarder.do("incidents", level="serious", kind="injury", at=at(), words=WORDS)).json()
    incident, federation = answer["record"], custody.organisation(OrgType.FEDERATION)
    assert answer["explanation"]["outcome"] == "clocks_run"
    opened = dict.fromkeys(("guardian_told", "federation_told", "written_report"), True)
    assert await open_steps(custody, boarder.house, incident) == opened
    assert await open_steps(custody, federation, incident) == opened
    path = f"/v1/incidents/{incident}/steps"
    for step in opened:
        assert (await post(custody, boarder.house, path, {"step": step, "at": at(1)})).status_code == 201
    assert await open_steps(custody, federation, incident) == {}
    again = await post(custody, boarder.house, path, {"step": "guardian_told", "at": at(1)})
    assert code_of(again) == (409, "custody.step-done-before")
    _, reported, *done = await custody.facts(boarder.case)
    assert reported["data"]["federation_due_at"] == "2024-03-04T02:00:00Z"
    assert [fact["data"]["step"] for fact in done] == list(opened)


async def test_suspected_abuse_is_to_be_reported_to_the_authorities_at_any_level(custody, boarder):
    answer = (await boarder.do("incidents", level="minor", kind="suspected_abuse", at=at())).json()
    steps = await open_steps(custody, boarder.house, answer["record"])
    assert set(steps) == {"authority_told", "guardian_told", "federation_told", "written_report"}


async def test_the_words_of_an_incident_are_read_by_the_house_and_the_federation_reads_the_rest(custody, boarder):
    incident = (await boarder.do("incidents", level="minor", kind="injury", at=at(), words=WORDS)).json()["record"]
    assert (await get(custody, boarder.house, f"/v1/incidents/{incident}")).json()["words"] == WORDS
    federation = custody.organisation(OrgType.FEDERATION)
    answer = await get(custody, federation, "/v1/incidents?limit=200")
    assert incident in {item["id"] for item in answer.json()["items"]}
    assert WORDS not in answer.text


async def a_grade(custody, case, grade, regraded=None, cancelled=None):
    stream, certificate = Stream("screening", case, last=1), uuid4()
    (head,) = await custody.fetch(
        "SELECT head_hash FROM stream_position WHERE producer = 'screening' AND case_id = $1", case
    )
    stream.head = head[0]
    issued = CertificateIssued(
        grading=certificate, category=DisabilityCategory.MENTAL, grade=grade, county="371602",
        issued_on=date(2024, 1, 2), valid_until=date(2034, 1, 1),
    )  # fmt: skip
    await custody.deliver(stream.append(issued))
    if regraded:
        fact = CertificateRegraded(
            grading=certificate, category=DisabilityCategory.MENTAL, grade=regraded, regraded_on=date(2024, 2, 1)
        )
        await custody.deliver(stream.append(fact))
    if cancelled:
        reason = CancellationReason.OWN_REQUEST
        fact = CertificateCancelled(
            grading=certificate, reason=reason, cancelled_on=cancelled, reapply_from=date(2025, 6, 1)
        )
        await custody.deliver(stream.append(fact))


async def the_house(custody, actor, house, on="2024-03-02"):
    items = (await get(custody, actor, f"/v1/care-houses?on={on}&limit=200")).json()["items"]
    return next(item for item in items if item["institution"] == str(house.organisation))


@pytest.mark.parametrize(
    ("grade", "regraded", "cancelled", "needed"),
    [
        (1, None, None, 2),
        (2, None, None, 2),
        (3, None, None, 1),
        (3, 2, None, 2),
        (1, 4, None, 1),
        (1, None, date(2024, 2, 1), 1),
    ],
)
async def test_children_of_grade_one_and_two_need_more_carers(custody, house, grade, regraded, cancelled, needed):
    for number in range(4):
        case = await a_child(custody)
        if number == 0:
            await a_grade(custody, case, grade, regraded, cancelled)
        await admit(custody, house, case, mode="day")
    said = await the_house(custody, house, house)
    assert f"need {needed} carers" in said["explanation"]["steps"][0]["en"]


async def test_too_few_carers_are_explained_and_refuse_nobody(custody, house):
    carers = {"by_day": 1, "by_night": 1, "since": "2024-01-01"}
    assert (await post(custody, house, "/v1/carers", carers)).status_code == 201
    answers = [await admit(custody, house, await a_child(custody), mode="day") for _ in range(5)]
    assert [one.json()["explanation"]["outcome"] for one in answers] == ["enough"] * 4 + ["short"]
    federation = custody.organisation(OrgType.FEDERATION)
    assert (await the_house(custody, federation, house))["ratio_short"] is True
    assert (await post(custody, house, "/v1/carers", carers | {"by_day": 2})).status_code == 201
    said = await the_house(custody, house, house)
    assert (said["ratio_short"], said["by_day"], said["boarding"], said["day_places"]) == (False, 5, 0, 50)
    (told,) = {fact["type"] for fact in await custody.facts(house.organisation)} - {LICENSED}
    assert told == "tongkang.custody.carers_declared.v1"


LICENSED = "tongkang.custody.custody_licence_granted.v1"


async def test_a_full_house_admits_nobody_until_a_place_is_free(custody):
    small = await a_house(custody, places=1)
    first = (await admit(custody, small, await a_child(custody))).json()["record"]
    other = await a_child(custody)
    before = await custody.counts()
    assert code_of(await admit(custody, small, other)) == (409, "custody.no-place-free")
    assert await custody.counts() == before
    assert (await admit(custody, small, await a_child(custody), mode="day")).status_code == 201
    await leave(custody, small, first)
    assert (await admit(custody, small, other, admitted_on="2024-05-01")).status_code == 201


async def test_a_house_without_a_licence_admits_nobody(custody):
    house = custody.organisation(OrgType.CARE_HOME)
    assert code_of(await admit(custody, house, await a_child(custody))) == (409, "custody.not-licensed")


async def test_a_licence_is_a_fact_about_the_house_and_outside_the_region_it_is_not_granted(custody, house):
    (fact,) = await custody.facts(house.organisation)
    assert (fact["type"], fact["data"]["day_places"], fact["data"]["county"]) == (LICENSED, 50, "371602")
    elsewhere = custody.organisation(OrgType.FEDERATION, "371603", SUPERVISOR)
    clerk = custody.organisation(OrgType.FEDERATION, "371602", Role.INTAKE_CLERK.value)
    body = {"day_places": 1, "boarding_places": 1, "valid_from": "2024-01-01", "valid_until": "2024-12-31"}
    path, before = f"/v1/institutions/{house.organisation}/custody-licences", await custody.counts()
    for actor in (elsewhere, clerk):
        assert code_of(await post(custody, actor, path, body)) == (403, "not-allowed")
    reversed_body = body | {"valid_until": "2023-12-31"}
    supervisor = custody.organisation(OrgType.FEDERATION, "3716", SUPERVISOR)
    assert code_of(await post(custody, supervisor, path, reversed_body)) == (422, "custody.period-reversed")
    assert await custody.counts() == before


async def test_background_checks_are_listed_when_they_are_due_without_names(custody, house):
    recent, old, found = (str(uuid4()) for _ in range(3))
    today = clock.today()
    for person, on, result in (
        (old, "2022-01-10", "clear"),
        (recent, "2022-01-10", "clear"),
        (recent, today.isoformat(), "clear"),
        (found, today.isoformat(), "on_record"),
    ):
        body = {"person": person, "checked_on": on, "result": result}
        assert (await post(custody, house, "/v1/staff-checks", body)).status_code == 201
    items = (await get(custody, house, "/v1/staff-checks")).json()["items"]
    states = {item["person"]: item["state"] for item in items}
    assert states == {recent: "in_order", old: "overdue", found: "must_not_work"}
    due, after = [], ""
    while after is not None:
        page = (await get(custody, house, f"/v1/staff-checks?due=true&limit=1{after}")).json()
        due += [item["person"] for item in page["items"]]
        after = page["next"] and f"&after={page['next']}"
    assert sorted(due) == sorted((old, found))
