"""Plan of care, what a session holds beside its times, evaluations due, scores over time (handbook §3.5, §3.6)."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.codes import OrgType
from shared.contracts.events.screening import ChildErased, ErasureBasis
from shared.testing.streams import Stream
from tests.support.rehab import BORN, STARTED, YEAR, a_line, a_session, an_evaluation, data_of, record
from tests.support.settlement import DAYS, Bureau, a_plan, an_assessment
from tests.support.stages import UNKNOWN, code_of

PLANS = "/v1/enrolments/{}/care-plans"


@pytest.fixture
async def bureau(rehab):
    bureau = Bureau(rehab)
    await bureau.designated()
    return bureau


async def test_a_plan_follows_the_assessment_and_travels_without_its_words(rehab, bureau):
    child = await bureau.enrolled()
    path = PLANS.format(child.enrolment)
    assert code_of(await bureau.post(child.centre, path, a_plan())) == (409, "rehab.not-assessed")
    plan = await bureau.planned(child)
    assert [(goal["term"], goal["icf"], goal["words"]) for goal in plan["goals"]] == [
        (term, "d330", f"invented {term} goal") for term in ("long", "mid", "short", "daily")
    ]
    said = {fact["type"].split(".")[2]: fact for fact in await rehab.facts(child.case)}
    assert data_of(said["assessment_recorded"], "outcome", "enrolment") == ("suitable", child.enrolment)
    assert data_of(said["care_plan_signed"], "planned_days_per_month", "home_training") == (20, False)
    assert {goal["goal"] for goal in said["care_plan_signed"]["data"]["goals"]} == {one["id"] for one in plan["goals"]}
    assert "invented" not in str(said)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"goals": []}, "invalid-request"),
        ({"goals": [{"term": "long", "icf": "d330", "words": "x"}]}, "rehab.goal-levels"),
        ({"goals": [{"term": "long", "icf": "x330", "words": "x"}]}, "invalid-request"),
        ({"planned_days_per_month": 32}, "invalid-request"),
        ({"planned_days_per_month": "20"}, "invalid-request"),
        ({"valid_until": f"{YEAR + 1}-01-31"}, "rehab.plan-outside-enrolment"),
        ({"valid_from": f"{YEAR}-03-02", "valid_until": f"{YEAR}-03-01"}, "rehab.period-backwards"),
        ({"signed_on": f"{YEAR}-01-07"}, "rehab.step-too-early"),
        ({"valid_from": f"{YEAR}-01-07"}, "rehab.step-too-early"),
        ({"signed_on": "2999-01-01"}, "in-the-future"),
    ],
)
async def test_what_stands_against_a_plan(rehab, bureau, change, refusal):
    child = await bureau.enrolled()
    record(await bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/assessments", an_assessment()))
    before = await rehab.counts()
    answer = await bureau.post(child.centre, PLANS.format(child.enrolment), a_plan(**change))
    assert code_of(answer) == (answer.status_code, refusal)
    assert await rehab.counts() == before


async def test_an_assessment_or_a_visit_outside_the_enrolment_is_refused(rehab, bureau):
    child, early = await bureau.enrolled(), (STARTED - timedelta(days=15)).isoformat()
    visit = {"visitor": str(uuid4()), "visited_on": (STARTED - timedelta(days=1)).isoformat(), "words": "x"}
    before = await rehab.counts()
    for path, body in (("assessments", an_assessment(assessed_on=early)), ("home-visits", visit)):
        answer = await bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/{path}", body)
        assert code_of(answer) == (422, "rehab.outside-enrolment")
    assert await rehab.counts() == before


# What a session holds


async def test_a_session_keeps_its_words_and_tells_their_digest(rehab, bureau):
    child = await bureau.enrolled()
    goal = (await bureau.planned(child))["goals"][0]["id"]
    said = {"words": "invented  notes", "goals": [goal], "bedside": True, "confirmation": {"method": "app"}}
    record(await bureau.log(child, **said))
    record(await bureau.log(child, after=60, words="invented notes"))
    record(await bureau.log(child, after=120, words="other notes"))
    facts = (await rehab.facts(child.case))[-3:]
    assert data_of(facts[0], "goals", "bedside", "confirmation") == ([goal], True, {"method": "app"})
    digests = [fact["data"]["wording"] for fact in facts]
    assert digests[0] == digests[1] != digests[2]
    assert "notes" not in str(facts)
    month = f"/v1/cases/{child.case}/sessions"
    kept = ["invented  notes", "invented notes", "other notes"]
    for actor, words in ((child.centre, kept), (bureau.federation, [None] * 3)):
        read = (await bureau.get(actor, month, month=f"{YEAR}-01")).json()["sessions"]
        assert [one["words"] for one in read] == words


async def test_the_same_words_at_another_centre_have_another_digest(rehab, bureau):
    other = bureau.stage.organisation(OrgType.REHAB_CENTRE, bureau.region)
    await bureau.designated(other)
    children = [await bureau.enrolled(), await bureau.enrolled(other)]
    for child in children:
        record(await bureau.log(child, words="invented notes"))
    digests = {(await rehab.facts(child.case))[-1]["data"]["wording"] for child in children}
    assert len(digests) == 2


async def test_an_individual_session_of_unusual_length_is_shown_and_not_refused(bureau):
    child = await bureau.enrolled()
    record(await bureau.log(child, minutes=40))
    record(await bureau.log(child, after=60, minutes=90))
    record(await bureau.log(child, after=200, minutes=90, mode="group", group=str(uuid4())))
    answer = await bureau.get(child.centre, f"/v1/cases/{child.case}/sessions", month=f"{YEAR}-01")
    assert [one["usual_length"] for one in answer.json()["sessions"]] == [True, False, True]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"goals": [str(UNKNOWN)]}, "rehab.unknown-goal"),
        ({"visit": str(UNKNOWN), "mode": "home"}, "rehab.unknown-visit"),
        ({"group": str(UNKNOWN)}, "rehab.group-needs-group-mode"),
        ({"mode": "group"}, "rehab.group-missing"),
        ({"words": ""}, "invalid-request"),
        ({"confirmation": {"method": "shouted"}}, "invalid-request"),
        ({"confirmation": {"method": "app", "name": "x"}}, "invalid-request"),
        ({"bedside": 1}, "invalid-request"),
    ],
)
async def test_what_stands_against_the_ties_of_a_session(rehab, bureau, change, refusal):
    child = await bureau.enrolled()
    before = await rehab.counts()
    answer = await bureau.log(child, **change)
    assert code_of(answer) == (422, refusal)
    assert await rehab.counts() == before
    batch = await bureau.post(child.centre, "/v1/sessions/batch", {"sessions": [a_line(child, **change)]})
    assert [one["code"] for one in batch.json()["results"]] == [refusal]


async def test_a_goal_of_another_child_s_plan_is_unknown(bureau):
    child, other = await bureau.enrolled(), await bureau.enrolled()
    goal = (await bureau.planned(other))["goals"][0]["id"]
    assert code_of(await bureau.log(child, goals=[goal])) == (422, "rehab.unknown-goal")


def in_group(child, group, therapist, **changes):
    return a_line(child, mode="group", group=group, therapist=therapist, **changes)


async def test_eight_children_are_a_group_and_the_ninth_is_refused(bureau):
    children = [await bureau.enrolled() for _ in range(9)]
    group, therapist = str(uuid4()), str(uuid4())
    first = [in_group(child, group, therapist) for child in children[:7]]
    assert (await bureau.post(bureau.centre, "/v1/sessions/batch", {"sessions": first})).json()["recorded"] == 7
    rest = [in_group(child, group, therapist) for child in children[7:]]
    answer = (await bureau.post(bureau.centre, "/v1/sessions/batch", {"sessions": rest})).json()
    assert [one["code"] for one in answer["results"]] == [None, "rehab.group-full"]
    absent = in_group(children[8], group, therapist, attended=False)
    assert (await bureau.post(bureau.centre, "/v1/sessions/batch", {"sessions": [absent]})).json()["recorded"] == 1


async def test_two_that_fill_the_last_place_of_a_group_at_once_are_one_too_many(bureau):
    children = [await bureau.enrolled() for _ in range(9)]
    group, therapist = str(uuid4()), str(uuid4())
    first = [in_group(child, group, therapist) for child in children[:7]]
    await bureau.post(bureau.centre, "/v1/sessions/batch", {"sessions": first})
    body = {"mode": "group", "group": group, "therapist": therapist}
    answers = await asyncio.gather(*(bureau.log(child, **body) for child in children[7:]))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_group_is_one_session_of_one_therapist(bureau):
    first, second = await bureau.enrolled(), await bureau.enrolled()
    group, therapist = str(uuid4()), str(uuid4())
    record(await bureau.log(first, mode="group", group=group, therapist=therapist))
    for change in ({"therapist": str(uuid4())}, {"minutes": 50}):
        body = {"mode": "group", "group": group, "therapist": therapist} | change
        assert code_of(await bureau.log(second, **body)) == (409, "rehab.group-differs")


async def test_a_correction_replaces_all_that_a_session_held(rehab, bureau):
    child = await bureau.enrolled()
    session = record(await bureau.log(child, words="invented notes", mode="group", group=str(uuid4())))
    content = {key: value for key, value in a_session(child, minutes=45).items() if key != "enrolment"}
    path = f"/v1/sessions/{session}/correction"
    body = {"reason": "wrong_details", "replacement": content | {"words": "better notes"}}
    record(await bureau.post(child.centre, path, body))
    said = (await rehab.facts(child.case))[-1]["data"]["replacement"]
    assert (said["mode"], "group" in said, len(said["wording"])) == ("individual", False, 22)
    void = {"reason": "did_not_happen"}
    record(await bureau.post(child.centre, path, void))
    (row,) = await rehab.fetch("SELECT words, void FROM session WHERE id = $1", UUID(session))
    assert (row["words"], row["void"]) == (None, True)


# Evaluations and scores


async def test_evaluations_that_are_due_follow_what_was_recorded(bureau):
    child = await bureau.enrolled()
    record(await bureau.post(child.centre, f"/v1/cases/{child.case}/evaluations", an_evaluation(child)))
    due = (await bureau.get(bureau.federation, f"/v1/enrolments/{child.enrolment}/evaluations-due")).json()
    assert (due["points"][0]["state"], due["points"][0]["done_on"]) == ("in_time", STARTED.isoformat())
    assert due["explanation"]["rule"] == "rehab.evaluations-due"
    assert [point["month"] for point in due["points"]] == [0, 3, 6]


async def test_scores_read_as_series_with_their_direction(bureau):
    child = await bureau.enrolled()
    for days, total in ((0, "38.5"), (20, "31")):
        made = an_evaluation(child, assessed_on=(STARTED + timedelta(days=days)).isoformat(), scores={"total": total})
        record(await bureau.post(child.centre, f"/v1/cases/{child.case}/evaluations", made))
    (series,) = (await bureau.get(child.centre, f"/v1/cases/{child.case}/score-series")).json()
    assert (series["instrument"], series["direction"], series["trend"]) == ("cars", "lower", "better")
    assert [(one["value"], one["reading"]) for one in series["points"]] == [("38.5", "severe"), ("31", "from_30")]


async def test_a_child_without_evaluations_has_no_series_and_no_plans(bureau):
    child = await bureau.enrolled()
    assert (await bureau.get(child.centre, f"/v1/cases/{child.case}/score-series")).json() == []
    assert (await bureau.get(child.centre, f"/v1/cases/{child.case}/care-plans")).json() == {"plans": [], "visits": []}


async def test_a_home_visit_is_read_by_its_centre_with_its_words(bureau):
    child = await bureau.enrolled()
    body = {"visitor": str(uuid4()), "visited_on": DAYS[0].isoformat(), "words": "invented visit"}
    visit = record(await bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/home-visits", body))
    path = f"/v1/cases/{child.case}/care-plans"
    for actor, words in ((child.centre, "invented visit"), (bureau.federation, None)):
        (read,) = (await bureau.get(actor, path)).json()["visits"]
        assert (read["id"], read["words"], read["visited_on"]) == (visit, words, DAYS[0].isoformat())


async def test_of_an_erased_child_no_words_are_kept(rehab, bureau):
    child = await bureau.enrolled()
    await bureau.planned(child)
    record(await bureau.log(child, words="invented notes"))
    (head,) = await rehab.fetch(
        "SELECT last_seq, head_hash FROM stream_position WHERE producer = 'screening' AND case_id = $1", child.case
    )
    stream = Stream("screening", child.case, last=head[0], head=head[1])
    await rehab.deliver(stream.append(ChildErased(basis=ErasureBasis.GUARDIAN_REQUEST, erased_on=date(YEAR, 1, 31))))
    await rehab.deliver()
    record(await bureau.log(child, after=60, words="later notes"))
    record(await bureau.post(child.centre, PLANS.format(child.enrolment), a_plan()))
    for table in ("session", "goal"):
        rows = await rehab.fetch(f"SELECT words FROM {table} WHERE case_id = $1", child.case)
        assert {row["words"] for row in rows} == {None}
    assert "wording" not in (await rehab.facts(child.case))[-2]["data"]


async def test_the_instruments_of_a_child_are_those_for_its_age(bureau):
    child = await bureau.enrolled()
    path = f"/v1/cases/{child.case}/instruments"
    young = (await bureau.get(child.centre, path, on=STARTED.isoformat())).json()
    grown = (await bureau.get(child.centre, path, on=BORN.replace(year=BORN.year + 7).isoformat())).json()
    assert {"cars", "ss_language", "developmental_scale_ii"} <= set(young)
    assert set(young) - set(grown) == {"ss_language", "developmental_scale_ii"}
