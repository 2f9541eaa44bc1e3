"""Two cases that are one child: one file, one training a year, one death; and two children again."""

import asyncio
from dataclasses import replace
from datetime import date

from shared.contracts.events import screening
from tests.support.rehab import (
    AFTER_DEATH,
    APPROVED,
    DIED,
    STARTED,
    YEAR,
    County,
    Told,
    a_child,
    a_diagnosis,
    a_line,
    an_application,
    an_evaluation,
    ends,
    enrol,
    record,
    registered,
)
from tests.support.stages import code_of


def merged(survivor, other):
    return screening.IdentityMerged(survivor=survivor, merged=other, merged_on=APPROVED)


def unmerged(survivor, other):
    return screening.IdentityUnmerged(survivor=survivor, merged=other, unmerged_on=APPROVED)


async def test_two_cases_of_one_child_have_one_training_a_year_and_two_again_after_an_unmerge(rehab, county):
    one, other = await a_child(rehab), await a_child(rehab)
    await enrol(county, one)
    _, approval = await county.approved(other.case)
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    for told in (one, other):
        await told.hear(merged(one.case, other.case), times=2)
    refused = await county.post(county.centre, f"/v1/cases/{other.case}/enrolments", start)
    assert code_of(refused) == (409, "rehab.already-enrolled")
    again = await county.post(county.federation, f"/v1/cases/{other.case}/applications", an_application())
    assert code_of(again) == (409, "rehab.already-applied")
    await other.hear(unmerged(one.case, other.case))
    record(await county.post(county.centre, f"/v1/cases/{other.case}/enrolments", start))
    await one.hear(unmerged(one.case, other.case))


async def test_the_records_of_both_cases_of_one_child_are_one_file(rehab, county):
    one, other = await a_child(rehab), await a_child(rehab)
    await enrol(county, one)
    await county.approved(other.case)
    for told in (one, other):
        await told.hear(merged(one.case, other.case))

    async def filed(path):
        answers = [
            (await county.get(county.federation, f"/v1/cases/{told.case}/{path}")).json() for told in (one, other)
        ]
        assert answers[0] == answers[1]
        return answers[0]

    assert [row["case_id"] for row in await filed("enrolments")] == [str(one.case)]
    assert {row["case_id"] for row in (await filed("assistance"))["applications"]} == {str(one.case), str(other.case)}
    await other.hear(unmerged(one.case, other.case))
    assert (await county.get(county.federation, f"/v1/cases/{other.case}/enrolments")).json() == []
    await one.hear(unmerged(one.case, other.case))


async def test_a_centre_finds_and_trains_the_child_under_either_of_its_cases(rehab, county):
    one, other = await a_child(rehab), await a_child(rehab)
    child = await enrol(county, one)
    reads = f"/v1/cases/{other.case}/enrolments"
    assert code_of(await county.get(county.centre, reads)) == (404, "case-not-found")
    for told in (one, other):
        await told.hear(merged(other.case, one.case))
    assert [row["id"] for row in (await county.get(county.centre, reads)).json()] == [child.enrolment]
    named = replace(child, case=other.case)
    record(await county.log(named))
    record(await county.post(county.centre, f"/v1/cases/{other.case}/evaluations", an_evaluation(child)))
    lines = {"sessions": [a_line(named, after=60), a_line(child, after=120)]}
    assert (await county.post(county.centre, "/v1/sessions/batch", lines)).json()["recorded"] == 2
    told_of = [fact["type"].split(".")[2] for fact in await rehab.facts(one.case)]
    assert (told_of.count("session_recorded"), told_of.count("stage_evaluation_recorded")) == (3, 1), "its own history"
    await one.hear(unmerged(other.case, one.case))
    assert code_of(await county.log(named, after=180)) == (404, "case-not-found")
    (line,) = (await county.post(county.centre, "/v1/sessions/batch", {"sessions": [a_line(named, after=180)]})).json()[
        "results"
    ]
    assert line["code"] == "case-not-found"
    assert code_of(await county.get(county.centre, reads)) == (404, "case-not-found")
    await other.hear(unmerged(other.case, one.case))


async def test_a_day_of_sessions_holds_only_the_cases_of_the_enrolments(rehab, county):
    """Whoever also held the case that was named could wait in a circle with another day that names them crosswise."""
    one, other = await a_child(rehab), await a_child(rehab)
    child = await enrol(county, one)
    for told in (one, other):
        await told.hear(merged(other.case, one.case))
    named = replace(child, case=other.case)
    async with rehab.service.database.transaction() as session, asyncio.timeout(60):
        await session.driver.execute("SELECT 1 FROM case_stream WHERE case_id = $1 FOR UPDATE", other.case)
        lines = {"sessions": [a_line(named), a_line(named, after=60)]}
        assert (await county.post(county.centre, "/v1/sessions/batch", lines)).json()["recorded"] == 2


async def test_a_guardian_brings_an_approval_under_the_case_that_survived(rehab, county):
    one, other = await a_child(rehab), Told(rehab)
    await other.hear(registered(), a_diagnosis().model_copy(update={"diagnosed_on": date(YEAR, 1, 12)}))
    _, approval = await county.approved(one.case)
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    refused = await county.post(county.centre, f"/v1/cases/{other.case}/enrolments", start)
    assert code_of(refused) == (404, "case-not-found")
    for told in (one, other):
        await told.hear(merged(other.case, one.case))
    contact = {"outcome": "will_apply", "informed_on": f"{YEAR}-01-04"}
    answer = await county.post(county.federation, f"/v1/cases/{other.case}/intakes/autism/contact", contact)
    assert answer.json()["case"] == str(one.case), "the intake that is due first, whichever case was named"
    record(await county.post(county.centre, f"/v1/cases/{other.case}/enrolments", start))
    assert (await rehab.facts(one.case))[-1]["type"] == "tongkang.rehab.enrolment_started.v1"


async def test_a_death_told_of_one_case_ends_what_runs_under_the_other_once_they_are_one_child(rehab, county):
    dead, other = await a_child(rehab), await a_child(rehab)
    await enrol(county, other)
    await dead.hear(screening.DeathRegistered(died_on=DIED))
    assert await ends(rehab, other.case) == []
    await other.hear(merged(dead.case, other.case), times=2)
    await dead.hear(merged(dead.case, other.case))
    assert await ends(rehab, other.case) == [(AFTER_DEATH, "deceased")]
    late = an_application(submitted_on=f"{YEAR}-01-21")
    refused = await county.post(county.federation, f"/v1/cases/{other.case}/applications", late)
    assert code_of(refused) == (409, "rehab.child-died")
    await other.hear(unmerged(dead.case, other.case))
    applied = await county.post(county.federation, f"/v1/cases/{other.case}/applications", late)
    assert code_of(applied) == (409, "rehab.already-applied"), "it lives, and was approved this year"


async def test_lists_show_the_survivor_of_a_chain_of_merges(rehab):
    county = County(rehab, "371681")
    first, second, third = [await a_child(rehab, county="371681") for _ in range(3)]
    await first.hear(merged(second.case, first.case))
    await second.hear(merged(third.case, second.case))

    async def shown():
        rows = (await county.get(county.federation, "/v1/intakes", limit=200)).json()["items"]
        return {row["case_id"]: row["shown_as"] for row in rows}

    one = {str(told.case): str(third.case) for told in (first, second, third)}
    assert {case: top for case, top in (await shown()).items() if case in one} == one
    await second.hear(unmerged(third.case, second.case))
    found = await shown()
    assert [found[str(told.case)] for told in (first, second, third)] == [
        str(second.case), str(second.case), str(third.case),
    ]  # fmt: skip
