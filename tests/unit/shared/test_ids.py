"""Ids: a case tells nothing, a fact sorts by time, a service acts under a fixed name."""

from uuid import UUID

from shared import ids


def test_a_case_id_is_random():
    made = {ids.new_case() for _ in range(1000)}
    assert len(made) == 1000
    assert {case.version for case in made} == {4}
    assert len({case.bytes[:4] for case in made}) > 990


def test_facts_and_records_sort_by_the_time_they_were_made():
    for new in (ids.new_fact, ids.new_record):
        made = [new() for _ in range(2000)]
        assert made == sorted(made)
        assert len(set(made)) == 2000
        assert {one.version for one in made} == {7}
        assert all(isinstance(one, UUID) for one in made)


def test_a_service_acts_under_the_same_id_for_ever():
    assert ids.of_service("timeline") == UUID("38e07bb6-adfd-59eb-85f8-6e79c3027c4b")
    assert len({ids.of_service(name) for name in ("screening", "rehab", "timeline")}) == 3
