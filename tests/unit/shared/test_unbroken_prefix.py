"""Per case only what stands before its first failure may leave the outbox (reliability, relay)."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.journal.relay import unbroken_prefix

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def test_all_that_was_acknowledged_may_go():
    assert unbroken_prefix([(1, A), (2, B), (3, A)], [True, True, True]) == ([1, 2, 3], [])


def test_what_stands_behind_a_failure_stays_although_it_was_acknowledged():
    assert unbroken_prefix([(1, A), (2, A), (3, A)], [True, False, True]) == ([1], [2])


def test_a_failure_holds_back_its_own_case_only():
    rows = [(1, A), (2, B), (3, A), (4, B), (5, C)]
    assert unbroken_prefix(rows, [False, True, True, True, True]) == ([2, 4, 5], [1])


def test_nothing_is_nothing():
    assert unbroken_prefix([], []) == ([], [])


batches = st.lists(st.tuples(st.sampled_from([A, B, C]), st.booleans()), max_size=30)


@given(batches)
def test_whatever_fails_each_case_keeps_an_unbroken_rest(batch: list[tuple[UUID, bool]]):
    rows = [(number, case) for number, (case, _) in enumerate(batch)]
    acknowledged = [ok for _, ok in batch]
    done, failed = unbroken_prefix(rows, acknowledged)
    assert set(done).isdisjoint(failed)
    for case in (A, B, C):
        own = [number for number, one in rows if one == case]
        gone = [number for number in own if number in done]
        assert gone == own[: len(gone)]
        assert all(acknowledged[number] for number in gone)
        rest = own[len(gone) :]
        assert [number for number in failed if number in own] == rest[:1]
        assert not rest or not acknowledged[rest[0]]
