"""The sessions of the benchmarks never overlap, and cover the children as a batch asks."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import islice, pairwise

import pytest

from benchmarks.town import CHILDREN_OF_A_THERAPIST, DAYS, LENGTH, SLOTS, Diary, Enrolled

CHILDREN = [Enrolled(f"case-{n}", f"enrolment-{n}") for n in range(5)]


def by_child(lines):
    times = defaultdict(list)
    for line in lines:
        times[line["case"]].append((datetime.fromisoformat(line["starts_at"]), datetime.fromisoformat(line["ends_at"])))
    return times


def test_sessions_of_one_child_never_overlap_whatever_asked_for_them():
    diary = Diary(CHILDREN)
    lines = [*islice(diary.sessions(), 12), *diary.batch(10, each=1), *diary.batch(10, each=5)]
    for times in by_child(lines).values():
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(sorted(times)))


def test_no_therapist_is_in_two_places_and_no_day_of_one_is_longer_than_eight_hours():
    given = defaultdict(list)
    for line in Diary([Enrolled(f"case-{n}", f"enrolment-{n}") for n in range(9)]).batch(9 * 400, each=1):
        given[line["therapist"]].append((datetime.fromisoformat(line["starts_at"]), line["ends_at"]))
    assert sorted({len(times) for times in given.values()}) == [400, 1600]
    for times in given.values():
        assert all(datetime.fromisoformat(one[1]) <= other[0] for one, other in pairwise(sorted(times)))
        assert max(Counter(starts.date() for starts, _ in times).values()) * LENGTH <= timedelta(hours=8)


def test_single_sessions_go_round_so_that_neighbours_are_of_different_children():
    cases = [line["case"] for line in islice(Diary(CHILDREN).sessions(), 10)]
    assert all(len(set(cases[n : n + 5])) == 5 for n in range(6))


@pytest.mark.parametrize(("each", "children"), [(1, 5), (5, 1)])
def test_a_batch_holds_so_many_sessions_of_each_child(each, children):
    times = by_child(Diary(CHILDREN).batch(5, each=each))
    assert [len(of_child) for of_child in times.values()] == [each] * children


def test_a_full_diary_says_so_instead_of_leaving_the_enrolment():
    diary = Diary(CHILDREN[:1])
    list(islice(diary.sessions(), DAYS * SLOTS // CHILDREN_OF_A_THERAPIST))
    with pytest.raises(RuntimeError, match="no time left"):
        next(diary.sessions())
