"""What screening's facts change in education, also late, twice and in any order."""

from datetime import date
from itertools import permutations
from uuid import UUID

import pytest

from shared.contracts.codes import OrgType, ScreeningCategory
from shared.contracts.events.screening import (
    CaseClosed,
    ChildErased,
    ClosingReason,
    ConsentBasis,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    DiagnosisOutcome,
    ErasureBasis,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
    RetractionReason,
    SuspicionState,
)
from shared.journal.inbox import Outcome
from shared.testing.streams import Stream
from tests.integration.education.doors import (
    a_confirmed_child,
    a_day,
    an_order,
    attend,
    batch,
    diagnosed,
    get,
    place,
    post,
    registered,
    types_of,
)
from tests.support.stages import code_of

WATCHED, DECIDED, ENDED = "school_age_watch_opened", "placement_decided", "placement_ended"
DEAD = DeathRegistered(died_on=date(2024, 3, 4))
ALIVE = DeathRetracted(reason=RetractionReason.REPORT_WAS_WRONG, retracted_on=date(2024, 4, 8))
EXCLUDED = DiagnosisOutcome.EXCLUDED


@pytest.fixture
def authority(education):
    return education.organisation(OrgType.EDUCATION_AUTHORITY)


@pytest.fixture
def school(education):
    return education.organisation(OrgType.SCHOOL)


def regular(school, **changes):
    return an_order(school, mode="regular_class") | changes


async def test_a_confirmed_diagnosis_opens_one_watch_with_the_compulsory_years(education):
    stream = await a_confirmed_child(education, born=date(2021, 5, 1))
    await education.deliver(*stream.records)
    await education.deliver(stream.append(diagnosed()), stream.append(diagnosed(category=ScreeningCategory.HEARING)))
    (watch,) = await education.facts(stream.subject)
    assert watch["type"].endswith(f"{WATCHED}.v1")
    said = {name: watch["data"][name] for name in ("county", "compulsory_from", "compulsory_until")}
    assert said == {"county": "371602", "compulsory_from": "2027-09-01", "compulsory_until": "2036-08-31"}
    assert watch["causationid"] == str(stream.events[1].id)


@pytest.mark.parametrize("first", [0, 1])
async def test_the_diagnosis_may_come_before_the_registration(education, first):
    stream, facts = Stream("screening"), [registered(), diagnosed()]
    for fact in (facts[first], facts[1 - first]):
        assert await education.deliver(stream.append(fact)) == {Outcome.APPLIED: 1}
    assert await types_of(education, stream.subject) == [WATCHED]


@pytest.mark.parametrize("born", [date(2003, 3, 1), date(2007, 3, 1)])
async def test_a_grown_up_is_not_watched(education, born):
    stream = await a_confirmed_child(education, born=born)
    assert await education.facts(stream.subject) == []


async def test_a_child_that_is_excluded_is_no_longer_missing_and_may_be_confirmed_again(education, authority):
    stream = await a_confirmed_child(education)

    async def missing():
        page = (await get(education, authority, "/v1/school-age/unplaced?limit=200")).json()
        return str(stream.subject) in [item["case_id"] for item in page["items"]]

    assert await missing()
    await education.deliver(stream.append(diagnosed(EXCLUDED)))
    assert not await missing()
    await education.deliver(stream.append(diagnosed()))
    assert await missing()
    assert await types_of(education, stream.subject) == [WATCHED, WATCHED]


async def test_excluding_one_category_leaves_the_other_confirmed(education):
    stream = await a_confirmed_child(education)
    hearing = ScreeningCategory.HEARING
    await education.deliver(*stream.extend([diagnosed(category=hearing), diagnosed(EXCLUDED), diagnosed()]))
    assert await types_of(education, stream.subject) == [WATCHED]


def closed(reason):
    return CaseClosed(
        category=ScreeningCategory.AUTISM,
        reason=reason,
        closed_on=date(2024, 3, 5),
        state_before=SuspicionState.CONFIRMED,
        state=SuspicionState.CLOSED,
    )


@pytest.mark.parametrize(
    ("reason", "watched"), [(ClosingReason.ENTERED_IN_ERROR, False), (ClosingReason.GUARDIAN_REFUSED, True)]
)
async def test_only_what_was_never_true_takes_a_diagnosis_back(education, reason, watched):
    stream = await a_confirmed_child(education)
    await education.deliver(stream.append(closed(reason)))
    rows = await education.fetch("SELECT watched_since FROM child WHERE case_id = $1", stream.subject)
    assert (rows[0][0] is not None) is watched


async def test_a_death_ends_the_placement_once_however_often_it_is_delivered(education, authority, school):
    stream = await a_confirmed_child(education)
    await place(education, authority, stream.subject, regular(school))
    death = stream.append(DEAD)
    for _ in range(3):
        await education.deliver(death)
    await education.deliver(stream.append(DEAD))
    assert await types_of(education, stream.subject) == [WATCHED, DECIDED, ENDED]
    ended = (await education.facts(stream.subject))[-1]
    assert (ended["data"]["reason"], ended["data"]["ended_on"]) == ("deceased", "2024-03-05")
    assert code_of(await attend(education, school, stream.subject, on="2024-03-05")) == (
        422,
        "education.day-outside-placement",
    )
    assert (await attend(education, school, stream.subject, on="2024-03-04")).status_code == 201


async def test_a_death_six_weeks_late_ends_the_placement_and_keeps_the_days_that_were_recorded(
    education, authority, school
):
    stream = await a_confirmed_child(education)
    await place(education, authority, stream.subject, regular(school))
    await batch(education, school, [a_day(stream.subject, on=f"2024-03-{day:02}") for day in range(4, 30)])
    await education.deliver(stream.append(DEAD))
    assert (await types_of(education, stream.subject))[-1] == ENDED
    days = (await get(education, authority, f"/v1/cases/{stream.subject}/attendance?month=2024-03")).json()
    assert len(days) == 26


async def test_a_placement_that_is_entered_after_the_death_ends_with_it_and_none_begins_after(
    education, authority, school
):
    stream = await a_confirmed_child(education)
    await education.deliver(stream.append(DEAD))
    assert (await place(education, authority, stream.subject, regular(school))).status_code == 201
    assert await types_of(education, stream.subject) == [WATCHED, DECIDED, ENDED]
    later = regular(school, decided_on="2024-07-01", starts_on="2024-09-02")
    assert code_of(await place(education, authority, stream.subject, later)) == (409, "education.child-died")


async def test_a_child_whose_death_was_registered_wrongly_is_placed_anew(education, authority, school):
    stream = await a_confirmed_child(education)
    await place(education, authority, stream.subject, regular(school))
    await education.deliver(stream.append(DEAD))
    for _ in range(2):
        await education.deliver(stream.append(ALIVE))
    assert await types_of(education, stream.subject) == [WATCHED, DECIDED, ENDED]
    onward = regular(school, decided_on="2024-04-10", starts_on="2024-04-15")
    assert (await place(education, authority, stream.subject, onward)).status_code == 201


async def test_a_diagnosis_that_came_while_a_child_counted_as_dead_opens_its_watch_once_it_lives(education):
    stream = Stream("screening")
    await education.deliver(*stream.extend([registered(), DEAD, diagnosed()]))
    assert await types_of(education, stream.subject) == []
    await education.deliver(stream.append(ALIVE))
    assert await types_of(education, stream.subject) == [WATCHED]


async def test_a_placement_decided_for_later_ends_on_its_first_day(education, authority, school):
    stream = await a_confirmed_child(education)
    await place(education, authority, stream.subject, regular(school, starts_on="2024-09-02"))
    await education.deliver(stream.append(DEAD))
    assert (await education.facts(stream.subject))[-1]["data"]["ended_on"] == "2024-09-02"


MOVED = ResidenceMoved(previous="371602", region="371603", moved_on=date(2024, 3, 1))


async def test_responsibility_moves_with_the_child_and_the_old_county_keeps_a_stub(education, authority, school):
    new = education.organisation(OrgType.EDUCATION_AUTHORITY, "371603")
    stream = await a_confirmed_child(education)
    await place(education, authority, stream.subject, regular(school))
    await education.deliver(stream.append(MOVED))
    path = f"/v1/cases/{stream.subject}/placements"
    (stub,), (full,) = [(await get(education, actor, path)).json() for actor in (authority, new)]
    assert (stub["stub"], stub["school"], stub["skipped"], stub["starts_on"]) == (True, None, [], "2023-09-01")
    assert (full["stub"], full["school"]) == (False, str(school.organisation))
    assert (await attend(education, school, stream.subject)).status_code == 201
    days = f"/v1/cases/{stream.subject}/attendance?month=2024-03"
    assert (await get(education, authority, days)).json() == []
    assert len((await get(education, new, days)).json()) == 1
    onward = regular(school, starts_on="2024-09-02")
    assert code_of(await place(education, authority, stream.subject, onward)) == (404, "case-not-found")
    assert (await place(education, new, stream.subject, onward)).status_code == 201
    assert len((await get(education, authority, path)).json()) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_registration_move_and_diagnosis_in_any_order_leave_the_child_in_its_county(education, order):
    stream, facts = Stream("screening"), [registered(), diagnosed(), MOVED]
    for number in order:
        await education.deliver(stream.append(facts[number]))
    rows = await education.fetch("SELECT county, birth_date FROM child WHERE case_id = $1", stream.subject)
    assert tuple(rows[0]) == ("371603", date(2016, 3, 1))
    assert await types_of(education, stream.subject) == [WATCHED]


def merged(survivor: UUID, other: UUID) -> IdentityMerged:
    return IdentityMerged(survivor=survivor, merged=other, merged_on=date(2024, 3, 6))


async def test_two_cases_are_shown_as_one_child_and_as_two_again(education, authority, school):
    one, other = await a_confirmed_child(education), await a_confirmed_child(education)
    await place(education, authority, other.subject, regular(school))
    fact = merged(one.subject, other.subject)
    await education.deliver(one.append(fact), other.append(fact))
    path = f"/v1/cases/{one.subject}/placements"
    assert [row["case_id"] for row in (await get(education, authority, path)).json()] == [str(other.subject)]
    onward = regular(school, starts_on="2024-09-02")
    refused = await place(education, authority, other.subject, onward)
    assert code_of(refused) == (409, "education.child-merged")
    assert (await attend(education, school, one.subject)).status_code == 201
    assert (await types_of(education, other.subject))[-1] == "attendance_recorded"
    assert code_of(await attend(education, school, other.subject)) == (409, "education.attendance-recorded-before")
    assert (await place(education, authority, one.subject, onward)).status_code == 201
    assert (await types_of(education, other.subject))[-1] == ENDED
    parted = IdentityUnmerged(survivor=one.subject, merged=other.subject, unmerged_on=date(2024, 3, 7))
    await education.deliver(one.append(parted), other.append(parted))
    assert [row["starts_on"] for row in (await get(education, authority, path)).json()] == ["2024-09-02"]


async def test_a_merge_leads_the_placement_to_the_survivors_county_and_a_parting_back(education, authority, school):
    one, other = await a_confirmed_child(education, county="371603"), await a_confirmed_child(education)
    await place(education, authority, other.subject, regular(school))
    path = f"/v1/cases/{other.subject}/placements"
    await education.deliver(other.append(merged(one.subject, other.subject)))
    assert [row["stub"] for row in (await get(education, authority, path)).json()] == [True]
    parted = IdentityUnmerged(survivor=one.subject, merged=other.subject, unmerged_on=date(2024, 3, 7))
    await education.deliver(other.append(parted))
    assert [row["stub"] for row in (await get(education, authority, path)).json()] == [False]


async def test_a_chain_of_merges_leads_to_one_child_in_either_order(education, authority, school):
    streams = [await a_confirmed_child(education) for _ in range(3)]
    first, second, third = streams
    await place(education, authority, third.subject, regular(school))
    await education.deliver(third.append(merged(second.subject, third.subject)))
    await education.deliver(second.append(merged(first.subject, second.subject)))
    shown = (await get(education, authority, f"/v1/cases/{first.subject}/placements")).json()
    assert [row["case_id"] for row in shown] == [str(third.subject)]
    parted = IdentityUnmerged(survivor=first.subject, merged=second.subject, unmerged_on=date(2024, 3, 7))
    await education.deliver(second.append(parted))
    rows = await education.fetch("SELECT person FROM child WHERE case_id = $1", third.subject)
    assert rows[0][0] == second.subject


async def test_a_merge_with_a_case_that_died_ends_the_placement(education, authority, school):
    dead, placed = await a_confirmed_child(education), await a_confirmed_child(education)
    await place(education, authority, placed.subject, regular(school))
    await education.deliver(dead.append(DEAD))
    await education.deliver(placed.append(merged(dead.subject, placed.subject)))
    assert (await types_of(education, placed.subject))[-1] == ENDED


async def test_without_consent_nothing_new_comes_and_authorities_see_a_stub(education, authority, school):
    stream = await a_confirmed_child(education)
    await place(education, authority, stream.subject, regular(school))
    await education.deliver(stream.append(ConsentWithdrawn(withdrawn_on=date(2024, 3, 6))))
    path = f"/v1/cases/{stream.subject}/placements"
    (masked,) = (await get(education, authority, path)).json()
    assert (masked["stub"], masked["school"]) == (True, None)
    (own,) = (await get(education, school, path)).json()
    assert own["school"] == str(school.organisation)
    assert (await attend(education, school, stream.subject)).status_code == 201
    onward = regular(school, starts_on="2024-09-02")
    refused = await place(education, authority, stream.subject, onward)
    assert code_of(refused) == (409, "education.consent-withdrawn")
    given = ConsentGiven(basis=ConsentBasis.STATUTORY_DUTY, given_on=date(2024, 3, 8))
    await education.deliver(stream.append(given))
    assert (await place(education, authority, stream.subject, onward)).status_code == 201


async def test_a_child_without_consent_is_watched_once_consent_is_given(education):
    stream = Stream("screening")
    withdrawn = ConsentWithdrawn(withdrawn_on=date(2024, 2, 1))
    await education.deliver(*stream.extend([registered(), withdrawn, diagnosed()]))
    assert await education.facts(stream.subject) == []
    given = ConsentGiven(basis=ConsentBasis.GUARDIAN_CONSENT, given_on=date(2024, 3, 8))
    await education.deliver(stream.append(given, occurred_at=date(2024, 3, 8)))
    (watch,) = await education.facts(stream.subject)
    assert watch["data"]["opened_on"] == "2024-03-08"


async def test_an_erased_childs_words_are_gone_and_its_record_stays(education, authority, school):
    stream = await a_confirmed_child(education)
    placement = (await place(education, authority, stream.subject, regular(school))).json()["record"]
    await post(education, school, f"/v1/placements/{placement}/roll", {"enrolled_on": "2023-09-01"})
    iep = {"goals": ["canary of a goal"], "reviewer": str(school.person), "agreed_on": "2024-03-01"}
    await post(education, school, f"/v1/placements/{placement}/ieps", iep)
    dispute = {"raised_on": "2024-03-01", "note": "canary of a note"}
    await post(education, authority, f"/v1/placements/{placement}/disputes", dispute)
    before = await education.facts(stream.subject)
    erased = ChildErased(basis=ErasureBasis.GUARDIAN_REQUEST, erased_on=date(2024, 3, 9))
    await education.deliver(stream.append(erased))
    tables = "SELECT words::text FROM iep WHERE case_id = $1 UNION ALL SELECT note FROM dispute WHERE case_id = $1"
    assert [row[0] for row in await education.fetch(tables, stream.subject)] == [None, None]
    assert await education.facts(stream.subject) == before
    assert "canary" not in str(before)
    onward = regular(school, starts_on="2024-09-02")
    assert code_of(await place(education, authority, stream.subject, onward)) == (409, "education.child-erased")
